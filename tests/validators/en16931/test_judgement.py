"""The layers: what fails leaves the later ones skipped, and nothing hostile gets further than a finding."""

from __future__ import annotations

import re

import pytest

from tests.validators.en16931.documents import CREDIT_NOTE, INVOICE, add, drop, edited, put, repeat
from validators.en16931 import EN16931
from validators.en16931.judgement import judge

SOUND = edited(INVOICE)
EXTENSION = (
    b'<ext:UBLExtensions xmlns:ext="urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2">'
    b"<ext:UBLExtension><ext:ExtensionContent>%s</ext:ExtensionContent></ext:UBLExtension></ext:UBLExtensions>"
)
BOMB = b"<!DOCTYPE a [" + b"".join(
    b'<!ENTITY %c "%s">' % (98 + level, b"&%c;" % (97 + level) * 10 if level else b"ha" * 10) for level in range(9)
)


def _verdicts(document: bytes) -> tuple[str, list[str]]:
    report = judge(document, EN16931)
    return report.verdict, [layer.verdict for layer in report.layers]


def _extended(content: bytes) -> bytes:
    return SOUND.replace(b"<cbc:CustomizationID>", EXTENSION % content + b"<cbc:CustomizationID>", 1)


@pytest.mark.parametrize("document", [INVOICE, CREDIT_NOTE], ids=["invoice", "credit note"])
def test_a_sound_document_passes_every_layer(document: str) -> None:
    report = judge(edited(document), EN16931)
    assert (report.verdict, report.passed, report.findings) == ("valid", True, ())
    assert [(layer.name, layer.rule_set) for layer in report.layers] == [
        ("well-formed", "XML 1.0"),
        ("xsd", "UBL 2.1"),
        ("rules", "EN 16931 (UBL) 1.3.16"),
    ]


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"rubbish",
        b"<a",
        b"%PDF-1.7",
        b"<a>\x00</a>",
        b"\xff\xfe\x00",
        '<?xml version="1.0" encoding="UTF-8"?><a>é</a>'.encode("latin-1"),
        b"<!DOCTYPE a><a/>",
        b'<!DOCTYPE a SYSTEM "file:///nowhere"><a/>',
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///nowhere">]><a>&b;</a>',
        BOMB + b"]><a>&i;</a>",
        BOMB + b']><a b="&i;"/>',
        b"<a>" * 5000 + b"</a>" * 5000,
        b"<a>" + b"x" * 11_000_000 + b"</a>",
        b"<a " + b" ".join(b"a%d=''" % number for number in range(500_000)) + b"/>",
    ],
    ids=lambda value: repr(value[:16]),
)
def test_what_may_not_be_read_is_told_and_nothing_more_is_asked(document: bytes) -> None:
    report = judge(document, EN16931)
    assert [layer.verdict for layer in report.layers] in (
        ["failed", "skipped", "skipped"],
        ["passed", "skipped", "skipped"],
    )
    assert report.verdict != "valid"
    [finding] = report.findings
    assert finding.rule in {"GW-DOCUMENT-UNREADABLE", "GW-DOCUMENT-UNKNOWN"}
    assert len(finding.message) < 500


def test_another_root_is_not_judged() -> None:
    assert _verdicts(SOUND.replace(b"Invoice-2", b"Order-2")) == ("undecided", ["passed", "skipped", "skipped"])


def test_what_breaks_the_schema_is_not_asked_for_rules() -> None:
    broken = edited(INVOICE, add("cac:InvoiceLine[2]", "<cbc:Invented/>"), drop("cac:PaymentTerms"))
    report = judge(broken, EN16931)
    assert [layer.verdict for layer in report.layers] == ["passed", "failed", "skipped"]
    assert report.verdict == "invalid"
    assert {one.rule for one in report.findings} == {"UBL-XSD"}
    places = [one.location for one in report.findings]
    assert "/ubl:Invoice/cac:InvoiceLine[2]/cbc:Invented" in places
    assert not any("{" in one.message for one in report.findings)


def test_a_broken_rule_is_told_in_our_words_with_both_sides() -> None:
    report = judge(edited(INVOICE, put("cac:LegalMonetaryTotal/cbc:LineExtensionAmount", "201.00")), EN16931)
    assert report.verdict == "invalid"
    told = {one.rule: one for one in report.findings}["BR-CO-10"]
    assert (told.source, (told.term or "").split(", ")[0]) == ("en16931", "BT-106")
    assert told.found is not None
    assert told.expected is not None
    assert told.fix
    assert told.location == "/ubl:Invoice/cac:LegalMonetaryTotal"


def test_warnings_leave_a_document_valid() -> None:
    terms = add("cac:PaymentTerms", "<cbc:Amount currencyID='EUR'>1</cbc:Amount>")
    report = judge(edited(INVOICE, repeat("cbc:Note"), terms), EN16931)
    assert report.verdict == "valid"
    assert {str(one.severity) for one in report.findings} == {"warning"}


def test_what_a_rule_cannot_judge_is_undecided_and_says_so() -> None:
    """UBL takes several legal entities of a party, the rule about the name of one takes one."""
    twice = edited(INVOICE, repeat("cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity"))
    report = judge(twice, EN16931)
    assert report.verdict == "undecided"
    assert report.layers[2].verdict == "undecided"
    assert any("could not be judged" in one.message for one in report.findings)


def test_comments_and_instructions_are_nothing() -> None:
    noisy = re.sub(rb"<cbc:ID>2026-17", b"<?x y?><cbc:ID><!-- a -->2026<!-- b -->-17", SOUND, count=1)
    assert _verdicts(noisy)[0] == "valid"


@pytest.mark.parametrize(
    "content",
    [b"<a>" * 200 + b"x" * 2_000_000 + b"</a>" * 200, b"<a>" * 200 + b"<b/>" * 100_000 + b"</a>" * 200],
    ids=["text", "elements"],
)
def test_an_extension_cannot_make_the_rules_work_without_end(content: bytes) -> None:
    assert _verdicts(_extended(content)) == ("undecided", ["passed", "passed", "undecided"])


def test_an_ordinary_extension_is_a_warning() -> None:
    report = judge(_extended(b"<a>" * 20 + b"x" * 2000 + b"</a>" * 20), EN16931)
    assert report.verdict == "valid"
    assert [one.rule for one in report.findings] == ["UBL-CR-001"]


def test_thousands_of_violations_cost_no_more_than_their_reading() -> None:
    notes = b'<cbc:Note x="1">a</cbc:Note>' * 30_000
    report = judge(re.sub(rb"<cbc:Note>.*?</cbc:Note>", notes, SOUND, count=1), EN16931)
    assert [layer.verdict for layer in report.layers] == ["passed", "failed", "skipped"]
    assert 0 < len(report.findings) <= 100


def test_many_elements_that_follow_the_schema_are_judged() -> None:
    notes = b"<cbc:Note>a</cbc:Note>" * 3_000
    assert _verdicts(re.sub(rb"<cbc:Note>.*?</cbc:Note>", notes, SOUND, count=1))[0] == "valid"


def test_few_violations_among_many_elements_have_their_places() -> None:
    notes = b"<cbc:Note>a</cbc:Note>" * 3_000 + b'<cbc:Note x="1">a</cbc:Note>'
    report = judge(re.sub(rb"<cbc:Note>.*?</cbc:Note>", notes, SOUND, count=1), EN16931)
    assert [one.location for one in report.findings] == ["/ubl:Invoice/cbc:Note[3001]"]
