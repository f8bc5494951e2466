"""Sweden: VAT and organisation numbers, F-tax, rates, and how giro accounts are stated."""

from __future__ import annotations

from jurisdictions.peppol.rules.countries import (
    address_says,
    is_swedish,
    swedish_address,
    swedish_parties,
    swedish_seller,
    vat_schemes,
)
from jurisdictions.peppol.rules.values import is_number, never, number_of, says
from schemas.findings import Severity
from validators import checkdigit
from validators.en16931.concerns import names_country
from validators.en16931.rulebook import CannotJudge, Condition, Difference, Pattern
from validators.en16931.tree import Document, Node
from validators.en16931.values import collapsed, normalized, text

PATTERN = Pattern("Sweden", about=names_country("SE"))
RATES = (25, 12, 6)
F_TAX = "GODKÄND FÖR F-SKATT"
PLUSGIRO, BANKGIRO = "SE:PLUSGIRO", "SE:BANKGIRO"
_SELLER = "cac:AccountingSupplierParty/cac:Party"


def _swedish(party: Node, _document: Document) -> bool:
    return is_swedish(party)


def _registered(entity: Node, _document: Document) -> bool:
    return entity.parent is not None and address_says(entity.parent, "SE") and entity.has("cbc:CompanyID")


def _other_tax(number: Node, _document: Document) -> bool:
    """A number under a tax that is not VAT, of a registered Swedish seller."""
    scheme = number.parent
    party = scheme.parent if scheme else None
    if scheme is None or party is None or not address_says(party, "SE"):
        return False
    if not party.all("cac:PartyLegalEntity", "cbc:CompanyID"):
        return False
    return collapsed(text(scheme.all("cac:TaxScheme", "cbc:ID")).upper()) != "VAT"


def _standard(category: Node, document: Document) -> bool:
    return says(category.all("cbc:ID"), "S") and document.once(swedish_seller)


def _giro(branch: str) -> Condition:
    def matches(account: Node, document: Document) -> bool:
        payee = account.parent
        means = payee.parent if payee else None
        if means is None or not document.once(swedish_address):
            return False
        if normalized(means.all("cbc:PaymentMeansCode")) != "30":
            return False
        return normalized(means.all("cac:PayeeFinancialAccount", "cac:FinancialInstitutionBranch", "cbc:ID")) == branch

    return matches


def _own_codes(means: Node, document: Document) -> bool:
    return says(means.all("cbc:PaymentMeansCode"), "50", "56") and document.once(swedish_address)


def _transfer(means: Node, document: Document) -> bool:
    return says(means.all("cbc:PaymentMeansCode"), "31") and document.once(swedish_parties)


SELLER = PATTERN.context(_SELLER, where=_swedish)
REGISTRATION = PATTERN.context(f"{_SELLER}/cac:PartyLegalEntity", where=_registered)
TAX_NUMBER = PATTERN.context(f"{_SELLER}/cac:PartyTaxScheme/cbc:CompanyID", where=_other_tax)
CATEGORY = PATTERN.context("cac:TaxCategory", "cac:ClassifiedTaxCategory", where=_standard)
_ACCOUNT = "cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID"
PLUSGIRO_ACCOUNT = PATTERN.context(_ACCOUNT, where=_giro(PLUSGIRO))
BANKGIRO_ACCOUNT = PATTERN.context(_ACCOUNT, where=_giro(BANKGIRO))
OWN_CODES = PATTERN.context("cac:PaymentMeans", where=_own_codes)
TRANSFER = PATTERN.context("cac:PaymentMeans", where=_transfer)


def _vat_numbers(party: Node) -> list[Node]:
    return [number for scheme in vat_schemes([party]) for number in scheme.all("cbc:CompanyID")]


@SELLER.rule("SE-R-001")
def vat_number_has_fourteen_characters(party: Node, _document: Document) -> bool | Difference:
    found = normalized(_vat_numbers(party))
    return len(found) == len("SE123456789001") or Difference(found=found, expected="14 characters")


@SELLER.rule("SE-R-002")
def vat_number_is_numeric(party: Node, _document: Document) -> bool | Difference:
    found = text(_vat_numbers(party))
    return is_number(found[2:14]) or Difference(found=found, expected="SE and twelve digits")


@REGISTRATION.rule("SE-R-003")
def organisation_number_is_numeric(entity: Node, _document: Document) -> bool | Difference:
    found = text(entity.all("cbc:CompanyID"))
    return is_number(found) or Difference(found=found, expected="ten digits")


@REGISTRATION.rule("SE-R-004")
def organisation_number_has_ten_characters(entity: Node, _document: Document) -> bool | Difference:
    found = normalized(entity.all("cbc:CompanyID"))
    return len(found) == len("1234567890") or Difference(found=found, expected="ten digits")


@REGISTRATION.rule("SE-R-013")
def organisation_number_checks(entity: Node, _document: Document) -> bool | Difference:
    found = normalized(entity.all("cbc:CompanyID"))
    return _checks(found) or Difference(found=found)


def _checks(number: str) -> bool:
    """Digits whose first ten are right by Luhn; what follows is not looked at. Any script's digits pass for digits
    until they are reckoned with."""
    if not number.isdecimal():
        return False
    if not checkdigit.digits(number[:9]):
        raise CannotJudge(f"{number!r} has digits that cannot be reckoned with")
    return checkdigit.swedish_organisation(number[:10])


@TAX_NUMBER.rule("SE-R-005")
def tax_registration_says_f_tax(number: Node, _document: Document) -> bool | Difference:
    return collapsed(number.text.upper()) == F_TAX or Difference(found=number.text, expected="Godkänd för F-skatt")


@CATEGORY.rule("SE-R-006")
def rate_is_swedish(category: Node, _document: Document) -> bool | Difference:
    rates = category.all("cbc:Percent")
    return number_of(rates) in RATES or Difference(found=text(rates) or None, expected="6, 12 or 25")


def _account_is_numeric(account: Node, _document: Document) -> bool | Difference:
    return is_number(collapsed(account.text)) or Difference(found=account.text, expected="digits")


@PLUSGIRO_ACCOUNT.rule("SE-R-010", Severity.WARNING)
def plusgiro_has_two_to_eight_characters(account: Node, _document: Document) -> bool | Difference:
    return 2 <= len(collapsed(account.text)) <= 8 or Difference(found=account.text, expected="2 to 8 digits")


@BANKGIRO_ACCOUNT.rule("SE-R-009", Severity.WARNING)
def bankgiro_has_seven_or_eight_characters(account: Node, _document: Document) -> bool | Difference:
    return len(collapsed(account.text)) in (7, 8) or Difference(found=account.text, expected="7 or 8 digits")


PLUSGIRO_ACCOUNT.add("SE-R-007", _account_is_numeric, Severity.WARNING)
BANKGIRO_ACCOUNT.add("SE-R-008", _account_is_numeric, Severity.WARNING)
OWN_CODES.add("SE-R-011", never, Severity.WARNING)
TRANSFER.add("SE-R-012", never, Severity.WARNING)
