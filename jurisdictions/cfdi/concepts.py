"""Concepts: the neutral lines as CFDI wants them, with discounts shared out and taxes at six decimals.

Importe is what a line is worth before its own discounts. A line's charges become part of its unit price; a charge of
the whole document is a concept of its own; a discount of the whole document is shared out over the concepts with the
same taxes, in proportion, and the units that rounding down leaves go to those worth most. Source: Anexo 20, filling
guide of CFDI 4.0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal

from jurisdictions.cfdi.codelists import UNITS
from jurisdictions.cfdi.settings import NO_LINE_EXTENSION, LineExtension
from schemas.codes import TaxCategory, TaxKind
from schemas.document import Allowance, Invoice, Line, Tax
from schemas.money import HUNDRED, ZERO, round_half_up, scale_of

TAX_CODES: dict[TaxKind, str] = {TaxKind.INCOME: "001", TaxKind.VAT: "002", TaxKind.EXCISE: "003"}
"""`c_Impuesto` of each neutral tax: ISR, IVA, IEPS."""
PRODUCT_UNKNOWN = "01010101"
"""`c_ProdServ` "no existe en el catálogo": what a line says when its caller names no product code."""
TAX_SCALE = 6


@dataclass(frozen=True, kw_only=True)
class ConceptTax:
    """One tax of a concept. `rate` None: exempt (TipoFactor Exento, neither rate nor amount)."""

    pointer: str
    code: str
    withheld: bool
    rate: Decimal | None
    base: Decimal

    @property
    def amount(self) -> Decimal:
        """Base times rate at six decimals, HALF_UP; zero where exempt."""
        return ZERO if self.rate is None else round_half_up(self.base * self.rate, TAX_SCALE)

    @property
    def key(self) -> tuple[str, bool, Decimal | None]:
        return self.code, self.withheld, self.rate


@dataclass(frozen=True, kw_only=True)
class Concept:
    """One cfdi:Concepto, and the JSON pointer of what the caller wrote."""

    pointer: str
    product: str
    quantity: Decimal
    unit: str
    description: str
    price: Decimal
    amount: Decimal
    discount: Decimal
    tax_object: str
    identification: str | None
    taxes: tuple[ConceptTax, ...]

    @property
    def net(self) -> Decimal:
        return self.amount - self.discount


def concepts(invoice: Invoice, line_extensions: Iterable[object]) -> tuple[Concept, ...]:
    """Every concept of the invoice, in order: its lines, then the charges of the whole document."""
    scale = scale_of(invoice.currency)
    given = list(line_extensions)
    found = [
        _from_line(line, index, given[index] if index < len(given) else None, scale)
        for index, line in enumerate(invoice.lines)
    ]
    found += [_from_charge(charge, index) for index, charge in enumerate(invoice.charges)]
    for allowance in invoice.allowances:
        found = _share_out(found, allowance, scale)
    return tuple(found)


def _from_line(line: Line, index: int, extension: object, scale: int) -> Concept:
    words = extension if isinstance(extension, LineExtension) else NO_LINE_EXTENSION
    discount = _sum(line.allowances)
    charges = _sum(line.charges)
    amount = round_half_up(line.net + discount, max(scale, TAX_SCALE))
    price = round_half_up(line.unit_price, TAX_SCALE)
    if charges and line.quantity:
        price = round_half_up(amount / line.quantity, TAX_SCALE)
    pointer = f"/lines/{index}"
    taxes = _taxes(pointer, ((row.tax, row.base) for row in line.taxes))
    return Concept(
        pointer=pointer,
        product=words.clave_prod_serv or PRODUCT_UNKNOWN,
        quantity=line.quantity,
        unit=words.clave_unidad or UNITS.get(line.unit, line.unit),
        description=line.description.strip(),
        price=price,
        amount=amount,
        discount=discount,
        tax_object=words.objeto_imp or ("02" if taxes else "01"),
        identification=words.no_identificacion or line.seller_id,
        taxes=taxes,
    )


def _from_charge(charge: Allowance, index: int) -> Concept:
    pointer = f"/charges/{index}"
    taxes = _taxes(pointer, ((tax, charge.amount) for tax in charge.taxes))
    return Concept(
        pointer=pointer,
        product=PRODUCT_UNKNOWN,
        quantity=Decimal(1),
        unit="E48",
        description=(charge.reason or "Cargo").strip(),
        price=charge.amount,
        amount=charge.amount,
        discount=ZERO,
        tax_object="02" if taxes else "01",
        identification=None,
        taxes=taxes,
    )


def _share_out(found: list[Concept], allowance: Allowance, scale: int) -> list[Concept]:
    """The discount over the concepts that bear the same taxes; what rounding down leaves goes to those worth most."""
    wanted = {tax.key for tax in _taxes("", ((tax, ZERO) for tax in allowance.taxes))}
    bearers = [i for i, concept in enumerate(found) if {tax.key for tax in concept.taxes} == wanted and concept.net > 0]
    total = sum((found[i].net for i in bearers), ZERO)
    if not bearers or not total:
        return found
    unit = Decimal(1).scaleb(-scale)
    shares = {i: (allowance.amount * found[i].net / total).quantize(unit, ROUND_DOWN) for i in bearers}
    left = int((allowance.amount - sum(shares.values(), ZERO)) / unit)
    for i in sorted(bearers, key=lambda i: shares[i] - found[i].net)[:left]:
        shares[i] += unit
    return [_discounted(concept, shares.get(i, ZERO)) for i, concept in enumerate(found)]


def _discounted(concept: Concept, share: Decimal) -> Concept:
    if not share:
        return concept
    taxes = tuple(replace(tax, base=tax.base - share) for tax in concept.taxes)
    return replace(concept, discount=concept.discount + share, taxes=taxes)


def _taxes(pointer: str, rows: Iterable[tuple[Tax, Decimal]]) -> tuple[ConceptTax, ...]:
    """What lies outside the tax (category O) is not written at all: ObjetoImp 01 says it."""
    return tuple(
        _tax(f"{pointer}/taxes/{index}", tax, base)
        for index, (tax, base) in enumerate(rows)
        if tax.withheld or tax.category is not TaxCategory.OUTSIDE_SCOPE
    )


def _tax(pointer: str, tax: Tax, base: Decimal) -> ConceptTax:
    exempt = tax.category is TaxCategory.EXEMPT and not tax.withheld
    return ConceptTax(
        pointer=pointer,
        code=TAX_CODES.get(tax.tax, "000"),
        withheld=tax.withheld,
        rate=None if exempt else round_half_up((tax.percent or ZERO) / HUNDRED, TAX_SCALE),
        base=round_half_up(base, TAX_SCALE),
    )


def _sum(rows: Iterable[Allowance]) -> Decimal:
    return sum((row.amount for row in rows), ZERO)
