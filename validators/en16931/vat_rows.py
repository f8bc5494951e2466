"""VAT where it stands: in a row of the breakdown, an allowance, a charge, a line (rules 05 to 10 of each category)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from math import isfinite, isnan

from validators.en16931.contexts import MODEL
from validators.en16931.indicators import indicated
from validators.en16931.predicates import exists
from validators.en16931.rulebook import CannotJudge, Condition, Difference, Predicate
from validators.en16931.tree import Document, Node
from validators.en16931.values import ONE_HUNDRED, ZERO, all_hold, cents, decimal, divided, double, one_holds, only
from validators.en16931.vat_facts import of_vat
from validators.en16931.vat_sums import (
    Tally,
    allowed,
    charged,
    charged_anywhere,
    credited,
    credited_anywhere,
    invoiced,
    invoiced_anywhere,
)

ROW = "/*/cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory"
CHARGE = "cac:AllowanceCharge/cac:TaxCategory"
LINES = ("cac:InvoiceLine/cac:Item/cac:ClassifiedTaxCategory", "cac:CreditNoteLine/cac:Item/cac:ClassifiedTaxCategory")
ONE = Decimal(1)
Question = Callable[[Document], Tally]
_KINDS = (
    ("cac:InvoiceLine", invoiced, invoiced_anywhere),
    ("cac:CreditNoteLine", credited, credited_anywhere),
)


def _among(category: str) -> Condition:
    return lambda node, _document: of_vat(node, category)


def _charged(category: str, said: bool) -> Condition:
    def where(node: Node, _document: Document) -> bool:
        return node.parent is not None and indicated(node.parent, said) and of_vat(node, category)

    return where


def zero_rate(node: Node, _document: Document) -> bool | Difference:
    """05 to 07 of the categories without tax: the rate is 0."""
    rate = decimal(node.all("cbc:Percent"))
    return rate == 0 or Difference(found="no rate" if rate is None else f"{rate} %", expected="0 %")


def _rate(holds: Callable[[float], bool], expected: str) -> Predicate:
    """05 to 07 of the taxed categories: one of the rates, compared as a double (for the reference processor NaN is
    above any integer)."""

    def predicate(node: Node, _document: Document) -> bool | Difference:
        rates = node.children.get("cbc:Percent", ())
        for rate in rates:
            if holds(double(rate)):
                return True
        return Difference(found=rates[0].text if rates else "no rate", expected=expected)

    return predicate


above_zero = _rate(lambda rate: rate > 0 or isnan(rate), "more than 0")
not_below_zero = _rate(lambda rate: rate >= 0 or isnan(rate), "0 or more")


def no_rate(node: Node, _document: Document) -> bool:
    """05 to 07 of O: what is outside the scope of VAT has no rate."""
    return not node.has("cbc:Percent")


def without_tax(node: Node, _document: Document) -> bool | Difference:
    """09 of the categories without tax."""
    amount = decimal(_row(node).all("cbc:TaxAmount"))
    return amount == 0 or Difference(found="no amount" if amount is None else str(amount), expected="0")


def tax_is_base_by_rate(node: Node, _document: Document) -> bool | Difference:
    """09 of the taxed categories: base by rate, less than one unit of the currency away from it, signs aside."""
    tax = decimal(_row(node).all("cbc:TaxAmount"))
    if tax is None:
        return False  # nothing equals nothing: the other side is not looked at
    base = decimal(_row(node).all("cbc:TaxableAmount"))
    rate = decimal(node.all("cbc:Percent"))
    if base is None or rate is None:
        return False
    computed = cents(abs(base) * divided(rate, ONE_HUNDRED))
    return abs(tax) - ONE < computed < abs(tax) + ONE or Difference(
        found=str(tax), expected=f"{computed} ({base} at {rate} %)"
    )


def no_exemption(node: Node, _document: Document) -> bool:
    """10 of the taxed categories and of Z: nothing is exempt, so there is no reason for it."""
    return not node.has("cbc:TaxExemptionReason") and not node.has("cbc:TaxExemptionReasonCode")


exemption = exists("cbc:TaxExemptionReason", "cbc:TaxExemptionReasonCode")


def _row(node: Node) -> Node:
    """The row of the breakdown around its category."""
    return node.parent or node  # four levels deep, a category has a parent


def _sum(lines: Tally, document: Document, category: str, rate: Decimal | None = None) -> Decimal:
    """Lines and charges less allowances, of one category (and one rate)."""
    added = lines.of(category, rate) + document.once(charged).of(category, rate)
    return added - document.once(allowed).of(category, rate)


def base_is_sum(category: str) -> Predicate:
    """08 of the categories without tax: the base is the sum of what has the category, to the last decimal."""

    def holds(node: Node, document: Document) -> bool | Difference:
        summed = ZERO
        base = None
        for name, below_root, _ in _KINDS:
            if document.everywhere(name):
                base = decimal(_row(node).all("cbc:TaxableAmount"))
                if base is None:
                    return Difference(found="no amount")
                summed = _sum(document.once(below_root), document, category)
                if base == summed:
                    return True
        return Difference(found=str(base), expected=str(summed))

    return holds


def base_is_about_sum(category: str, *, of_its_rate: bool) -> Predicate:
    """08 of the taxed categories: the base is the sum of what has the category and the rate, give or take less than
    one unit of the currency. For S (`of_its_rate`) there must be a line, allowance or charge of the rate at all."""

    def holds(node: Node, document: Document) -> bool | Difference:
        rate = decimal(node.all("cbc:Percent"))
        if rate is None:
            return True
        summed: list[Decimal] = []

        def is_near_sum(lines: Question) -> bool:
            summed.append(_sum(document.once(lines), document, category, rate))
            return _is_near(node, summed[-1])

        def is_of(name: str, lines: Question, everywhere: Question) -> bool:
            return all_hold(
                lambda: (
                    _has_rate(document, everywhere, category, rate) if of_its_rate else bool(document.everywhere(name))
                ),
                lambda: is_near_sum(lines),
            )

        if one_holds(*(partial(is_of, *kind) for kind in _KINDS)):
            return True
        expected = next((one for one in summed if one), None)
        return Difference(
            found=_row_text(node),
            expected=f"lines, allowances or charges at {rate} %" if expected is None else f"{expected} at {rate} %",
        )

    return holds


def _has_rate(document: Document, lines: Question, category: str, rate: Decimal) -> bool:
    """Whether a line, an allowance or a charge has the category at this rate."""
    return one_holds(
        lambda: document.once(lines).has(category, rate), lambda: document.once(charged_anywhere).has(category, rate)
    )


def _is_near(node: Node, summed: Decimal) -> bool:
    """`cbc:TaxableAmount - 1 < sum` and `+ 1 > sum`: the artefacts add and subtract as doubles, then compare decimals,
    so that 100.10 + 1 is less than 101.10."""
    amount = only(_row(node).all("cbc:TaxableAmount"))
    if amount is None:
        return False
    base = double(amount)
    if not isfinite(base):
        raise CannotJudge(f"{amount.location} is no decimal number")
    return Decimal(base - 1.0) < summed < Decimal(base + 1.0)


def _row_text(node: Node) -> str:
    amounts = _row(node).all("cbc:TaxableAmount")
    return amounts[0].text if amounts else "no amount"


def _family(prefix: str, category: str, rate: Predicate, base: Predicate, tax: Predicate, reason: Predicate) -> None:
    """The four places of a category. Only one category matches a node, so the frequent ones come first."""
    row = MODEL.context(ROW, where=_among(category))
    row.add(f"{prefix}-08", base)
    row.add(f"{prefix}-09", tax)
    row.add(f"{prefix}-10", reason)
    MODEL.context(CHARGE, where=_charged(category, False)).add(f"{prefix}-06", rate)
    MODEL.context(CHARGE, where=_charged(category, True)).add(f"{prefix}-07", rate)
    MODEL.context(*LINES, where=_among(category)).add(f"{prefix}-05", rate)


_family("BR-S", "S", above_zero, base_is_about_sum("S", of_its_rate=True), tax_is_base_by_rate, no_exemption)
_family("BR-Z", "Z", zero_rate, base_is_sum("Z"), without_tax, no_exemption)
_family("BR-E", "E", zero_rate, base_is_sum("E"), without_tax, exemption)
_family("BR-AE", "AE", zero_rate, base_is_sum("AE"), without_tax, exemption)
_family("BR-IC", "K", zero_rate, base_is_sum("K"), without_tax, exemption)
_family("BR-G", "G", zero_rate, base_is_sum("G"), without_tax, exemption)
_family("BR-O", "O", no_rate, base_is_sum("O"), without_tax, exemption)
_family("BR-AF", "L", not_below_zero, base_is_about_sum("L", of_its_rate=False), tax_is_base_by_rate, no_exemption)
_family("BR-AG", "M", not_below_zero, base_is_about_sum("M", of_its_rate=False), tax_is_base_by_rate, no_exemption)
