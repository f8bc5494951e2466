"""Puts secrets into a request. What comes out lives until it is sent, and is neither logged nor stored."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterable
from urllib.parse import quote
from xml.sax.saxutils import escape

from jurisdictions.contract import Ask, Piece, SecretSlot

Secrets = Callable[[str, str], Awaitable[bytes]]
"""(credential, field) -> the plain bytes. Raises `CredentialMissing`."""

TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110 5.6.2
BREAKS_A_HEADER = re.compile(rb"[\r\n\x00]")
Headers = list[tuple[bytes, bytes]]


class Unsendable(ValueError):
    """A request that cannot be written as HTTP. The text names the place and never the value."""


async def filled_headers(ask: Ask, secrets: Secrets) -> Headers:
    """The headers with their secrets. Raises Unsendable where one would break out of its line."""
    headers: Headers = []
    for name, pieces in ask.headers:
        value = (await _joined(pieces, secrets, _raw)).strip(b" \t")
        if not TOKEN.fullmatch(name) or BREAKS_A_HEADER.search(value):
            raise Unsendable(f"the header {name!r} cannot be written")
        headers.append((name.encode(), value))
    return headers


async def filled_body(ask: Ask, secrets: Secrets, headers: Headers) -> bytes:
    """The body; a secret is escaped as the body's media type wants it, so that no character of it breaks the form."""
    media_type = next((value for name, value in headers if name.lower() == b"content-type"), b"").lower()
    return await _joined(ask.body, secrets, _escaping(media_type))


async def _joined(pieces: Iterable[Piece], secrets: Secrets, escaped: Callable[[bytes], bytes]) -> bytes:
    return b"".join(
        [
            escaped(await secrets(piece.credential, piece.field)) if isinstance(piece, SecretSlot) else piece
            for piece in pieces
        ]
    )


def _escaping(media_type: bytes) -> Callable[[bytes], bytes]:
    if media_type.startswith(b"multipart/"):
        return _raw
    if b"xml" in media_type:
        return _xml
    if b"json" in media_type:
        return _json
    if media_type.startswith(b"application/x-www-form-urlencoded"):
        return _form
    return _raw


def _raw(secret: bytes) -> bytes:
    return secret


def _xml(secret: bytes) -> bytes:
    return escape(secret.decode(), {'"': "&quot;", "'": "&apos;"}).encode()


def _json(secret: bytes) -> bytes:
    return json.dumps(secret.decode(), ensure_ascii=False)[1:-1].encode()


def _form(secret: bytes) -> bytes:
    return quote(secret, safe="").encode()
