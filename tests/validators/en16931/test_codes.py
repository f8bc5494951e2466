"""BR-CL: each code list refuses what it does not hold, and takes white space around what it does."""

from __future__ import annotations

import pytest

from tests.validators.en16931.documents import CREDIT_NOTE, INVOICE, Edit, add, edited, mark, put
from validators.en16931 import EN16931, read
from validators.en16931.codelists import codelist

PARTY = "cac:AccountingCustomerParty/cac:Party"
OBJECT = (
    '<cac:AdditionalDocumentReference><cbc:ID schemeID="ABT">7</cbc:ID>'
    "<cbc:DocumentTypeCode>130</cbc:DocumentTypeCode></cac:AdditionalDocumentReference>"
)
SUPPORTING = "cac:AdditionalDocumentReference[last()]"
FILE = (
    '<cac:Attachment><cbc:EmbeddedDocumentBinaryObject mimeCode="text/csv" filename="a">AA=='
    "</cbc:EmbeddedDocumentBinaryObject></cac:Attachment>"
)
EXEMPT = "<cbc:TaxExemptionReasonCode>vatex-eu-ae</cbc:TaxExemptionReasonCode>"
ROW = "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory"
ALLOWANCE = "cac:AllowanceCharge[1]/cbc:AllowanceChargeReasonCode"
CHARGE = "cac:AllowanceCharge[2]/cbc:AllowanceChargeReasonCode"
LINE = "cac:InvoiceLine[1]"
ITEM = f"{LINE}/cac:Item"
OBJECT_ADDED = add(".", OBJECT)
FILE_ADDED = add(SUPPORTING, FILE)
EXEMPT_ADDED = add(ROW, EXEMPT)

Case = tuple[tuple[Edit, ...], tuple[Edit, ...]]


def of_text(path: str, wrong: str, right: str, *first: Edit) -> Case:
    return (*first, put(path, wrong)), (*first, put(path, right))


def of_attribute(path: str, name: str, wrong: str, right: str, *first: Edit) -> Case:
    return (*first, mark(path, name, wrong)), (*first, mark(path, name, right))


CASES: dict[str, Case] = {
    "BR-CL-01": of_text("cbc:InvoiceTypeCode", "381", " 389 "),
    "BR-CL-03": of_attribute(f"{LINE}/cbc:LineExtensionAmount", "currencyID", "eur", " EUR "),
    "BR-CL-04": of_text("cbc:DocumentCurrencyCode", "E UR", "\tEUR"),
    "BR-CL-05": of_text("cbc:TaxCurrencyCode", "SEKS", "SEK "),
    "BR-CL-06": of_text(
        "cac:InvoicePeriod/cbc:DescriptionCode",
        "4",
        "432",
        add("cac:InvoicePeriod", "<cbc:DescriptionCode>3</cbc:DescriptionCode>"),
    ),
    "BR-CL-07": of_attribute(f"{SUPPORTING}/cbc:ID", "schemeID", "QQQ", "ZZZ", OBJECT_ADDED),
    "BR-CL-08": of_text("cbc:Note", "#QQQ#text", "#QQQQ#text"),
    "BR-CL-10": of_attribute(f"{PARTY}/cac:PartyIdentification/cbc:ID", "schemeID", "SEPA", "0088"),
    "BR-CL-11": of_attribute(f"{PARTY}/cac:PartyLegalEntity/cbc:CompanyID", "schemeID", "9925", "0002"),
    "BR-CL-13": of_attribute(f"{ITEM}/cac:CommodityClassification/cbc:ItemClassificationCode", "listID", "CPV", "STI"),
    "BR-CL-14": of_text(f"{PARTY}/cac:PostalAddress/cac:Country/cbc:IdentificationCode", "XK", "1A"),
    "BR-CL-15": of_text(f"{ITEM}/cac:OriginCountry/cbc:IdentificationCode", "", "XI"),
    "BR-CL-16": of_text("cac:PaymentMeans/cbc:PaymentMeansCode", "99", "97"),
    "BR-CL-17": of_text(f"{ROW}/cbc:ID", "s", " S "),
    "BR-CL-18": of_text(f"{ITEM}/cac:ClassifiedTaxCategory/cbc:ID", "s", " S "),
    "BR-CL-19": of_text(ALLOWANCE, "FC", "100"),
    "BR-CL-20": of_text(CHARGE, "95", "ZZZ"),
    "BR-CL-21": of_attribute(f"{ITEM}/cac:StandardItemIdentification/cbc:ID", "schemeID", "GTIN", "0160"),
    "BR-CL-22": of_text(f"{ROW}/cbc:TaxExemptionReasonCode", "VATEX-EU-AEE", "vatex-eu-ae", EXEMPT_ADDED),
    "BR-CL-23": of_attribute(f"{LINE}/cbc:InvoicedQuantity", "unitCode", "c62", "XPK"),
    "BR-CL-24": of_attribute(
        f"{SUPPORTING}//cbc:EmbeddedDocumentBinaryObject", "mimeCode", " text/csv", "image/png", FILE_ADDED
    ),
    "BR-CL-25": of_attribute(f"{PARTY}/cbc:EndpointID", "schemeID", "9999", "EM"),
    "BR-CL-26": of_attribute("cac:Delivery/cac:DeliveryLocation/cbc:ID", "schemeID", "EM", "0088"),
}


def fired(document: bytes) -> set[str]:
    return {one.rule for one in EN16931.judge(read(document)).broken if one.rule.startswith("BR-CL")}


@pytest.mark.parametrize("rule", CASES)
def test_a_code_outside_the_list_breaks_the_rule(rule: str) -> None:
    wrong, _ = CASES[rule]
    assert fired(edited(INVOICE, *wrong)) == {rule}


@pytest.mark.parametrize("rule", CASES)
def test_a_code_of_the_list_does_not(rule: str) -> None:
    _, right = CASES[rule]
    assert fired(edited(INVOICE, *right)) == set()


@pytest.mark.parametrize(("note", "held"), [("#AA #x", True), ("#AAI#x", True), ("no sign", True), ("#A-A#", False)])
def test_a_subject_is_looked_for_in_the_printed_list(note: str, held: bool) -> None:
    assert fired(edited(INVOICE, put("cbc:Note", note))) == (set() if held else {"BR-CL-08"})


def test_sepa_is_for_the_seller_and_the_payee() -> None:
    for party in ("cac:AccountingSupplierParty/cac:Party", "cac:PayeeParty"):
        assert fired(edited(INVOICE, mark(f"{party}/cac:PartyIdentification/cbc:ID", "schemeID", "SEPA"))) == set()


def test_each_kind_of_document_has_its_types() -> None:
    assert fired(edited(CREDIT_NOTE)) == set()
    assert fired(edited(CREDIT_NOTE, put("cbc:CreditNoteTypeCode", "380"))) == {"BR-CL-01"}


def test_an_amount_without_a_currency_has_none_of_the_list() -> None:
    assert fired(edited(INVOICE, mark(f"{LINE}/cac:Price/cbc:PriceAmount", "currencyID", None))) == {"BR-CL-03"}


def test_a_list_says_what_it_is() -> None:
    currencies = codelist("currencies")
    assert "EUR" in currencies and "eur" not in currencies
    assert (
        currencies.title.startswith("ISO 4217") and "1.3.16" in currencies.edition and "BR-CL-04" in currencies.source
    )
    assert len(currencies.codes) == len(currencies.members)
