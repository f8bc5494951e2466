"""The documents that mutations start from: the official examples, and richer ones made of them by edits.

Official examples are read in place. "everything" fills what the largest example leaves out; the national seeds move
the parties into a country whose own rules then apply, and satisfy them.
"""

from __future__ import annotations

import re
from functools import cache

from lxml import etree

from tests.official import official

from .edits import Edit, add, drop, edited, mark, put, together
from .official import RuleSetName

BILLING = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
SELF_BILLING = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:selfbilling:3.0"
SELF_BILLING_PROFILE = "urn:fdc:peppol.eu:2017:poacc:selfbilling:01:1.0"
EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "peppol": (
        ("peppol-bis-2026.5/examples/billing", "*.xml"),
        ("peppol-bis-3.0.19/rules/national-examples", "*/*.xml"),
        ("en16931-1.3.16/test/testfiles", "*.xml"),
    ),
    "sb": (("peppol-bis-2026.5/examples", "SB-*.xml"),),
    "en": (("en16931-1.3.16/ubl/examples", "*.[xX][mM][lL]"),),
}
"""Folder and pattern of the published examples, by the rule set that they were published for."""

SUPPLIER = "cac:AccountingSupplierParty/cac:Party"
CUSTOMER = "cac:AccountingCustomerParty/cac:Party"
VAT = "cac:PartyTaxScheme[cac:TaxScheme/cbc:ID='VAT']/cbc:CompanyID"
OTHER_TAX = "cac:PartyTaxScheme[cac:TaxScheme/cbc:ID!='VAT']"
PERIOD = (
    "<cac:InvoicePeriod><cbc:StartDate>2018-02-01</cbc:StartDate>"
    "<cbc:EndDate>2018-02-07</cbc:EndDate></cac:InvoicePeriod>"
)

PLAIN = etree.XMLParser(remove_comments=True, remove_blank_text=True)
"""For the seeds that we make: the same content in half the bytes, so that both sides are faster."""


@cache
def examples(which: RuleSetName) -> dict[str, bytes]:
    """The published examples of one rule set by name, in a fixed order; only UBL invoices and credit notes."""
    held: dict[str, bytes] = {}
    for folder, pattern in EXAMPLES[which]:
        for path in sorted(official("peppol", *folder.split("/")).glob(pattern)):
            content = path.read_bytes()
            if re.search(rb"<(\w+:)?(Invoice|CreditNote)\b", content) and etree.fromstring(content) is not None:
                held[path.stem] = content
    return held


def country(code: str, scheme: str, number: str, vat: str) -> Edit:
    """Move both parties into a country: addresses, endpoint, company and VAT numbers."""
    parties = [SUPPLIER, CUSTOMER]
    edits: list[Edit] = [put("//cac:Country/cbc:IdentificationCode", code)]
    for party in parties:
        edits += [
            put(f"{party}/cbc:EndpointID", number),
            mark(f"{party}/cbc:EndpointID", "schemeID", scheme),
            put(f"{party}/cac:PartyLegalEntity/cbc:CompanyID", number),
            mark(f"{party}/cac:PartyLegalEntity/cbc:CompanyID", "schemeID", scheme),
            put(f"{party}/{VAT}", vat),
        ]
    edits += [put(f"cac:TaxRepresentativeParty/{VAT}", vat), drop(f"{SUPPLIER}/{OTHER_TAX}")]
    return together(*edits)


def payment(code: str, content: str) -> Edit:
    """One means of payment instead of all that were there."""
    means = f"<cbc:PaymentMeansCode>{code}</cbc:PaymentMeansCode>{content}"
    return together(drop("cac:PaymentMeans"), add(".", f"<cac:PaymentMeans>{means}</cac:PaymentMeans>"))


def account(number: str, branch: str = "") -> str:
    """A payee account."""
    held = (
        f"<cac:FinancialInstitutionBranch><cbc:ID>{branch}</cbc:ID></cac:FinancialInstitutionBranch>" if branch else ""
    )
    return f"<cac:PayeeFinancialAccount><cbc:ID>{number}</cbc:ID>{held}</cac:PayeeFinancialAccount>"


def reference(number: str, description: str, inside: str = "") -> str:
    """A supporting document."""
    return (
        f"<cac:AdditionalDocumentReference><cbc:ID>{number}</cbc:ID>"
        f"<cbc:DocumentDescription>{description}</cbc:DocumentDescription>{inside}</cac:AdditionalDocumentReference>"
    )


EVERYTHING = together(
    put("//*[@schemeID='0007']", "5560125790"),
    put("cbc:BuyerReference", "BR-1"),
    drop("LINE/cac:InvoicePeriod"),
    add("LINE", PERIOD),
    put("LINE/cac:Item/cac:OriginCountry/cbc:IdentificationCode", "SE"),
)
GREEK = "999863881"
GREEK_ID = f"{GREEK}|08/02/2018|0|1.1|0|17"
NATIONAL: dict[str, Edit] = {
    "DE": together(
        country("DE", "9930", "DE123456789", "DE123456789"),
        mark("//cac:PartyLegalEntity/cbc:CompanyID", "schemeID", None),
        payment("58", account("DE75512108001245126199")),
        put("cac:PaymentTerms/cbc:Note", "#SKONTO#TAGE=7#PROZENT=2.00#\n"),
    ),
    "DK": together(
        country("DK", "0184", "DK12345674", "DK12345674"),
        drop("//cac:PartyIdentification[not(cbc:ID/@schemeID)]"),
        payment("42", account("12345678", "1234")),
    ),
    "NO": together(
        country("NO", "0192", "974760673", "NO974760673MVA"),
        add(
            SUPPLIER,
            "<cac:PartyTaxScheme><cbc:CompanyID>Foretaksregisteret</cbc:CompanyID>"
            "<cac:TaxScheme><cbc:ID>TAX</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>",
        ),
    ),
    "SE": together(
        country("SE", "0007", "5560125790", "SE556012579001"),
        payment("30", account("1234567", "SE:BANKGIRO")),
        add(
            SUPPLIER,
            "<cac:PartyTaxScheme><cbc:CompanyID>Godkänd för F-skatt</cbc:CompanyID>"
            "<cac:TaxScheme><cbc:ID>TAX</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>",
        ),
    ),
    "IT": together(
        country("IT", "0211", "IT06363391001", "IT06363391001"),
        add(
            SUPPLIER,
            "<cac:PartyTaxScheme><cbc:CompanyID>RSSMRA80A01H501U</cbc:CompanyID>"
            "<cac:TaxScheme><cbc:ID>TAX</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>",
        ),
    ),
    "NL": together(country("NL", "0106", "12345678", "NL123456789B01"), payment("30", account("NL91ABNA0417164300"))),
    "GR": together(
        country("GR", "9933", GREEK, f"EL{GREEK}"),
        mark("//cac:PartyLegalEntity/cbc:CompanyID", "schemeID", None),
        put("cbc:ID", GREEK_ID),
        put("cbc:IssueDate", "2018-02-08"),
        add(".", reference("400001", "##M.AR.K##")),
        add(
            ".",
            reference(
                "url",
                "##INVOICE|URL##",
                "<cac:Attachment><cac:ExternalReference><cbc:URI>https://example.gr/1</cbc:URI>"
                "</cac:ExternalReference></cac:Attachment>",
            ),
        ),
    ),
    "IS": together(
        country("IS", "0196", "5501692829", "IS12345"),
        payment("9", account("123456789012")),
        put("cbc:DueDate", "2018-03-07"),
        add(".", reference("2018-03-09", "EINDAGI")),
    ),
}
SELF_BILLED = together(put("cbc:CustomizationID", SELF_BILLING), put("cbc:ProfileID", SELF_BILLING_PROFILE))
SELF_BILLED_TYPES = {"Invoice": "389", "CreditNote": "261"}


@cache
def rich() -> dict[str, bytes]:
    """The seeds made of the largest official examples: everything and the national ones, of both kinds."""
    held: dict[str, bytes] = {}
    for kind in ("Invoice", "CreditNote"):
        plain = etree.fromstring(examples("peppol")[f"{kind}-Max_content"], PLAIN)
        whole = edited(etree.tostring(plain), [EVERYTHING])
        held[f"everything-{kind}"] = whole
        for code, edit in NATIONAL.items():
            held[f"{code}-{kind}"] = edited(whole, [edit])
    return held


@cache
def self_billed() -> dict[str, bytes]:
    """The rich seed as self-billing, of both kinds."""
    return {
        f"selfbilled-{kind}": edited(rich()[f"everything-{kind}"], [SELF_BILLED, put("TYPE", code)])
        for kind, code in SELF_BILLED_TYPES.items()
    }


@cache
def seeds(which: RuleSetName) -> dict[str, bytes]:
    """Every seed of one rule set by name, in a fixed order."""
    if which == "sb":
        return {**examples("sb"), **self_billed()}
    if which == "en":
        return {**examples("en"), "everything-Invoice": rich()["everything-Invoice"]}
    return {**examples("peppol"), **rich()}
