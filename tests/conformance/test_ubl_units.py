"""All 1,685 expectations of the official unit tests hold natively, and all else that is said of their documents."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from tests.conformance.ubl.comparison import differences
from tests.conformance.ubl.native import judge
from tests.conformance.ubl.official import Official, RuleSetName, need_tool
from tests.conformance.ubl.units import Unit, expectations
from tests.official import official

pytestmark = pytest.mark.conformance
SETS: tuple[RuleSetName, ...] = ("en", "peppol")


@cache
def stated() -> tuple[Unit, ...]:
    return tuple(expectations(official("peppol")))


def test_every_published_expectation_is_read() -> None:
    kinds = Counter((unit.rules, unit.expects) for unit in stated())
    assert len(stated()) == 1685
    assert kinds["en", "error"] == 567
    assert kinds["peppol", "warning"] == 36


@pytest.mark.parametrize("which", SETS)
def test_the_expectations_hold(which: RuleSetName) -> None:
    verdict = cache(judge(which))
    wrong = []
    for unit in stated():
        if unit.rules != which:
            continue
        told = verdict(unit.document)
        flags = {rule: flag for (flag, rule), _ in told.fired}
        if told.error is not None or flags.get(unit.rule) != unit.flag:
            wrong.append((unit.name, unit.rule, unit.expects, told.error or flags.get(unit.rule)))
    assert wrong == []


@pytest.mark.parametrize("which", SETS)
def test_the_official_rules_say_the_same_of_these_documents(which: RuleSetName) -> None:
    need_tool()
    verdict = judge(which)
    named = {unit.document: unit.name for unit in stated() if unit.rules == which}
    with Official(which, 2) as told:
        wrong = [
            (named[document], differing)
            for document, verdict_told in zip(named, told.verdicts(named), strict=True)
            if (differing := differences(verdict(document), verdict_told))
        ]
    assert wrong == []
