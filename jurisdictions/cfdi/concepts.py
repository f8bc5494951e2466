"""Concepts: the neutral lines as CFDI wants them, with discounts shared out and taxes at six decimals.

Importe is what a line is worth before its own discounts. A line's charges become part of its unit price; a charge of
the whole document is a concept of its own; a discount of the whole document is shared out over the concepts with the
same taxes, in proportion, and the units that rounding down leaves go to those worth most. IVA is levied on the price
with its IEPS (LIVA art. 12). Source: Anexo 20, filling guide of CFDI 4.0.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_DOWN, Decimal
from functools import lru_cache

import msgspec
from msgspec.structs import replace

from jurisdictions.cfdi.codelists import UNITS
from jurisdictions.cfdi.settings import NO_LINE_EXTENSION, ACuentaTerceros, LineExtension, Parte
from schemas.codes import TaxCategory, TaxKind
from schemas.document import Allowance, Invoice, Line, Tax
from schemas.money import HUNDRED, ZERO, round_half_up, scale_of
from validators.arithmetic import bases

TAX_CODES: dict[TaxKind, str] = {TaxKind.INCOME: "001", TaxKind.VAT: "002", TaxKind.EXCISE: "003"}
"""`c_Impuesto` of each neutral tax: ISR, IVA, IEPS."""
PRODUCT_UNKNOWN = "01010101"
"""`c_ProdServ` "no existe en el catálogo": what a line says when its caller names no product code."""
TAX_SCALE = 6
_IVA, _IEPS = TAX_CODES[TaxKind.VAT], TAX_CODES[TaxKind.EXCISE]


def factor_of(rate: Decimal | None, *, quota: bool) -> str:
    """`c_TipoFactor`: Exento without a rate, Cuota for money per unit, else Tasa."""
    return "Exento" if rate is None else "Cuota" if quota else "Tasa"


class ConceptTax(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One tax of a concept. `rate` None: exempt (TipoFactor Exento, neither rate nor amount). A `quota` is money for
    each of so many units (TipoFactor Cuota), and its base those units. `amount` is base times rate at six decimals,
    HALF_UP; zero where exempt."""

    pointer: str
    code: str
    withheld: bool
    rate: Decimal | None
    base: Decimal
    amount: Decimal
    quota: bool = False

    def on(self, base: Decimal) -> ConceptTax:
        """The same tax on another base."""
        return replace(self, base=base, amount=_amount(base, self.rate))

    @property
    def factor(self) -> str:
        return factor_of(self.rate, quota=self.quota)

    @property
    def key(self) -> tuple[str, bool, Decimal | None]:
        return self.code, self.withheld, self.rate


class Concept(msgspec.Struct, frozen=True, kw_only=True, gc=False):
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
    unit_name: str | None = None
    third_party: ACuentaTerceros | None = None
    customs: tuple[str, ...] = ()
    land: tuple[str, ...] = ()
    parts: tuple[Parte, ...] = ()

    @property
    def net(self) -> Decimal:
        return self.amount - self.discount


def concepts(invoice: Invoice, line_extensions: Iterable[object], *, unit: str | None = None) -> tuple[Concept, ...]:
    """Every concept of the invoice, in order: its lines, then the charges of the whole document.

    `unit` is the ClaveUnidad of pieces (C62) whose caller names none.
    """
    scale = scale_of(invoice.currency)
    given = [row if isinstance(row, LineExtension) else NO_LINE_EXTENSION for row in line_extensions]
    given += [NO_LINE_EXTENSION] * (len(invoice.lines) - len(given))
    found = [_from_line(line, f"/lines/{index}", given[index], unit) for index, line in enumerate(invoice.lines)]
    found += [_from_charge(charge, index) for index, charge in enumerate(invoice.charges)]
    for allowance in invoice.allowances:
        found = _share_out(found, allowance, scale)
    return tuple(found)


def moved(found: Iterable[Concept]) -> tuple[Concept, ...]:
    """The concepts as goods that are only moved (type T): they bear no taxes and nothing is taken off them."""
    return tuple(replace(row, taxes=(), discount=ZERO, tax_object="01") for row in found)


def _from_line(line: Line, pointer: str, words: LineExtension, unit: str | None) -> Concept:
    discount = _sum(line.allowances) if line.allowances else ZERO
    amount = line.net + discount if discount else line.net
    price = round_half_up(line.unit_price, TAX_SCALE)
    if line.charges and line.quantity:
        price = round_half_up(amount / line.quantity, TAX_SCALE)
    taxes = _taxes(pointer, [(row.tax, row.base) for row in line.taxes])
    default_unit = unit if unit and line.unit == "C62" else UNITS.get(line.unit, line.unit)
    return Concept(
        pointer=pointer,
        product=words.clave_prod_serv or PRODUCT_UNKNOWN,
        quantity=line.quantity,
        unit=words.clave_unidad or default_unit,
        description=line.description.strip(),
        price=price,
        amount=amount,
        discount=discount,
        tax_object=words.objeto_imp or ("02" if taxes else "01"),
        identification=words.no_identificacion or line.seller_id,
        taxes=taxes,
        unit_name=words.unidad,
        third_party=words.a_cuenta_terceros,
        customs=words.informacion_aduanera,
        land=words.cuenta_predial,
        parts=words.partes,
    )


def _from_charge(charge: Allowance, index: int) -> Concept:
    pointer = f"/charges/{index}"
    owed = bases(charge.taxes, charge.amount, ZERO, TAX_SCALE)
    taxes = _taxes(pointer, zip(charge.taxes, owed, strict=True))
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
    bearers = [i for i, concept in enumerate(found) if _owed(concept) == wanted and concept.net > 0]
    total = sum((found[i].net for i in bearers), ZERO)
    if not bearers or not total:
        return found
    unit = Decimal(1).scaleb(-scale)
    shares = {i: (allowance.amount * found[i].net / total).quantize(unit, ROUND_DOWN) for i in bearers}
    left = int((allowance.amount - sum(shares.values(), ZERO)) / unit)
    for i in sorted(bearers, key=lambda i: shares[i] - found[i].net)[:left]:
        shares[i] += unit
    return [_discounted(concept, shares.get(i, ZERO)) for i, concept in enumerate(found)]


def _owed(concept: Concept) -> set[tuple[str, bool, Decimal | None]]:
    """The taxes on the concept's price: a quota is not one of them."""
    return {tax.key for tax in concept.taxes if not tax.quota}


def _discounted(concept: Concept, share: Decimal) -> Concept:
    if not share:
        return concept
    on_price = [tax if tax.quota or tax.code == _IVA else tax.on(tax.base - share) for tax in concept.taxes]
    less = share + _excise(concept.taxes) - _excise(on_price)
    taxes = tuple(tax.on(tax.base - less) if tax.code == _IVA else tax for tax in on_price)
    return replace(concept, discount=concept.discount + share, taxes=taxes)


def _excise(taxes: Iterable[ConceptTax]) -> Decimal:
    return sum((tax.amount for tax in taxes if tax.code == _IEPS and not tax.withheld), ZERO)


def _taxes(pointer: str, rows: Iterable[tuple[Tax, Decimal]]) -> tuple[ConceptTax, ...]:
    """What lies outside the tax (category O) is not written at all: ObjetoImp 01 says it."""
    return tuple(
        [
            _tax(f"{pointer}/taxes/{index}", tax, base)
            for index, (tax, base) in enumerate(rows)
            if tax.withheld or tax.category is not TaxCategory.OUTSIDE_SCOPE
        ]
    )


def _tax(pointer: str, tax: Tax, base: Decimal) -> ConceptTax:
    rate, base = _rate(tax), round_half_up(base, TAX_SCALE)
    return ConceptTax(
        pointer=pointer,
        code=TAX_CODES.get(tax.tax, "000"),
        withheld=tax.withheld,
        rate=rate,
        base=base,
        amount=_amount(base, rate),
        quota=tax.per_unit is not None,
    )


def _amount(base: Decimal, rate: Decimal | None) -> Decimal:
    return ZERO if rate is None else round_half_up(base * rate, TAX_SCALE)


def _rate(tax: Tax) -> Decimal | None:
    if tax.per_unit is not None:
        return round_half_up(tax.per_unit, TAX_SCALE)
    if tax.category is TaxCategory.EXEMPT and not tax.withheld:
        return None
    return _fraction(tax.percent or ZERO)


@lru_cache(maxsize=1024)
def _fraction(percent: Decimal) -> Decimal:
    """The rate of so many percent; there are few."""
    return round_half_up(percent / HUNDRED, TAX_SCALE)


def _sum(rows: Iterable[Allowance]) -> Decimal:
    return sum((row.amount for row in rows), ZERO)
