"""The UBL document: stable to the byte, true to the schema, and saying what the invoice says."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from jurisdictions.kit.xml import parse
from jurisdictions.peppol import codelists, xsd
from jurisdictions.peppol.extension import Settings
from jurisdictions.peppol.rules import check
from jurisdictions.peppol.seal import preview, seal
from schemas.document import Invoice
from schemas.findings import is_fatal
from tests.jurisdictions.peppol import shapes

GOLDEN = Path(__file__).parent / "golden"
NAMED = ("allowances_and_charges", "credit_in_full", "plain", "references", "spanish", "tax_included")
NS = {"cac": codelists.CAC, "cbc": codelists.CBC}


def body(made: Invoice, **more: object) -> bytes:
    return seal(shapes.sealing(made, **more), None).body  # type: ignore[arg-type]


def texts(made: Invoice, path: str, **more: object) -> list[str]:
    found = parse(body(made, **more)).xpath(path, namespaces=NS)
    assert isinstance(found, list)
    return [one.text or "" if isinstance(one, etree._Element) else str(one) for one in found]


@pytest.mark.parametrize("name", NAMED)
def test_golden_files_are_stable(name: str) -> None:
    facts = shapes.FACTS if name == "spanish" else None
    made = body(shapes.SHAPES[name], facts=facts)
    path = GOLDEN / f"{name}.xml"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_bytes(made)
    assert made == path.read_bytes()


@pytest.mark.parametrize("name", shapes.SHAPES)
def test_every_shape_follows_the_schema_and_our_own_rules(name: str) -> None:
    made = shapes.SHAPES[name]
    assert xsd.violations(parse(body(made, facts=shapes.FACTS))) == ()
    found = check(shapes.instruction(made), shapes.sealing(made).issuer, shapes.AT)
    assert not is_fatal(found), found


def test_verification_address_travels_as_a_supporting_document() -> None:
    made = shapes.SHAPES["spanish"]
    at = "cac:AdditionalDocumentReference"
    assert texts(made, f"{at}/cbc:ID", facts=shapes.FACTS) == ["VERIFACTU"]
    assert texts(made, f"{at}/cbc:DocumentDescription", facts=shapes.FACTS) == [shapes.FACTS["verification_phrase"]]
    assert texts(made, f"{at}/cac:Attachment/cac:ExternalReference/cbc:URI", facts=shapes.FACTS) == [
        shapes.FACTS["verification_url"]
    ]
    named = shapes.FACTS | {"verification_scheme": "OTHER"}
    assert texts(made, f"{at}/cbc:ID", facts=named) == ["OTHER"]
    assert texts(shapes.SHAPES["plain"], f"{at}/cbc:ID", facts=shapes.FACTS) == ["VERIFICATION"]


def test_no_facts_no_supporting_document() -> None:
    assert texts(shapes.SHAPES["spanish"], "cac:AdditionalDocumentReference") == []


def test_vat_numbers_bear_their_country_and_no_separators() -> None:
    path = "cac:Accounting{}Party/cac:Party/cac:PartyTaxScheme/cbc:CompanyID"
    assert texts(shapes.SHAPES["plain"], path.format("Customer")) == ["BE0999000228"]
    assert texts(shapes.SHAPES["spanish"], path.format("Supplier")) == ["ESB00000018"]


def test_registration_number_takes_its_scheme_from_the_endpoint() -> None:
    assert texts(shapes.SHAPES["plain"], "//cac:PartyLegalEntity/cbc:CompanyID/@schemeID") == ["0208", "0208"]


def test_a_registration_number_may_go_without_scheme() -> None:
    made = shapes.invoice(seller=shapes.BELGIAN | {"registration_scheme": ""})
    assert texts(made, "//cac:PartyLegalEntity/cbc:CompanyID/@schemeID") == ["0208"]
    assert texts(made, "//cac:PartyLegalEntity/cbc:CompanyID") == ["0999000129", "0999000228"]


def test_exemption_codes_are_written_as_they_are_given() -> None:
    spelled = [shapes.vat("E", exemption_code=code) for code in ("vatex-eu-132", "VATEX-EU-132")]
    made = shapes.invoice(*(shapes.line("10", one) for one in spelled))
    assert texts(made, "//cbc:TaxExemptionReasonCode") == ["vatex-eu-132"]


def test_a_stated_net_is_the_lines_and_every_sums() -> None:
    made = shapes.invoice(shapes.line("4.9715", quantity="486", net="2416.16"))
    assert texts(made, "//cbc:LineExtensionAmount") == ["2416.16", "2416.16"]
    assert texts(made, "//cbc:TaxableAmount | //cbc:TaxExclusiveAmount") == ["2416.16", "2416.16"]


def test_outside_scope_shows_no_vat_number() -> None:
    made = shapes.SHAPES["outside_scope"]
    assert texts(made, "//cac:PartyTaxScheme/cbc:CompanyID") == []
    assert texts(made, "//cac:PartyIdentification/cbc:ID") == ["BE0999000129", "BE0999000228"]
    assert texts(made, "//cac:TaxCategory/cbc:Percent") == []


def test_exemptions_of_one_category_share_a_row_with_all_reasons() -> None:
    made = shapes.SHAPES["two_exemptions"]
    assert texts(made, "//cac:TaxSubtotal/cbc:TaxableAmount") == ["150.00"]
    [reason] = texts(made, "//cbc:TaxExemptionReason")
    assert "Artículo 20" in reason
    assert "Artículo 25" in reason


def test_categories_without_tax_name_their_reason_by_themselves() -> None:
    codes = {name: texts(shapes.SHAPES[name], "//cbc:TaxExemptionReasonCode") for name in ("reverse_charge", "export")}
    assert codes == {"reverse_charge": ["VATEX-EU-AE"], "export": ["VATEX-EU-G"]}


def test_intra_community_supply_says_where_it_went() -> None:
    made = shapes.SHAPES["intra_community"]
    assert texts(made, "cac:Delivery//cbc:IdentificationCode") == ["ES"]
    assert texts(made, "cac:Delivery/cbc:ActualDeliveryDate") == ["2026-11-18"]


def test_amount_due_leaves_withheld_taxes_to_the_terms() -> None:
    made = shapes.SHAPES["withheld_noted"]
    assert texts(made, "//cbc:PayableAmount") == ["121.00"]
    [terms] = texts(made, "cac:PaymentTerms/cbc:Note")
    assert terms == "Withheld tax: INCOME 15 % = 15.00 EUR. To be paid after withholding: 106.00 EUR."


def test_prices_with_tax_keep_what_is_to_be_paid() -> None:
    assert texts(shapes.SHAPES["tax_included"], "//cbc:PayableAmount") == ["13.72"]


def test_tax_in_the_accounting_currency() -> None:
    rate = {"from_currency": "SEK", "to_currency": "EUR", "rate": "0.0913", "source": "ECB", "on": "2026-11-19"}
    made = shapes.invoice(currency="SEK", exchange_rates=[rate])
    of = shapes.issuer(settings=Settings(tax_currency="EUR"))
    assert texts(made, "cac:TaxTotal/cbc:TaxAmount", of=of) == ["10.29", "0.94"]
    assert texts(made, "cbc:TaxCurrencyCode", of=of) == ["EUR"]
    assert xsd.violations(parse(body(made, of=of))) == ()


def test_preview_has_no_number() -> None:
    made = shapes.SHAPES["plain"]
    root = parse(preview(shapes.instruction(made), shapes.issuer(), shapes.AT))
    assert root.findtext("cbc:ID", namespaces=NS) == "DRAFT"


_money = st.decimals("0.01", "9999", places=2).map(str)
_price = st.decimals("0.0001", "9999", places=4).map(str)
_quantity = st.decimals("-99", "99", places=3).filter(bool).map(str)
_rate = st.sampled_from([("S", "21"), ("S", "6"), ("S", "5.5"), ("Z", "0"), ("AE", None), ("E", None), ("K", None)])


@st.composite
def drafts(draw: st.DrawFn) -> Invoice:
    """Sound invoices and credit notes of any shape."""
    rates = draw(st.lists(_rate, min_size=1, max_size=3))
    named = [shapes.vat(c, p, **({"exemption_reason": "Exempt"} if c == "E" else {})) for c, p in rates]
    reductions = st.lists(_money.map(lambda amount: {"amount": amount, "reason": "Discount"}), max_size=2)
    lines = [
        shapes.line(
            draw(_price),
            draw(st.sampled_from(named)),
            quantity=draw(_quantity),
            allowances=draw(reductions),
            charges=draw(reductions),
        )
        for _ in range(draw(st.integers(1, 4)))
    ]
    percents = st.decimals("0", "100", places=2).map(str)
    return shapes.invoice(
        *lines,
        buyer=shapes.FOREIGN_BUYER,
        kind=draw(st.sampled_from(["invoice", "credit_note"])),
        allowances=[{"percent": draw(percents), "reason": "Season", "taxes": [draw(st.sampled_from(named))]}],
        prepaid=draw(_money),
        prices_include_tax=draw(st.booleans()),
        delivery={"on": "2026-11-18"},
    )


@settings(max_examples=60, deadline=None)
@given(drafts())
def test_any_sound_invoice_makes_a_document_that_follows_the_schema(made: Invoice) -> None:
    found = check(shapes.instruction(made), shapes.issuer(), shapes.AT)
    assert not is_fatal(found), found
    assert xsd.violations(parse(body(made))) == ()
