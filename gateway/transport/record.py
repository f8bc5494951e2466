"""What the exchange log may keep of a question and its answer: everything but the secrets."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from jurisdictions.contract import Answer, Ask, Piece, SecretSlot

# Whatever a header of these names carries is a credential or a session.
NEVER_KEPT = frozenset({"set-cookie", "cookie", "authorization", "proxy-authorization", "www-authenticate"})
KEPT_OF_SECRET = frozenset({"content-type", "content-length", "date", "server", "retry-after"})


class StoredRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request with its secret slots shown as «credential.field», as UTF-8."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def stored_request(ask: Ask) -> StoredRequest:
    """The request of an ask, unfilled: it never held a secret."""
    return StoredRequest(
        method=ask.method,
        path=ask.path,
        headers=tuple((name, _shown(pieces).decode(errors="replace")) for name, pieces in ask.headers),
        body=_shown(ask.body),
    )


def stored_answer(ask: Ask, answer: Answer) -> Answer:
    """The answer without cookies; where the ask declares a secret answer, without its body and most headers too."""
    if ask.secret_answer:
        headers = {name: value for name, value in answer.headers.items() if name in KEPT_OF_SECRET}
        body = f"«secret answer of {len(answer.body)} bytes»".encode() if answer.body else b""
        return msgspec.structs.replace(answer, headers=headers, body=body)
    headers = {name: "«redacted»" if name in NEVER_KEPT else value for name, value in answer.headers.items()}
    return msgspec.structs.replace(answer, headers=headers)


def _shown(pieces: Iterable[Piece]) -> bytes:
    return b"".join(_slot(piece) if isinstance(piece, SecretSlot) else piece for piece in pieces)


def _slot(slot: SecretSlot) -> bytes:
    return f"«{slot.credential}.{slot.field}»".encode()
