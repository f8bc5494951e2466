"""Writing a payment that was judged: its rows, its sealed receipt, the invoices that it pays, and the kept answer.

State, event and audit of each move are written in the one transaction of the caller's.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from gateway.actor import Actor, Origin
from gateway.identity import Prefix, written
from gateway.intake import issuing, payment_answers, sealing
from gateway.intake.allocating import Share
from gateway.intake.drafting import Draft
from gateway.intake.kept import Kept
from gateway.presentation import etag
from gateway.store import invoices, trail
from gateway.store import payments as store
from gateway.store.pool import Connection, to_json
from gateway.store.trail import Trail
from gateway.wiring import Wiring
from jurisdictions.contract import Keys
from schemas.findings import Findings
from schemas.invoice import Kind
from schemas.money import ZERO, plain
from schemas.payments import PaymentInput
from schemas.states import INVOICE_MOVES, InvoiceState, advance

_encode = msgspec.json.Encoder(decimal_format="string").encode


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A payment that is to be recorded: what was asked and under which key, the payment whose place it takes, the
    invoices whose balance it changes, and (once judged) its shares and what was found."""

    id: UUID
    body: PaymentInput
    issuer: UUID
    source_ref: str
    key: str
    wanted: bytes
    at: datetime
    replaced: Any = None
    touched: tuple[UUID, ...] = ()
    shares: tuple[Share, ...] = ()
    found: Findings = ()


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The receipt that the law wants of a payment: judged and ready to be sealed."""

    id: UUID
    draft: Draft
    orders: tuple[sealing.Order, ...]


class _Named(msgspec.Struct):
    id: str
    version: int


def located(kept: Kept) -> Kept:
    """An answer, fresh or replayed, with its place and its version."""
    named = msgspec.json.decode(kept.body, type=_Named)
    return replace(kept, headers={"ETag": etag(named.version), "Location": f"/v1/payments/{named.id}"})


async def write(
    wiring: Wiring,
    connection: Connection,
    origin: Origin,
    wish: Wish,
    receipt: Receipt | None,
    keys: dict[str, Keys],
) -> Kept:
    """All rows of the payment; its invoices are locked already."""
    actor, told = origin.actor, Trail(wiring.new_id, origin.actor.name, origin.request_id)
    if receipt is not None:
        await _insert_receipt(connection, actor, wish, receipt, told)
    await store.insert(connection, actor.tenant, actor.environment, _row(wish, receipt), _parts(wish, receipt))
    _tell(told, origin, wish, receipt)
    await _move_invoices(connection, actor, wish, told)
    await _move_former_receipt(connection, actor, wish, told)
    stored = await store.get(connection, actor.tenant, actor.environment, wish.id)
    parts = await store.allocations(connection, actor.tenant, actor.environment, [wish.id])
    answer = _encode(payment_answers.payment(stored, parts))
    if receipt is not None:
        await _seal(wiring, connection, origin, wish, receipt, keys, told, answer)
    else:
        await trail.write(connection, actor.tenant, actor.environment, wish.at, told)
        await _keep(connection, actor, wish, answer)
    return located(Kept(status=201, body=answer))


def _row(wish: Wish, receipt: Receipt | None) -> tuple[object, ...]:
    return (
        wish.id,
        wish.issuer,
        wish.source_ref,
        receipt.id if receipt else None,
        wish.replaced["id"] if wish.replaced else None,
        to_json(wish.body),
        to_json(wish.found),
        wish.body.currency.upper(),
        Decimal(wish.body.amount),
        wish.body.paid_at,
        wish.at,
    )


def _parts(wish: Wish, receipt: Receipt | None) -> list[store.NewAllocation]:
    return [
        store.NewAllocation(
            invoice=share.invoice_id,
            amount=share.amount,
            rate=share.rate,
            installment=share.installment if receipt else None,
            balance_before=share.balance_before,
            balance_after=share.balance_after,
        )
        for share in wish.shares
    ]


async def _insert_receipt(connection: Connection, actor: Actor, wish: Wish, receipt: Receipt, told: Trail) -> None:
    draft = receipt.draft
    await invoices.insert(
        connection,
        (
            actor.tenant,
            actor.environment,
            receipt.id,
            wish.issuer,
            Kind.RECEIPT,
            wish.source_ref,
            to_json(draft.written),
            to_json(draft.invoice),
            to_json(draft.routes),
            to_json(draft.findings),
            draft.ready,
            wish.at,
        ),
    )
    body = {"payment": written(Prefix.PAYMENT, wish.id)}
    told.note("invoice.created", "invoice", receipt.id, version=1, state="draft", body=body, detail=body)


def _tell(told: Trail, origin: Origin, wish: Wish, receipt: Receipt | None) -> None:
    """The audit row of the payment; integrators are told of it by what it moves."""
    detail: dict[str, object] = {
        "payment": msgspec.to_builtins(wish.body),
        "receipt": written(Prefix.INVOICE, receipt.id) if receipt else None,
        "correlation": origin.correlation,
    }
    told.note("payment.recorded", "payment", wish.id, version=1, state="recorded", detail=detail, told=False)


async def _move_invoices(connection: Connection, actor: Actor, wish: Wish, told: Trail) -> None:
    """What asks for nothing any more is paid; what asks again, since the payment that paid it was replaced, is open.

    Each of them has a new version: whoever has read it before must not cancel it unawares of its payment.
    """
    amounts = {share.invoice_id: share.amount for share in wish.shares}
    for row in await store.balances(connection, actor.tenant, actor.environment, wish.touched):
        former = InvoiceState(row["state"])
        if former not in (InvoiceState.OPEN, InvoiceState.PAID):
            continue
        target = InvoiceState.OPEN if row["balance"] > 0 else InvoiceState.PAID
        if target is not former:
            advance(INVOICE_MOVES, former, target)
        place = (actor.tenant, actor.environment, row["id"])
        version = await store.move_invoice(connection, *place, former, target, wish.at)
        if version is None:
            raise RuntimeError("an invoice moved although it was locked")
        body = {
            "payment": written(Prefix.PAYMENT, wish.id),
            "amount": plain(amounts.get(row["id"], ZERO)),
            "balance": plain(row["balance"]),
        }
        action = "invoice.paid" if target is InvoiceState.PAID is not former else "invoice.updated"
        told.note(action, "invoice", row["id"], version=version, state=target, previous=former, body=body, detail=body)


async def _move_former_receipt(connection: Connection, actor: Actor, wish: Wish, told: Trail) -> None:
    """The receipt of the replaced payment has a new version: whoever is about to seal it anew must look again."""
    receipt = wish.replaced and wish.replaced["receipt_id"]
    if not receipt:
        return
    place = (actor.tenant, actor.environment, receipt)
    version = await store.move_invoice(connection, *place, InvoiceState.OPEN, InvoiceState.OPEN, wish.at)
    if version is not None:
        body = {"replaced_by": written(Prefix.PAYMENT, wish.id)}
        told.note("invoice.updated", "invoice", receipt, version=version, state="open", previous="open", body=body)


async def _keep(connection: Connection, actor: Actor, wish: Wish, answer: bytes) -> None:
    await connection.execute(
        "INSERT INTO gateway.idempotency (tenant_id, environment, key, fingerprint, status, body)"
        " VALUES ($1, $2, $3, $4, 201, $5)",
        actor.tenant,
        actor.environment,
        wish.key,
        wish.wanted,
        answer,
    )


async def _seal(
    wiring: Wiring,
    connection: Connection,
    origin: Origin,
    wish: Wish,
    receipt: Receipt,
    keys: dict[str, Keys],
    told: Trail,
    answer: bytes,
) -> None:
    """Number and seal the receipt as any invoice is finalized, keeping the payment's answer."""

    async def finish(_: issuing.Sealed) -> Kept:
        return Kept(status=201, body=answer)

    sealed = issuing.Wish(
        id=receipt.id,
        version=1,
        issuer=wish.issuer,
        series=receipt.draft.series,
        invoice=receipt.draft.invoice,
        orders=receipt.orders,
        keys=keys,
        key=wish.key,
        wanted=wish.wanted,
    )
    if (await issuing.seal(wiring, connection, origin, sealed, finish, told)).replayed:
        raise RuntimeError("the key was free and is taken")
