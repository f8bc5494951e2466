"""What may be corrected now, and drafting the document that corrects."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from gateway import presentation
from gateway.actor import Origin
from gateway.errors import Conflict, Refused
from gateway.identity import Prefix, written
from gateway.intake import amending, drafts
from gateway.intake.earlier import earlier_of, standing_of
from gateway.intake.finalize import tagged
from gateway.intake.ground import decode_invoice
from gateway.intake.kept import Kept, look_up, replay_of
from gateway.intake.legal_cancellations import unconfirmed
from gateway.intake.patching import merged
from gateway.intake.shapes import read_patched
from gateway.store import submissions
from gateway.store.pool import Connection
from gateway.wiring import Wiring
from jurisdictions.contract import CorrectionOption, InstructionKind
from schemas.answers import CorrectionAnswer, CorrectionInput
from schemas.findings import Finding
from schemas.invoice import InvoiceInput, Kind


class Legal(msgspec.Struct, frozen=True, kw_only=True):
    """One correction that the law of one jurisdiction allows now."""

    jurisdiction: str
    option: CorrectionOption


async def options(wiring: Wiring, connection: Connection, origin: Origin, row: Any) -> tuple[CorrectionAnswer, ...]:
    """What each route's law allows for this invoice today."""
    return tuple(
        CorrectionAnswer(
            option=one.option.option,
            jurisdiction=one.jurisdiction,
            title=one.option.title,
            reason=one.option.reason,
            instruction=one.option.instruction,
            kind=one.option.kind,
            until=one.option.until,
            fields=one.option.fields,
            needs=one.option.needs,
            consent=one.option.consent,
            confirm=one.option.confirm,
            presets=dict(one.option.presets),
        )
        for one in await _legal(wiring, connection, origin, row)
    )


async def _legal(wiring: Wiring, connection: Connection, origin: Origin, row: Any) -> tuple[Legal, ...]:
    if row["state"] == "draft":
        return ()
    actor, invoice = origin.actor, decode_invoice(row["document"])
    sent = await submissions.of_invoice(connection, actor.tenant, actor.environment, row["id"])
    return tuple(
        Legal(jurisdiction=route.jurisdiction, option=option)
        for route in presentation.decode_routes(row["routes"])
        for option in wiring.jurisdictions[route.jurisdiction].desk.corrections(
            invoice,
            standing_of(sent, route.jurisdiction),
            earlier_of(sent, route.jurisdiction),
            wiring.clock(),
        )
    )


async def make_correction(
    wiring: Wiring, origin: Origin, invoice_id: UUID, wish: CorrectionInput, key: str, wanted: bytes
) -> Kept:
    """Draft the correcting document: the original's draft, of the option's kind, naming the original, with the
    option's presets and the changes. An option without a kind is one more record about the invoice: sealed at once."""
    actor = origin.actor
    async with wiring.store.tenant(actor.tenant, actor.environment) as connection:
        kept = await look_up(connection, actor, key)
        if kept is not None:
            return _again(replay_of(kept, wanted))
        row = await drafts.visible(connection, origin, invoice_id)
        chosen = _chosen(await _legal(wiring, connection, origin, row), wish)
        option = chosen.option
        if option.instruction is InstructionKind.CANCEL:
            raise Conflict(
                "This is a cancellation: ask for it by POST …/cancel.",
                code="correct_by_cancelling",
                extra={"link": f"/v1/invoices/{written(Prefix.INVOICE, invoice_id)}/cancel"},
            )
        missing = unconfirmed(option.confirm, wish.confirm)
        if missing:
            raise Refused("This correction was not confirmed.", code="validation_failed", findings=missing)
        if option.kind is None:
            work = await amending.prepare(wiring, connection, origin, row, chosen.jurisdiction, option, wish)
    if option.kind is None:
        return await amending.seal(wiring, origin, work, key, wanted)
    return await drafts.create(wiring, origin, _correcting(row, option, wish), key, wanted)


def _again(kept: Kept) -> Kept:
    """What was kept with a seal has no headers of its own."""
    return kept if kept.headers else tagged(kept)


def _chosen(legal: tuple[Legal, ...], wish: CorrectionInput) -> Legal:
    """The option that is wished for; the first jurisdiction's where several offer it."""
    among = [one for one in legal if wish.jurisdiction in (None, one.jurisdiction)]
    chosen = next((one for one in among if one.option.option == wish.option), None)
    if chosen is not None:
        return chosen
    raise Refused(
        "This correction is not legal now.",
        code="correction_not_available",
        findings=(
            Finding(
                rule="GW-CORRECTION",
                message="Choose one of the options of GET …/corrections.",
                pointer="/option",
                found=wish.option,
                expected=" | ".join(sorted({one.option.option for one in among})) or "none is legal now",
            ),
        ),
    )


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


def _correcting(row: Any, option: CorrectionOption, wish: CorrectionInput) -> InvoiceInput:
    body = msgspec.json.decode(row["draft"])
    for name in _ITS_OWN:
        body.pop(name, None)
    body["kind"] = option.kind
    body["source_ref"] = wish.source_ref or _event_of(row, str(option.kind))
    references = body.get("references") or {}
    if option.refers == "this":
        references |= {"preceding": [{"invoice": written(Prefix.INVOICE, row["id"])}]}
    body["references"] = references
    if wish.reason:
        body["correction_reason"] = wish.reason
    body = merged(body, dict(option.presets))
    return read_patched(msgspec.json.encode(body).decode(), wish.changes)
