"""A document as a neutral invoice: what is read, what is told, and that nothing goes missing in silence."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from jurisdictions.contract import UNASSIGNED, Reading
from jurisdictions.peppol.reading import MOST_ELEMENTS, MOST_FINDINGS, read, written_again
from jurisdictions.peppol.reading_proof import differences
from jurisdictions.peppol.reading_tree import Node
from jurisdictions.peppol.seal import seal
from schemas.document import Invoice
from schemas.findings import Finding, Severity
from schemas.invoice import Kind
from schemas.money import round_half_up
from tests.jurisdictions.peppol import documents, shapes
from tests.jurisdictions.peppol.test_document import drafts


def document(name: str = "plain") -> bytes:
    return seal(shapes.sealing(shapes.SHAPES[name]), None).body  # type: ignore[arg-type]


def edited(*edits: tuple[str, str], name: str = "plain") -> bytes:
    text = document(name).decode()
    for before, after in edits:
        assert before in text
        text = text.replace(before, after)
    return text.encode()


def told(reading: Reading) -> list[Finding]:
    """The findings but for the one that every document has: its number becomes a reference."""
    return [one for one in reading.findings if one.rule != "PEPPOL-READ-NUMBER"]


def only(body: bytes) -> Finding:
    (finding,) = told(read(body))
    return finding


@pytest.mark.parametrize("name", shapes.SHAPES)
def test_our_own_documents_come_back_whole(name: str) -> None:
    reading = read(document(name))
    assert reading.recognised
    assert reading.invoice is not None, reading.findings
    assert not told(reading)


@pytest.mark.parametrize("name", documents.DRAFTS)
def test_every_kind_of_document_comes_back_whole(name: str) -> None:
    reading = read(documents.written(name))
    assert not told(reading)
    assert reading.invoice is not None


def test_a_greek_number_tells_branch_and_type() -> None:
    reading = read(edited(("<cbc:ID>A-1<", "<cbc:ID>094259216|20/11/2026|2|1.1|A|17<")))
    assert reading.invoice is not None
    assert reading.invoice.extensions == {"peppol": {"greek": {"branch": 2, "type": "1.1"}}}


def test_more_notes_than_one_are_kept() -> None:
    notes = "<cbc:Note>one</cbc:Note><cbc:Note>two</cbc:Note><cbc:DocumentCurrencyCode>"
    reading = read(edited(("<cbc:DocumentCurrencyCode>", notes)))
    assert reading.invoice is not None
    assert reading.invoice.note == "one"
    assert reading.invoice.extensions == {"peppol": {"notes": ["two"]}}


@settings(max_examples=40, deadline=None)
@given(drafts())
def test_whatever_we_write_we_read_and_write_again(made: Invoice) -> None:
    body = seal(shapes.sealing(made), None).body  # type: ignore[arg-type]
    reading = read(body)
    assert not told(reading)
    assert reading.invoice is not None and reading.issuer is not None
    again = written_again(reading.invoice, reading.issuer, "A-1")
    assert read(again).invoice == reading.invoice
    assert not list(differences(Node(etree.fromstring(body)), Node(etree.fromstring(again))))


def test_what_the_document_says_is_what_a_caller_would_have_written() -> None:
    reading = read(document())
    invoice, seller = reading.invoice, reading.issuer
    assert invoice is not None and seller is not None
    assert invoice.issuer == UNASSIGNED
    assert invoice.kind is Kind.INVOICE
    assert invoice.source_ref == "A-1"
    assert str(invoice.issue_date) == "2026-11-20"
    assert invoice.lines[0].unit_price == "49"
    assert invoice.lines[0].taxes is not None and invoice.lines[0].taxes[0].percent == "21"
    assert seller.name == "Leverancier NV"
    assert seller.endpoints[0].value == "0999000129"
    assert reading.locations["/lines/0/unit_price"].endswith("cac:Price/cbc:PriceAmount")
    assert "cac:AccountingSupplierParty" in reading.locations["/issuer/name"]


def test_the_number_becomes_a_reference_and_says_so() -> None:
    (number,) = (one for one in read(document()).findings if one.rule == "PEPPOL-READ-NUMBER")
    assert (number.found, number.location, number.severity) == ("A-1", "/ubl:Invoice/cbc:ID", Severity.WARNING)


def test_prefixes_and_comments_do_not_matter() -> None:
    text = document().decode().replace("cbc:", "b:").replace("xmlns:cbc", "xmlns:b")
    text = text.replace("xmlns:b:", "xmlns:b").replace("PO-77", "PO<!-- in the middle -->-77")
    reading = read(text.replace('xmlns:b="', 'xmlns:b="').encode())
    assert reading.invoice is not None and reading.invoice.references is not None
    assert reading.invoice.references.buyer_reference == "PO-77"


def test_what_has_no_place_is_lost_by_name() -> None:
    lost = only(edited(("<cbc:CustomizationID", "<cbc:UBLVersionID>2.1</cbc:UBLVersionID><cbc:CustomizationID")))
    assert (lost.rule, lost.severity) == ("PEPPOL-READ-LOST", Severity.WARNING)
    assert (lost.location, lost.found) == ("/ubl:Invoice/cbc:UBLVersionID", "2.1")


def test_a_lost_group_is_told_once() -> None:
    group = "<cac:StatementDocumentReference><cbc:ID>S1</cbc:ID></cac:StatementDocumentReference>"
    lost = only(edited(("<cac:AccountingSupplierParty>", f"{group}<cac:AccountingSupplierParty>")))
    assert lost.location == "/ubl:Invoice/cac:StatementDocumentReference"
    assert lost.found == "S1"


def test_a_lost_attribute_is_told() -> None:
    lost = only(edited(("<cbc:BuyerReference>", '<cbc:BuyerReference languageID="en">')))
    assert lost.location == "/ubl:Invoice/cbc:BuyerReference/@languageID"


def test_another_specification_is_told() -> None:
    changed = only(edited(("#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0", "")))
    assert changed.rule == "PEPPOL-READ-CHANGED"
    assert changed.found == "urn:cen.eu:en16931:2017"
    assert changed.location == "/ubl:Invoice/cbc:CustomizationID"


def test_a_number_in_another_spelling_is_the_same() -> None:
    same = edited(('<cbc:PriceAmount currencyID="EUR">49.00', '<cbc:PriceAmount currencyID="EUR">+049.000000000'))
    assert not told(read(same))


def stated(net: str) -> bytes:
    """A document of one line of 49.00 that says another net, and its sums as they follow from it, of 21 %."""
    tax = round_half_up(Decimal(net) * Decimal("0.21"), 2)
    return edited(
        (">49.00</cbc:PriceAmount", ">P</cbc:PriceAmount"),
        (">49.00<", f">{net}<"),
        (">P<", ">49.00<"),
        (">10.29<", f">{tax}<"),
        (">59.29<", f">{Decimal(net) + tax}<"),
    )


def test_a_net_within_the_slack_is_read_as_it_is_stated() -> None:
    reading = read(stated("49.02"))
    assert not told(reading)
    assert reading.invoice is not None
    assert [one.net for one in reading.invoice.lines] == ["49.02"]


def test_a_net_that_is_computed_is_not_stated() -> None:
    reading = read(document())
    assert reading.invoice is not None
    assert [one.net for one in reading.invoice.lines] == [None]


def test_a_net_beyond_the_slack_is_refused() -> None:
    reading = read(stated("49.03"))
    assert reading.invoice is None
    assert {one.rule for one in told(reading)} == {"PEPPOL-READ-TOTAL"}


def test_a_number_without_its_register_stays_without() -> None:
    whole = document().decode()
    assert whole.count('<cbc:CompanyID schemeID="0208">') == 2
    reading = read(whole.replace('<cbc:CompanyID schemeID="0208">', "<cbc:CompanyID>").encode())
    assert not told(reading)
    assert reading.issuer is not None
    assert reading.issuer.registration_scheme == ""


def test_an_exemption_code_in_small_letters_stays_so() -> None:
    assert not told(read(edited(("VATEX-EU-G", "vatex-eu-g"), name="export")))


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        (">59.29<", ">60.00<", "cbc:PayableAmount"),
        ('<cbc:TaxableAmount currencyID="EUR">49.00', '<cbc:TaxableAmount currencyID="EUR">48.00', "cbc:TaxableAmount"),
        ('<cbc:PriceAmount currencyID="EUR">49.00', '<cbc:PriceAmount currencyID="EUR">50.00', "cbc:PayableAmount"),
    ],
)
def test_sums_are_compared_with_both_sides(before: str, after: str, place: str) -> None:
    reading = read(edited((before, after)))
    assert reading.recognised
    assert reading.invoice is None
    totals = [one for one in told(reading) if one.rule == "PEPPOL-READ-TOTAL"]
    assert totals
    assert all(one.found and one.expected and one.severity is Severity.FATAL for one in totals)
    assert any((one.location or "").endswith(place) for one in totals)


def test_another_currency_in_one_amount_is_no_small_thing() -> None:
    reading = read(edited(('<cbc:PriceAmount currencyID="EUR"', '<cbc:PriceAmount currencyID="USD"')))
    (finding,) = told(reading)
    assert (finding.rule, finding.found, finding.expected) == ("PEPPOL-READ-TOTAL", "USD", "EUR")


def test_every_value_that_does_not_fit_is_told_at_once() -> None:
    reading = read(
        edited(("PO-77", "x" * 500), ("Example BV", "y" * 500), ("49.00</cbc:Price", "0." + "1" * 12 + "</cbc:Price"))
    )
    assert reading.invoice is None
    places = {one.location for one in reading.findings if one.rule == "PEPPOL-READ-SHAPE"}
    assert "/ubl:Invoice/cbc:BuyerReference" in places
    assert any(str(place).endswith("cbc:RegistrationName") for place in places)


def test_what_breaks_the_schema_is_recognised_and_not_read() -> None:
    reading = read(edited(("<cbc:IssueDate>2026-11-20</cbc:IssueDate>", "")))
    assert reading.recognised
    assert reading.invoice is None
    assert {one.rule for one in reading.findings} == {"PEPPOL-READ-XSD"}


def test_a_document_of_too_many_elements_is_not_read() -> None:
    body = edited(("<cbc:DocumentCurrencyCode>", "<cbc:Note/>" * (MOST_ELEMENTS + 1) + "<cbc:DocumentCurrencyCode>"))
    assert [one.rule for one in read(body).findings] == ["PEPPOL-READ-SIZE"]


def test_extensions_are_lost_by_name() -> None:
    extension = (
        '<ext:UBLExtensions xmlns:ext="urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2">'
        "<ext:UBLExtension><ext:ExtensionContent><x xmlns='urn:x'/></ext:ExtensionContent></ext:UBLExtension>"
        "</ext:UBLExtensions>"
    )
    lost = only(edited(("<cbc:CustomizationID", f"{extension}<cbc:CustomizationID")))
    assert (lost.rule, lost.location) == ("PEPPOL-READ-LOST", "/ubl:Invoice/ext:UBLExtensions")


def test_findings_are_bounded() -> None:
    lines = "<cbc:Note>{}</cbc:Note>"
    body = edited(
        ("<cbc:DocumentCurrencyCode>", "".join(map(lines.format, range(1000))) + "<cbc:DocumentCurrencyCode>")
    )
    assert MOST_FINDINGS < len(read(body).findings) <= MOST_FINDINGS + 3
    wrong = body.replace(b">59.29<", b">60.00<")
    assert "PEPPOL-READ-TOTAL" in {one.rule for one in read(wrong).findings}


@pytest.mark.parametrize("body", [b"", b"<a", b"\xff\xfe", b"<!DOCTYPE a><a/>", b"hello", b"\x00" * 9])
def test_what_is_no_xml_is_not_recognised_and_says_why(body: bytes) -> None:
    reading = read(body)
    assert not reading.recognised
    assert [one.rule for one in reading.findings] == ["PEPPOL-READ-UNREADABLE"]


@pytest.mark.parametrize(
    "body", [b"<a/>", b"<Invoice/>", b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>']
)
def test_another_kind_of_document_is_not_recognised(body: bytes) -> None:
    assert read(body) == Reading(recognised=False)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_text_makes_it_stumble(data: st.DataObject) -> None:
    parts = document("payment").decode().split(">")
    leaves = [index for index, part in enumerate(parts) if part and not part.startswith(("<", "\n"))]
    index = data.draw(st.sampled_from(leaves))
    text = data.draw(
        st.sampled_from(["", "-1", "9" * 40, "0." + "0" * 30 + "1", "-0", "2026-11-20Z", "24:00", "ZZZ", "\u202e"])
        | st.text(st.characters(codec="utf-8", exclude_characters="<>&", exclude_categories=("Cc", "Cs")), max_size=20)
    )
    parts[index] = text + parts[index][parts[index].index("<") :]
    reading = read(">".join(parts).encode())
    assert reading.invoice is not None or reading.findings
