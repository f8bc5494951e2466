"""The document totals and the sums that must lead to them (BG-22). A part that is missing makes no sum equal."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import chain

from validators.en16931.concerns import AMOUNTS_STAND_OUT
from validators.en16931.contexts import DOCUMENT, MODEL
from validators.en16931.indicators import is_allowance, is_charge
from validators.en16931.predicates import exists, two_decimals
from validators.en16931.rulebook import CannotJudge, Difference
from validators.en16931.tree import Document, Node
from validators.en16931.values import ZERO, all_hold, as_decimal, cents, decimal, read_decimal

TOTALS = MODEL.context("cac:LegalMonetaryTotal")
_USUAL = ("cbc:LineExtensionAmount", "cbc:TaxExclusiveAmount", "cbc:TaxInclusiveAmount", "cbc:PayableAmount")
_SELDOM = frozenset(
    ("cbc:AllowanceTotalAmount", "cbc:ChargeTotalAmount", "cbc:PrepaidAmount", "cbc:PayableRoundingAmount")
)

TOTALS.add("BR-12", exists("cbc:LineExtensionAmount"))
TOTALS.add("BR-13", exists("cbc:TaxExclusiveAmount"))
TOTALS.add("BR-14", exists("cbc:TaxInclusiveAmount"))
TOTALS.add("BR-15", exists("cbc:PayableAmount"))


def _equal(found: Decimal | None, expected: Decimal | None) -> bool | Difference:
    """Both sides of a sum; what is not there equals nothing."""
    if found is not None and found == expected:
        return True
    return Difference(_shown(found), _shown(expected))


def _shown(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


def sum_of_lines(document: Document) -> Decimal:
    """The net amounts of every line, to cents."""
    summed = ZERO
    for line in chain(document.everywhere("cac:InvoiceLine"), document.everywhere("cac:CreditNoteLine")):
        amount = decimal(line.children.get("cbc:LineExtensionAmount", ()))
        if amount is not None:
            summed += amount
    return cents(summed)


@TOTALS.rule("BR-CO-10")
def line_total_is_the_sum_of_the_lines(totals: Node, document: Document) -> bool | Difference:
    stated = decimal(totals.all("cbc:LineExtensionAmount"))
    return _equal(stated, None if stated is None else document.once(sum_of_lines))


def _sum_is(totals: Node, name: str, chosen: Callable[[Node], bool]) -> bool | Difference:
    """BR-CO-11 and BR-CO-12: a total of allowances or charges, which may be absent only where there are none."""
    around = totals.parent
    every = around.all("cac:AllowanceCharge") if around is not None else []
    if not totals.has(name):
        kind = any(chosen(one) for one in every)
        return not kind or Difference(found=None, expected="the sum of what is listed")
    stated = decimal(totals.all(name))
    amounts = (decimal(one.all("cbc:Amount")) for one in every if chosen(one))
    return _equal(stated, cents(sum((amount or ZERO for amount in amounts), ZERO)))


@TOTALS.rule("BR-CO-11")
def allowance_total_is_the_sum_of_the_allowances(totals: Node, _document: Document) -> bool | Difference:
    return _sum_is(totals, "cbc:AllowanceTotalAmount", is_allowance)


@TOTALS.rule("BR-CO-12")
def charge_total_is_the_sum_of_the_charges(totals: Node, _document: Document) -> bool | Difference:
    return _sum_is(totals, "cbc:ChargeTotalAmount", is_charge)


@TOTALS.rule("BR-CO-13")
def net_total_is_lines_less_allowances_plus_charges(totals: Node, _document: Document) -> bool | Difference:
    stated = decimal(totals.all("cbc:TaxExclusiveAmount"))
    if stated is None:
        return Difference(expected="a total without VAT")
    lines = decimal(totals.all("cbc:LineExtensionAmount"))
    if lines is None:
        return Difference(_shown(stated), None)
    charges, allowances = totals.all("cbc:ChargeTotalAmount"), totals.all("cbc:AllowanceTotalAmount")
    if not charges and not allowances:
        return _equal(stated, lines)
    return _equal(stated, cents(lines + (decimal(charges) or ZERO) - (decimal(allowances) or ZERO)))


@TOTALS.rule("BR-CO-16")
def payable_is_gross_less_prepaid_plus_rounding(totals: Node, _document: Document) -> bool | Difference:
    """Where amounts have more than two decimals, the rounding of either side is that of the artefact."""
    payable = decimal(totals.all("cbc:PayableAmount"))
    if payable is None:
        return Difference(expected="an amount due")
    gross = decimal(totals.all("cbc:TaxInclusiveAmount"))
    if gross is None:
        return Difference(_shown(payable), None)
    prepaid, rounding = totals.all("cbc:PrepaidAmount"), totals.all("cbc:PayableRoundingAmount")
    due = cents(gross - (decimal(prepaid) or ZERO)) if prepaid else gross
    added = decimal(rounding) or ZERO
    asked = cents(payable - added) if rounding else payable
    return asked == due or Difference(_shown(payable), _shown(due + added))


@TOTALS.spares("BR-12", "BR-13", "BR-14", "BR-15", "BR-CO-10", "BR-CO-11", "BR-CO-12", "BR-CO-13", "BR-CO-16")
def adds_up_to_the_lines(totals: Node, document: Document) -> bool:
    """The usual totals: each once, nothing allowed, charged, prepaid or rounded, and the lines come to the net."""
    children = totals.children
    around = totals.parent
    if not _SELDOM.isdisjoint(children) or around is None or "cac:AllowanceCharge" in around.children:
        return False
    lines, net, gross, payable = (children.get(name, ()) for name in _USUAL)
    if not len(lines) == len(net) == len(gross) == len(payable) == 1:
        return False
    stated = as_decimal(lines[0])
    if as_decimal(net[0]) != stated or as_decimal(gross[0]) != as_decimal(payable[0]):
        return False
    return stated == document.once(sum_of_lines)


TOTALS.add("BR-DEC-09", two_decimals("cbc:LineExtensionAmount"), about=AMOUNTS_STAND_OUT)
TOTALS.add("BR-DEC-10", two_decimals("cbc:AllowanceTotalAmount"), about=AMOUNTS_STAND_OUT)
TOTALS.add("BR-DEC-11", two_decimals("cbc:ChargeTotalAmount"), about=AMOUNTS_STAND_OUT)
TOTALS.add("BR-DEC-12", two_decimals("cbc:TaxExclusiveAmount"), about=AMOUNTS_STAND_OUT)
TOTALS.add("BR-DEC-14", two_decimals("cbc:TaxInclusiveAmount"), about=AMOUNTS_STAND_OUT)
TOTALS.add("BR-DEC-16", two_decimals("cbc:PrepaidAmount"), about=AMOUNTS_STAND_OUT)
TOTALS.add("BR-DEC-17", two_decimals("cbc:PayableRoundingAmount"), about=AMOUNTS_STAND_OUT)
TOTALS.add("BR-DEC-18", two_decimals("cbc:PayableAmount"), about=AMOUNTS_STAND_OUT)


@DOCUMENT.rule("BR-CO-15")
def gross_total_is_net_plus_vat(root: Node, _document: Document) -> bool | Difference:
    for currency in root.all("cbc:DocumentCurrencyCode"):
        told = _gross_is_plainly_right(root, currency.text) or _gross_in(root, currency.text)
        if told is not True:
            return told
    return True


def _in_currency(total: Node, currency: str) -> list[Node]:
    return [amount for amount in total.all("cbc:TaxAmount") if amount.attribute("currencyID") == currency]


def _gross_is_plainly_right(root: Node, currency: str) -> bool:
    """The usual document: one tax total with one amount, one of each total, and they add up."""
    totals, taxes = root.all("cac:LegalMonetaryTotal"), root.all("cac:TaxTotal", "cbc:TaxAmount")
    if len(totals) != 1 or len(taxes) != 1 or taxes[0].attribute("currencyID") != currency:
        return False
    told = [totals[0].all("cbc:TaxExclusiveAmount"), totals[0].all("cbc:TaxInclusiveAmount"), taxes]
    net, gross, tax = (read_decimal(one[0].text) if len(one) == 1 else None for one in told)
    return net is not None and gross is not None and tax is not None and gross == cents(net + tax)


def _gross_in(root: Node, currency: str) -> bool | Difference:
    """One VAT total in the currency of the document, and a gross total that is net plus that VAT."""
    told = Difference()

    def vat_is_told_once() -> bool:
        nonlocal told
        count = len(_taxes(root, currency))
        if count != 1:
            told = Difference(f"{count} VAT totals in {currency}", "one")
        return count == 1

    def gross_is_the_sum() -> bool:
        nonlocal told
        expected = _net_plus_vat(root, currency)
        stated = _amounts(root.all("cac:LegalMonetaryTotal"), "cbc:TaxInclusiveAmount") if expected is not None else []
        if expected not in stated:
            told = told if told.found else Difference(_shown(stated[0]) if stated else None, _shown(expected))
        return expected in stated

    return all_hold(vat_is_told_once, gross_is_the_sum) or told


def _taxes(root: Node, currency: str) -> list[Decimal]:
    taxes = (decimal(_in_currency(total, currency)) for total in root.all("cac:TaxTotal"))
    return [tax for tax in taxes if tax is not None]


def _amounts(totals: list[Node], name: str) -> list[Decimal]:
    amounts = (decimal(total.all(name)) for total in totals)
    return [amount for amount in amounts if amount is not None]


def _net_plus_vat(root: Node, currency: str) -> Decimal | None:
    """None where one of them is not there; the net is looked at first."""
    totals = root.all("cac:LegalMonetaryTotal")
    nets = _amounts(totals, "cbc:TaxExclusiveAmount")
    if len(nets) > 1:
        raise CannotJudge(f"{totals[0].location} is repeated where the rule can take one only")
    taxes = _taxes(root, currency) if nets else []
    if len(taxes) > 1:
        raise CannotJudge(f"there are {len(taxes)} VAT totals in {currency} where the rule can take one only")
    return cents(nets[0] + taxes[0]) if taxes else None
