"""What is not spoken here is recognised and named, never passed over in silence."""

from __future__ import annotations

import json

import pytest
from lxml import etree

from jurisdictions.peppol import codelists
from jurisdictions.peppol.foreign_formats import named, named_bytes, named_type, registered
from schemas.findings import Severity
from tests.jurisdictions.peppol.simulated import envelope, invoice
from tests.official import official

CII = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
EN = "urn:cen.eu:en16931:2017"


def ubl(specification: str, name: str = "Invoice") -> etree._Element:
    return etree.fromstring(
        f'<{name} xmlns="{codelists.UBL}{name}-2" xmlns:cbc="{codelists.CBC}">'
        f"<cbc:CustomizationID> {specification}\n</cbc:CustomizationID></{name}>"
    )


def cii(guideline: str) -> etree._Element:
    return etree.fromstring(
        f'<r:CrossIndustryInvoice xmlns:r="{CII}" xmlns:ram="{RAM}"><r:ExchangedDocumentContext>'
        f"<ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>{guideline}</ram:ID>"
        "</ram:GuidelineSpecifiedDocumentContextParameter></r:ExchangedDocumentContext></r:CrossIndustryInvoice>"
    )


@pytest.mark.parametrize(
    ("root", "rule", "words"),
    [
        (cii(EN), "CII", "Cross Industry Invoice"),
        (cii(codelists.CUSTOMIZATION), "CII", "Cross Industry Invoice"),
        (cii(f"{EN}#compliant#urn:factur-x.eu:1p0:basic"), "FACTUR-X", "Factur-X"),
        (cii("urn:factur-x.eu:1p0:minimum"), "FACTUR-X", "Factur-X"),
        (cii(f"{EN}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"), "XRECHNUNG", "XRechnung"),
        (ubl(f"{EN}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"), "XRECHNUNG", "XRechnung"),
        (ubl(f"{EN}#compliant#urn:xoev-de:kosit:standard:xrechnung_2.3", "CreditNote"), "XRECHNUNG", "XRechnung"),
        (ubl("urn:peppol:pint:billing-1"), "PINT", "international model"),
        (ubl("urn:peppol:pint:billing-1@jp-1"), "PINT", "Japan"),
        (ubl("urn:peppol:pint:nontaxinvoice-1@jp-1"), "PINT", "Japan"),
        (ubl("urn:peppol:pint:selfbilling-1@aunz-1", "CreditNote"), "PINT", "New Zealand"),
        (ubl("urn:peppol:pint:billing-1@xx-1"), "PINT", "edition xx"),
    ],
)
def test_a_foreign_format_is_named(root: etree._Element, rule: str, words: str) -> None:
    found = named(root)
    assert found is not None
    assert found.rule == f"PEPPOL-GW-FORMAT-{rule}"
    assert words in found.message
    assert (found.severity, found.location) == (Severity.WARNING, "/")
    assert found.fix and found.found and found.expected == codelists.CUSTOMIZATION


ENVELOPE = etree.fromstring(envelope(invoice()))


@pytest.mark.parametrize("root", [ubl(codelists.CUSTOMIZATION), ubl(EN), ubl(""), etree.fromstring("<a/>"), ENVELOPE])
def test_ours_and_the_unknown_are_not(root: etree._Element) -> None:
    assert named(root) is None


def test_a_pdf_is_recognised_by_its_first_bytes() -> None:
    for body in (b"%PDF-1.7\n", b"\xef\xbb\xbf\n%PDF-2.0"):
        found = named_bytes(body)
        assert found is not None
        assert found.rule == "PEPPOL-GW-FORMAT-FACTUR-X"
    for body in (b"", b"<Invoice/>", b" " * 2000 + b"%PDF-1.7"):
        assert named_bytes(body) is None


def test_each_format_of_a_receiver_is_named_once() -> None:
    held = [
        f"peppol-doctype-wildcard::{codelists.UBL}Invoice-2::Invoice##urn:peppol:pint:billing-1@sg-1::2.1",
        f"peppol-doctype-wildcard::{codelists.UBL}CreditNote-2::CreditNote##urn:peppol:pint:billing-1@sg-1::2.1",
        f"busdox-docid-qns::{CII}::CrossIndustryInvoice##{EN}::D16B",
        f"busdox-docid-qns::{codelists.INVOICE_DOCUMENT}",
    ]
    assert [one.rule for one in registered(held)] == ["PEPPOL-GW-FORMAT-PINT", "PEPPOL-GW-FORMAT-CII"]


@pytest.mark.conformance
def test_the_official_code_list_holds_no_format_that_would_pass_unnamed() -> None:
    folder = official("peppol", "peppol-codelists-9.7")
    listed = json.loads((folder / "Peppol Code Lists - Document types v9.7.json").read_bytes())["values"]
    ours = {codelists.INVOICE_DOCUMENT, codelists.CREDIT_NOTE_DOCUMENT}
    active = [one for one in listed if one["state"] == "active"]
    assert ours <= {one["value"] for one in active}
    rules = {one["value"]: named_type(f"{one['scheme']}::{one['value']}") for one in active}
    for value, found in rules.items():
        name = found.rule.rpartition("FORMAT-")[2] if found else None
        assert (name == "PINT") == ("urn:peppol:pint:" in value), value
        assert (name == "XRECHNUNG") == ("xrechnung" in value), value
        assert name is not None or not value.startswith(CII), value
        assert name is None or value not in ours
    editions = {found.name for found in rules.values() if found and found.rule.endswith("PINT")}
    assert not [name for name in editions if name.rpartition(" ")[2].islower() and len(name.rpartition(" ")[2]) < 3]
