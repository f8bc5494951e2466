"""The table of the AEAT's codes: each that is judged here has a case that makes it fire, and a near miss."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

import pytest

from jurisdictions.verifactu import JURISDICTION
from jurisdictions.verifactu.rules.sentences import SENTENCES, WARNINGS
from jurisdictions.verifactu.rules.table import AUTHORITY, PARTLY, UNREACHABLE, codes, judged, published
from tests.jurisdictions.verifactu.rules import cases_chain
from tests.jurisdictions.verifactu.rules.case import Case

CASES: tuple[Case, ...] = tuple(
    case
    for path in sorted(Path(__file__).parent.glob("cases_*.py"))
    for case in getattr(importlib.import_module(f"{__package__}.{path.stem}"), "CASES", ())
)
KINDS = {case.document: case.document for case in CASES}


def told(document: bytes) -> set[str | None]:
    return {found.external_code for found in JURISDICTION.law.judge(document).findings}


def test_every_code_that_is_judged_here_has_a_case() -> None:
    here = {code for code in codes() if judged(code) == "here"}
    assert {case.code for case in CASES} | set(cases_chain.DOCUMENTS) == here


def test_the_table_names_no_code_twice_and_none_that_there_is_not() -> None:
    assert not AUTHORITY.keys() & UNREACHABLE.keys()
    assert {*AUTHORITY, *UNREACHABLE, *PARTLY} <= set(codes())
    assert all(judged(code) == "here" for code in PARTLY)
    assert set(codes()) >= WARNINGS


def test_every_code_is_published_with_its_reason() -> None:
    rows = {row.rule: row for row in published()}
    assert tuple(rows) == tuple(f"AEAT-{code}" for code in codes())
    assert len(rows) == 247
    assert all(row.why for row in rows.values() if row.judged != "here")
    assert rows["AEAT-1108"].judged == "here"


def test_every_code_tells_what_to_do_about_it() -> None:
    assert all(sentence.text.endswith(".") and sentence.fix for sentence in SENTENCES.values())


@pytest.mark.parametrize("make", KINDS, ids=lambda make: f"{make.__module__.rpartition('.')[2]}.{make.__name__}")
def test_the_documents_themselves_are_sound(make: Callable[[], bytes]) -> None:
    judgement = JURISDICTION.law.judge(make())
    assert judgement.verdict == "valid", judgement.findings
    assert judgement.findings == ()
    assert judgement.recognised


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_a_rule_fires_where_it_is_broken_and_only_there(case: Case) -> None:
    assert case.code in told(case.broken())
    assert case.code not in told(case.spared())


@pytest.mark.parametrize("code", cases_chain.DOCUMENTS)
def test_a_code_of_bytes_and_links_fires_where_it_is_broken_and_only_there(code: str) -> None:
    broken, spared = cases_chain.DOCUMENTS[code]
    assert code in told(broken)
    assert code not in told(spared)
