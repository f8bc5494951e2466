"""How often the core invoice lets UBL's elements occur (UBL-SR), and what it lets them say (the odd ones of UBL-CR).

UBL allows many of what EN 16931 has one of; here is one rule for each.
"""

from __future__ import annotations

from collections.abc import Iterable

from schemas.findings import Severity
from validators.en16931.concerns import repeats
from validators.en16931.contexts import DOCUMENT_SYNTAX, SYNTAX
from validators.en16931.indicators import is_allowance, is_charge
from validators.en16931.place import CREDIT_NOTE
from validators.en16931.predicates import at_most, exists
from validators.en16931.rulebook import Context, Difference
from validators.en16931.tree import Document, Node
from validators.en16931.values import text

INVOICED_OBJECT = "130"
"""UNTDID 1001: the document reference names the object that is invoiced (BT-18)."""

SELLER = "cac:AccountingSupplierParty/cac:Party"
BUYER = "cac:AccountingCustomerParty/cac:Party"

ADDRESSES = SYNTAX.context("cac:PostalAddress", "cac:Address")
SELLERS = SYNTAX.context(SELLER)
SUPPORTING_DOCUMENTS = SYNTAX.context("cac:AdditionalDocumentReference")
DELIVERIES = SYNTAX.context("cac:Delivery")
ALLOWANCES = SYNTAX.context("cac:AllowanceCharge", where=is_allowance)
CHARGES = SYNTAX.context("cac:AllowanceCharge", where=is_charge)
TAX_REGISTRATIONS = SYNTAX.context("cac:PartyTaxScheme")
LINES = SYNTAX.context("cac:InvoiceLine", "cac:CreditNoteLine")
PAYEES = SYNTAX.context("cac:PayeeParty")
PAYMENT_MEANS = SYNTAX.context("cac:PaymentMeans")
PRECEDING = SYNTAX.context("cac:BillingReference")
REPRESENTATIVES = SYNTAX.context("cac:TaxRepresentativeParty")
SUBTOTALS = SYNTAX.context("cac:TaxSubtotal")

_ONCE: tuple[tuple[Context, str, str], ...] = (
    (ADDRESSES, "UBL-SR-51", "cac:AddressLine"),
    (SUPPORTING_DOCUMENTS, "UBL-SR-33", "cbc:DocumentDescription"),
    (DELIVERIES, "UBL-SR-25", "cac:DeliveryParty/cac:PartyName/cbc:Name"),
    (ALLOWANCES, "UBL-SR-30", "cbc:AllowanceChargeReason"),
    (CHARGES, "UBL-SR-31", "cbc:AllowanceChargeReason"),
    (DOCUMENT_SYNTAX, "UBL-SR-01", "cac:ContractDocumentReference/cbc:ID"),
    (DOCUMENT_SYNTAX, "UBL-SR-02", "cac:ReceiptDocumentReference/cbc:ID"),
    (DOCUMENT_SYNTAX, "UBL-SR-03", "cac:DespatchDocumentReference/cbc:ID"),
    (DOCUMENT_SYNTAX, "UBL-SR-05", "cac:PaymentTerms/cbc:Note"),
    (DOCUMENT_SYNTAX, "UBL-SR-08", "cac:InvoicePeriod"),
    (DOCUMENT_SYNTAX, "UBL-SR-09", f"{SELLER}/cac:PartyLegalEntity/cbc:RegistrationName"),
    (DOCUMENT_SYNTAX, "UBL-SR-10", f"{SELLER}/cac:PartyName/cbc:Name"),
    (DOCUMENT_SYNTAX, "UBL-SR-11", f"{SELLER}/cac:PartyLegalEntity/cbc:CompanyID"),
    (DOCUMENT_SYNTAX, "UBL-SR-14", f"{SELLER}/cac:PartyLegalEntity/cbc:CompanyLegalForm"),
    (DOCUMENT_SYNTAX, "UBL-SR-15", f"{BUYER}/cac:PartyLegalEntity/cbc:RegistrationName"),
    (DOCUMENT_SYNTAX, "UBL-SR-16", f"{BUYER}/cac:PartyIdentification/cbc:ID"),
    (DOCUMENT_SYNTAX, "UBL-SR-17", f"{BUYER}/cac:PartyLegalEntity/cbc:CompanyID"),
    (DOCUMENT_SYNTAX, "UBL-SR-24", "cac:Delivery"),
    (DOCUMENT_SYNTAX, "UBL-SR-39", "cac:ProjectReference/cbc:ID"),
    (DOCUMENT_SYNTAX, "UBL-SR-40", f"{BUYER}/cac:PartyName/cbc:Name"),
    (DOCUMENT_SYNTAX, "UBL-SR-45", "cac:PaymentMeans/cbc:PaymentDueDate"),
    (DOCUMENT_SYNTAX, "UBL-SR-49", "cac:InvoicePeriod/cbc:DescriptionCode"),
    (DOCUMENT_SYNTAX, "UBL-SR-54", "cac:PaymentMeans/cac:CardAccount"),
    (DOCUMENT_SYNTAX, "UBL-SR-55", "cac:PaymentMeans/cac:PaymentMandate"),
    (DOCUMENT_SYNTAX, "UBL-SR-56", "cac:OriginatorDocumentReference/cbc:ID"),
    (LINES, "UBL-SR-34", "cbc:Note"),
    (LINES, "UBL-SR-35", "cac:OrderLineReference/cbc:LineID"),
    (LINES, "UBL-SR-36", "cac:InvoicePeriod"),
    (LINES, "UBL-SR-37", "cac:Price/cac:AllowanceCharge/cbc:Amount"),
    (LINES, "UBL-SR-50", "cac:Item/cbc:Description"),
    (LINES, "UBL-SR-52", "cac:DocumentReference"),
    (PAYMENT_MEANS, "UBL-SR-26", "cbc:PaymentID"),
    (PAYMENT_MEANS, "UBL-SR-27", "cbc:PaymentMeansCode"),
    (PAYMENT_MEANS, "UBL-SR-28", "cac:PaymentMandate/cbc:ID"),
    (PRECEDING, "UBL-SR-06", "cac:InvoiceDocumentReference"),
    (REPRESENTATIVES, "UBL-SR-22", "cac:PartyName/cbc:Name"),
    (REPRESENTATIVES, "UBL-SR-23", "cac:PartyTaxScheme/cbc:CompanyID"),
    (SUBTOTALS, "UBL-SR-32", "cac:TaxCategory/cbc:TaxExemptionReason"),
)
"""What occurs once at most: where, the rule, the path."""

_ANYTHING_TWICE = {
    of_lines: repeats(*(path for context, _, path in _ONCE if (context is LINES) is of_lines))
    for of_lines in (True, False)
}
"""Where nothing on any of the paths stands twice, none of these rules can be broken: one look for all of them."""

for _context, _rule, _path in _ONCE:
    _context.add(_rule, at_most(1, _path), about=_ANYTHING_TWICE[_context is LINES])

SELLERS.add("UBL-SR-42", at_most(2, "cac:PartyTaxScheme"))
PRECEDING.add("UBL-SR-07", exists("cac:InvoiceDocumentReference/cbc:ID"))


def _once(count: int) -> bool | Difference:
    return count <= 1 or Difference(found=f"{count} times", expected="at most 1")


def _says(node: Node, name: str, value: str) -> bool:
    return any(one.text == value for one in node.children.get(name, ()))


def _vat(registration: Node) -> Iterable[bool]:
    """For each tax scheme of a registration whether it is VAT; the artefact does not trim the code here."""
    return (text(scheme.all("cbc:ID")).upper() == "VAT" for scheme in registration.all("cac:TaxScheme"))


def _numbers(root: Node, party: str, *, vat: bool) -> int:
    """How many tax numbers of one kind a party has."""
    registrations = root.all(*party.split("/"), "cac:PartyTaxScheme")
    return sum(len(one.all("cbc:CompanyID")) for one in registrations if any(kind is vat for kind in _vat(one)))


@SUPPORTING_DOCUMENTS.rule("UBL-SR-43")
def only_the_invoiced_object_has_a_scheme(reference: Node, document: Document) -> bool | Difference:
    """A type code must be 130 (50 also in a credit note); without one the identifier has no scheme."""
    codes = [code.text for code in reference.all("cbc:DocumentTypeCode")]
    if INVOICED_OBJECT in codes:
        return True
    if "50" in codes and document.name.endswith((":CreditNote", "}CreditNote")):
        return True
    schemes = [scheme for one in reference.all("cbc:ID") if (scheme := one.attribute("schemeID")) is not None]
    if not schemes and not codes:
        return True
    found = f"type code {codes[0]!r}" if codes else f"scheme {schemes[0]!r} without a type code"
    return Difference(found=found, expected=f"type code {INVOICED_OBJECT!r}, or neither scheme nor type code")


@TAX_REGISTRATIONS.rule("UBL-SR-53")
def a_registration_has_number_and_scheme(registration: Node, _document: Document) -> bool:
    return bool(registration.all("cac:TaxScheme", "cbc:ID")) and registration.has("cbc:CompanyID")


@DOCUMENT_SYNTAX.rule("UBL-CR-002", Severity.WARNING)
def the_version_is_2_1(root: Node, _document: Document) -> bool | Difference:
    if not root.has("cbc:UBLVersionID") or _says(root, "cbc:UBLVersionID", "2.1"):
        return True
    return Difference(found=root.all("cbc:UBLVersionID")[0].text, expected="2.1")


@DOCUMENT_SYNTAX.rule("UBL-CR-412", Severity.WARNING)
def an_invoice_is_due_at_its_own_due_date(root: Node, document: Document) -> bool:
    """In UBL the due date of a credit note (BT-9) stands in its payment means, that of an invoice does not."""
    return document.name == CREDIT_NOTE or not root.all("cac:PaymentMeans", "cbc:PaymentDueDate")


@DOCUMENT_SYNTAX.rule("UBL-CR-665", Severity.WARNING)
def supporting_documents_have_no_scheme(_root: Node, document: Document) -> bool:
    for reference in document.everywhere("cac:AdditionalDocumentReference"):
        codes = reference.all("cbc:DocumentTypeCode")
        other = not codes or any(code.text != INVOICED_OBJECT for code in codes)
        if other and any(one.attribute("schemeID") is not None for one in reference.all("cbc:ID")):
            return False
    return True


def _invoiced_objects(document: Document) -> list[Node]:
    references = document.everywhere("cac:AdditionalDocumentReference")
    return [one for one in references if _says(one, "cbc:DocumentTypeCode", INVOICED_OBJECT)]


@DOCUMENT_SYNTAX.rule("UBL-CR-666")
def the_invoiced_object_has_no_attachment(_root: Node, document: Document) -> bool:
    return not any(one.has("cac:Attachment") for one in _invoiced_objects(document))


@DOCUMENT_SYNTAX.rule("UBL-CR-673")
def the_invoiced_object_has_no_description(_root: Node, document: Document) -> bool:
    return not any(one.has("cbc:DocumentDescription") for one in _invoiced_objects(document))


@DOCUMENT_SYNTAX.rule("UBL-SR-04")
def there_is_one_invoiced_object(root: Node, _document: Document) -> bool | Difference:
    references = root.all("cac:AdditionalDocumentReference")
    objects = [one for one in references if _says(one, "cbc:DocumentTypeCode", INVOICED_OBJECT)]
    return _once(sum(len(one.all("cbc:ID")) for one in objects))


@DOCUMENT_SYNTAX.rule("UBL-SR-12")
def the_seller_has_one_vat_number(root: Node, _document: Document) -> bool | Difference:
    return _once(_numbers(root, SELLER, vat=True))


@DOCUMENT_SYNTAX.rule("UBL-SR-13")
def the_seller_has_one_other_tax_number(root: Node, _document: Document) -> bool | Difference:
    return _once(_numbers(root, SELLER, vat=False))


@DOCUMENT_SYNTAX.rule("UBL-SR-18")
def the_buyer_has_one_vat_number(root: Node, _document: Document) -> bool | Difference:
    return _once(_numbers(root, BUYER, vat=True))


def _is_creditor_reference(identifier: Node) -> bool:
    """BT-90, the bank's number of the creditor, is an identifier of a party with the scheme SEPA."""
    return (identifier.attribute("schemeID") or "").upper() == "SEPA"


@DOCUMENT_SYNTAX.rule("UBL-SR-29")
def there_is_one_creditor_reference(_root: Node, document: Document) -> bool | Difference:
    parties = document.everywhere("cac:PartyIdentification")
    return _once(sum(_is_creditor_reference(one) for party in parties for one in party.all("cbc:ID")))


def _alike(nodes: Iterable[Node]) -> bool | Difference:
    """All elements say the same."""
    told = sorted({node.text for node in nodes})
    return len(told) <= 1 or Difference(found=", ".join(told[:5]), expected="the same wherever it occurs")


@DOCUMENT_SYNTAX.rule("UBL-SR-44")
def there_is_one_payment_reference(_root: Node, document: Document) -> bool | Difference:
    return _alike(document.everywhere("cbc:PaymentID"))


@DOCUMENT_SYNTAX.rule("UBL-SR-46")
def payment_means_are_named_once(root: Node, _document: Document) -> bool | Difference:
    codes = root.all("cac:PaymentMeans", "cbc:PaymentMeansCode")
    return _once(sum(code.attribute("name") is not None for code in codes))


@DOCUMENT_SYNTAX.rule("UBL-SR-47")
def payment_means_are_of_one_kind(_root: Node, document: Document) -> bool | Difference:
    return _alike(document.everywhere("cbc:PaymentMeansCode"))


@LINES.rule("UBL-SR-48")
def a_line_has_one_vat_category(line: Node, _document: Document) -> bool | Difference:
    count = len(line.all("cac:Item", "cac:ClassifiedTaxCategory"))
    return count == 1 or Difference(found=f"{count} times", expected="exactly 1")


def _is_another_than_the_seller(payee: Node) -> bool:
    """Some name of the payee differs from some name of the seller, and both have one."""
    above = payee.parent
    if above is None:
        return False
    names = {name.text for name in payee.all("cac:PartyName", "cbc:Name")}
    sellers = {name.text for name in above.all(*SELLER.split("/"), "cac:PartyLegalEntity", "cbc:RegistrationName")}
    return any(name != seller for name in names for seller in sellers)


def _payee_once(payee: Node, count: int) -> bool | Difference:
    told = _once(count)
    if told is not True or _is_another_than_the_seller(payee):
        return told
    return Difference(expected="a payee with another name than the seller")


@PAYEES.rule("UBL-SR-19")
def the_payee_has_one_name(payee: Node, _document: Document) -> bool | Difference:
    return _payee_once(payee, len(payee.all("cac:PartyName", "cbc:Name")))


@PAYEES.rule("UBL-SR-20")
def the_payee_has_one_identifier(payee: Node, _document: Document) -> bool | Difference:
    identifiers = payee.all("cac:PartyIdentification", "cbc:ID")
    return _payee_once(payee, sum(not _is_creditor_reference(one) for one in identifiers))


@PAYEES.rule("UBL-SR-21")
def the_payee_has_one_registration(payee: Node, _document: Document) -> bool | Difference:
    return _payee_once(payee, len(payee.all("cac:PartyLegalEntity", "cbc:CompanyID")))
