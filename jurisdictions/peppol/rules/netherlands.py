"""The Netherlands: addresses, registers, payment means and references of Dutch sellers."""

from __future__ import annotations

from jurisdictions.peppol.rules.countries import (
    BUYER,
    REPRESENTATIVE,
    SELLER,
    dutch_customer,
    dutch_representative,
    dutch_supplier,
)
from jurisdictions.peppol.rules.values import has
from validators.en16931.concerns import names_country
from validators.en16931.place import CREDIT_NOTE, INVOICE
from validators.en16931.rulebook import Concern, Difference, Pattern
from validators.en16931.tree import Document, Node
from validators.en16931.values import ZERO, collapsed, decimal, normalized

PATTERN = Pattern("Netherlands", about=names_country("NL"))
REGISTERS = ("0106", "0190")
"""KVK and OIN numbers."""

MEANS = ("30", "48", "49", "57", "58", "59")
_COMPANY = "cac:PartyLegalEntity/cbc:CompanyID"


def _both(document: Document) -> bool:
    return document.once(dutch_supplier) and document.once(dutch_customer)


def _represented(document: Document) -> bool:
    return document.once(dutch_supplier) and document.once(dutch_representative)


CREDIT_NOTE_TYPE = PATTERN.context("cbc:CreditNoteTypeCode", about=Concern(dutch_supplier))
SELLER_ADDRESS = PATTERN.context(f"{SELLER}/cac:Party/cac:PostalAddress", about=Concern(dutch_supplier))
SELLER_NUMBER = PATTERN.context(f"{SELLER}/cac:Party/{_COMPANY}", about=Concern(dutch_supplier))
BUYER_ADDRESS = PATTERN.context(f"{BUYER}/cac:Party/cac:PostalAddress", about=Concern(_both))
BUYER_NUMBER = PATTERN.context(f"{BUYER}/cac:Party/{_COMPANY}", about=Concern(_both))
REPRESENTATIVE_ADDRESS = PATTERN.context(f"{REPRESENTATIVE}/cac:PostalAddress", about=Concern(_represented))
TOTALS = PATTERN.context("cac:LegalMonetaryTotal", about=Concern(dutch_supplier))
PAYMENT = PATTERN.context("cac:PaymentMeans", about=Concern(_both))
ORDER_LINE = PATTERN.context("cac:OrderLineReference/cbc:LineID", about=Concern(dutch_supplier))


@CREDIT_NOTE_TYPE.rule("NL-R-001")
def credit_note_names_an_invoice(_code: Node, document: Document) -> bool:
    return bool(document.root.all("cac:BillingReference", "cac:InvoiceDocumentReference", "cbc:ID"))


_complete = has("cbc:StreetName", "cbc:CityName", "cbc:PostalZone")
SELLER_ADDRESS.add("NL-R-002", _complete)
BUYER_ADDRESS.add("NL-R-004", _complete)
REPRESENTATIVE_ADDRESS.add("NL-R-006", _complete)


def _is_registered(number: Node, _document: Document) -> bool | Difference:
    schemes = f" {number.attribute('schemeID') or ''} "
    if any(f" {register} " in schemes for register in REGISTERS) and collapsed(number.text):
        return True
    return Difference(found=f"{schemes.strip()}:{number.text}", expected="0106 (KVK) or 0190 (OIN)")


SELLER_NUMBER.add("NL-R-003", _is_registered)
BUYER_NUMBER.add("NL-R-005", _is_registered)


@TOTALS.rule("NL-R-007")
def what_is_to_be_paid_has_means(totals: Node, document: Document) -> bool:
    return bool(document.everywhere("cac:PaymentMeans")) or _is_owed_to_the_buyer(totals, document)


def _is_owed_to_the_buyer(totals: Node, document: Document) -> bool:
    if document.name not in (INVOICE, CREDIT_NOTE):
        return False
    payable = decimal(totals.all("cbc:PayableAmount"))
    return payable is not None and (payable <= ZERO if document.name == INVOICE else payable >= ZERO)


@PAYMENT.rule("NL-R-008")
def means_are_allowed(means: Node, _document: Document) -> bool | Difference:
    found = normalized(means.all("cbc:PaymentMeansCode"))
    return found in MEANS or Difference(found=found, expected=", ".join(MEANS))


@ORDER_LINE.rule("NL-R-009")
def order_lines_need_an_order(_line: Node, document: Document) -> bool:
    return bool(document.root.all("cac:OrderReference", "cbc:ID"))
