"""What may be corrected now, and drafting the document that corrects."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from gateway import presentation
from gateway.actor import Origin
from gateway.errors import Conflict, Refused
from gateway.identity import Prefix, written
from gateway.intake import drafts
from gateway.intake.earlier import earlier_of, standing_of
from gateway.intake.ground import decode_invoice
from gateway.intake.kept import Kept
from gateway.intake.shapes import read_patched
from gateway.store import submissions
from gateway.store.pool import Connection
from gateway.wiring import Wiring
from jurisdictions.contract import InstructionKind
from schemas.answers import CorrectionAnswer, CorrectionInput
from schemas.findings import Finding
from schemas.invoice import InvoiceInput, Kind


async def options(wiring: Wiring, connection: Connection, origin: Origin, row: Any) -> tuple[CorrectionAnswer, ...]:
    """What each route's law allows for this invoice today."""
    if row["state"] == "draft":
        return ()
    actor, invoice = origin.actor, decode_invoice(row["document"])
    sent = await submissions.of_invoice(connection, actor.tenant, actor.environment, row["id"])
    answers = []
    for route in presentation.decode_routes(row["routes"]):
        desk = wiring.jurisdictions[route.jurisdiction].desk
        earlier = earlier_of(sent, route.jurisdiction)
        for one in desk.corrections(invoice, standing_of(sent, route.jurisdiction), earlier, wiring.clock()):
            answers.append(
                CorrectionAnswer(
                    option=one.option,
                    jurisdiction=route.jurisdiction,
                    title=one.title,
                    reason=one.reason,
                    instruction=one.instruction,
                    kind=one.kind,
                    until=one.until,
                    fields=one.fields,
                    needs=one.needs,
                    consent=one.consent,
                )
            )
    return tuple(answers)


async def make_correction(
    wiring: Wiring, origin: Origin, invoice_id: UUID, wish: CorrectionInput, key: str, wanted: bytes
) -> Kept:
    """Draft the correcting document: the original's draft, of the option's kind, naming the original, with the
    changes."""
    async with wiring.store.tenant(origin.actor.tenant, origin.actor.environment) as connection:
        row = await drafts.visible(connection, origin, invoice_id)
        legal = await options(wiring, connection, origin, row)
    chosen = next((one for one in legal if one.option == wish.option), None)
    if chosen is None:
        raise Refused(
            "This correction is not legal now.",
            code="correction_not_available",
            findings=(
                Finding(
                    rule="GW-CORRECTION",
                    message="Choose one of the options of GET …/corrections.",
                    pointer="/option",
                    found=wish.option,
                    expected=" | ".join(sorted({one.option for one in legal})) or "none is legal now",
                ),
            ),
        )
    if chosen.instruction == InstructionKind.CANCEL:
        raise Conflict(
            "This is a cancellation: ask for it by POST …/cancel.",
            code="correct_by_cancelling",
            extra={"link": f"/v1/invoices/{written(Prefix.INVOICE, invoice_id)}/cancel"},
        )
    if chosen.kind is None:
        raise Conflict(
            "This correction is a record about the same invoice: it is made by resubmitting its case.",
            code="correct_by_case",
        )
    return await drafts.create(wiring, origin, _correcting(row, chosen.kind, wish), key, wanted)


_ITS_OWN = (
    "type_code",
    "issue_date",
    "operation_date",
    "tax_point_date",
    "tax_in_tax_currency",
    "due_in_days",
    "payment_terms",
    "prepaid",
    "attachments",
)
"""What belongs to the original alone: dates, what it was paid and asked by then, its type and what came with it."""


def _event_of(row: Any, kind: str) -> str | None:
    """A correction belongs to its original's business event; a new invoice is one of its own, named by its key."""
    return None if kind == Kind.INVOICE else row["source_ref"]


def _correcting(row: Any, kind: str, wish: CorrectionInput) -> InvoiceInput:
    body = msgspec.json.decode(row["draft"])
    for name in _ITS_OWN:
        body.pop(name, None)
    body["kind"] = kind
    body["source_ref"] = wish.source_ref or _event_of(row, kind)
    body["references"] = (body.get("references") or {}) | {
        "preceding": [{"invoice": written(Prefix.INVOICE, row["id"])}]
    }
    if wish.reason:
        body["correction_reason"] = wish.reason
    return read_patched(msgspec.json.encode(body).decode(), wish.changes)
