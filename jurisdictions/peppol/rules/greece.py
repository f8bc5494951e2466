"""Greece: the invoice number of six segments, tax numbers, names, the MARK and the address to verify an invoice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from jurisdictions.peppol.rules.countries import (
    BUYER,
    REPRESENTATIVE,
    SELLER,
    greek_address,
    greek_parties,
    greek_sender,
    greek_supplier,
    vat_schemes,
)
from jurisdictions.peppol.rules.norway import schemes
from jurisdictions.peppol.rules.values import integer, is_number, says
from schemas.findings import Severity
from validators import checkdigit
from validators.en16931.concerns import names_country
from validators.en16931.rulebook import Concern, Difference, Pattern, Predicate
from validators.en16931.tree import Document, Node
from validators.en16931.values import collapsed, normalized, one_holds, text

SENDER = Pattern("Greece: seller", about=names_country("GR", "EL"))
BOTH = Pattern("Greece: seller and buyer", about=names_country("GR", "EL"))
MARK, VERIFICATION = "##M.AR.K##", "##INVOICE|URL##"
VAT_ADDRESS = "9933"
TYPES = ("1.1", "1.6", "2.1", "2.4", "5.1", "5.2")
_SEGMENTS = 6
_TAX_NUMBER = 9
_DATE = re.compile(r"(0?[1-9]|[12][0-9]|3[01])[-\\/ ]?(0?[1-9]|1[0-2])[-\\/ ]?(19|20)[0-9]{2}")
_MARK_NUMBER = re.compile(r"[1-9]")


def is_tax_number(number: str) -> bool:
    """ΑΦΜ: nine digits, the last from the eight before it, each weighted with a power of two; more may follow."""
    digits = number[:_TAX_NUMBER]
    if not checkdigit.digits(digits, _TAX_NUMBER):
        return False
    weighted = sum(int(digit) << place for place, digit in enumerate(reversed(digits[:-1]), start=1))
    return weighted % 11 % 10 == int(digits[-1])


def _references(holder: Node, description: str) -> list[Node]:
    return [
        reference
        for reference in holder.all("cac:AdditionalDocumentReference")
        if says(reference.all("cbc:DocumentDescription"), description)
    ]


def _from_greece(_node: Node, document: Document) -> bool:
    return document.once(greek_sender) and document.once(greek_address)


def _mark(identifier: Node, document: Document) -> bool:
    reference = identifier.parent
    if reference is None or not says(reference.all("cbc:DocumentDescription"), MARK):
        return False
    return _from_greece(identifier, document)


def _verification(reference: Node, document: Document) -> bool:
    return says(reference.all("cbc:DocumentDescription"), VERIFICATION) and document.once(greek_sender)


def _vat_number(number: Node, document: Document) -> bool:
    scheme = number.parent
    if scheme is None or not document.once(greek_sender):
        return False
    return normalized(scheme.all("cac:TaxScheme", "cbc:ID")) == "VAT"


NUMBER = SENDER.context("/cbc:ID", about=Concern(greek_sender))
SUPPLIER = SENDER.context(f"{SELLER}/cac:Party", about=Concern(greek_sender))
VAT_NUMBER = SENDER.context(f"{SELLER}/cac:Party/cac:PartyTaxScheme/cbc:CompanyID", where=_vat_number)
DOCUMENT = SENDER.context("/", where=_from_greece)
MARK_NUMBER = SENDER.context("cac:AdditionalDocumentReference/cbc:ID", where=_mark)
VERIFICATION_REFERENCE = SENDER.context("cac:AdditionalDocumentReference", where=_verification)
CUSTOMER = SENDER.context(f"{BUYER}/cac:Party", about=Concern(greek_sender))
ADDRESS = SENDER.context(f"{SELLER}/cac:Party/cbc:EndpointID", about=Concern(greek_supplier))
GREEK_CUSTOMER = BOTH.context(f"{BUYER}/cac:Party", about=Concern(greek_parties))
CUSTOMER_ADDRESS = BOTH.context(f"{BUYER}/cac:Party/cbc:EndpointID", about=Concern(greek_parties))


def _segments(number: Node) -> list[str]:
    return number.text.split("|") if number.text else []


def _segment(number: Node, place: int) -> str:
    """A segment by its place from 1, "" where it is missing."""
    return (_segments(number)[place - 1 : place] or [""])[0]


@NUMBER.rule("GR-R-001-1")
def number_has_six_segments(number: Node, _document: Document) -> bool | Difference:
    count = len(_segments(number))
    return count == _SEGMENTS or Difference(found=f"{count} segments", expected="6")


@NUMBER.rule("GR-R-001-2")
def first_segment_is_the_tax_number(number: Node, document: Document) -> bool | Difference:
    found = _segment(number, 1)
    if len(collapsed(found)) == _TAX_NUMBER and is_tax_number(found):
        root = document.root
        if one_holds(
            lambda: found in _known(root.all(SELLER, "cac:Party")), lambda: found in _known(root.all(REPRESENTATIVE))
        ):
            return True
    return Difference(found=found, expected="the tax number of the seller or of its representative")


def _known(parties: Sequence[Node]) -> Iterator[str]:
    """Their VAT numbers without the country, one by one: a bad one after the right one is not looked at."""
    return (text(scheme.all("cbc:CompanyID"))[2:11] for scheme in vat_schemes(parties))


@NUMBER.rule("GR-R-001-3")
def second_segment_is_the_issue_date(number: Node, document: Document) -> bool | Difference:
    found = _segment(number, 2)
    if not collapsed(found) or _DATE.match(found) is None:
        return Difference(found=found, expected="DD/MM/YYYY")
    ours = found.split("/")
    if len(ours) < len(("day", "month", "year")):
        return Difference(found=found, expected="DD/MM/YYYY")
    issued = text(document.root.all("cbc:IssueDate"))
    return ours[:3] == issued.split("-")[2::-1] or Difference(found=found, expected=issued)


@NUMBER.rule("GR-R-001-4")
def third_segment_is_a_number(number: Node, _document: Document) -> bool | Difference:
    found = _segment(number, 3)
    held = bool(collapsed(found)) and is_number(found) and integer(found, number) >= 0
    return held or Difference(found=found, expected="0 or a positive integer")


@NUMBER.rule("GR-R-001-5")
def fourth_segment_is_a_type(number: Node, _document: Document) -> bool | Difference:
    found = _segment(number, 4)
    return found in TYPES or Difference(found=found, expected=", ".join(TYPES))


def _has_segment(place: int) -> Predicate:
    def holds(number: Node, _document: Document) -> bool:
        return bool(_segment(number, place))

    return holds


NUMBER.add("GR-R-001-6", _has_segment(5))
NUMBER.add("GR-R-001-7", _has_segment(6))


def _has_name(party: Node, _document: Document) -> bool:
    return bool(text(party.all("cac:PartyName", "cbc:Name")))


def _has_vat_number(party: Node, _document: Document) -> bool | Difference:
    numbers = [number for scheme in schemes(party, "VAT") for number in scheme.all("cbc:CompanyID")]
    if len(numbers) == 1 and _is_vat_number(numbers[0].text):
        return True
    return Difference(found=", ".join(number.text for number in numbers) or None, expected="EL and the tax number")


def _is_vat_number(number: str) -> bool:
    return number.startswith("EL") and is_tax_number(number[2:])


def _is_greek_address(address: Node, _document: Document) -> bool | Difference:
    scheme = address.attribute("schemeID")
    if scheme == VAT_ADDRESS and is_tax_number(address.text):
        return True
    return Difference(found=f"{scheme or ''}:{address.text}", expected=f"{VAT_ADDRESS} and the tax number")


SUPPLIER.add("GR-R-002", _has_name)
SUPPLIER.add("GR-S-011", _has_vat_number, Severity.WARNING)


@VAT_NUMBER.rule("GR-R-003")
def vat_number_is_greek(number: Node, _document: Document) -> bool | Difference:
    return _is_vat_number(number.text) or Difference(found=number.text, expected="EL and the tax number")


@DOCUMENT.rule("GR-R-004-1")
def there_is_one_mark(header: Node, _document: Document) -> bool | Difference:
    count = len(_references(header, MARK))
    return count == 1 or Difference(found=f"{count} references {MARK}", expected="1")


@DOCUMENT.rule("GR-S-008-1", Severity.WARNING)
def there_is_one_verification_address(header: Node, _document: Document) -> bool:
    return len(_references(header, VERIFICATION)) == 1


@DOCUMENT.rule("GR-R-008-2")
def no_second_verification_address(header: Node, _document: Document) -> bool | Difference:
    count = len(_references(header, VERIFICATION))
    return count <= 1 or Difference(found=f"{count} references {VERIFICATION}", expected="at most 1")


@MARK_NUMBER.rule("GR-R-004-2")
def mark_is_a_positive_integer(identifier: Node, _document: Document) -> bool | Difference:
    return _MARK_NUMBER.match(identifier.text) is not None or Difference(found=identifier.text)


@VERIFICATION_REFERENCE.rule("GR-R-008-3")
def verification_has_an_address(reference: Node, _document: Document) -> bool:
    return bool(normalized(reference.all("cac:Attachment", "cac:ExternalReference", "cbc:URI")))


CUSTOMER.add("GR-R-005", _has_name)
ADDRESS.add("GR-R-009", _is_greek_address)
GREEK_CUSTOMER.add("GR-R-006", _has_vat_number)
CUSTOMER_ADDRESS.add("GR-R-010", _is_greek_address)
