"""The table of SAT's codes: each that is judged here has a case that makes it fire, and a near miss that does not."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

import pytest

from jurisdictions.cfdi import JURISDICTION
from jurisdictions.cfdi.rules.remedies import REMEDIES
from jurisdictions.cfdi.rules.sentences import SENTENCES
from jurisdictions.cfdi.rules.table import AUTHORITY, PARTLY, UNREACHABLE, codes, judged, published
from schemas.findings import is_fatal
from tests.jurisdictions.cfdi.rules.case import Case

ALL: tuple[Case, ...] = tuple(
    case
    for path in sorted(Path(__file__).parent.glob("cases*.py"))
    for case in importlib.import_module(f"{__package__}.{path.stem}").CASES
)
KINDS = {case.document: case.document for case in ALL}


def told(document: bytes) -> set[str]:
    return {found.rule for found in JURISDICTION.law.judge(document).findings}


def test_every_code_that_is_judged_here_has_a_case() -> None:
    here = {code for code in codes() if judged(code) == "here"}
    assert {case.code for case in ALL} == here


def test_the_table_names_no_code_twice_and_none_that_there_is_not() -> None:
    assert not AUTHORITY.keys() & UNREACHABLE.keys()
    assert {*AUTHORITY, *UNREACHABLE, *PARTLY} <= set(codes())
    assert all(judged(code) == "here" for code in PARTLY)


def test_every_code_is_published_with_its_reason() -> None:
    rows = {row.rule: row for row in published()}
    assert tuple(rows) == codes()
    assert all(row.why for row in rows.values() if row.judged != "here")
    assert rows["CFDI40108"].judged == "here"
    assert JURISDICTION.law.published is not None
    assert JURISDICTION.law.published() == tuple(rows.values())


def test_every_code_tells_what_to_do_about_it() -> None:
    """No remedy stands beside a sentence that has its own, and none is left without."""
    silent = {code for code, sentence in SENTENCES.items() if not sentence.fix} - {"CFDI40120", "CRP20277"}
    assert silent == set()
    assert REMEDIES.keys() <= SENTENCES.keys()
    assert all(SENTENCES[code].fix == text for code, text in REMEDIES.items())


@pytest.mark.parametrize("make", KINDS, ids=lambda make: f"{make.__module__.rpartition('.')[2]}.{make.__name__}")
def test_the_documents_themselves_are_sound(make: Callable[[], bytes]) -> None:
    judgement = JURISDICTION.law.judge(make())
    assert not is_fatal(judgement.findings), judgement.findings


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.code)
def test_a_rule_fires_where_it_is_broken_and_only_there(case: Case) -> None:
    assert case.code in told(case.broken())
    assert case.code not in told(case.spared())
