"""What a payment pays of each invoice and of its taxes: the amounts of Pagos 2.0.

A payment pays the same share of every tax of the invoice. The share is taken of what was paid up to now less what was
paid before, so that the instalments of an invoice add up to its own bases to the last decimal, and to its taxes as far
as SAT's limits of base times rate allow (less than a cent is lost). Source: Pagos 2.0 and its matrix of errors
(CRP20201-20211, 20254, 20261, 20263-20276); where SAT names no tie rule, HALF_UP.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation

from jurisdictions.cfdi.concepts import Concept, ConceptTax, concepts
from jurisdictions.cfdi.rules.margins import receipt_limits
from jurisdictions.cfdi.terms import MXN
from jurisdictions.contract import Allocation, Payment
from schemas.document import ExchangeRate
from schemas.money import ZERO, round_half_up, scale_of

PRECISION = 6
"""Decimals of bases and taxes inside Pagos 2.0."""
EQUIVALENCE_SCALE = 10
IVA, ISR, IEPS = "002", "001", "003"
_LEAST = Decimal("0.000001")
_ONE = Decimal(1)
_ROUNDINGS = (ROUND_CEILING, ROUND_HALF_UP)


@dataclass(frozen=True, kw_only=True)
class PaidTax:
    """One tax of a paid document or of the payment. `rate` None: exempt, without an amount."""

    code: str
    withheld: bool
    factor: str
    rate: Decimal | None
    base: Decimal
    amount: Decimal

    @property
    def key(self) -> tuple[str, str, Decimal | None]:
        return self.code, self.factor, self.rate


@dataclass(frozen=True, kw_only=True)
class PaidDocument:
    """pago20:DoctoRelacionado. `equivalence` None: the rate is not known."""

    uuid: str
    series: str | None
    folio: str | None
    currency: str
    equivalence: Decimal | None
    installment: int
    before: Decimal
    paid: Decimal
    after: Decimal
    tax_object: str
    taxes: tuple[PaidTax, ...]


def paid_documents(payment: Payment) -> tuple[PaidDocument, ...]:
    """What the payment pays of each invoice, in order."""
    pairs = zip(payment.allocations, equivalences(payment), strict=True)
    return tuple(_paid_document(allocation, rate) for allocation, rate in pairs)


def _paid_document(allocation: Allocation, equivalence: Decimal | None) -> PaidDocument:
    invoice = allocation.invoice
    rows = concepts(invoice, allocation.line_extensions)
    taxes = _paid_taxes(rows, allocation)
    return PaidDocument(
        uuid=allocation.external_id,
        series=allocation.attributes.get("serie") or None,
        folio=allocation.attributes.get("folio") or None,
        currency=invoice.currency,
        equivalence=equivalence,
        installment=allocation.installment,
        before=allocation.balance_before,
        paid=allocation.amount,
        after=allocation.balance_after,
        tax_object=_tax_object(rows, taxes),
        taxes=taxes,
    )


def equivalences(payment: Payment) -> tuple[Decimal | None, ...]:
    """EquivalenciaDR of each allocation: units of the invoice's currency for one of the payment's, ten decimals.

    A rate of the caller's own stands as it is. Where only the published rate is known, the documents would be a cent
    more or less than the payment; then the rate is that of the amounts themselves.
    """
    rows = payment.allocations
    known = [_stated_equivalence(row, payment) for row in rows]
    open_ = [i for i, rate in enumerate(known) if rate is None]
    published = [conversion(payment.exchange_rates, payment.currency, rows[i].invoice.currency) for i in open_]
    stated = any(rate not in (None, _ONE) for rate in known)
    rates = published if stated or not open_ or None in published else _fitted(payment, open_, published)
    for i, rate in zip(open_, rates, strict=True):
        known[i] = None if rate is None else round_half_up(rate, EQUIVALENCE_SCALE) or None
    return tuple(known)


def _stated_equivalence(allocation: Allocation, payment: Payment) -> Decimal | None:
    if allocation.invoice.currency == payment.currency:
        return _ONE
    return None if allocation.rate is None else round_half_up(allocation.rate, EQUIVALENCE_SCALE) or None


def _fitted(payment: Payment, open_: list[int], published: list[Decimal | None]) -> list[Decimal | None]:
    """The published rates brought to the payment's own amount, where they miss it by a cent per document at most."""
    rows, scale = payment.allocations, scale_of(payment.currency)
    rest = payment.amount - sum((row.amount for i, row in enumerate(rows) if i not in open_), ZERO)
    shares = [rows[i].amount / (rate or _ONE) for i, rate in zip(open_, published, strict=True)]
    whole = sum(shares, ZERO)
    if rest <= 0 or min(shares) <= 0 or abs(whole - rest) > len(open_) * _ONE.scaleb(-scale):
        return published
    return [
        _fitting(rows[i].amount, scale_of(rows[i].invoice.currency), rest * share / whole, scale)
        for i, share in zip(open_, shares, strict=True)
    ]


def _fitting(paid: Decimal, paid_scale: int, share: Decimal, scale: int) -> Decimal:
    """The rate at which `paid` is the share of the payment: not a cent more (CRP20217), and inside SAT's margin
    (CRP20276), which follows the decimals that are written. Among many millions ten decimals cannot keep both, and
    fewer may; where none do, the margin comes first."""
    exact = paid / share
    tries = [exact.quantize(_ONE.scaleb(-places), how) for places in range(10, 5, -1) for how in _ROUNDINGS]
    inside = [rate for rate in tries if rate and _within_margin(paid, paid_scale, rate, share, scale)]
    unsurpassed = (rate for rate in inside if paid / rate - share < _ONE.scaleb(-scale) / 10)
    return next(unsurpassed, (inside or tries)[0])


def _within_margin(paid: Decimal, paid_scale: int, rate: Decimal, share: Decimal, scale: int) -> bool:
    places = max(0, -int(rate.normalize().as_tuple().exponent))
    low, high = receipt_limits(paid, paid_scale, rate, EQUIVALENCE_SCALE if rate == 1 else places, scale)
    return low <= share <= high


def pesos_rate(payment: Payment) -> Decimal | None:
    """TipoCambioP: pesos for one unit of the payment's currency, six decimals HALF_UP; None where it is not known."""
    if payment.currency == MXN:
        return _ONE
    known = conversion(payment.exchange_rates, payment.currency, MXN)
    return None if known is None else round_half_up(known, PRECISION) or None


def conversion(rates: Iterable[ExchangeRate], source: str, target: str) -> Decimal | None:
    """Units of `target` for one of `source`, from a rate stated either way round."""
    for row in rates:
        if (row.from_currency, row.to_currency) == (source, target):
            return row.rate
        if (row.from_currency, row.to_currency) == (target, source) and row.rate:
            return _ONE / row.rate
    return None


def paid_taxes(documents: Iterable[PaidDocument]) -> tuple[PaidTax, ...]:
    """pago20:ImpuestosP: each tax of the documents in the payment's currency, HALF_UP at six decimals.

    Withheld taxes are one row per tax whatever their rates (CRP20263), transferred ones one per tax, factor and rate.
    """
    rows: dict[tuple[bool, str, str, Decimal | None], list[Decimal]] = {}
    for document in documents:
        rate = document.equivalence or _ONE
        for tax in document.taxes:
            key = (True, tax.code, "", None) if tax.withheld else (False, *tax.key)
            sums = rows.setdefault(key, [ZERO, ZERO])
            sums[0] += tax.base / rate
            sums[1] += tax.amount / rate
    return tuple(
        PaidTax(
            code=code,
            withheld=withheld,
            factor=factor,
            rate=rate,
            base=round_half_up(base, PRECISION),
            amount=round_half_up(amount, PRECISION),
        )
        for (withheld, code, factor, rate), (base, amount) in rows.items()
    )


def totals(payment: Payment, taxes: Iterable[PaidTax]) -> dict[str, Decimal]:
    """pago20:Totales by attribute, in pesos: each is the rounded (HALF_UP) sum of what it adds up times TipoCambioP."""
    pesos = pesos_rate(payment) or _ONE
    sums: dict[str, Decimal] = {}
    for tax in taxes:
        for name, value in total_parts(tax):
            sums[name] = sums.get(name, ZERO) + value * pesos
    sums["MontoTotalPagos"] = payment.amount * pesos
    return {name: round_half_up(value, 2) for name, value in sums.items()}


_WITHHELD_TOTALS = {IVA: "TotalRetencionesIVA", ISR: "TotalRetencionesISR", IEPS: "TotalRetencionesIEPS"}
_RATED_TOTALS = {Decimal("0.16"): "IVA16", Decimal("0.08"): "IVA8", ZERO: "IVA0"}


def total_parts(tax: PaidTax) -> tuple[tuple[str, Decimal], ...]:
    """The attributes of Totales that a tax of the payment belongs to; transferred IEPS has none."""
    if tax.withheld:
        return ((_WITHHELD_TOTALS[tax.code], tax.amount),) if tax.code in _WITHHELD_TOTALS else ()
    if tax.code != IVA:
        return ()
    if tax.rate is None:
        return (("TotalTrasladosBaseIVAExento", tax.base),)
    suffix = _RATED_TOTALS.get(tax.rate)
    if suffix is None:
        return ()
    return (f"TotalTrasladosBase{suffix}", tax.base), (f"TotalTrasladosImpuesto{suffix}", tax.amount)


def invoice_total(allocation: Allocation) -> Decimal:
    """Total of the paid CFDI: what its submission says, else the neutral one."""
    totals_ = allocation.invoice.totals
    with suppress(InvalidOperation):
        stated = Decimal(allocation.attributes.get("total", ""))
        if stated.is_finite():
            return stated
    return totals_.gross - totals_.withheld


def _paid_taxes(rows: tuple[Concept, ...], allocation: Allocation) -> tuple[PaidTax, ...]:
    total = invoice_total(allocation)
    if not total:
        return ()
    scale = scale_of(allocation.invoice.currency)
    up_to = min(_ONE, (total - allocation.balance_after) / total)
    before = (total - allocation.balance_before) / total
    found = (
        _share(group, before, up_to, scale) for group in _groups([tax for row in rows for tax in row.taxes], scale)
    )
    return tuple(tax for tax in found if tax.base)


def _groups(taxes: list[ConceptTax], scale: int) -> list[PaidTax]:
    """The taxes of the whole CFDI as its cfdi:Impuestos states them, withheld ones by rate too."""
    rows: dict[tuple[str, bool, str, Decimal | None], list[ConceptTax]] = {}
    for tax in taxes:
        rows.setdefault((tax.code, tax.withheld, tax.factor, tax.rate), []).append(tax)
    return [
        PaidTax(
            code=code,
            withheld=withheld,
            factor=factor,
            rate=rate,
            base=round_half_up(sum((tax.base for tax in found), ZERO), scale),
            amount=round_half_up(sum((tax.amount for tax in found), ZERO), scale),
        )
        for (code, withheld, factor, rate), found in rows.items()
    ]


def _share(tax: PaidTax, before: Decimal, up_to: Decimal, scale: int) -> PaidTax:
    """A tax's share between two marks of what is paid; the amount kept inside SAT's limits (CRP20254, 20261)."""
    base = round_half_up(tax.base * up_to, PRECISION) - round_half_up(tax.base * before, PRECISION)
    base = max(base, _LEAST) if tax.base else base
    amount = round_half_up(tax.amount * up_to, PRECISION) - round_half_up(tax.amount * before, PRECISION)
    rate = tax.rate or ZERO
    unit = _ONE.scaleb(-scale)
    low, high = (base * rate).quantize(unit, ROUND_FLOOR), (base * rate).quantize(unit, ROUND_CEILING)
    return PaidTax(
        code=tax.code,
        withheld=tax.withheld,
        factor=tax.factor,
        rate=tax.rate,
        base=base,
        amount=min(max(amount, low), high),
    )


def _tax_object(rows: tuple[Concept, ...], taxes: tuple[PaidTax, ...]) -> str:
    """ObjetoImpDR: what all concepts of the paid CFDI say alike; 02 where any bears a tax."""
    objects = {row.tax_object for row in rows}
    if len(objects) == 1:
        return objects.pop()
    return "02" if taxes else "01"
