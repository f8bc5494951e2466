"""The document as a whole: process and specification, notes and references, tax totals, the invoicing period."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from jurisdictions.peppol.codelists import CUSTOMIZATION, PROJECT_REFERENCE
from jurisdictions.peppol.rules.countries import german_parties
from jurisdictions.peppol.rules.patterns import PROJECT, TRANSACTION
from jurisdictions.peppol.rules.processes import UNKNOWN, billing_process
from jurisdictions.peppol.rules.values import day, own_normalized, own_text, says
from validators.en16931.place import CREDIT_NOTE, INVOICE
from validators.en16931.predicates import exists
from validators.en16931.rulebook import Condition, Difference, Predicate
from validators.en16931.tree import Document, Node, ancestors
from validators.en16931.values import all_hold, double, normalized, not_below_zero, one_holds, only

PROJECTS = PROJECT.context(CREDIT_NOTE)
HEADER = TRANSACTION.context(CREDIT_NOTE, INVOICE)
TAX_CURRENCY = TRANSACTION.context("cbc:TaxCurrencyCode")
_LINES = ("ubl:Invoice/cac:InvoiceLine", "cn:CreditNote/cac:CreditNoteLine")


def _has_period(bound: str) -> Condition:
    def matches(node: Node, _document: Document) -> bool:
        return bool(_around(node).all("cac:InvoicePeriod", bound))

    return matches


def _around(bound: Node) -> Node:
    """The document around a line's period: three steps up, which the contexts' paths all have."""
    _period, _line, document = islice(ancestors(bound), 3)
    return document


LINE_STARTS = TRANSACTION.context(
    *(f"{line}/cac:InvoicePeriod/cbc:StartDate" for line in _LINES), where=_has_period("cbc:StartDate")
)
LINE_ENDS = TRANSACTION.context(
    *(f"{line}/cac:InvoicePeriod/cbc:EndDate" for line in _LINES), where=_has_period("cbc:EndDate")
)


@PROJECTS.rule("PEPPOL-EN16931-R080")
def credit_note_names_one_project(note: Node, _document: Document) -> bool | Difference:
    count = sum(
        says(reference.all("cbc:DocumentTypeCode"), PROJECT_REFERENCE)
        for reference in note.all("cac:AdditionalDocumentReference")
    )
    return count <= 1 or Difference(found=f"{count} project references", expected="at most 1")


HEADER.add("PEPPOL-EN16931-R001", exists("cbc:ProfileID"))


def process_is_approved(process: Callable[[Document], str]) -> Predicate:
    """R007 for the processes of one specification."""

    def holds(header: Node, document: Document) -> bool | Difference:
        if document.once(process) != UNKNOWN:
            return True
        return Difference(found=normalized(header.all("cbc:ProfileID")))

    return holds


HEADER.add("PEPPOL-EN16931-R007", process_is_approved(billing_process))


@HEADER.rule("PEPPOL-EN16931-R002")
def one_note_except_in_germany(header: Node, document: Document) -> bool | Difference:
    count = len(header.all("cbc:Note"))
    if count <= 1 or document.once(german_parties):
        return True
    return Difference(found=f"{count} notes", expected="at most 1")


HEADER.add("PEPPOL-EN16931-R003", exists("cbc:BuyerReference", "cac:OrderReference/cbc:ID"))


def specification_is(customization: str) -> Predicate:
    """R004 for one specification identifier, which extensions may follow."""

    def holds(header: Node, _document: Document) -> bool | Difference:
        found = own_normalized(header.all("cbc:CustomizationID"))
        if found.startswith(customization) and "::" not in found:
            return True
        return Difference(found=found, expected=customization)

    return holds


HEADER.add("PEPPOL-EN16931-R004", specification_is(CUSTOMIZATION))


@HEADER.rule("PEPPOL-EN16931-R053")
def one_total_has_subtotals(header: Node, _document: Document) -> bool | Difference:
    count = sum(total.has("cac:TaxSubtotal") for total in header.all("cac:TaxTotal"))
    return count == 1 or Difference(found=f"{count} tax totals with subtotals", expected="1")


@HEADER.rule("PEPPOL-EN16931-R054")
def total_in_the_accounting_currency(header: Node, _document: Document) -> bool | Difference:
    count = sum(not total.has("cac:TaxSubtotal") for total in header.all("cac:TaxTotal"))
    expected = int(header.has("cbc:TaxCurrencyCode"))
    return count == expected or Difference(found=f"{count} tax totals without subtotals", expected=str(expected))


@HEADER.rule("PEPPOL-EN16931-R055")
def tax_totals_have_one_sign(header: Node, _document: Document) -> bool | Difference:
    if not header.has("cbc:TaxCurrencyCode"):
        return True

    def some(currency: str, sign: int) -> bool:
        return any(
            not_below_zero(amount) if sign > 0 else double(amount) <= 0
            for total in header.all("cac:TaxTotal")
            for amount in total.all("cbc:TaxAmount")
            if _is_in(amount, header, currency)
        )

    def both(sign: int) -> bool:
        return all_hold(lambda: some("cbc:TaxCurrencyCode", sign), lambda: some("cbc:DocumentCurrencyCode", sign))

    if one_holds(lambda: both(-1), lambda: both(1)):
        return True
    amounts = header.all("cac:TaxTotal", "cbc:TaxAmount")
    return Difference(found=", ".join(f"{one.text} {one.attribute('currencyID') or ''}".strip() for one in amounts))


def _is_in(amount: Node, header: Node, currency: str) -> bool:
    named = amount.attribute("currencyID")
    return named is not None and named == normalized(header.all(currency))


@TAX_CURRENCY.rule("PEPPOL-EN16931-R005")
def currencies_differ(code: Node, _document: Document) -> bool:
    document_currency = code.parent.all("cbc:DocumentCurrencyCode") if code.parent else []
    return own_normalized([code]) != own_normalized(document_currency)


def _within(bound: str, sign: int) -> Predicate:
    """The line's bound lies within the one of the document."""

    def holds(node: Node, _document: Document) -> bool | Difference:
        told = own_text([node])
        line = None if told is None else day(told, node)
        outer = only(_around(node).all("cac:InvoicePeriod", bound))
        if line is None or outer is None:
            return False
        held = (line - day(outer.text, outer)) * sign >= 0
        return held or Difference(found=node.text, expected=f"{'from' if sign > 0 else 'until'} {outer.text}")

    return holds


LINE_STARTS.add("PEPPOL-EN16931-R110", _within("cbc:StartDate", 1))
LINE_ENDS.add("PEPPOL-EN16931-R111", _within("cbc:EndDate", -1))
