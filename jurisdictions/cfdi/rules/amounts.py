"""SAT's rules about the amounts of a CFDI and of its concepts, by their codes: sums, tolerances, decimals.

Source: Matriz de errores del CFDI 4.0 (CFDI40107-40119, 40166-40186). Where SAT's text does not name the tie rule the
sums round HALF_UP.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache

from lxml import etree

from jurisdictions.cfdi.codelists import RATES
from jurisdictions.cfdi.rules.facts import Concept, FactRule, Facts, Tax, decimals_of, is_finer
from jurisdictions.cfdi.rules.margins import limits
from jurisdictions.cfdi.rules.reading import broken
from schemas.findings import Finding
from schemas.money import ZERO, plain, round_half_up

_SUMMED = frozenset("IEN")


def subtotal(facts: Facts) -> Iterator[Finding]:
    """CFDI40107, 40108, 40109: SubTotal."""
    value = facts.subtotal
    if value is None:
        return
    if facts.kind in _SUMMED:
        if is_finer(facts.element, "SubTotal", value, facts.decimals):
            yield broken("CFDI40107", facts.element, "SubTotal")
        expected = _rounded([row.amount for row in facts.concepts if row.amount is not None], facts.decimals)
        if value != expected:
            yield broken("CFDI40108", facts.element, "SubTotal", expected=plain(expected))
    elif value:
        yield broken("CFDI40109", facts.element, "SubTotal", expected="0")


def discount(facts: Facts) -> Iterator[Finding]:
    """CFDI40110, 40111, 40112, 40168, 40169: discounts."""
    having = [concept for concept in facts.concepts if concept.discount is not None]
    if facts.kind not in _SUMMED:
        for concept in having:
            yield broken("CFDI40111", concept.element, "Descuento")
        return
    value, whole = facts.discount, facts.subtotal
    if value is not None and whole is not None and value > whole:
        yield broken("CFDI40110", facts.element, "Descuento", expected=f"at most {plain(whole)}")
    if is_finer(facts.element, "Descuento", value, facts.decimals):
        yield broken("CFDI40112", facts.element, "Descuento")
    for concept in having:
        yield from _discount(concept, facts.decimals)


def _discount(concept: Concept, decimals: int) -> Iterator[Finding]:
    amount, off, element = concept.amount, concept.discount, concept.element
    allowed = max(decimals_of(element, "Importe", amount), decimals)
    if decimals_of(element, "Descuento", off) > allowed:
        yield broken("CFDI40168", element, "Descuento", expected=f"at most {allowed} decimals")
    if amount is not None and off is not None and off > amount:
        yield broken("CFDI40169", element, "Descuento", expected=f"at most {plain(amount)}")


def total(facts: Facts) -> Iterator[Finding]:
    """CFDI40119: Total, with the local taxes of their complement."""
    value = facts.total
    if value is None:
        return
    discounts = [row.discount for row in facts.concepts if row.discount is not None]
    expected = (facts.subtotal or ZERO) - _rounded(discounts, facts.decimals)
    expected += facts.local
    if facts.sums is not None:
        expected += facts.sums.total_transferred or ZERO
        expected -= facts.sums.total_withheld or ZERO
    if value != expected:
        yield broken("CFDI40119", facts.element, "Total", expected=plain(expected))


def concept_amounts(facts: Facts) -> Iterator[Finding]:
    """CFDI40166, 40167: unit price and amount of each concept."""
    if facts.kind not in _SUMMED:
        return
    for concept in facts.concepts:
        quantity, price, amount = concept.quantity, concept.price, concept.amount
        if price is None or quantity is None or amount is None:
            continue
        if price <= 0:
            yield broken("CFDI40166", concept.element, "ValorUnitario", expected="more than 0")
        allowed = within(concept.element, quantity, price, amount, facts.decimals)
        if allowed is not None:
            yield broken("CFDI40167", concept.element, "Importe", expected=allowed)


def within(
    element: etree._Element | None, quantity: Decimal, price: Decimal, amount: Decimal, decimals: int
) -> str | None:
    """The limits that Cantidad times ValorUnitario sets to Importe, where it lies outside them; None: it does not.

    The exact product always lies inside, as long as no number is written with twelve decimals (the schema lets six).
    """
    if quantity * price == amount:
        return None
    scales = decimals_of(element, "Cantidad", quantity), decimals_of(element, "ValorUnitario", price, decimals)
    low, high = limits(quantity, scales[0], price, scales[1], decimals)
    return None if low <= amount <= high else f"{plain(low)} to {plain(high)}"


def concept_taxes(facts: Facts) -> Iterator[Finding]:
    """CFDI40174-40186: each tax of each concept. The usual one, its base times a known rate to the letter, is passed
    over at once."""
    usual: set[tuple[str | None, str | None, Decimal | None]] = set()
    for concept in facts.concepts:
        for tax in concept.transferred:
            base, rate, amount = tax.base, tax.rate, tax.amount
            key = (tax.code, tax.factor, rate)
            if key in usual and base is not None and rate is not None and base * rate == amount and base > 0:
                continue
            found = tuple(_transferred(tax, facts))
            yield from found
            if not found and rate is not None:
                usual.add(key)
        for tax in concept.withheld:
            yield from _withheld(tax, facts)


def _transferred(tax: Tax, facts: Facts) -> Iterator[Finding]:
    if tax.base is not None and tax.base <= 0:
        yield broken("CFDI40174", tax.element, "Base", expected="more than 0")
    if tax.code not in ("002", "003"):
        yield broken("CFDI40175", tax.element, "Impuesto", expected="002 or 003")
    if tax.factor == "Exento":
        if tax.rate is not None or tax.amount is not None:
            yield broken("CFDI40177", tax.element, "Importe" if tax.rate is None else "TasaOCuota")
        return
    if tax.factor not in ("Tasa", "Cuota"):
        yield broken("CFDI40176", tax.element, "TipoFactor", expected="Tasa, Cuota or Exento")
    if tax.rate is None or tax.amount is None:
        yield broken("CFDI40178", tax.element, "TasaOCuota" if tax.rate is None else "Importe")
        return
    if tax.code in ("002", "003") and not known(tax, facts.day, withheld=False):
        yield broken("CFDI40179", tax.element, "TasaOCuota")
    allowed = _product(tax, facts.decimals)
    if allowed is not None:
        yield broken("CFDI40180", tax.element, "Importe", expected=allowed)


def _withheld(tax: Tax, facts: Facts) -> Iterator[Finding]:
    if tax.base is not None and tax.base <= 0:
        yield broken("CFDI40181", tax.element, "Base", expected="more than 0")
    if tax.code not in ("001", "002", "003"):
        yield broken("CFDI40182", tax.element, "Impuesto", expected="001, 002 or 003")
    if tax.factor == "Exento":
        yield broken("CFDI40184", tax.element, "TipoFactor")
        return
    if tax.factor not in ("Tasa", "Cuota"):
        yield broken("CFDI40183", tax.element, "TipoFactor", expected="Tasa or Cuota")
    if tax.code in ("001", "002", "003") and not known(tax, facts.day, withheld=True):
        yield broken("CFDI40185", tax.element, "TasaOCuota")
    allowed = _product(tax, facts.decimals)
    if allowed is not None:
        yield broken("CFDI40186", tax.element, "Importe", expected=allowed)


def _product(tax: Tax, decimals: int) -> str | None:
    """The limits that Base times TasaOCuota sets to Importe where it lies outside them; None: it does not."""
    base, rate, amount = tax.base, tax.rate, tax.amount
    if base is None or rate is None or amount is None or base * rate == amount:
        return None
    low, high = limits(base, decimals_of(tax.element, "Base", base, decimals), rate, None, decimals)
    return None if low <= amount <= high else f"{plain(low)} to {plain(high)}"


def known(tax: Tax, day: date, *, withheld: bool) -> bool:
    """Whether `c_TasaOCuota` has the rate on that day; True where the rate is no number, of which others speak."""
    if tax.rate is None or tax.factor not in ("Tasa", "Cuota"):
        return True
    return _is_rate(tax.code, tax.factor, tax.rate, day, withheld)


@lru_cache(maxsize=1024)
def _is_rate(code: str | None, factor: str, rate: Decimal, day: date, withheld: bool) -> bool:
    return any(
        (row.tax, row.factor) == (code, factor)
        and (row.withheld if withheld else row.transferred)
        and row.holds(rate)
        and row.valid_on(day)
        for row in RATES
    )


def _rounded(values: list[Decimal], decimals: int) -> Decimal:
    """The sum HALF_UP to the currency's decimals."""
    return round_half_up(sum(values, ZERO), decimals)


RULES: tuple[FactRule, ...] = (subtotal, discount, total, concept_amounts, concept_taxes)
