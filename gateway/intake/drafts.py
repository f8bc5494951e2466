"""Creating, changing and checking drafts: the transactions around `draft_invoice`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from msgspec.structs import replace

from gateway import presentation
from gateway.actor import Origin
from gateway.errors import Conflict, Forbidden, NotFound, Refused
from gateway.identity import Prefix, written
from gateway.intake.attached import digested
from gateway.intake.business_events import duplicate, first_of_its_event
from gateway.intake.documents import assigned
from gateway.intake.drafting import Draft, draft_invoice
from gateway.intake.ground import read_ground
from gateway.intake.kept import Kept, once
from gateway.intake.receipts import payments_of
from gateway.store import invoices, trail
from gateway.store.pool import Connection, to_json
from gateway.store.trail import Trail
from gateway.wiring import Wiring
from jurisdictions.contract import Reading
from schemas.findings import Finding, Findings
from schemas.invoice import InvoiceInput, Kind

_encode = msgspec.json.Encoder(decimal_format="string").encode


async def create(
    wiring: Wiring,
    origin: Origin,
    body: InvoiceInput,
    key: str,
    wanted: bytes,
    *,
    reading: Reading | None = None,
    named: str | None = None,
) -> Kept:
    """Store a draft with its routes, totals and findings, once per key and once per business event.

    A `reading` of a document is assigned to its issuer first (to the one that is `named`); what was found while reading
    stands among the draft's findings, and in the audit trail for good.
    """
    _written_by_hand(body)
    actor, invoice_id = origin.actor, wiring.new_id()

    async def work(connection: Connection) -> Kept:
        own, said = await assigned(connection, actor, reading, named) if reading else (body, ())
        ground = await read_ground(connection, actor, own, wiring.deployments, wiring.jurisdictions)
        source_ref = own.source_ref or key
        if own.kind is Kind.INVOICE:
            await first_of_its_event(connection, actor, ground.issuer_id, source_ref)
        at = wiring.clock()
        ground = replace(ground, findings=said + ground.findings)
        draft = draft_invoice(wiring.jurisdictions, invoice_id, own, ground, at)
        row = (*_draft_columns(draft, source_ref), at)
        try:
            await invoices.insert(
                connection, (actor.tenant, actor.environment, invoice_id, ground.issuer_id, own.kind, *row)
            )
        except asyncpg.UniqueViolationError as why:
            raise duplicate(source_ref, None) from why
        await _told(wiring, connection, origin, invoice_id, "invoice.created", 1, _created(own, said))
        stored = await invoices.get(connection, actor.tenant, actor.environment, invoice_id)
        location = f"/v1/invoices/{written(Prefix.INVOICE, invoice_id)}"
        headers = {"ETag": presentation.etag(1), "Location": location}
        return Kept(status=201, body=_encode(presentation.invoice(stored)), headers=headers)

    return await once(wiring.store, actor, key, wanted, work)


def _written_by_hand(body: InvoiceInput) -> None:
    """Refuse what no caller writes: a receipt is made from its payment."""
    if body.kind is Kind.RECEIPT:
        raise Refused(
            "A receipt of payment is made from the payment, never written by hand.",
            code="receipt_by_payment",
            findings=(
                Finding(
                    rule="GW-KIND",
                    message="Receipts come from payments.",
                    pointer="/kind",
                    found=body.kind,
                    expected=" | ".join(kind for kind in Kind if kind is not Kind.RECEIPT),
                    fix="POST /v1/payments with what was paid and which invoices it pays.",
                ),
            ),
        )


def _created(body: InvoiceInput, said: Findings) -> dict[str, Any]:
    """What the audit trail keeps of a new draft: for a document also what was found while it was read."""
    detail = {"draft": digested(msgspec.to_builtins(body))}
    return detail | {"reading": msgspec.to_builtins(said)} if said else detail


def _draft_columns(draft: Draft, source_ref: str) -> tuple[object, ...]:
    return (
        source_ref,
        to_json(draft.written),
        to_json(draft.invoice),
        to_json(draft.routes),
        to_json(draft.findings),
        draft.ready,
    )


async def _told(
    wiring: Wiring,
    connection: Connection,
    origin: Origin,
    invoice_id: UUID,
    action: str,
    version: int,
    detail: dict[str, Any],
) -> None:
    told = Trail(wiring.new_id, origin.actor.name, origin.request_id)
    told.note(action, "invoice", invoice_id, version=version, state="draft", detail=detail)
    await trail.write(connection, origin.actor.tenant, origin.actor.environment, wiring.clock(), told)


async def editable(connection: Connection, origin: Origin, invoice_id: UUID) -> Any:
    """The row of a draft of this tenant's; 404, 403, or 409 where it is no draft any more."""
    row = await visible(connection, origin, invoice_id)
    if row["state"] != "draft":
        raise Conflict(
            f"The invoice is {row['state']}: a legal document is corrected, never changed.", code="not_a_draft"
        )
    return row


async def visible(connection: Connection, origin: Origin, invoice_id: UUID) -> Any:
    """The row of an invoice of this tenant's, or 404, or 403."""
    row = await invoices.get(connection, origin.actor.tenant, origin.actor.environment, invoice_id)
    if row is None:
        raise NotFound(f"There is no invoice {written(Prefix.INVOICE, invoice_id)}.")
    if not origin.actor.may_use(row["issuer_id"]):
        raise Forbidden("This key may not use this issuer.")
    return row


async def rewrite(
    wiring: Wiring, connection: Connection, origin: Origin, row: Any, body: InvoiceInput, changes: dict[str, Any]
) -> int | None:
    """Judge the changed draft and store it under the version that was read; the new version, or None if it moved on."""
    _written_by_hand(body)
    actor = origin.actor
    ground = await read_ground(connection, actor, body, wiring.deployments, wiring.jurisdictions)
    source_ref = body.source_ref or row["source_ref"]
    if ground.issuer_id != row["issuer_id"]:
        raise Conflict("A draft keeps its issuer; delete it and make another one.", code="issuer_fixed")
    # A correction has its original's event: made an invoice, it would be a second one.
    if body.kind is Kind.INVOICE and (source_ref, body.kind) != (row["source_ref"], row["kind"]):
        await first_of_its_event(connection, actor, ground.issuer_id, source_ref)
    draft = draft_invoice(wiring.jurisdictions, row["id"], body, ground, wiring.clock())
    columns = _draft_columns(draft, source_ref)
    key = (actor.tenant, actor.environment, row["id"], row["version"])
    try:
        version = await invoices.replace_draft(connection, (*key, *columns, wiring.clock(), body.kind))
    except asyncpg.UniqueViolationError as why:
        raise duplicate(source_ref, None) from why
    if version is not None:
        await _told(wiring, connection, origin, row["id"], "invoice.updated", version, {"changes": digested(changes)})
    return version


async def judge(wiring: Wiring, connection: Connection, origin: Origin, row: Any) -> Draft:
    """Every rule of every route on the draft as it stands, with no effect."""
    body = presentation.decode_draft(row["draft"])
    ground = await read_ground(connection, origin.actor, body, wiring.deployments, wiring.jurisdictions)
    if body.kind is Kind.RECEIPT:
        payments = await payments_of(connection, origin.actor, wiring.jurisdictions, row["id"])
        ground = replace(ground, payments=payments)
    return draft_invoice(wiring.jurisdictions, row["id"], body, ground, wiring.clock())


async def hide(
    wiring: Wiring, connection: Connection, origin: Origin, invoice_id: UUID, version: int | None
) -> int | None:
    """Delete a draft; its versions stay in the audit trail."""
    actor = origin.actor
    gone = await invoices.hide_draft(connection, actor.tenant, actor.environment, invoice_id, version, wiring.clock())
    if gone is not None:
        await _told(wiring, connection, origin, invoice_id, "invoice.deleted", gone, {})
    return gone
