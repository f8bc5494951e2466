"""Iceland: identifiers and addresses, accounts, and the final due date (eindagi)."""

from __future__ import annotations

from jurisdictions.peppol.rules.countries import BUYER, SELLER, icelandic_parties, icelandic_supplier
from jurisdictions.peppol.rules.values import attributes, is_date, says
from schemas.findings import Severity
from validators.en16931.concerns import names_country
from validators.en16931.place import CREDIT_NOTE, INVOICE
from validators.en16931.rulebook import Concern, Difference, Pattern, Predicate
from validators.en16931.tree import Document, Node
from validators.en16931.values import normalized, one_holds, text

PATTERN = Pattern("Iceland", about=names_country("IS"))
KENNITALA = "0196"
TYPES = ("380", "381")
FINAL_DUE_DATE = "EINDAGI"
CLAIM, TRANSFER = "9", "42"
_ACCOUNT_LENGTH = 12

DOCUMENT = PATTERN.context(CREDIT_NOTE, INVOICE, about=Concern(icelandic_supplier))
CUSTOMER = PATTERN.context(*(f"{root}/{BUYER}" for root in (CREDIT_NOTE, INVOICE)), about=Concern(icelandic_parties))


@DOCUMENT.rule("IS-R-001", Severity.WARNING)
def type_is_invoice_or_credit_note(header: Node, _document: Document) -> bool | Difference:
    codes = (header.all("cbc:InvoiceTypeCode"), header.all("cbc:CreditNoteTypeCode"))
    if one_holds(lambda: normalized(codes[0]) in TYPES, lambda: normalized(codes[1]) in TYPES):
        return True
    return Difference(found=", ".join(one.text for told in codes for one in told) or None, expected="380 or 381")


def _has_kennitala(*role: str) -> Predicate:
    def holds(node: Node, _document: Document) -> bool | Difference:
        found = attributes(node.all(*role, "cac:Party", "cac:PartyLegalEntity", "cbc:CompanyID"), "schemeID")
        return KENNITALA in found or Difference(found=", ".join(found) or None, expected=KENNITALA)

    return holds


def _has_address(*role: str) -> Predicate:
    def holds(node: Node, _document: Document) -> bool:
        address = (*role, "cac:Party", "cac:PostalAddress")
        return bool(node.all(*address, "cbc:StreetName") and node.all(*address, "cbc:PostalZone"))

    return holds


def _has_account(code: str) -> Predicate:
    """Payment by this code names an account of twelve characters."""

    def holds(header: Node, _document: Document) -> bool | Difference:
        means = [one for one in header.all("cac:PaymentMeans") if says(one.all("cbc:PaymentMeansCode"), code)]
        if not means:
            return True
        found = normalized([account for one in means for account in one.all("cac:PayeeFinancialAccount", "cbc:ID")])
        return len(found) == _ACCOUNT_LENGTH or Difference(found=found or None, expected="12 characters")

    return holds


DOCUMENT.add("IS-R-002", _has_kennitala(SELLER))
DOCUMENT.add("IS-R-003", _has_address(SELLER))
DOCUMENT.add("IS-R-006", _has_account(CLAIM))
DOCUMENT.add("IS-R-007", _has_account(TRANSFER))


def _final_dates(header: Node) -> tuple[bool, list[Node]]:
    """Whether a reference gives the final due date, and the elements that say it."""
    references = [
        one
        for one in header.all("cac:AdditionalDocumentReference")
        if says(one.all("cbc:DocumentDescription"), FINAL_DUE_DATE)
    ]
    return bool(references), [identifier for one in references for identifier in one.all("cbc:ID")]


@DOCUMENT.rule("IS-R-008")
def final_due_date_is_a_date(header: Node, _document: Document) -> bool | Difference:
    told, dates = _final_dates(header)
    if not told:
        return True
    found = text(dates)
    return (len(found) == len("2026-01-31") and is_date(found)) or Difference(found=found, expected="YYYY-MM-DD")


@DOCUMENT.rule("IS-R-009")
def final_due_date_needs_a_due_date(header: Node, _document: Document) -> bool:
    return not _final_dates(header)[0] or header.has("cbc:DueDate")


@DOCUMENT.rule("IS-R-010")
def final_due_date_is_not_before(header: Node, _document: Document) -> bool | Difference:
    told, dates = _final_dates(header)
    due = header.all("cbc:DueDate")
    # Two untyped values are compared letter by letter, which for dates of one form is their order.
    if not told or any(one.text <= final.text for one in due for final in dates):
        return True
    return Difference(found=dates[0].text if dates else None, expected=f"from {due[0].text}" if due else None)


CUSTOMER.add("IS-R-004", _has_kennitala())
CUSTOMER.add("IS-R-005", _has_address())
