"""The Desglose: the invoice's tax groups as rows of the AEAT, in EUR, signed.

A row is one distinct Impuesto, ClaveRegimen, CalificacionOperacion or OperacionExenta, rate and surcharge. Lines with
their own extension split a tax group; the parts of a group always add up to the group.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from jurisdictions.contract import Instruction
from jurisdictions.verifactu import qualification
from jurisdictions.verifactu.parties import Identity
from jurisdictions.verifactu.qualification import Place, belongs, contained, reported
from jurisdictions.verifactu.settings import (
    NO_LINE_EXTENSION,
    Extension,
    LineExtension,
    Settings,
)
from schemas.document import ExchangeRate, Invoice, TaxGroup
from schemas.invoice import Kind
from schemas.money import HUNDRED, ZERO, round_half_up

_SIGNS = {1: Decimal(1), -1: Decimal(-1)}


@dataclass(frozen=True, slots=True)
class Row:
    """One DetalleDesglose. Amounts are EUR with two decimals; None is an element that is not written.

    `pointer` shows the first tax of the caller's input that led to it. `left_out` is tax that the invoice charges and
    the row does not show, because the caller says that it is exempt, not subject, or the customer's to pay. `price` is
    what the customer pays where only a margin is taxed, and the base says no more than that.
    """

    impuesto: str
    clave: str | None
    calificacion: str | None
    exenta: str | None
    tipo: Decimal | None
    base: Decimal
    cuota: Decimal | None
    tipo_recargo: Decimal | None = None
    cuota_recargo: Decimal | None = None
    pointer: str = "/lines/0/taxes/0"
    a_coste: Decimal | None = None
    left_out: Decimal = ZERO
    price: Decimal | None = None

    @property
    def total(self) -> Decimal:
        """Its share of ImporteTotal."""
        return self.base + self.tax if self.price is None else self.price

    @property
    def tax(self) -> Decimal:
        """CuotaRepercutida plus CuotaRecargoEquivalencia."""
        return (self.cuota or ZERO) + (self.cuota_recargo or ZERO)


@dataclass(frozen=True, slots=True)
class _Part:
    """What some lines put into a tax group."""

    extension: LineExtension
    base: Decimal
    pointer: str
    a_coste: Decimal | None = None
    margen: Decimal | None = None


def sign_of(invoice: Invoice) -> int:
    """A credit note's amounts are positive in the neutral invoice and negative differences in the record."""
    return -1 if invoice.kind is Kind.CREDIT_NOTE else 1


def euro_rate(invoice: Invoice) -> Decimal | None:
    """How many EUR one unit of the invoice's currency is; None where no rate was given (records are in EUR)."""
    if invoice.currency == "EUR":
        return Decimal(1)
    given = rate_given(invoice)
    if given is None:
        return None
    return given.rate if given.to_currency.upper() == "EUR" else 1 / given.rate


def rate_given(invoice: Invoice) -> ExchangeRate | None:
    """The rate between the invoice's currency and EUR as it was given, in either direction; None for an invoice in
    EUR."""
    if invoice.currency == "EUR":
        return None
    pairs = {(invoice.currency, "EUR"), ("EUR", invoice.currency)}
    named = (one for one in invoice.exchange_rates if (one.from_currency.upper(), one.to_currency.upper()) in pairs)
    return next((one for one in named if one.rate), None)


def factor_of(invoice: Invoice) -> Decimal:
    """What an amount of the invoice is multiplied by to be one of the record: rate and sign."""
    sign = sign_of(invoice)
    return _SIGNS[sign] if invoice.currency == "EUR" else (euro_rate(invoice) or _SIGNS[1]) * sign


def in_euro(amount: Decimal, factor: Decimal) -> Decimal:
    """An amount of the invoice as the record says it: times `factor_of`, half up to cents."""
    return amount if factor == 1 else round_half_up(amount * factor, 2)


def lines_aside(instruction: Instruction) -> Decimal:
    """The nets of the lines that lie outside the record (suplidos and guarantees), in the invoice's currency."""
    pairs = zip(instruction.invoice.lines, instruction.line_extensions, strict=False)
    return sum((line.net for line, given in pairs if isinstance(given, LineExtension) and given.aside), ZERO)


def rows(
    instruction: Instruction, settings: Settings, extension: Extension, customer: Identity | None
) -> tuple[Row, ...]:
    """The Desglose of an invoice; withheld taxes are no part of it. Without an exchange rate amounts stay as given."""
    invoice = instruction.invoice
    factor, where = factor_of(invoice), qualification.place(invoice.issuer, invoice.customer, customer)
    merged: dict[tuple[object, ...], Row] = {}
    for group in invoice.tax_breakdown:
        if not reported(group) or contained(group, invoice.tax_breakdown, invoice.lines):
            continue
        for row in _rows_of(group, instruction, settings, extension, where):
            converted = _converted(row, factor)
            key = (row.impuesto, row.clave, row.calificacion, row.exenta, row.tipo, row.tipo_recargo)
            merged[key] = _added(merged[key], converted) if key in merged else converted
    return tuple(merged.values())


def _rows_of(
    group: TaxGroup, instruction: Instruction, settings: Settings, extension: Extension, where: Place
) -> Iterator[Row]:
    parts = _parts(group, instruction)
    left, left_surcharge = group.amount, group.surcharge_amount
    for place, part in enumerate(parts, start=1):
        last = place == len(parts)
        amount = left if last else _tax(part.base, group.percent)
        surcharge = left_surcharge if last else _tax(part.base, group.surcharge)
        left, left_surcharge = left - amount, left_surcharge - surcharge
        given = part.extension
        calificacion, exenta = qualification.qualified(group, given, where)
        clave = qualification.usual_clave(group, settings, calificacion or exenta or "", where)
        if clave is not None:
            clave = given.clave_regimen or extension.clave_regimen or clave
        yield _row(group, part, amount, surcharge, (calificacion, exenta, clave))


def _row(
    group: TaxGroup,
    part: _Part,
    amount: Decimal,
    surcharge: Decimal,
    qualified: tuple[str | None, str | None, str | None],
) -> Row:
    """`qualified` are CalificacionOperacion, OperacionExenta and ClaveRegimen."""
    calificacion, exenta, clave = qualified
    if part.margen is not None and calificacion == "S1":
        return _margin_row(group, part, part.margen, amount + surcharge, clave)
    tipo: Decimal | None = None
    cuota: Decimal | None = None
    if calificacion == "S1":
        tipo, cuota = group.percent, amount
    elif calificacion == "S2":
        tipo, cuota = ZERO, ZERO
    surcharged = group.surcharge is not None and calificacion == "S1"
    return Row(
        impuesto=qualification.impuesto(group),
        clave=clave,
        calificacion=calificacion,
        exenta=exenta,
        tipo=tipo,
        base=part.base,
        cuota=cuota,
        tipo_recargo=group.surcharge if surcharged else None,
        cuota_recargo=surcharge if surcharged else None,
        pointer=part.pointer,
        a_coste=part.a_coste,
        left_out=ZERO if calificacion == "S1" else amount + surcharge,
    )


def _margin_row(group: TaxGroup, part: _Part, margin: Decimal, charged: Decimal, clave: str | None) -> Row:
    percent = Decimal(part.extension.tipo_margen)
    return Row(
        impuesto=qualification.impuesto(group),
        clave=clave,
        calificacion="S1",
        exenta=None,
        tipo=percent,
        base=margin,
        cuota=_tax(margin, percent),
        pointer=part.pointer,
        left_out=charged,
        price=part.base,
    )


def _parts(group: TaxGroup, instruction: Instruction) -> tuple[_Part, ...]:
    """The group by line extension, in order of appearance; document allowances and charges count without one."""
    extensions = instruction.line_extensions
    if not any(extensions):
        return (_Part(NO_LINE_EXTENSION, group.base, _first_pointer(group, instruction.invoice)),)
    parts: dict[LineExtension, _Part] = {}
    rest = group.base
    for at, line in enumerate(instruction.invoice.lines):
        given = extensions[at] if at < len(extensions) else None
        extension = given if isinstance(given, LineExtension) else NO_LINE_EXTENSION
        for place, line_tax in enumerate(line.taxes):
            if not belongs(line_tax.tax, group):
                continue
            rest -= line_tax.base
            if not extension.aside:
                part = parts.get(extension) or _Part(extension, ZERO, f"/lines/{at}/taxes/{place}")
                parts[extension] = _with_line(part, line_tax.base)
    if rest and parts:
        plain = NO_LINE_EXTENSION if NO_LINE_EXTENSION in parts else next(iter(parts))
        parts[plain] = replace(parts[plain], base=parts[plain].base + rest)
    elif rest:
        parts[NO_LINE_EXTENSION] = _Part(NO_LINE_EXTENSION, rest, _first_pointer(group, instruction.invoice))
    return tuple(parts.values())


def _with_line(part: _Part, base: Decimal) -> _Part:
    """The part with one more line of the same extension, whose base at cost and margin are stated for each line."""
    given = part.extension
    return replace(
        part,
        base=part.base + base,
        a_coste=_with_stated(part.a_coste, given.base_a_coste),
        margen=_with_stated(part.margen, given.margen),
    )


def _with_stated(so_far: Decimal | None, stated: str | None) -> Decimal | None:
    return None if stated is None else (so_far or ZERO) + round_half_up(Decimal(stated), 2)


def _first_pointer(group: TaxGroup, invoice: Invoice) -> str:
    for at, line in enumerate(invoice.lines):
        for place, line_tax in enumerate(line.taxes):
            if belongs(line_tax.tax, group):
                return f"/lines/{at}/taxes/{place}"
    return "/lines/0/taxes"


def _tax(base: Decimal, percent: Decimal | None) -> Decimal:
    return ZERO if percent is None else round_half_up(base * percent / HUNDRED, 2)


def _converted(row: Row, factor: Decimal) -> Row:
    """The row in EUR and with its sign."""
    if factor == 1:
        return row
    return replace(
        row,
        base=in_euro(row.base, factor),
        cuota=None if row.cuota is None else in_euro(row.cuota, factor),
        cuota_recargo=None if row.cuota_recargo is None else in_euro(row.cuota_recargo, factor),
        a_coste=None if row.a_coste is None else in_euro(row.a_coste, factor),
        left_out=in_euro(row.left_out, factor),
        price=None if row.price is None else in_euro(row.price, factor),
    )


def _added(one: Row, other: Row) -> Row:
    return replace(
        one,
        base=one.base + other.base,
        cuota=None if one.cuota is None else one.cuota + (other.cuota or ZERO),
        cuota_recargo=None if one.cuota_recargo is None else one.cuota_recargo + (other.cuota_recargo or ZERO),
        a_coste=None if one.a_coste is other.a_coste is None else (one.a_coste or ZERO) + (other.a_coste or ZERO),
        left_out=one.left_out + other.left_out,
        price=None if one.price is other.price is None else one.total + other.total,
    )
