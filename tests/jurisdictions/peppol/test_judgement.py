"""What may be said of any bytes: valid, invalid or undecided, layer by layer."""

import pytest

from jurisdictions.peppol.judgement import RULE_SET, judge
from jurisdictions.peppol.seal import seal
from tests.jurisdictions.peppol import shapes


def document() -> bytes:
    return seal(shapes.sealing(shapes.SHAPES["payment"]), None).body  # type: ignore[arg-type]


def verdicts(data: bytes) -> tuple[str, list[str]]:
    said = judge(data)
    return said.verdict, [layer.verdict for layer in said.layers]


def test_a_sound_document_is_valid_and_the_rule_set_says_that_it_is_a_subset() -> None:
    assert verdicts(document()) == ("valid", ["passed", "passed", "passed"])
    assert "subset" in RULE_SET


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
