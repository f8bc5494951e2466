"""Request bodies: JSON by its media type, read strictly in the handler's own type, with a pointer to what is wrong.

A handler whose `opt` says `documents` also takes an XML document, which a jurisdiction reads into that type.
"""

import asyncio
import re
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Request
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema

from gateway.errors import GatewayError, Malformed
from gateway.intake.documents import read_document
from gateway.intake.pointers import pointer_of
from jurisdictions.contract import Reading
from schemas.findings import Finding

NUL = b"\\u0000"
JSON = re.compile(r"application/([a-z0-9.\-]+\+)?json")
XML = ("application/xml", "text/xml")


class UnsupportedMediaType(GatewayError):
    status, code, title = 415, "unsupported_media_type", "This operation does not take that media type"


class JsonRequest(Request[Any, Any, Any]):
    """A request whose JSON is decoded once, straight into the type that the handler declares."""

    async def json(self) -> Any:
        media_type = _media_type(self.headers.get("content-type"))
        if media_type in XML and self.route_handler.opt.get("documents"):
            return await self._document()
        _json_only(media_type)
        field = self.route_handler.parsed_data_field
        return read(await self.body(), Any if field is None else field.annotation)

    async def _document(self) -> Any:
        """The invoice that a document states; its reading waits in the request's state."""
        reading = await asyncio.to_thread(read_document, self.app.state.wiring.jurisdictions, await self.body())
        self.state.reading = reading
        return reading.invoice


def reading_of(request: Request[Any, Any, Any]) -> Reading | None:
    """The reading of the document that was sent, None where JSON was."""
    reading: Reading | None = request.state.get("reading")
    return reading


@dataclass
class DocumentsToo(Operation):
    """How OpenAPI tells that an operation takes documents beside its JSON."""

    def __post_init__(self) -> None:
        if isinstance(self.request_body, RequestBody):
            for media_type in XML:
                schema = Schema(type=OpenAPIType.STRING, description="A UBL 2.1 Invoice or CreditNote.")
                self.request_body.content[media_type] = OpenAPIMediaType(schema=schema)


def _media_type(content_type: str | None) -> str:
    """A body without a name is taken for what we ask for."""
    return (content_type or "application/json").partition(";")[0].strip().lower()


def _json_only(media_type: str) -> None:
    """Refuse what says that it is something else."""
    if not JSON.fullmatch(media_type):
        raise UnsupportedMediaType(f"Send the body as application/json, not as {media_type[:80]!r}.")


def read(body: bytes, kind: Any) -> Any:
    """The body in its type. Raises Malformed."""
    try:
        found = msgspec.json.decode(body, type=kind)
        if NUL in body:
            _no_nul(msgspec.json.decode(body), "")
    except msgspec.ValidationError as why:
        pointer, message = pointer_of(str(why))
        raise _malformed(message, pointer) from why
    except (msgspec.DecodeError, UnicodeDecodeError) as why:
        raise _malformed(f"This is not JSON (RFC 8259): {why}", "") from why
    except RecursionError as why:
        raise _malformed("The body is nested too deeply.", "") from why
    return found


def _malformed(message: str, pointer: str) -> Malformed:
    return Malformed(
        "The request does not have the shape that this operation takes.",
        findings=(Finding(rule="GW-SHAPE", message=message, pointer=pointer),),
    )


def _no_nul(value: object, at: str) -> None:
    """U+0000 cannot be stored, wherever it hides: also in names and in what only one country reads."""
    if isinstance(value, str) and "\0" in value:
        raise _malformed("U+0000 has no place in a text.", at)
    if isinstance(value, dict):
        for name, inner in value.items():
            _no_nul(name, at)
            _no_nul(inner, f"{at}/{name.replace('~', '~0').replace('/', '~1')}")
    if isinstance(value, list):
        for index, inner in enumerate(value):
            _no_nul(inner, f"{at}/{index}")
