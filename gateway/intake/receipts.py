"""Receipts of payment: which of the paid invoices' laws want one, the neutral document that it is, and what it tells.

A receipt is an invoice of kind `receipt` with one line that asks for nothing; all that counts is in its payment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from gateway.actor import Actor
from gateway.identity import Prefix, written
from gateway.intake.allocating import Share, being_cancelled
from gateway.intake.drafting import Draft
from gateway.intake.ground import decode_invoice
from gateway.intake.instructions import instruct
from gateway.intake.sealing import Order
from gateway.store import payments as store
from gateway.store.pool import Connection
from jurisdictions.contract import Allocation, InstructionKind, Jurisdiction, Payment
from schemas.document import ExchangeRate
from schemas.findings import Finding, Findings
from schemas.invoice import InvoiceInput, Kind, LineInput, PrecedingInput, ReferencesInput
from schemas.payments import PaymentInput
from schemas.states import ACCEPTED, SETTLED, InvoiceState, Standing, SubmissionState

SERIES = "P"
"""The series of receipts, where the payment names none."""
MOST_PRECEDING = 100
"""How many earlier documents an invoice may name (`schemas.invoice.ReferencesInput`)."""
_HELD = frozenset({Standing.REGISTERED, Standing.REGISTERED_WITH_ERRORS})
_texts = msgspec.json.Decoder(dict[str, str])
_body = msgspec.json.Decoder(PaymentInput)


def receipt_givers(jurisdictions: Mapping[str, Jurisdiction]) -> tuple[str, ...]:
    """The jurisdictions whose law knows receipts of payment."""
    return tuple(code for code, one in jurisdictions.items() if one.law.receipts is not None)


def receipts_wanted(
    jurisdictions: Mapping[str, Jurisdiction], shares: Sequence[Share]
) -> tuple[dict[str, tuple[Any, ...]], Findings]:
    """The jurisdictions that want a receipt of these shares, each with the shares' submissions in their order."""
    wanted: dict[str, tuple[Any, ...]] = {}
    found: list[Finding] = []
    for code in receipt_givers(jurisdictions):
        wants = jurisdictions[code].law.receipts
        said = [_last(share, code) for share in shares]
        if wants is None or not any(row is not None and wants(_texts.decode(row["attributes"])) for row in said):
            continue
        found.extend(_unready(code, shares, said))
        wanted[code] = tuple(said)
    return wanted, tuple(found)


def _last(share: Share, code: str) -> Any:
    """The submission that issued the invoice there: the last one accepted, or else the last that counts."""
    rows = [
        row
        for row in share.sent
        if row["jurisdiction"] == code
        and row["instruction"] in (InstructionKind.ISSUE, InstructionKind.CORRECT)
        and row["state"] != SubmissionState.SUPERSEDED
    ]
    accepted = [row for row in rows if row["state"] in ACCEPTED]
    return (accepted or rows or [None])[-1]


def _unready(code: str, shares: Sequence[Share], said: Sequence[Any]) -> Iterator[Finding]:
    for share, row in zip(shares, said, strict=True):
        if row is None:
            yield Finding(
                rule="GW-PAYMENT-MIXED",
                message=f"Other invoices of this payment want a receipt from {code}; this one does not concern it.",
                pointer=f"{share.pointer}/invoice",
                found=share.invoice.number,
                fix="Record a payment of its own for this invoice.",
            )
        elif row["standing"] not in _HELD or row["state"] not in ACCEPTED:
            yield Finding(
                rule="GW-PAYMENT-UNREGISTERED",
                message="A receipt names the invoice as the authority does, and the authority does not hold it.",
                pointer=f"{share.pointer}/invoice",
                found=f"{share.invoice.number}: {row['state']}, {row['standing'] or Standing.NONE}",
                expected="an invoice that the authority has accepted",
                fix="Wait until it is accepted, then record the payment with the same key.",
            )


def payments_for(
    jurisdictions: Mapping[str, Jurisdiction],
    payment_id: UUID,
    body: PaymentInput,
    shares: Sequence[Share],
    wanted: Mapping[str, Sequence[Any]],
) -> dict[str, Payment]:
    """The payment as each jurisdiction that wants a receipt is told of it."""
    return {
        code: _payment(
            payment_id, body, tuple(_told(jurisdictions[code], *pair) for pair in zip(shares, rows, strict=True))
        )
        for code, rows in wanted.items()
    }


def _payment(payment_id: UUID, body: PaymentInput, allocations: tuple[Allocation, ...]) -> Payment:
    return Payment(
        id=written(Prefix.PAYMENT, payment_id),
        paid_at=body.paid_at,
        currency=body.currency.upper(),
        amount=Decimal(body.amount),
        means=body.means,
        reference=body.reference,
        exchange_rates=tuple(
            ExchangeRate(
                from_currency=one.from_currency.upper(),
                to_currency=one.to_currency.upper(),
                rate=Decimal(one.rate),
                source=one.source,
                on=one.on,
            )
            for one in body.exchange_rates
        ),
        allocations=allocations,
    )


def _told(jurisdiction: Jurisdiction, share: Share, row: Any) -> Allocation:
    """One share in the jurisdiction's own types."""
    paid, _ = instruct(jurisdiction, share.invoice)
    return Allocation(
        invoice=share.invoice,
        external_id=row["authority_id"] or "",
        attributes=_texts.decode(row["attributes"]),
        amount=share.amount,
        rate=share.rate,
        installment=share.installment,
        balance_before=share.balance_before,
        balance_after=share.balance_after,
        extension=paid.extension,
        line_extensions=paid.line_extensions,
    )


async def former_receipt(connection: Connection, actor: Actor, receipt: UUID | None) -> tuple[UUID | None, Findings]:
    """The receipt whose place another one takes: named where an authority has ever held it, else there is no place.

    While it is on its way nobody knows, and the authority could come to hold two receipts of the same money.
    """
    sent = [] if receipt is None else await store.sent_of(connection, actor.tenant, actor.environment, [receipt])
    if any(row["instruction"] != InstructionKind.CANCEL and row["state"] not in SETTLED for row in sent):
        finding = Finding(
            rule="GW-PAYMENT-REPLACES",
            message="The receipt of the payment that this one replaces is still on its way to the authority.",
            pointer="/replaces",
            expected="a payment whose receipt was accepted or refused",
            fix="Wait for its outcome, then record the payment with the same key.",
        )
        return None, (finding,)
    held = any(row["standing"] not in (None, Standing.NONE) for row in sent)
    return receipt if held else None, ()


def receipt_body(
    body: PaymentInput, shares: Sequence[Share], source_ref: str, replaced: UUID | None = None
) -> InvoiceInput:
    """The receipt as if a caller had written it: the paid invoices' customer, and what comes before it.

    `replaced` is the receipt whose place this one takes.
    """
    former = [PrecedingInput(invoice=written(Prefix.INVOICE, replaced))] if replaced else []
    # An invoice has room for a hundred; the allocations tell all that is paid.
    named = shares[: MOST_PRECEDING - len(former)]
    paid = [PrecedingInput(invoice=written(Prefix.INVOICE, share.invoice_id)) for share in named]
    return InvoiceInput(
        issuer=body.issuer,
        customer=shares[0].invoice.customer,
        currency=body.currency,
        kind=Kind.RECEIPT,
        series=body.series or SERIES,
        source_ref=source_ref,
        lines=(LineInput(description="Payment", unit_price="0", taxes=()),),
        references=ReferencesInput(preceding=tuple(paid + former)),
        exchange_rates=body.exchange_rates,
        extensions=body.extensions,
    )


def receipt_orders(
    draft: Draft, in_order: Mapping[str, Jurisdiction], payments: Mapping[str, Payment]
) -> tuple[Order, ...]:
    """One receipt for each route, in the order in which seals may be made."""
    editions = {route.jurisdiction: route.edition for route in draft.routes}
    return tuple(
        Order(
            jurisdiction=code,
            issuer=draft.issuers[code],
            edition=editions[code],
            kind=InstructionKind.RECEIPT,
            payment=payments[code],
        )
        for code in in_order
        if code in editions
    )


async def payments_of(
    connection: Connection, actor: Actor, jurisdictions: Mapping[str, Jurisdiction], receipt: UUID
) -> dict[str, Payment]:
    """The payment behind a receipt, as each of its jurisdictions was told of it: balances as they were then.

    Empty where the invoice is no receipt, or its payment counts no more. For `Ground.payments` and `Order.payment` of
    what is sealed about it again.
    """
    row = await store.of_receipt(connection, actor.tenant, actor.environment, receipt)
    if row is None:
        return {}
    shares = await _counting(connection, actor, row["id"])
    if shares is None:
        return {}
    wanted, _ = receipts_wanted(jurisdictions, shares)
    return payments_for(jurisdictions, row["id"], _body.decode(row["body"]), shares, wanted)


async def receipt_counts(connection: Connection, actor: Actor, invoice: UUID) -> bool:
    """Whether an invoice is no receipt, or that of a payment that counts; it is locked, so that this stays so."""
    place = (connection, actor.tenant, actor.environment)
    row = await store.of_receipt(*place, invoice)
    if row is None:
        return True
    await store.locked(*place, [invoice])
    return await _counting(connection, actor, row["id"]) is not None


async def _counting(connection: Connection, actor: Actor, payment: UUID) -> tuple[Share, ...] | None:
    """What a payment pays, None where it counts no more: replaced or undone, or an invoice ends that it pays."""
    parts = await store.allocations(connection, actor.tenant, actor.environment, [payment])
    shares = await _stored_shares(connection, actor, parts)
    stand = all(one.state in (InvoiceState.OPEN, InvoiceState.PAID) and not being_cancelled(one) for one in shares)
    return shares if stand and all(part["live"] for part in parts) else None


async def _stored_shares(connection: Connection, actor: Actor, parts: Sequence[Any]) -> tuple[Share, ...]:
    ids = [part["invoice_id"] for part in parts]
    rows = {row["id"]: row for row in await store.read(connection, actor.tenant, actor.environment, ids)}
    sent = await store.sent_of(connection, actor.tenant, actor.environment, ids)
    return tuple(
        Share(
            place=part["allocation"],
            invoice_id=part["invoice_id"],
            invoice=decode_invoice(rows[part["invoice_id"]]["document"]),
            state=InvoiceState(rows[part["invoice_id"]]["state"]),
            amount=part["amount"],
            rate=part["rate"],
            installment=part["installment"] or 1,
            balance_before=part["balance_before"],
            balance_after=part["balance_after"],
            sent=tuple(row for row in sent if row["invoice_id"] == part["invoice_id"]),
        )
        for part in parts
    )
