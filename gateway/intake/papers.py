"""A document of an invoice by its name: stored bytes, a QR code drawn from the facts that a seal has given, or what a
printed form must show."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
import segno

from gateway import presentation
from gateway.actor import Origin
from gateway.errors import NotFound
from gateway.intake import pictures
from gateway.intake.ground import decode_invoice
from gateway.store import invoices, submissions
from gateway.store.pool import Connection
from jurisdictions.contract import Jurisdiction, Picture
from schemas.states import SubmissionState

PRINTED = "printed.json"
QR_KINDS = {"qr.svg": ("svg", "image/svg+xml"), "qr.png": ("png", "image/png")}

_encode = msgspec.json.Encoder(decimal_format="string").encode
_texts = msgspec.json.Decoder(dict[str, str])


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    body: bytes
    media_type: str
    sha256: str


async def find_document(
    connection: Connection, origin: Origin, jurisdictions: Mapping[str, Jurisdiction], invoice: UUID, name: str
) -> Paper:
    """The named document. `{jurisdiction}-qr.svg`, `-qr.png` and `-printed.json` are made on demand."""
    actor = origin.actor
    for row in await submissions.documents(connection, actor.tenant, actor.environment, invoice):
        if presentation.document_name(row) == name:
            body = await submissions.document_body(connection, actor.tenant, actor.environment, row["id"])
            return Paper(body=bytes(body), media_type=row["media_type"], sha256=row["sha256"].hex())
    for row in reversed(await submissions.of_invoice(connection, actor.tenant, actor.environment, invoice)):
        shown = presentation.submission(row)
        if not presentation.speaks_for(shown):
            continue
        wanted = name.removeprefix(shown.jurisdiction + "-")
        jurisdiction, kind = jurisdictions.get(shown.jurisdiction), QR_KINDS.get(wanted)
        if kind is not None and wanted != name:
            picture = jurisdiction.desk.picture if jurisdiction else None
            drawn = qr(shown.facts, picture, *kind, live=actor.environment == "live")
            if drawn is not None:
                return drawn
        if wanted == PRINTED and wanted != name and jurisdiction is not None:
            return await _printed(connection, origin, jurisdiction, invoice, row)
    raise NotFound(f"This invoice has no document {name[:100]!r}.")


async def _printed(
    connection: Connection, origin: Origin, jurisdiction: Jurisdiction, invoice: UUID, row: Any
) -> Paper:
    """The invoice and what its printed form must show beside it. NotFound before it may be handed to the customer."""
    if not jurisdiction.desk.deliverable(SubmissionState(row["state"])):
        raise NotFound("This invoice may not be handed to the customer yet: nothing is printed of it.")
    stored = await invoices.get(connection, origin.actor.tenant, origin.actor.environment, invoice)
    neutral = decode_invoice(stored["document"])
    known = {**_texts.decode(row["facts"]), **_texts.decode(row["attributes"])}
    body = _encode({"invoice": neutral, "printed": dict(jurisdiction.desk.render(neutral, known))})
    return Paper(body=body, media_type="application/json", sha256=hashlib.sha256(body).hexdigest())


def qr(facts: Mapping[str, str], picture: Picture | None, kind: str, media_type: str, *, live: bool) -> Paper | None:
    """The QR code of the seal's facts as the jurisdiction wants it printed, marked outside of live; None without such a
    fact. Where it says nothing of its looks: ISO/IEC 18004, error level M, with a quiet zone of four modules."""
    text = facts.get(picture.fact if picture else "verification_url")
    if text is None:
        return None
    if picture is None:
        out = io.BytesIO()
        segno.make(text, error="m", micro=False, boost_error=False).save(out, kind=kind, scale=8, border=4)
        body = out.getvalue()
    else:
        draw = pictures.svg if kind == "svg" else pictures.png
        body = draw(text, picture, facts.get(picture.legend_fact, ""), marked=not live)
    return Paper(body=body, media_type=media_type, sha256=hashlib.sha256(body).hexdigest())
