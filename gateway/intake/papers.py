"""A document of an invoice by its name: stored bytes, or a QR code drawn from the facts that a seal has given."""

from __future__ import annotations

import hashlib
import io
from uuid import UUID

import msgspec
import segno

from gateway import presentation
from gateway.actor import Origin
from gateway.errors import NotFound
from gateway.store import submissions
from gateway.store.pool import Connection

QR_KINDS = {"qr.svg": ("svg", "image/svg+xml"), "qr.png": ("png", "image/png")}


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    body: bytes
    media_type: str
    sha256: str


async def find_document(connection: Connection, origin: Origin, invoice: UUID, name: str) -> Paper:
    """The named document. `{jurisdiction}-qr.svg` and `-qr.png` are drawn on demand, off the hot path."""
    actor = origin.actor
    for row in await submissions.documents(connection, actor.tenant, actor.environment, invoice):
        if presentation.document_name(row) == name:
            body = await submissions.document_body(connection, actor.tenant, actor.environment, row["id"])
            return Paper(body=bytes(body), media_type=row["media_type"], sha256=row["sha256"].hex())
    for row in reversed(await submissions.of_invoice(connection, actor.tenant, actor.environment, invoice)):
        shown = presentation.submission(row)
        url = shown.facts.get("verification_url")
        kind = QR_KINDS.get(name.removeprefix(shown.jurisdiction + "-"))
        if url is not None and kind is not None:
            return qr(url, *kind)
    raise NotFound(f"This invoice has no document {name[:100]!r}.")


def qr(url: str, kind: str, media_type: str) -> Paper:
    """ISO/IEC 18004, error level M, with a quiet zone of four modules."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False, boost_error=False).save(out, kind=kind, scale=8, border=4)
    body = out.getvalue()
    return Paper(body=body, media_type=media_type, sha256=hashlib.sha256(body).hexdigest())
