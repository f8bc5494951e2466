"""What may be said of any bytes: valid, invalid or undecided, layer by layer."""

import re
from dataclasses import replace
from datetime import date

import pytest

from jurisdictions.peppol.judgement import RULE_SET, SELF_BILLED, judge
from jurisdictions.peppol.rules.editions import BILLING
from jurisdictions.peppol.seal import seal
from tests.jurisdictions.peppol import shapes
from validators.en16931 import RuleSet


def document() -> bytes:
    return seal(shapes.sealing(shapes.SHAPES["payment"]), None).body  # type: ignore[arg-type]


def verdicts(data: bytes) -> tuple[str, list[str]]:
    said = judge(data)
    return said.verdict, [layer.verdict for layer in said.layers]


def test_a_sound_document_is_valid_and_the_rule_set_is_named() -> None:
    assert verdicts(document()) == ("valid", ["passed", "passed", "passed"])
    said = judge(document())
    assert said.rule_set == RULE_SET == "peppol-bis-billing 3.0.21"
    assert [layer.rule_set for layer in said.layers] == ["XML 1.0", "UBL 2.1", RULE_SET]
    assert said.recognised


@pytest.mark.parametrize("data", [b"", b"<a", b"\xff\xfe", b"<!DOCTYPE a><a/>", b"not xml"])
def test_what_cannot_be_read_is_invalid(data: bytes) -> None:
    assert verdicts(data) == ("invalid", ["failed", "skipped", "skipped"])


@pytest.mark.parametrize("data", [b"<a/>", b'<CrossIndustryInvoice xmlns="urn:example"/>'])
def test_what_has_no_schema_here_is_undecided(data: bytes) -> None:
    assert verdicts(data) == ("undecided", ["passed", "skipped", "skipped"])


def test_what_breaks_the_schema_is_not_asked_for_rules() -> None:
    broken = document().replace(b"<cbc:IssueDate>2026-11-20</cbc:IssueDate>", b"")
    assert verdicts(broken) == ("invalid", ["passed", "failed", "skipped"])
    assert {one.rule for one in judge(broken).findings} == {"PEPPOL-XSD"}


def test_what_breaks_a_rule_is_invalid_with_its_place() -> None:
    broken = document().replace(b">0999000228</cbc:EndpointID>", b">0999000229</cbc:EndpointID>")
    assert verdicts(broken) == ("invalid", ["passed", "passed", "failed"])
    [finding] = judge(broken).findings
    assert finding.rule == "PEPPOL-COMMON-R043"
    assert finding.location is not None
    assert finding.location.endswith("EndpointID")


def said_to_be(customization: bytes) -> bytes:
    return re.sub(rb"(<cbc:CustomizationID>)[^<]*", rb"\1" + customization, document(), count=1)


def test_self_billing_has_its_own_rules() -> None:
    said = judge(said_to_be(SELF_BILLED.encode()))
    assert said.rule_set == "peppol-bis-self-billing 3.0.2"
    assert said.recognised


@pytest.mark.parametrize(
    ("customization", "recognised"),
    [
        (b"urn:cen.eu:en16931:2017", False),
        (b"urn:cen.eu:en16931:2017#conformant#urn:fdc:peppol.eu:2017:poacc:billing:3.0", True),
        (b"", False),
    ],
)
def test_another_specification_is_judged_by_ours_and_said_to_be_another(customization: bytes, recognised: bool) -> None:
    said = judge(said_to_be(customization))
    assert said.verdict == "invalid"
    assert said.recognised is recognised
    assert "PEPPOL-EN16931-R004" in {one.rule for one in said.findings}


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"%PDF-1.7 and so on", "PEPPOL-GW-FORMAT-FACTUR-X"),
        (
            b'<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"/>',
            "PEPPOL-GW-FORMAT-CII",
        ),
        (
            said_to_be(b"urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"),
            "PEPPOL-GW-FORMAT-XRECHNUNG",
        ),
        (said_to_be(b"urn:peppol:pint:billing-1@jp-1"), "PEPPOL-GW-FORMAT-PINT"),
    ],
    ids=["factur-x", "cii", "xrechnung", "pint"],
)
def test_formats_that_are_known_by_name_are_named_and_undecided(data: bytes, rule: str) -> None:
    said = judge(data)
    assert (said.verdict, said.recognised) == ("undecided", True)
    assert [one.rule for one in said.findings] == [rule]
    assert "skipped" in {layer.verdict for layer in said.layers}


def test_the_issue_date_chooses_the_edition() -> None:
    """A synthetic second edition: mandatory from a day on, while the older one ends."""
    old = replace(BILLING, valid_until=date(2027, 1, 31))
    new = replace(BILLING, edition="3.0.22", valid_from=date(2026, 11, 23))
    editions = (old, new)

    def used(day: str, among: tuple[RuleSet, ...] = editions) -> str:
        return judge(document().replace(b">2026-11-20<", f">{day}<".encode()), among).rule_set

    assert used("2026-11-22") == "peppol-bis-billing 3.0.21"
    assert used("2026-11-23") == used("2027-02-01") == "peppol-bis-billing 3.0.22"
    assert used("2019-01-01") == "peppol-bis-billing 3.0.21"
    ended = judge(document().replace(b">2026-11-20<", b">2027-02-01<"), (old,))
    assert ended.verdict == "undecided"
    assert [one.rule for one in ended.findings] == ["PEPPOL-GW-EDITION"]


def test_an_envelope_is_judged_by_what_is_in_it() -> None:
    envelope = (
        b'<StandardBusinessDocument xmlns="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader">'
        b"<StandardBusinessDocumentHeader/>%s</StandardBusinessDocument>"
    )
    inside = document().partition(b"?>")[2]
    assert verdicts(envelope % inside) == ("valid", ["passed", "passed", "passed"])
