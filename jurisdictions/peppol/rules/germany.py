"""Germany: what an invoice between two German parties tells (the national rules, close to XRechnung)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jurisdictions.peppol.rules.countries import REPRESENTATIVE, german_parties
from jurisdictions.peppol.rules.patterns import GERMANY as PATTERN
from jurisdictions.peppol.rules.values import is_filled, says, some_filled
from schemas.findings import Severity
from validators.en16931.predicates import exists
from validators.en16931.rulebook import CannotJudge, Concern, Difference
from validators.en16931.tree import Document, Node
from validators.en16931.values import collapsed, normalized, one_holds, text

TAXED = ("S", "Z", "E", "AE", "K", "G", "L", "M")
TYPES = ("326", "380", "384", "389", "381", "875", "876", "877")
CORRECTED = "384"
_DIGITS = 3
_EMAIL = re.compile(r"[^@ \t\r\n]+@(?:[^@. \t\r\n]+\.)+[^@. \t\r\n]+")
_DIGIT = re.compile(r"[0-9]")
_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+:")
_LINE_END = re.compile(r"\r?\n")
_DISCOUNT = re.compile(r"#SKONTO#TAGE=[0-9]+#PROZENT=[0-9]+\.[0-9]{2}(?:#BASISBETRAG=-?[0-9]+\.[0-9]{2})?#")
_DISCOUNT_FORM = "#SKONTO#TAGE=n#PROZENT=n.nn#, perhaps with BASISBETRAG=n.nn# at its end"
_HASHED = re.compile(r"#[^\n\r]+#")
_NEXT_LINE = re.compile(r"[ \t\n\r]*\n")
DOCUMENT = PATTERN.context("/", about=Concern(german_parties))
EXTERNAL = PATTERN.context(
    "/cac:AdditionalDocumentReference/cac:Attachment/cac:ExternalReference", about=Concern(german_parties)
)
SELLER = PATTERN.context("/cac:AccountingSupplierParty", about=Concern(german_parties))
SELLER_ADDRESS = PATTERN.context(
    "/cac:AccountingSupplierParty/cac:Party/cac:PostalAddress", about=Concern(german_parties)
)
CONTACT = PATTERN.context("/cac:AccountingSupplierParty/cac:Party/cac:Contact", about=Concern(german_parties))
BUYER_ADDRESS = PATTERN.context(
    "/cac:AccountingCustomerParty/cac:Party/cac:PostalAddress", about=Concern(german_parties)
)
DELIVERY_ADDRESS = PATTERN.context("/cac:Delivery/cac:DeliveryLocation/cac:Address", about=Concern(german_parties))

DOCUMENT.add("DE-R-001", exists("cac:PaymentMeans"))
DOCUMENT.add("DE-R-015", some_filled("cbc:BuyerReference"))


@DOCUMENT.rule("DE-R-016")
def taxed_seller_has_a_number(header: Node, _document: Document) -> bool | Difference:
    if header.has(REPRESENTATIVE):
        return True
    numbers = header.all("cac:AccountingSupplierParty", "cac:Party", "cac:PartyTaxScheme", "cbc:CompanyID")
    if is_filled(numbers):
        return True
    code = next((code.text for code in _category_codes(header) if code.text in TAXED), None)
    return code is None or Difference(found=f"VAT category {code}, no number")


def _category_codes(header: Node) -> Iterator[Node]:
    """The VAT categories of allowances, charges and lines."""
    for charge in header.all("cac:AllowanceCharge"):
        if says(charge.all("cbc:ChargeIndicator"), "false", "true"):
            yield from charge.all("cac:TaxCategory", "cbc:ID")
    for line in ("cac:InvoiceLine", "cac:CreditNoteLine"):
        yield from header.all(line, "cac:Item", "cac:ClassifiedTaxCategory", "cbc:ID")


def _type(header: Node, *codes: str) -> bool:
    return one_holds(
        lambda: normalized(header.all("cbc:InvoiceTypeCode")) in codes,
        lambda: normalized(header.all("cbc:CreditNoteTypeCode")) in codes,
    )


@DOCUMENT.rule("DE-R-017", Severity.WARNING)
def type_is_usual(header: Node, _document: Document) -> bool | Difference:
    if _type(header, *TYPES):
        return True
    codes = [*header.all("cbc:InvoiceTypeCode"), *header.all("cbc:CreditNoteTypeCode")]
    return Difference(found=", ".join(code.text for code in codes) or None, expected=", ".join(TYPES))


@DOCUMENT.rule("DE-R-018")
def cash_discounts_follow_the_form(header: Node, _document: Document) -> bool | Difference:
    notes = [terms.all("cbc:Note")[0].text for terms in header.all("cac:PaymentTerms") if terms.has("cbc:Note")]
    stated = [line for note in notes for line in _LINE_END.split(note) if collapsed(line).startswith("#")]
    wrong = next((line for line in stated if _DISCOUNT.fullmatch(collapsed(line)) is None), None)
    if wrong is not None and wrong is stated[0]:
        return Difference(found=wrong, expected=_DISCOUNT_FORM)
    # The published rule looks at the end of the notes after each line that is right, so before a later wrong one.
    ended = not stated or _ends_with_a_line(notes)
    return ended if wrong is None or ended is not True else Difference(found=wrong, expected=_DISCOUNT_FORM)


def _ends_with_a_line(notes: list[str]) -> bool | Difference:
    """After the last statement of a note there is a line break."""
    last = [_HASHED.split(note)[-1] for note in notes if note]
    if len(last) > 1:
        raise CannotJudge("there are several payment terms where the rule can take one only")
    return _NEXT_LINE.match(last[0]) is not None or Difference(found=last[0] or None, expected="a line break")


@DOCUMENT.rule("DE-R-022")
def attachments_have_names_of_their_own(header: Node, _document: Document) -> bool | Difference:
    seen: set[str] = set()
    for reference in header.all("cac:AdditionalDocumentReference"):
        attached = reference.all("cac:Attachment", "cbc:EmbeddedDocumentBinaryObject")
        names = {name for one in attached if (name := one.attribute("filename")) is not None}
        if names & seen:
            return Difference(found=min(names & seen))
        seen |= names
    return True


@DOCUMENT.rule("DE-R-026", Severity.WARNING)
def correction_names_an_invoice(header: Node, _document: Document) -> bool:
    return bool(header.all("cac:BillingReference", "cac:InvoiceDocumentReference")) or not _type(header, CORRECTED)


@DOCUMENT.rule("DE-R-030")
def direct_debit_names_the_creditor(header: Node, _document: Document) -> bool:
    if not header.all("cac:PaymentMeans", "cac:PaymentMandate"):
        return True
    identification = ("cac:PartyIdentification", "cbc:ID")
    holders = (
        header.all("cac:AccountingSupplierParty", "cac:Party", *identification),
        header.all("cac:PayeeParty", *identification),
    )
    return any(identifier.attribute("schemeID") == "SEPA" for holder in holders for identifier in holder)


@DOCUMENT.rule("DE-R-031")
def direct_debit_names_the_account(header: Node, _document: Document) -> bool:
    mandates = header.all("cac:PaymentMeans", "cac:PaymentMandate")
    return not mandates or any(mandate.all("cac:PayerFinancialAccount", "cbc:ID") for mandate in mandates)


@EXTERNAL.rule("DE-R-T02", Severity.WARNING)
def address_has_a_scheme(external: Node, _document: Document) -> bool | Difference:
    found = text(external.all("cbc:URI"))
    return _URL.match(found) is not None or Difference(found=found or None, expected="https://…")


SELLER.add("DE-R-002", exists("cac:Party/cac:Contact"))
SELLER_ADDRESS.add("DE-R-003", some_filled("cbc:CityName"))
SELLER_ADDRESS.add("DE-R-004", some_filled("cbc:PostalZone"))
CONTACT.add("DE-R-005", some_filled("cbc:Name"))
CONTACT.add("DE-R-006", some_filled("cbc:Telephone"))
CONTACT.add("DE-R-007", some_filled("cbc:ElectronicMail"))


@CONTACT.rule("DE-R-027", Severity.WARNING)
def telephone_has_three_digits(contact: Node, _document: Document) -> bool | Difference:
    found = normalized(contact.all("cbc:Telephone"))
    return len(_DIGIT.findall(found)) >= _DIGITS or Difference(found=found or None, expected="3 digits or more")


@CONTACT.rule("DE-R-028", Severity.WARNING)
def mail_has_the_form_of_an_address(contact: Node, _document: Document) -> bool | Difference:
    found = normalized(contact.all("cbc:ElectronicMail"))
    return _EMAIL.fullmatch(found) is not None or Difference(found=found or None, expected="name@example.org")


BUYER_ADDRESS.add("DE-R-008", some_filled("cbc:CityName"))
BUYER_ADDRESS.add("DE-R-009", some_filled("cbc:PostalZone"))
DELIVERY_ADDRESS.add("DE-R-010", some_filled("cbc:CityName"))
DELIVERY_ADDRESS.add("DE-R-011", some_filled("cbc:PostalZone"))
