"""The document totals and the sums that must lead to them (BG-22). A part that is missing makes no sum equal."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import chain

from validators.en16931.contexts import DOCUMENT, MODEL
from validators.en16931.indicators import is_allowance, is_charge
from validators.en16931.predicates import exists, two_decimals
from validators.en16931.rulebook import CannotJudge, Difference
from validators.en16931.tree import Document, Node
from validators.en16931.values import ZERO, cents, decimal

TOTALS = MODEL.context("cac:LegalMonetaryTotal")

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
    lines = chain(document.everywhere("cac:InvoiceLine"), document.everywhere("cac:CreditNoteLine"))
    return cents(sum((decimal(line.all("cbc:LineExtensionAmount")) or ZERO for line in lines), ZERO))


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


TOTALS.add("BR-DEC-09", two_decimals("cbc:LineExtensionAmount"))
TOTALS.add("BR-DEC-10", two_decimals("cbc:AllowanceTotalAmount"))
TOTALS.add("BR-DEC-11", two_decimals("cbc:ChargeTotalAmount"))
TOTALS.add("BR-DEC-12", two_decimals("cbc:TaxExclusiveAmount"))
TOTALS.add("BR-DEC-14", two_decimals("cbc:TaxInclusiveAmount"))
TOTALS.add("BR-DEC-16", two_decimals("cbc:PrepaidAmount"))
TOTALS.add("BR-DEC-17", two_decimals("cbc:PayableRoundingAmount"))
TOTALS.add("BR-DEC-18", two_decimals("cbc:PayableAmount"))


@DOCUMENT.rule("BR-CO-15")
def gross_total_is_net_plus_vat(root: Node, _document: Document) -> bool | Difference:
    for currency in root.all("cbc:DocumentCurrencyCode"):
        told = _gross_in(root, currency.text)
        if told is not True:
            return told
    return True


def _in_currency(total: Node, currency: str) -> list[Node]:
    return [amount for amount in total.all("cbc:TaxAmount") if amount.attribute("currencyID") == currency]


def _gross_in(root: Node, currency: str) -> bool | Difference:
    """One VAT total in the currency of the document, and a gross total that is net plus that VAT."""
    taxes = [decimal(_in_currency(total, currency)) for total in root.all("cac:TaxTotal")]
    amounts = [tax for tax in taxes if tax is not None]
    if len(amounts) != 1:
        return Difference(f"{len(amounts)} VAT totals in {currency}", "one")
    totals = root.all("cac:LegalMonetaryTotal")
    stated = [decimal(total.all("cbc:TaxInclusiveAmount")) for total in totals]
    nets = [net for net in (decimal(total.all("cbc:TaxExclusiveAmount")) for total in totals) if net is not None]
    gross = [amount for amount in stated if amount is not None]
    if len(nets) > 1:
        raise CannotJudge(f"{totals[0].location} is repeated where the rule can take one only")
    expected = cents(nets[0] + amounts[0]) if nets else None
    if expected is not None and expected in gross:
        return True
    return Difference(_shown(gross[0]) if gross else None, _shown(expected))
