"""Which invoices a payment pays, and whether it may: every finding at once, under the lock of the invoices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from typing import Any
from uuid import UUID

import msgspec

from gateway.identity import Prefix, read
from gateway.intake.ground import decode_invoice
from schemas.codes import CURRENCIES
from schemas.document import Invoice
from schemas.findings import Finding, Findings, Severity
from schemas.invoice import Kind
from schemas.money import ZERO, plain, round_half_up, scale_of
from schemas.party import Party
from schemas.payments import AllocationInput, PaymentInput
from schemas.states import SETTLED, InvoiceState, Standing, SubmissionState
from validators.arithmetic import EXACT

PAYABLE = frozenset({Kind.INVOICE, Kind.DEBIT_NOTE, Kind.CORRECTIVE})
EARLY = timedelta(days=1)
"""How far ahead a payment may be dated: a day without an hour may be written as its end, and zones differ."""


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """What of a payment goes to one invoice. Amount and balances are in the invoice's currency; `sent` are the
    invoice's submissions, oldest first; `installment` is the number that its receipt would have."""

    place: int
    invoice_id: UUID
    invoice: Invoice
    state: InvoiceState
    amount: Decimal
    rate: Decimal | None
    installment: int
    balance_before: Decimal
    balance_after: Decimal
    sent: tuple[Any, ...] = ()

    @property
    def pointer(self) -> str:
        return f"/allocations/{self.place}"


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """The invoices as they stand: their rows by id, what they were paid before, and their submissions."""

    rows: Mapping[UUID, Any]
    paid: Sequence[Any]
    sent: Sequence[Any]
    issuer: UUID
    replaces: UUID | None = None


def invoices_of(body: PaymentInput) -> list[UUID]:
    """The ids that the allocations name, as far as they are ids of invoices at all."""
    found = (read(Prefix.INVOICE, one.invoice) for one in body.allocations)
    return sorted({one for one in found if one is not None})


def shares_of(body: PaymentInput, book: Book, at: datetime) -> tuple[tuple[Share, ...], Findings]:
    """The shares of a payment and what is wrong with them; a share without its invoice is left out."""
    with localcontext(EXACT):
        return _judged(body, book, at)


def _judged(body: PaymentInput, book: Book, at: datetime) -> tuple[tuple[Share, ...], Findings]:
    found: list[Finding] = list(_of_the_whole(body, at))
    shares: list[Share] = []
    named: set[UUID | str] = set()
    for place, one in enumerate(body.allocations):
        pointer, invoice = f"/allocations/{place}", read(Prefix.INVOICE, one.invoice)
        # An id can be written in more than one way (capitals): the invoice counts, not its text.
        if (invoice or one.invoice) in named:
            found.append(
                _wrong("GW-PAYMENT-TWICE", "A payment names each invoice once.", f"{pointer}/invoice", one.invoice)
            )
            continue
        named.add(invoice or one.invoice)
        row = None if invoice is None else book.rows.get(invoice)
        if row is None or row["issuer_id"] != book.issuer:
            found.append(_unknown(one, pointer, row is None))
            continue
        share = _share(place, one, row, book, body.currency.upper())
        found.extend(_of_the_share(body, one, share, Kind(row["kind"])))
        shares.append(share)
    found.extend(_together(body, shares))
    return tuple(shares), tuple(found)


def _share(place: int, one: AllocationInput, row: Any, book: Book, paid_in: str) -> Share:
    invoice = decode_invoice(row["document"])
    before = [each for each in book.paid if each["invoice_id"] == row["id"] and each["live"]]
    # What this payment takes the place of pays nothing any more.
    live = [each for each in before if each["payment_id"] != book.replaces]
    balance = invoice.totals.payable - sum((each["amount"] for each in live), ZERO)
    rate = None if one.rate is None else Decimal(one.rate)
    if rate == 1 and paid_in == invoice.currency:
        rate = None
    amount = Decimal(one.amount)
    return Share(
        place=place,
        invoice_id=row["id"],
        invoice=invoice,
        state=InvoiceState(row["state"]),
        amount=amount,
        rate=rate,
        installment=1 + max((each["installment"] or 0 for each in live), default=0),
        balance_before=balance,
        balance_after=balance - amount,
        sent=tuple(each for each in book.sent if each["invoice_id"] == row["id"]),
    )


def _of_the_whole(body: PaymentInput, at: datetime) -> Iterator[Finding]:
    currency = body.currency.upper()
    if currency not in CURRENCIES:
        yield _wrong("GW-CURRENCY", "This is no currency.", "/currency", body.currency, "a code of ISO 4217")
    yield from _amount(body.amount, currency, "/amount")
    if body.paid_at > at + EARLY:
        yield _wrong(
            "GW-PAYMENT-TIME",
            "A payment is recorded once it has come.",
            "/paid_at",
            body.paid_at.isoformat(),
            f"{at.isoformat()} or before",
        )


def _amount(text: str, currency: str, pointer: str) -> Iterator[Finding]:
    amount, scale = Decimal(text), scale_of(currency)
    if amount <= 0:
        yield _wrong("GW-PAYMENT-AMOUNT", "What is paid is above zero.", pointer, text, "an amount above 0")
    elif amount != round_half_up(amount, scale):
        message = f"Amounts in {currency} have {scale} decimals."
        yield _wrong("GW-PAYMENT-AMOUNT", message, pointer, text, plain(round_half_up(amount, scale)))


def _of_the_share(body: PaymentInput, one: AllocationInput, share: Share, kind: Kind) -> Iterator[Finding]:
    pointer, currency = share.pointer, share.invoice.currency
    yield from _amount(one.amount, currency, f"{pointer}/amount")
    yield from _rate(body, one, share)
    if kind not in PAYABLE:
        message = f"A {kind.replace('_', ' ')} asks for no payment."
        yield _wrong("GW-PAYMENT-KIND", message, f"{pointer}/invoice", one.invoice, "an invoice")
    elif share.state not in (InvoiceState.OPEN, InvoiceState.PAID):
        message = f"The invoice is {share.state}: only what was issued and stands is paid."
        yield _wrong("GW-PAYMENT-STATE", message, f"{pointer}/invoice", one.invoice, "an open invoice")
    elif being_cancelled(share):
        message = "The invoice is being cancelled."
        fix = "Wait until the authority has decided, then record the payment."
        yield _wrong("GW-PAYMENT-STATE", message, f"{pointer}/invoice", one.invoice, "an open invoice", fix)
    elif share.balance_after < 0:
        expected = f"at most {plain(share.balance_before)} {currency}"
        message = "The invoice asks for less than this."
        yield _wrong("GW-PAYMENT-BALANCE", message, f"{pointer}/amount", one.amount, expected)


def being_cancelled(share: Share) -> bool:
    """Whether the authority has been asked to end the invoice, and has not said no."""
    return any(
        one["standing"] == Standing.CANCEL_PENDING
        or (one["instruction"] == "cancel" and SubmissionState(one["state"]) not in SETTLED)
        for one in share.sent
    )


def _rate(body: PaymentInput, one: AllocationInput, share: Share) -> Iterator[Finding]:
    paid_in, asked_in = body.currency.upper(), share.invoice.currency
    pointer = f"{share.pointer}/rate"
    if paid_in == asked_in and share.rate is not None:
        message = f"Payment and invoice are both in {asked_in}."
        yield _wrong("GW-PAYMENT-RATE", message, pointer, one.rate, "no rate")
    if paid_in != asked_in and one.rate is None:
        expected = f"units of {asked_in} for one {paid_in}"
        yield _wrong("GW-PAYMENT-RATE", "The invoice is in another currency.", pointer, None, expected)
    if share.rate is not None and share.rate <= 0:
        yield _wrong("GW-PAYMENT-RATE", "A rate is above zero.", pointer, one.rate, "a rate above 0")


def _together(body: PaymentInput, shares: Sequence[Share]) -> Iterator[Finding]:
    receivers = {_identity(share.invoice.customer) for share in shares}
    if len(receivers) > 1:
        first = shares[0].invoice.customer
        other = next(share for share in shares if _identity(share.invoice.customer) != _identity(first))
        yield _wrong(
            "GW-PAYMENT-CUSTOMER",
            "A payment pays the invoices of one customer.",
            f"{other.pointer}/invoice",
            other.invoice.customer.name,
            first.name,
            "Record a payment for each customer.",
        )
    yield from _sum(body, shares)


def _identity(party: Party) -> object:
    """Who a receiver is: its tax ids; where it has none, its name."""
    return frozenset((one.scheme, one.value) for one in party.tax_ids) or party.name


def _sum(body: PaymentInput, shares: Sequence[Share]) -> Iterator[Finding]:
    """What the shares come to in the payment's currency, their sum rounded HALF_UP, against what was paid."""
    currency = body.currency.upper()
    scale, whole = scale_of(currency), Decimal(body.amount)
    exact, converted = ZERO, 0
    for share in shares:
        if (share.rate is None) is (share.invoice.currency != currency):
            return
        if share.rate is not None and share.rate <= 0:
            return
        exact += share.amount / (share.rate or 1)
        converted += share.rate is not None
    spent = round_half_up(exact, scale)
    if spent > whole:
        message = "More is allocated than was paid."
        yield _wrong("GW-PAYMENT-SUM", message, "/amount", body.amount, f"{plain(spent)} {currency} or more")
    # What a conversion leaves behind is no rest.
    elif whole - spent > Decimal(converted).scaleb(-scale) and len(shares) == len(body.allocations):
        yield Finding(
            rule="GW-PAYMENT-REST",
            severity=Severity.WARNING,
            message="More was paid than is allocated.",
            pointer="/amount",
            found=body.amount,
            expected=f"{plain(spent)} {currency}",
            fix="Record the rest as a payment of its own once you know what it pays.",
        )


def _unknown(one: AllocationInput, pointer: str, missing: bool) -> Finding:
    if missing:
        return _wrong("GW-UNKNOWN-ID", "There is no such invoice.", f"{pointer}/invoice", one.invoice, "inv_…")
    message = "Another issuer has issued this invoice."
    return _wrong("GW-PAYMENT-ISSUER", message, f"{pointer}/invoice", one.invoice, "an invoice of the payment's issuer")


def _wrong(
    rule: str, message: str, pointer: str, found: str | None = None, expected: str | None = None, fix: str | None = None
) -> Finding:
    return Finding(rule=rule, message=message, pointer=pointer, found=found, expected=expected, fix=fix)
