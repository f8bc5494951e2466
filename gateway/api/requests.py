"""What handlers share of a request: the origin, the idempotency key, versions, cursors and ids."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec
from litestar import Request, Response
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, QueryParameter

from gateway.actor import Origin
from gateway.errors import Malformed, NotFound, Precondition
from gateway.identity import Prefix, read
from gateway.intake.kept import Kept
from gateway.wiring import Wiring
from schemas.answers import Page, Problem
from schemas.findings import Finding

T = TypeVar("T")

IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="Any string of up to 255 characters that names this one wish; the same key gives the same answer.",
        schema_extra={"examples": ["invoice:project_4821:milestone_3"]},
    ),
]
IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", description="The ETag that you read: the change applies to that version only."),
]
Filter = Annotated[str | None, QueryParameter(max_length=64, pattern=r"^[A-Za-z0-9_.:-]*$")]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many at most.")]
Cursor = Annotated[str | None, QueryParameter(description="`next_cursor` of the page before.", max_length=200)]

_encode = msgspec.json.Encoder(decimal_format="string").encode

RESPONSES: dict[int, ResponseSpec] = {
    status: ResponseSpec(Problem, media_type="application/problem+json", description=text, generate_examples=False)
    for status, text in {
        400: "The request cannot be read.",
        401: "A valid API key is needed.",
        403: "The key may not do this.",
        404: "There is no such thing here.",
        409: "The state of things does not allow it.",
        412: "It has changed since it was read.",
        413: "The body is too large.",
        415: "Not this media type.",
        422: "The rules do not allow it; all findings at once.",
        503: "Busy; send the same request again.",
    }.items()
}


def wiring_of(request: Request[Any, Any, Any]) -> Wiring:
    wiring: Wiring = request.app.state.wiring
    return wiring


def origin_of(request: Request[Any, Any, Any]) -> Origin:
    origin: Origin = request.state.origin
    return origin


def required_key(key: str | None) -> str:
    """The Idempotency-Key, which every POST that changes something must bring."""
    if key is None or not key.strip():
        raise Malformed("This request needs an Idempotency-Key header.", code="idempotency_key_missing")
    if len(key) > 255 or not key.isprintable():
        raise Malformed("An Idempotency-Key has at most 255 printable characters.", code="idempotency_key_invalid")
    return key


def id_of(prefix: Prefix, text: str, what: str) -> UUID:
    """The UUID of a path id, or 404: an id of another kind names nothing here."""
    found = read(prefix, text)
    if found is None:
        raise NotFound(f"There is no {what} {text[:80]!r}.")
    return found


def version_of(if_match: str | None, *, required: bool = False) -> int | None:
    """The version that an If-Match names. Raises Precondition where it can be none of ours."""
    if if_match is None or if_match.strip() == "*":
        if required and if_match is None:
            raise Precondition("Send If-Match with the ETag that you read.", code="if_match_missing")
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Precondition("If-Match names no version of this object.")
    return int(text)


def stale(current: int) -> Precondition:
    return Precondition(
        "It has changed since you read it; read it again and apply your change to what you find.",
        headers={"ETag": f'"{current}"'},
        findings=(Finding(rule="GW-STALE", message="The version is another one.", expected=f'"{current}"'),),
    )


def cursor_of(cursor: str | None) -> UUID | None:
    """The last id of the page before."""
    if cursor is None:
        return None
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor.encode() + b"=="))
    except (ValueError, UnicodeEncodeError) as why:
        raise Malformed("This cursor is not one of ours.", code="cursor_invalid") from why


def page_of(rows: Sequence[Any], shown: Sequence[T], limit: int) -> Page[T]:
    """A page: one row more than the limit was read, to know whether there is a next one."""
    more = len(rows) > limit
    last = rows[limit - 1]["id"] if more else None
    next_cursor = base64.urlsafe_b64encode(last.bytes).decode().rstrip("=") if last else None
    return Page(data=tuple(shown[:limit]), next_cursor=next_cursor)


def answered(kept: Kept) -> Response[Any]:
    """A kept answer, fresh or replayed."""
    headers = dict(kept.headers)
    if kept.replayed:
        headers["Idempotent-Replayed"] = "true"
    return Response(content=kept.body, status_code=kept.status, media_type="application/json", headers=headers)


def encoded(value: object) -> bytes:
    return _encode(value)
