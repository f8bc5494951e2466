"""The sentences: every rule has one of its own, in our words."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.findings import Severity
from validators.en16931 import EN16931, Broken, Difference, Unjudged, Verdict
from validators.en16931.catalogue import TEXTS, Texts

CORE = Texts(TEXTS)


def test_every_rule_has_a_text_and_no_text_is_left_over() -> None:
    assert CORE.known.keys() == EN16931.rules().keys()


def test_sentences_are_sentences() -> None:
    for rule, text in CORE.known.items():
        assert text.sentence[0].isupper(), rule
        assert text.sentence.endswith("."), rule
        assert rule not in text.sentence, rule
        assert text.fix is None or text.fix.endswith("."), rule
        assert all(term.startswith(("BT-", "BG-")) for term in text.terms), rule


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("UBL-CR-012", "The core invoice does not use the start time of the invoice period."),
        ("UBL-CR-005", "The core invoice does not use the UUID."),
        (
            "UBL-CR-652",
            "The core invoice does not use the attribute schemeID of the company ID of the party tax scheme.",
        ),
        ("UBL-CR-663", "The core invoice does not use the attribute unitCodeListID."),
    ],
)
def test_what_the_core_invoice_does_not_use_is_spelled_out(rule: str, sentence: str) -> None:
    assert CORE.of(rule).sentence == sentence


def test_fatal_findings_come_first_and_what_has_no_answer_last() -> None:
    verdict = Verdict(
        broken=(
            Broken("UBL-CR-005", Severity.WARNING, "/x", "abc" * 100),
            Broken("BR-CO-10", Severity.FATAL, "/y", "", Difference(found="1", expected="2")),
        ),
        unjudged=(Unjudged("BR-27", "/z", "the price is no number"),),
    )
    fatal, warning, unjudged = CORE.findings(verdict, "en16931")
    assert (fatal.rule, fatal.found, fatal.expected, fatal.location) == ("BR-CO-10", "1", "2", "/y")
    assert warning.found is not None
    assert len(warning.found) == 201
    assert unjudged.severity is Severity.WARNING
    assert "undecided: the price is no number." in unjudged.message


def test_a_line_of_another_form_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("BR-01\tBT-24\tonly three", encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.tsv:1"):
        _ = Texts(tmp_path).known


def test_published_rules_leave_out_what_is_shared() -> None:
    assert len(CORE.published(EN16931)) == 979
    assert CORE.published(EN16931, EN16931) == ()
