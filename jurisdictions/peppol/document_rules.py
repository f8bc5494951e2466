"""Rules on the UBL document itself: the part of BIS Billing 3.0.21 that most refusals come from.

Each check takes the root of a document that follows its schema and yields findings with an XPath. Sums are exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation

from lxml import etree

from jurisdictions.peppol import codelists
from jurisdictions.peppol.rulebook import SOURCE
from jurisdictions.peppol.schemes import broken_rule
from schemas.findings import Finding, Findings
from schemas.money import ZERO, plain

_NS = {"cac": codelists.CAC, "cbc": codelists.CBC}
_CENT = Decimal("0.01")
_BUYER = "cac:AccountingCustomerParty/cac:Party"
_SELLER = "cac:AccountingSupplierParty/cac:Party"

_REQUIRED = (
    ("BR-01", "cbc:CustomizationID", "The document names its specification (BT-24)."),
    ("PEPPOL-EN16931-R001", "cbc:ProfileID", "The document names its business process (BT-23)."),
    ("BR-02", "cbc:ID", "The document has a number (BT-1)."),
    ("BR-05", "cbc:DocumentCurrencyCode", "The document has a currency (BT-5)."),
    (
        "PEPPOL-EN16931-R003",
        "cbc:BuyerReference|cac:OrderReference/cbc:ID",
        "There is a buyer reference or an order number.",
    ),
    ("BR-06", f"{_SELLER}/cac:PartyLegalEntity/cbc:RegistrationName", "The seller has a name (BT-27)."),
    ("BR-07", f"{_BUYER}/cac:PartyLegalEntity/cbc:RegistrationName", "The buyer has a name (BT-44)."),
    (
        "BR-09",
        f"{_SELLER}/cac:PostalAddress/cac:Country/cbc:IdentificationCode",
        "The seller's country is known (BT-40).",
    ),
    (
        "BR-11",
        f"{_BUYER}/cac:PostalAddress/cac:Country/cbc:IdentificationCode",
        "The buyer's country is known (BT-55).",
    ),
    ("PEPPOL-EN16931-R020", f"{_SELLER}/cbc:EndpointID", "The seller has an electronic address (BT-34)."),
    ("PEPPOL-EN16931-R010", f"{_BUYER}/cbc:EndpointID", "The buyer has an electronic address (BT-49)."),
    ("PEPPOL-EN16931-R053", "cac:TaxTotal/cac:TaxSubtotal", "There is one tax total with a breakdown."),
    ("BR-16", "cac:InvoiceLine|cac:CreditNoteLine", "There is a line (BG-25)."),
)


def findings(root: etree._Element) -> Findings:
    """What the rules here say of the document."""
    return tuple(found for rule in _RULES for found in rule(root))


def _required(root: etree._Element) -> Iterator[Finding]:
    for rule, path, sentence in _REQUIRED:
        if not any(_text(one) or len(one) for one in _all(root, path)):
            yield _finding(rule, sentence, root)


def _identifiers(root: etree._Element) -> Iterator[Finding]:
    specification = _first(root, "cbc:CustomizationID")
    if specification and (not specification.startswith(codelists.CUSTOMIZATION) or "::" in specification):
        yield _finding("PEPPOL-EN16931-R004", "The specification is Peppol BIS Billing 3.0.", root, specification)
    process = _first(root, "cbc:ProfileID")
    if process and process not in codelists.PROFILES:
        yield _finding("PEPPOL-EN16931-R007", "The business process is one that Peppol knows.", root, process)
    for path, allowed, rule in (
        ("cbc:InvoiceTypeCode", codelists.INVOICE_TYPES, "PEPPOL-EN16931-P0100"),
        ("cbc:CreditNoteTypeCode", codelists.CREDIT_NOTE_TYPES, "PEPPOL-EN16931-P0101"),
    ):
        code = _first(root, path)
        if code and process in codelists.PROFILES and code not in allowed:
            yield _finding(rule, "The type of the document fits the process.", root, code)
    currency = _first(root, "cbc:DocumentCurrencyCode")
    if currency and currency not in codelists.CURRENCIES:
        yield _finding("BR-CL-04", "The currency is one of ISO 4217.", root, currency)


def _empty(root: etree._Element) -> Iterator[Finding]:
    for one in root.iter(etree.Element):
        if len(one) == 0 and not _text(one):
            yield _finding("PEPPOL-EN16931-R008", "No element is empty.", one)


def _endpoints(root: etree._Element) -> Iterator[Finding]:
    for one in _all(root, ".//cbc:EndpointID"):
        scheme = str(one.get("schemeID") or "")
        if not scheme:
            selling = one.getparent() is not None and one in _all(root, f"{_SELLER}/cbc:EndpointID")
            yield _finding("BR-62" if selling else "BR-63", "An electronic address has a scheme.", one)
        elif scheme not in codelists.EAS:
            yield _finding("PEPPOL-EN16931-CL008", "The scheme is one of the Peppol code list.", one, scheme)
    for one in _all(root, ".//cbc:EndpointID|.//cac:PartyIdentification/cbc:ID|.//cbc:CompanyID"):
        broken = broken_rule(str(one.get("schemeID") or ""), _text(one))
        if broken:
            yield _finding(broken, "The identifier has the form and the check digits of its scheme.", one, _text(one))


def _totals(root: etree._Element) -> Iterator[Finding]:
    total = next(iter(_all(root, "cac:LegalMonetaryTotal")), None)
    if total is None:
        return
    lines = _sum(root, "cac:InvoiceLine/cbc:LineExtensionAmount|cac:CreditNoteLine/cbc:LineExtensionAmount")
    allowances = _sum(root, "cac:AllowanceCharge[cbc:ChargeIndicator='false']/cbc:Amount")
    charges = _sum(root, "cac:AllowanceCharge[cbc:ChargeIndicator='true']/cbc:Amount")
    tax = _sum(root, "cac:TaxTotal[cac:TaxSubtotal]/cbc:TaxAmount")
    net, gross = _amount(total, "cbc:TaxExclusiveAmount"), _amount(total, "cbc:TaxInclusiveAmount")
    stated = _amount(total, "cbc:LineExtensionAmount")
    prepaid, rounding = _amount(total, "cbc:PrepaidAmount"), _amount(total, "cbc:PayableRoundingAmount")
    for rule, found, due in (
        ("BR-CO-10", stated, lines),
        ("BR-CO-11", _amount(total, "cbc:AllowanceTotalAmount"), allowances),
        ("BR-CO-12", _amount(total, "cbc:ChargeTotalAmount"), charges),
        ("BR-CO-13", net, stated - allowances + charges),
        ("BR-CO-14", tax, _sum(root, "cac:TaxTotal/cac:TaxSubtotal/cbc:TaxAmount")),
        ("BR-CO-15", gross, net + tax),
        ("BR-CO-16", _amount(total, "cbc:PayableAmount"), gross - prepaid + rounding),
    ):
        if abs(found - due) >= _CENT:
            yield _finding(rule, "The totals add up.", total, plain(found), plain(due))


def _lines(root: etree._Element) -> Iterator[Finding]:
    for one in _all(root, "cac:InvoiceLine|cac:CreditNoteLine"):
        categories = len(_all(one, "cac:Item/cac:ClassifiedTaxCategory"))
        if categories != 1:
            yield _finding("UBL-SR-48", "A line has one VAT category.", one, str(categories), "1")
        if _amount(one, "cac:Price/cbc:PriceAmount") < 0:
            yield _finding("BR-27", "A price is not negative.", one)
        if not _first(one, "cac:Item/cbc:Name"):
            yield _finding("BR-25", "A line says what is invoiced.", one)


def _payment(root: etree._Element) -> Iterator[Finding]:
    for one in _all(root, "cac:PaymentMeans"):
        code = _first(one, "cbc:PaymentMeansCode")
        if code in codelists.CREDIT_TRANSFER and not _all(one, "cac:PayeeFinancialAccount/cbc:ID"):
            yield _finding("BR-61", "A credit transfer names the account to pay into.", one, code)
        if code in codelists.DIRECT_DEBIT and not _all(one, "cac:PaymentMandate/cbc:ID"):
            yield _finding("PEPPOL-EN16931-R061", "Direct debit names its mandate.", one, code)


_RULES: tuple[Callable[[etree._Element], Iterator[Finding]], ...] = (
    _required,
    _identifiers,
    _empty,
    _endpoints,
    _totals,
    _lines,
    _payment,
)


def _all(root: etree._Element, path: str) -> list[etree._Element]:
    found = root.xpath(path, namespaces=_NS)
    return [one for one in found if isinstance(one, etree._Element)] if isinstance(found, list) else []


def _text(one: etree._Element) -> str:
    return " ".join((one.text or "").split())


def _first(root: etree._Element, path: str) -> str:
    return next((_text(one) for one in _all(root, path)), "")


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text or "0")
    except InvalidOperation:
        return ZERO


def _amount(root: etree._Element, path: str) -> Decimal:
    return _decimal(_first(root, path))


def _sum(root: etree._Element, path: str) -> Decimal:
    return sum((_decimal(_text(one)) for one in _all(root, path)), ZERO)


def _finding(
    rule: str, sentence: str, at: etree._Element, found: str | None = None, expected: str | None = None
) -> Finding:
    return Finding(
        rule=rule,
        message=sentence,
        source=SOURCE,
        location=at.getroottree().getpath(at),
        found=found,
        expected=expected,
    )
