"""Every business term that an invoice may tell stands in its document, in the element that the binding gives it."""

import os
from base64 import b64decode
from pathlib import Path

import pytest
from lxml import etree

from jurisdictions.kit.xml import parse
from jurisdictions.peppol import codelists, xsd
from tests.jurisdictions.peppol import documents, shapes

GOLDEN = Path(__file__).parent / "golden"
NS = {"cac": codelists.CAC, "cbc": codelists.CBC}

FULL = {
    "BT-6": ("cbc:TaxCurrencyCode", ["SEK"]),
    "BT-7": ("cbc:TaxPointDate", ["2026-11-19"]),
    "BT-9": ("cbc:DueDate", ["2026-12-20"]),
    "BT-10": ("cbc:BuyerReference", ["PO-77"]),
    "BT-11": ("cac:ProjectReference/cbc:ID", ["PRJ-1"]),
    "BT-12": ("cac:ContractDocumentReference/cbc:ID", ["C-1"]),
    "BT-13": ("cac:OrderReference/cbc:ID", ["O-1"]),
    "BT-14": ("cac:OrderReference/cbc:SalesOrderID", ["S-1"]),
    "BT-15": ("cac:ReceiptDocumentReference/cbc:ID", ["R-1"]),
    "BT-16": ("cac:DespatchDocumentReference/cbc:ID", ["D-1"]),
    "BT-17": ("cac:OriginatorDocumentReference/cbc:ID", ["T-2026/4"]),
    "BT-18": ("cac:AdditionalDocumentReference[cbc:DocumentTypeCode='130']/cbc:ID", ["+32 2 000 00 00"]),
    "BT-18-1": ("cac:AdditionalDocumentReference[cbc:DocumentTypeCode='130']/cbc:ID/@schemeID", ["AWV"]),
    "BT-19": ("cbc:AccountingCost", ["4217:2323:2323"]),
    "BT-20": ("cac:PaymentTerms/cbc:Note", ["2 % within 8 days,\nnet thereafter"]),
    "BT-22": ("cbc:Note", ["Thank you <again> & again."]),
    "BT-25": ("cac:BillingReference//cbc:ID", ["A-0", "A-9"]),
    "BT-26": ("cac:BillingReference//cbc:IssueDate", ["2026-10-01"]),
    "BT-28": ("cac:AccountingSupplierParty//cac:PartyName/cbc:Name", ["De Leverancier"]),
    "BT-29": ("cac:AccountingSupplierParty//cac:PartyIdentification/cbc:ID", ["7300010000001", "SUP-4711"]),
    "BT-29-1": ("cac:AccountingSupplierParty//cac:PartyIdentification/cbc:ID/@schemeID", ["0088"]),
    "BT-30": ("cac:AccountingSupplierParty//cac:PartyLegalEntity/cbc:CompanyID", ["0999000129"]),
    "BT-31, BT-32": (
        "cac:AccountingSupplierParty//cac:PartyTaxScheme/cbc:CompanyID",
        ["BE0999000129", "Registered for group taxation"],
    ),
    "BT-33": ("//cbc:CompanyLegalForm", ["Capital 61 500 EUR"]),
    "BT-46": ("cac:AccountingCustomerParty//cac:PartyIdentification/cbc:ID", ["7300010000018"]),
    "BT-47-1": ("cac:AccountingCustomerParty//cac:PartyLegalEntity/cbc:CompanyID/@schemeID", ["0208"]),
    "BT-59": ("cac:PayeeParty/cac:PartyName/cbc:Name", ["Factor SA"]),
    "BT-60": ("cac:PayeeParty/cac:PartyIdentification/cbc:ID", ["5790000435968"]),
    "BT-61": ("cac:PayeeParty/cac:PartyLegalEntity/cbc:CompanyID", ["0999000327"]),
    "BT-62": ("cac:TaxRepresentativeParty/cac:PartyName/cbc:Name", ["Fiscaal Vertegenwoordiger NV"]),
    "BT-63": ("cac:TaxRepresentativeParty/cac:PartyTaxScheme/cbc:CompanyID", ["BE0999000327"]),
    "BT-69": ("cac:TaxRepresentativeParty//cbc:IdentificationCode", ["BE"]),
    "BT-70": ("cac:Delivery/cac:DeliveryParty/cac:PartyName/cbc:Name", ["Warehouse North"]),
    "BT-71": ("cac:Delivery/cac:DeliveryLocation/cbc:ID", ["7300010000001"]),
    "BT-72": ("cac:Delivery/cbc:ActualDeliveryDate", ["2026-11-18"]),
    "BT-165": ("cac:Delivery//cac:AddressLine/cbc:Line", ["Building F2"]),
    "BT-80": ("cac:Delivery//cbc:IdentificationCode", ["SE"]),
    "BT-82": ("cac:PaymentMeans/cbc:PaymentMeansCode/@name", ["SEPA credit transfer"]),
    "BT-84": ("cac:PaymentMeans//cac:PayeeFinancialAccount/cbc:ID", ["BE71096123456769", "BE68539007547034"]),
    "BT-93, BT-100": ("cac:AllowanceCharge/cbc:BaseAmount", ["40.00", "30.00"]),
    "BT-92, BT-99": ("cac:AllowanceCharge/cbc:Amount", ["1.00", "3.00", "12.00", "3.00"]),
    "BT-111": ("cac:TaxTotal[2]/cbc:TaxAmount", ["135.41"]),
    "BT-113": ("//cbc:PrepaidAmount", ["20.00"]),
    "BT-114": ("//cbc:PayableRoundingAmount", ["0.03"]),
    "BT-122": ("cac:AdditionalDocumentReference[not(cbc:DocumentTypeCode)]/cbc:ID", ["TS-1", "PH-2", "NOTE-3"]),
    "BT-123": ("//cbc:DocumentDescription", ["Timesheet"]),
    "BT-124": ("//cbc:URI", ["https://example.org/timesheet.pdf?a=1&b=2", "https://example.org/photo"]),
    "BT-125": ("//cbc:EmbeddedDocumentBinaryObject/@mimeCode", ["application/pdf"]),
    "BT-126": ("cac:InvoiceLine/cbc:ID", ["L-7", "2", "3"]),
    "BT-127": ("cac:InvoiceLine/cbc:Note", ["Second delivery\nof three"]),
    "BT-128": ("cac:InvoiceLine/cac:DocumentReference/cbc:ID", ["METER-5"]),
    "BT-131": ("cac:InvoiceLine[1]/cbc:LineExtensionAmount", ["29.87"]),
    "BT-132": ("cac:InvoiceLine/cac:OrderLineReference/cbc:LineID", ["3"]),
    "BT-133": ("cac:InvoiceLine/cbc:AccountingCost", ["1287:65464"]),
    "BT-136, BT-141": ("cac:InvoiceLine/cac:AllowanceCharge/cbc:Amount", ["2.00", "1.01"]),
    "BT-146": ("cac:InvoiceLine[1]/cac:Price/cbc:PriceAmount", ["12.345678"]),
    "BT-147": ("cac:InvoiceLine/cac:Price/cac:AllowanceCharge/cbc:Amount", ["2.654322"]),
    "BT-148": ("cac:InvoiceLine/cac:Price/cac:AllowanceCharge/cbc:BaseAmount", ["15.00"]),
    "BT-149": ("cac:InvoiceLine/cac:Price/cbc:BaseQuantity", ["100"]),
    "BT-150": ("cac:InvoiceLine/cac:Price/cbc:BaseQuantity/@unitCode", ["KGM"]),
    "BT-153": ("cac:InvoiceLine[1]/cac:Item/cbc:Name", ["Coffee"]),
    "BT-154": ("cac:InvoiceLine/cac:Item/cbc:Description", ["Coffee beans, roasted, in bags of a kilogram"]),
    "BT-157": ("//cac:StandardItemIdentification/cbc:ID", ["10986700"]),
    "BT-158": ("//cbc:ItemClassificationCode", ["50201706", "0901"]),
    "BT-158-2": ("//cbc:ItemClassificationCode/@listVersionID", ["26.0801"]),
    "BT-159": ("//cac:OriginCountry/cbc:IdentificationCode", ["BR"]),
    "BT-160": ("//cac:AdditionalItemProperty/cbc:Name", ["Roast", "Bag"]),
    "BT-161": ("//cac:AdditionalItemProperty/cbc:Value", ["Dark & slow", "1 kg"]),
}


def texts(name: str, path: str) -> list[str]:
    found = parse(documents.written(name)).xpath(path, namespaces=NS)
    assert isinstance(found, list)
    return [one.text or "" if isinstance(one, etree._Element) else str(one) for one in found]


@pytest.mark.parametrize("term", FULL)
def test_a_term_stands_in_its_element(term: str) -> None:
    path, value = FULL[term]
    assert texts("full", path) == value


@pytest.mark.parametrize("name", documents.GOLDEN)
def test_golden_files_are_stable(name: str) -> None:
    path = GOLDEN / f"{name}.xml"
    made = documents.written(name)
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_bytes(made)
    assert made == path.read_bytes()


@pytest.mark.parametrize("name", documents.DRAFTS)
def test_every_document_follows_the_schema(name: str) -> None:
    assert xsd.violations(parse(documents.written(name))) == ()


def test_a_credit_note_has_its_own_order_and_places() -> None:
    assert texts("full_credit", "cac:AdditionalDocumentReference[cbc:DocumentTypeCode='50']/cbc:ID") == ["PRJ-1"]
    assert texts("full_credit", "cac:ProjectReference") == []
    assert texts("full_credit", "cac:OriginatorDocumentReference/cbc:ID") == ["T-2026/4"]
    assert texts("full_credit", "cbc:DueDate") == []
    assert texts("full_credit", "cac:PaymentMeans/cbc:PaymentDueDate") == ["2026-12-20"]


def test_a_file_comes_out_as_it_went_in() -> None:
    [content] = texts("full", "//cbc:EmbeddedDocumentBinaryObject")
    assert b64decode(content) == b64decode(documents.PDF)
    assert texts("every_media_type", "//cbc:EmbeddedDocumentBinaryObject/@mimeCode") == list(documents.MEDIA_TYPES)


def test_cards_name_their_network_or_none() -> None:
    assert texts("card", "//cac:CardAccount/*") == ["1234", "VISA", "Jane Doe"]
    without = shapes.invoice(payment_means=[{"code": "54", "card": {"number": "1234"}}])
    root = parse(documents.sealed(without))
    assert root.findtext(".//cbc:NetworkID", namespaces=NS) == "NA"


def test_whoever_is_paid_collects_by_the_creditor_identifier() -> None:
    assert texts("direct_debit", "cac:PayeeParty//cbc:ID[@schemeID='SEPA']") == ["BE69ZZZ0999000129"]
    assert texts("direct_debit", "cac:AccountingSupplierParty//cbc:ID[@schemeID='SEPA']") == []
    assert texts("direct_debit_seller", "cac:AccountingSupplierParty//cbc:ID[@schemeID='SEPA']") == [
        "BE69ZZZ0999000129"
    ]
    assert texts("direct_debit", "//cac:PaymentMandate/cbc:ID") == ["M-1"]
    assert texts("direct_debit", "//cac:PayerFinancialAccount/cbc:ID") == ["BE71096123456769"]


def test_tax_point_code_needs_no_dates_beside_it() -> None:
    assert texts("tax_point_code", "cac:InvoicePeriod/*") == ["2026-11-01", "432"]
    assert texts("tax_point_alone", "cac:InvoicePeriod/*") == ["35"]


def test_tax_in_the_invoices_own_second_currency() -> None:
    assert texts("tax_currency_by_rate", "cbc:TaxCurrencyCode") == ["EUR"]
    assert texts("tax_currency_by_rate", "cac:TaxTotal/cbc:TaxAmount") == ["10.29", "0.94"]


def test_prices_of_many_units_are_never_rounded() -> None:
    assert texts("price_of_thousand", "//cac:Price/*") == ["0.00101", "1000"]
    assert texts("price_of_thousand", "//cac:InvoiceLine/cbc:LineExtensionAmount") == ["0.12"]
    assert texts("price_of_three", "//cac:Price//cbc:*[not(*)]") == ["0.01", "3", "false", "0.01", "0.02"]
    assert texts("price_of_three", "//cac:InvoiceLine/cbc:LineExtensionAmount") == ["0.01"]


def test_list_prices_with_tax_come_out_net() -> None:
    price, base, _, discount, listed = texts("list_price_with_tax", "//cac:Price//cbc:*[not(*)]")
    assert base == "2"
    assert float(listed) - float(discount) == pytest.approx(float(price))
    assert float(listed) == pytest.approx(12.34 / 1.21, abs=0.001)


def test_german_parties_may_say_more() -> None:
    assert texts("german", "cbc:Note") == ["First note", "Second note"]
    assert texts("german", "cac:PaymentTerms/cbc:Note") == ["#SKONTO#TAGE=7#PROZENT=2.00#\n"]


def test_greek_numbers_tell_seller_day_branch_type_series_and_number() -> None:
    assert texts("greek", "cbc:ID") == ["061828591|20/11/2026|0|1.1|A|A-1"]


def test_who_is_represented_in_greece_gives_the_representatives_number() -> None:
    made = shapes.invoice(
        tax_representative={
            "name": "Αντιπρόσωπος",
            "tax_id": {"scheme": "GR:VAT", "value": "061828591"},
            "address": {"country": "GR"},
        },
        extensions={"peppol": {"greek": {"type": "1.1", "branch": 3}}},
    )
    root = parse(documents.sealed(made))
    assert root.findtext("cbc:ID", namespaces=NS) == "061828591|20/11/2026|3|1.1|0|A-1"


def test_a_buyer_has_no_legal_information_and_its_tax_registration_is_an_identifier() -> None:
    buyer = {key: value for key, value in shapes.BUYER.items() if key != "tax_ids"}
    made = shapes.invoice(buyer=buyer | {"legal_information": "Capital", "tax_registration": "123/456"})
    root = parse(documents.sealed(made))
    assert root.find(".//cbc:CompanyLegalForm", NS) is None
    at = "cac:AccountingCustomerParty/cac:Party/cac:PartyIdentification/cbc:ID"
    assert root.findtext(at, namespaces=NS) == "123/456"


def test_older_spellings_still_count_and_give_way() -> None:
    old = {"accounting_cost": "OLD", "mandate_reference": "M-OLD", "delivery_country": "NL"}
    debit = [{"code": "59", "account": "BE71096123456769"}]
    before = parse(documents.sealed(shapes.invoice(extensions={"peppol": old}, payment_means=debit)))
    assert before.findtext("cbc:AccountingCost", namespaces=NS) == "OLD"
    assert before.findtext(".//cac:PaymentMandate/cbc:ID", namespaces=NS) == "M-OLD"
    assert before.findtext("cac:Delivery//cbc:IdentificationCode", namespaces=NS) == "NL"
    after = parse(
        documents.sealed(
            shapes.invoice(
                extensions={"peppol": old},
                payment_means=[debit[0] | {"direct_debit": {"mandate": "M-NEW"}}],
                accounting_reference="NEW",
                delivery={"address": {"country": "SE"}},
            )
        )
    )
    assert after.findtext("cbc:AccountingCost", namespaces=NS) == "NEW"
    assert after.findtext(".//cac:PaymentMandate/cbc:ID", namespaces=NS) == "M-NEW"
    assert after.findtext("cac:Delivery//cbc:IdentificationCode", namespaces=NS) == "SE"


def test_blank_texts_leave_no_empty_elements() -> None:
    made = shapes.invoice(
        shapes.line(note=" ", order_line=" ", buyer_id=" ", standard_id={"value": " ", "scheme": "0160"}),
        accounting_reference=" ",
        references={"buyer_reference": "PO", "tender": " ", "invoiced_object": {"value": " "}},
        payment_means=[{"code": "10", "text": " ", "bank": " ", "direct_debit": {"mandate": " "}}],
        payee={"name": "Factor", "registration": {"value": " "}},
        delivery={"name": " ", "location": {"value": " "}},
        payment_terms={"note": " \n"},
    )
    root = parse(documents.sealed(made))
    assert [one.tag for one in root.iter() if len(one) == 0 and not (one.text or "").strip()] == []


def test_an_empty_line_of_an_address_keeps_the_place_of_the_next() -> None:
    def lines(*told: str) -> list[str | None]:
        made = shapes.invoice(buyer=shapes.BUYER | {"address": {"country": "BE", "lines": told}})
        root = parse(documents.sealed(made))
        at = root.find("cac:AccountingCustomerParty/cac:Party/cac:PostalAddress", NS)
        assert at is not None
        names = ("cbc:StreetName", "cbc:AdditionalStreetName", "cac:AddressLine/cbc:Line")
        return [at.findtext(name, namespaces=NS) for name in names]

    assert lines("", "Box 4") == [None, "Box 4", None]
    assert lines("", "", "Gebouw C") == [None, None, "Gebouw C"]
    assert lines(" ", "Box 4") == ["Box 4", None, None]


def test_every_draft_here_is_sound() -> None:
    for name in documents.DRAFTS:
        assert documents.fatal(name) == [], name
