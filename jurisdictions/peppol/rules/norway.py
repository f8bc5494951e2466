"""Norway: the seller's VAT number and its entry in the register of companies."""

from __future__ import annotations

import re

from jurisdictions.peppol.rules.countries import supplier_country
from jurisdictions.peppol.rules.identifiers import is_norwegian
from schemas.findings import Severity
from validators.en16931.concerns import names_country
from validators.en16931.rulebook import CannotJudge, Difference, Pattern
from validators.en16931.tree import Document, Node
from validators.en16931.values import normalized, text

PATTERN = Pattern("Norway", about=names_country("NO"))
REGISTER = "Foretaksregisteret"
_ORGANISATION = re.compile(r"[0-9]{9}MVA")


def _norwegian(_node: Node, document: Document) -> bool:
    return document.once(supplier_country) == "NO"


SELLER = PATTERN.context("cac:AccountingSupplierParty/cac:Party", where=_norwegian)


def schemes(party: Node, name: str) -> list[Node]:
    """`cac:PartyTaxScheme[normalize-space(cac:TaxScheme/cbc:ID) = '…']`."""
    return [
        scheme
        for scheme in party.all("cac:PartyTaxScheme")
        if normalized(scheme.all("cac:TaxScheme", "cbc:ID")) == name
    ]


@SELLER.rule("NO-R-002", Severity.WARNING)
def seller_tells_of_the_register(party: Node, _document: Document) -> bool | Difference:
    found = normalized([number for one in schemes(party, "TAX") for number in one.all("cbc:CompanyID")])
    return found == REGISTER or Difference(found=found or None, expected=REGISTER)


@SELLER.rule("NO-R-001")
def vat_number_is_an_organisation_number(party: Node, _document: Document) -> bool | Difference:
    numbers = [text(scheme.all("cbc:CompanyID")) for scheme in schemes(party, "VAT")]
    if not any(number.startswith("NO") for number in numbers):
        return True
    if len(numbers) > 1:
        raise CannotJudge("there are several VAT numbers where the rule can take one only")
    number = numbers[0]
    held = _ORGANISATION.fullmatch(number[2:]) is not None and is_norwegian(number[2:11])
    return held or Difference(found=number, expected="NO, nine digits, MVA")
