"""VAT of the document and its breakdown (BG-23)."""

from __future__ import annotations

from decimal import Decimal

from validators.en16931.concerns import AMOUNTS_STAND_OUT
from validators.en16931.contexts import DOCUMENT, MODEL
from validators.en16931.predicates import exists, two_decimals
from validators.en16931.rulebook import Difference, Predicate
from validators.en16931.tree import Document, Node
from validators.en16931.values import (
    ONE_HUNDRED,
    ZERO,
    cents,
    decimal,
    decimals,
    divided,
    normalized,
    only,
    rounded,
    text,
)
from validators.en16931.vat_schemes import vat_categories

ONE = Decimal(1)

DOCUMENT.add("BR-CO-18", exists("cac:TaxTotal/cac:TaxSubtotal"))


def _vat_totals(document: Document) -> list[Node]:
    return [amount for total in document.everywhere("cac:TaxTotal") for amount in total.all("cbc:TaxAmount")]


@DOCUMENT.rule("BR-53")
def vat_is_stated_in_the_accounting_currency(root: Node, document: Document) -> bool | Difference:
    for wanted in root.all("cbc:TaxCurrencyCode"):
        if all(amount.attribute("currencyID") != wanted.text for amount in _vat_totals(document)):
            return Difference(found=None, expected=f"a VAT total in {wanted.text}")
    return True


def _decimals_of_the_total_in(currency: str) -> Predicate:
    """BR-DEC-13 and BR-DEC-15 as published: they look for the currency code inside the amount itself, where the schema
    allows none, so that no valid document can break them (UBL-DT-01 counts these decimals)."""

    def holds(_root: Node, document: Document) -> bool | Difference:
        amounts = [
            amount
            for amount in _vat_totals(document)
            if any(code.text == amount.attribute("currencyID") for code in amount.all(currency))
        ]
        value = text(amounts)
        return decimals(value) <= 2 or Difference(found=value, expected="at most 2 decimals")

    return holds


DOCUMENT.add("BR-DEC-13", _decimals_of_the_total_in("cbc:DocumentCurrencyCode"))
DOCUMENT.add("BR-DEC-15", _decimals_of_the_total_in("cbc:TaxCurrencyCode"))

TAX_TOTAL = MODEL.context("/cac:TaxTotal")


@TAX_TOTAL.rule("BR-CO-14")
def vat_total_is_the_sum_of_the_breakdown(total: Node, _document: Document) -> bool | Difference:
    parts = total.all("cac:TaxSubtotal")
    if not parts:
        return True
    stated = decimal(total.all("cbc:TaxAmount"))
    if stated is None:
        return Difference(expected="the sum of the breakdown")
    amounts = (decimal(part.all("cbc:TaxAmount")) for part in parts)
    expected = cents(sum((amount or ZERO for amount in amounts), ZERO))
    return stated == expected or Difference(f"{stated:f}", f"{expected:f}")


SUBTOTAL = MODEL.context("cac:TaxTotal/cac:TaxSubtotal")
SUBTOTAL.add("BR-45", exists("cbc:TaxableAmount"))
SUBTOTAL.add("BR-46", exists("cbc:TaxAmount"))


@SUBTOTAL.rule("BR-47")
def has_a_vat_category(subtotal: Node, _document: Document) -> bool:
    return any(category.has("cbc:ID") for category in vat_categories(subtotal))


@SUBTOTAL.rule("BR-48")
def has_a_rate_or_is_outside_vat(subtotal: Node, _document: Document) -> bool:
    categories = vat_categories(subtotal)
    if any(category.has("cbc:Percent") for category in categories):
        return True
    return any(normalized(category.all("cbc:ID")) == "O" for category in categories)


@SUBTOTAL.rule("BR-CO-17")
def vat_is_the_rate_of_the_base(subtotal: Node, _document: Document) -> bool | Difference:
    """Within one unit of the currency, as the artefact allows; VAT at no rate, or at one below a half, rounds to 0."""
    tax = decimal(subtotal.all("cbc:TaxAmount"))
    if tax is None:
        return Difference(expected="a VAT amount")
    taxable = subtotal.all("cbc:TaxableAmount")
    if rounded(tax) and only(taxable) is None:
        return Difference(f"{tax:f}", "a taxable amount")
    rated = [category for category in vat_categories(subtotal) if category.has("cbc:Percent")]
    rate = decimal(rated[0].all("cbc:Percent")) if rated and only(rated) else None
    if rate is None or not rounded(rate):
        return not rounded(tax) or Difference(f"{tax:f}", "0")
    base = decimal(taxable)
    if base is None:
        return Difference(f"{tax:f}", "a taxable amount")
    expected = cents(abs(base) * divided(rate, ONE_HUNDRED))
    within = abs(tax) - ONE < expected < abs(tax) + ONE
    return within or Difference(f"{tax:f}", f"{expected.copy_sign(base):f} ({base:f} at {rate:f} %)")


SUBTOTAL.add("BR-DEC-19", two_decimals("cbc:TaxableAmount"), about=AMOUNTS_STAND_OUT)
SUBTOTAL.add("BR-DEC-20", two_decimals("cbc:TaxAmount"), about=AMOUNTS_STAND_OUT)
