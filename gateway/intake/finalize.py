"""`POST /v1/invoices/{id}/finalize`: every rule first, then one transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from gateway import presentation
from gateway.actor import Origin
from gateway.errors import Conflict, NotFound, Refused
from gateway.identity import Prefix, written
from gateway.intake import issuing, sealing
from gateway.intake.drafting import Draft, draft_invoice
from gateway.intake.ground import decode_invoice, ground_of_row, read_preceding
from gateway.intake.kept import Kept, fingerprint, look_up, replay_of
from gateway.intake.signers import signers
from gateway.store import invoices
from gateway.store.pool import translated
from gateway.wiring import Wiring
from jurisdictions.contract import Keys
from schemas.answers import InvoiceAnswer, SubmissionAnswer
from schemas.document import Preceding
from schemas.findings import Finding, Findings
from schemas.invoice import InvoiceInput


class _Versioned(msgspec.Struct):
    version: int


_encode = msgspec.json.Encoder(decimal_format="string").encode


async def finalize(wiring: Wiring, origin: Origin, invoice_id: UUID, key: str, body: bytes) -> Kept:
    """Number, seal and enqueue the draft. Raises Refused with all findings, Conflict where it is no draft any more."""
    actor = origin.actor
    name = written(Prefix.INVOICE, invoice_id)
    wanted = fingerprint("POST", f"/v1/invoices/{name}/finalize", body)
    async with wiring.store.connection() as connection:
        row = await invoices.read_for_seal(connection, actor.tenant, actor.environment, invoice_id)
    if row is None or not actor.may_use(row["issuer_id"]):
        raise NotFound(f"There is no invoice {name}.")
    if row["state"] != "draft":
        return await _finalized_before(wiring, origin, name, key, wanted, row["state"])
    draft = await _judge(wiring, origin, invoice_id, row)
    _same_as_shown(draft, row)
    orders = sealing.orders_of(draft.routes, draft.issuers, wiring.jurisdictions)
    keys = await signers(wiring, actor, row["issuer_id"], [order.jurisdiction for order in orders])
    return await _seal(wiring, origin, invoice_id, row, draft, orders, keys, key, wanted)


async def _finalized_before(wiring: Wiring, origin: Origin, name: str, key: str, wanted: bytes, state: str) -> Kept:
    """The kept answer for the same key; a conflict for any other."""
    async with wiring.store.tenant(origin.actor.tenant, origin.actor.environment) as connection:
        kept = await look_up(connection, origin.actor, key)
    if kept is not None:
        return tagged(replay_of(kept, wanted))
    raise Conflict(f"{name} is {state}: it has been finalized already.", code="already_finalized")


async def _judge(wiring: Wiring, origin: Origin, invoice_id: UUID, row: Any) -> Draft:
    body = presentation.decode_draft(row["draft"])
    preceding: dict[str, Preceding] = {}
    wrong: Findings = ()
    if body.references and body.references.preceding:
        async with wiring.store.tenant(origin.actor.tenant, origin.actor.environment) as connection:
            preceding, wrong = await read_preceding(connection, origin.actor, body, row["issuer_id"])
    ground = ground_of_row(row, origin.actor, body, preceding, wrong, wiring.deployments)
    draft = draft_invoice(wiring.jurisdictions, invoice_id, body, ground, wiring.clock())
    if not draft.ready:
        raise Refused(
            "The invoice cannot be finalized; no number was used.", code="validation_failed", findings=draft.findings
        )
    return draft


def _same_as_shown(draft: Draft, row: Any) -> None:
    """What is finalized is what was shown: other totals or routes than the draft's are a conflict, not a surprise."""
    shown = decode_invoice(row["document"])
    routes = [route.jurisdiction for route in presentation.decode_routes(row["routes"])]
    now = [route.jurisdiction for route in draft.routes]
    if shown.totals != draft.invoice.totals or routes != now:
        raise Conflict(
            "The issuer, the customer or a rule has changed since the draft was made, and with it the totals or"
            " the routes."
            " PATCH the draft (an empty patch will do), look at it again, and finalize.",
            code="draft_outdated",
            findings=(
                Finding(
                    rule="GW-OUTDATED",
                    message="Totals or routes differ from the draft's.",
                    found=f"payable {draft.invoice.totals.payable}, routes {', '.join(now)}",
                    expected=f"payable {shown.totals.payable}, routes {', '.join(routes)}",
                ),
            ),
        )


async def _seal(
    wiring: Wiring,
    origin: Origin,
    invoice_id: UUID,
    row: Any,
    draft: Draft,
    orders: tuple[sealing.Order, ...],
    keys: dict[str, Keys],
    key: str,
    wanted: bytes,
) -> Kept:
    wish = issuing.Wish(
        id=invoice_id,
        version=row["version"],
        issuer=row["issuer_id"],
        series=draft.series,
        invoice=draft.invoice,
        orders=orders,
        keys=keys,
        key=key,
        wanted=wanted,
    )

    async def finish(done: issuing.Sealed) -> Kept:
        answer = _encode(_answer(wiring, invoice_id, row, draft, done))
        return Kept(status=200, body=answer, headers={"ETag": presentation.etag(done.version)})

    with translated():
        async with wiring.store.connection() as connection, connection.transaction():
            kept = await issuing.seal(wiring, connection, origin, wish, finish)
    if kept.replayed:
        return tagged(kept)
    wiring.store.wake_workers()
    return kept


def tagged(kept: Kept) -> Kept:
    """A replay with the ETag that its first answer had."""
    version: int = msgspec.json.decode(kept.body, type=_Versioned).version
    return replace(kept, headers={"ETag": presentation.etag(version)})


def _answer(wiring: Wiring, invoice_id: UUID, row: Any, draft: Draft, done: issuing.Sealed) -> InvoiceAnswer:
    invoice, pieces, at = done.invoice, done.pieces, done.at
    submissions = tuple(queued(invoice_id, piece, at) for piece in pieces)
    written_by_caller = {name: getattr(draft.written, name) for name in InvoiceInput.__struct_fields__}
    written_by_caller["source_ref"] = row["source_ref"]
    return InvoiceAnswer(
        **written_by_caller,
        id=written(Prefix.INVOICE, invoice_id),
        status="open",
        version=done.version,
        number=invoice.number,
        ready_to_finalize=False,
        totals=presentation.totals(invoice),
        tax_breakdown=presentation.breakdown(invoice),
        routes=presentation.routes(draft.routes),
        findings=draft.findings,
        created_at=row["created_at"],
        updated_at=at,
        finalized_at=at,
        deliverable=presentation.deliverable(submissions, wiring.jurisdictions),
        facts={piece.order.jurisdiction: dict(piece.sealed.facts) for piece in pieces},
        submissions=submissions,
        documents=tuple(
            presentation.document(
                invoice_id,
                {
                    "jurisdiction": piece.order.jurisdiction,
                    "name": piece.sealed.name,
                    "media_type": piece.sealed.media_type,
                    "sha256": bytes.fromhex(piece.sealed.digest),
                    "role": "sealed",
                    "at": at,
                },
            )
            for piece in pieces
        ),
    )


def queued(invoice_id: UUID, piece: sealing.Piece, at: Any) -> SubmissionAnswer:
    return SubmissionAnswer(
        id=written(Prefix.SUBMISSION, piece.submission),
        invoice=written(Prefix.INVOICE, invoice_id),
        jurisdiction=piece.order.jurisdiction,
        instruction=piece.order.kind,
        state="queued",
        version=1,
        edition=piece.order.edition,
        flow=piece.flow_key,
        tries=0,
        sealed_at=at,
        updated_at=at,
        facts=dict(piece.sealed.facts),
    )
