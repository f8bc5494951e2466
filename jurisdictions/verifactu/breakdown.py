"""The Desglose: the invoice's tax groups as rows of the AEAT, in EUR, signed.

A row is one distinct Impuesto, ClaveRegimen, CalificacionOperacion or OperacionExenta, rate and surcharge. Lines with
their own extension split a tax group; the parts of a group always add up to the group.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from jurisdictions.contract import Instruction
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.parties import Identity
from jurisdictions.verifactu.settings import (
    NO_LINE_EXTENSION,
    Extension,
    LineExtension,
    Settings,
)
from schemas.codes import TaxCategory, TaxKind
from schemas.document import ExchangeRate, Invoice, Tax, TaxGroup
from schemas.invoice import Kind
from schemas.money import HUNDRED, ZERO, round_half_up

_IMPUESTO = {
    TaxKind.VAT: lists.IVA,
    TaxKind.IGIC: lists.IGIC,
    TaxKind.IPSI: lists.IPSI,
    TaxKind.EXCISE: lists.OTHER_TAX,
}
_EXEMPT = {TaxCategory.EXEMPT: "E1", TaxCategory.EXPORT: "E2", TaxCategory.INTRA_COMMUNITY: "E5"}
_EXPORTED = frozenset({"E2", "E3"})
"""Exemptions that ClaveRegimen 01 does not admit (1199): exports and what the law treats alike."""
_SIGNS = {1: Decimal(1), -1: Decimal(-1)}
_CHARGED = frozenset({TaxCategory.STANDARD, TaxCategory.ZERO, TaxCategory.IGIC, TaxCategory.IPSI})


@dataclass(frozen=True, slots=True)
class Row:
    """One DetalleDesglose. Amounts are EUR with two decimals; None is an element that is not written.

    `pointer` shows the first tax of the caller's input that led to it.
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


def sign_of(invoice: Invoice) -> int:
    """A credit note's amounts are positive in the neutral invoice and negative differences in the record."""
    return -1 if invoice.kind is Kind.CREDIT_NOTE else 1


def reported(tax: Tax | TaxGroup) -> bool:
    """Whether the tax has a place in a record: not retentions, nor taxes on income, nor Italy's split payment."""
    return not tax.withheld and tax.tax in _IMPUESTO and tax.category is not TaxCategory.SPLIT_PAYMENT


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
    factor = factor_of(invoice)
    merged: dict[tuple[object, ...], Row] = {}
    for group in invoice.tax_breakdown:
        if not reported(group):
            continue
        for row in _rows_of(group, instruction, settings, extension, customer):
            converted = _converted(row, factor)
            key = (row.impuesto, row.clave, row.calificacion, row.exenta, row.tipo, row.tipo_recargo)
            merged[key] = _added(merged[key], converted) if key in merged else converted
    return tuple(merged.values())


def _rows_of(
    group: TaxGroup, instruction: Instruction, settings: Settings, extension: Extension, customer: Identity | None
) -> Iterator[Row]:
    parts = _parts(group, instruction)
    left, left_surcharge = group.amount, group.surcharge_amount
    for place, part in enumerate(parts, start=1):
        last = place == len(parts)
        amount = left if last else _tax(part.base, group.percent)
        surcharge = left_surcharge if last else _tax(part.base, group.surcharge)
        left, left_surcharge = left - amount, left_surcharge - surcharge
        yield _row(group, part, amount, surcharge, settings, extension, customer)


def _row(
    group: TaxGroup,
    part: _Part,
    amount: Decimal,
    surcharge: Decimal,
    settings: Settings,
    extension: Extension,
    customer: Identity | None,
) -> Row:
    calificacion, exenta = _qualified(group, part.extension, customer)
    impuesto = _impuesto(group)
    clave = part.extension.clave_regimen or extension.clave_regimen
    if clave is None:
        exported = group.category is TaxCategory.EXPORT or exenta in _EXPORTED
        clave = "02" if exported and impuesto != lists.IPSI else settings.clave_regimen
    tipo: Decimal | None = None
    cuota: Decimal | None = None
    if calificacion == "S1":
        tipo, cuota = group.percent, amount
    elif calificacion == "S2":
        tipo, cuota = ZERO, ZERO
    surcharged = group.surcharge is not None and calificacion == "S1"
    return Row(
        impuesto=impuesto,
        clave=None if impuesto == lists.OTHER_TAX else clave,
        calificacion=calificacion,
        exenta=exenta,
        tipo=tipo,
        base=part.base,
        cuota=cuota,
        tipo_recargo=group.surcharge if surcharged else None,
        cuota_recargo=surcharge if surcharged else None,
        pointer=part.pointer,
        a_coste=part.a_coste,
    )


def _impuesto(group: TaxGroup) -> str:
    if group.tax is TaxKind.VAT and group.category is TaxCategory.IGIC:
        return lists.IGIC
    if group.tax is TaxKind.VAT and group.category is TaxCategory.IPSI:
        return lists.IPSI
    return _IMPUESTO[group.tax]


def _qualified(group: TaxGroup, line: LineExtension, customer: Identity | None) -> tuple[str | None, str | None]:
    """CalificacionOperacion or OperacionExenta of a group, the line's own words first.

    Reverse charge is S2 within Spain; to a buyer elsewhere the operation lies outside our VAT by place (N2).
    """
    if line.calificacion is not None or line.exenta is not None:
        return line.calificacion, line.exenta
    abroad = customer is not None and customer.nif is None
    if group.category in _CHARGED:
        return "S1", None
    if group.category is TaxCategory.REVERSE_CHARGE:
        return ("N2" if abroad else "S2"), None
    if group.category is TaxCategory.OUTSIDE_SCOPE:
        return ("N2" if abroad else "N1"), None
    if group.exemption_code in lists.EXENTAS:
        return None, group.exemption_code
    return None, _EXEMPT[group.category]


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
            if not _belongs(line_tax.tax, group):
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
    """The part with one more line of the same extension, whose base at cost is stated for each line."""
    at_cost = part.extension.base_a_coste
    a_coste = None if at_cost is None else (part.a_coste or ZERO) + round_half_up(Decimal(at_cost), 2)
    return replace(part, base=part.base + base, a_coste=a_coste)


def _first_pointer(group: TaxGroup, invoice: Invoice) -> str:
    for at, line in enumerate(invoice.lines):
        for place, line_tax in enumerate(line.taxes):
            if _belongs(line_tax.tax, group):
                return f"/lines/{at}/taxes/{place}"
    return "/lines/0/taxes"


def _belongs(tax: Tax, group: TaxGroup) -> bool:
    return (
        tax.tax is group.tax
        and tax.category is group.category
        and tax.percent == group.percent
        and tax.surcharge == group.surcharge
        and tax.exemption_code == group.exemption_code
        and tax.withheld == group.withheld
    )


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
    )


def _added(one: Row, other: Row) -> Row:
    return replace(
        one,
        base=one.base + other.base,
        cuota=None if one.cuota is None else one.cuota + (other.cuota or ZERO),
        cuota_recargo=None if one.cuota_recargo is None else one.cuota_recargo + (other.cuota_recargo or ZERO),
        a_coste=None if one.a_coste is other.a_coste is None else (one.a_coste or ZERO) + (other.a_coste or ZERO),
    )
