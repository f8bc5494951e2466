"""Italy: numbers of companies and offices, and what an Italian seller tells of itself."""

from __future__ import annotations

import re

from jurisdictions.peppol.rules.countries import supplier_country
from jurisdictions.peppol.rules.values import is_integer
from validators.en16931.concerns import names_country
from validators.en16931.predicates import exists
from validators.en16931.rulebook import CannotJudge, Difference, Pattern
from validators.en16931.tree import Document, Node
from validators.en16931.values import normalized

PATTERN = Pattern("Italy", about=names_country("IT"))
_CODICE_IPA = re.compile(r"[A-Za-z0-9]{6}")
_LETTERS = re.compile(r"[A-Za-z]*")
_TAX_NUMBER = re.compile(r"[A-Z0-9]{11,16}")
_PERSON, _COMPANY = 16, 11
_DOUBLED = "0246813579"


def is_codice_ipa(code: str) -> bool:
    """The code of a public office: six letters and digits."""
    return _CODICE_IPA.fullmatch(code) is not None


def is_codice_fiscale(code: str) -> bool:
    """A tax code: eleven digits of a company, or a person's sixteen in their places; no check character is reckoned."""
    if len(code) == _COMPANY:
        return is_integer(code)
    if len(code) != _PERSON:
        return False
    letters, numbers = (code[:6], code[8], code[15]), (code[6:8], code[9:11], code[14])
    return all(_LETTERS.fullmatch(part) for part in letters) and all(is_integer(part) for part in numbers)


def is_partita_iva(number: str) -> bool:
    """A VAT number that begins with IT has eleven digits that check; one of any other country is not looked at."""
    if number[:2] not in ("IT", "it"):
        return True
    digits = number[2:]
    return len(digits) == _COMPANY and is_integer(digits) and _sum(digits) % 10 == 0


def _sum(digits: str) -> int:
    """Every second digit doubled, the digits of products added."""
    if not digits.isdigit():
        # The published function takes a sign or a space for a digit and fails on it.
        raise CannotJudge(f"{digits!r} has no digit where the rule wants one")
    return sum(int(_DOUBLED[int(digit)]) if index % 2 else int(digit) for index, digit in enumerate(digits))


def _italian(_node: Node, document: Document) -> bool:
    return document.once(supplier_country) == "IT"


def _other_than_vat(scheme: Node, document: Document) -> bool:
    return _italian(scheme, document) and normalized(scheme.all("cac:TaxScheme", "cbc:ID")) != "VAT"


TAX_NUMBER = PATTERN.context(
    "cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme",
    where=_other_than_vat,
)
SELLER = PATTERN.context("cac:AccountingSupplierParty/cac:Party", where=_italian)


@TAX_NUMBER.rule("IT-R-001")
def tax_number_has_11_to_16_characters(scheme: Node, _document: Document) -> bool | Difference:
    found = normalized(scheme.all("cbc:CompanyID"))
    return _TAX_NUMBER.fullmatch(found) is not None or Difference(found=found)


SELLER.add("IT-R-002", exists("cac:PostalAddress/cbc:StreetName"))
SELLER.add("IT-R-003", exists("cac:PostalAddress/cbc:CityName"))
SELLER.add("IT-R-004", exists("cac:PostalAddress/cbc:PostalZone"))
