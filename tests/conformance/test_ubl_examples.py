"""Every official example, and every seed made of them, gets the official verdict natively."""

from __future__ import annotations

import pytest

from tests.conformance.ubl.comparison import differences
from tests.conformance.ubl.native import judge
from tests.conformance.ubl.official import Official, RuleSetName, Told, need_tool
from tests.conformance.ubl.seeds import examples, seeds

pytestmark = pytest.mark.conformance
SETS: tuple[RuleSetName, ...] = ("peppol", "sb", "en")


@pytest.mark.parametrize("which", SETS)
def test_the_official_rules_say_the_same_of_every_example(which: RuleSetName) -> None:
    need_tool()
    verdict = judge(which)
    documents = {name: document for source in SETS for name, document in seeds(source).items()}
    with Official(which, 2) as told:
        wrong = [
            (name, differing)
            for name, there in zip(documents, told.verdicts(documents.values()), strict=True)
            if (differing := differences(verdict(documents[name]), there))
        ]
    assert wrong == []


@pytest.mark.parametrize("which", ("sb", "en"))
def test_the_examples_published_for_a_rule_set_break_none_of_its_rules(which: RuleSetName) -> None:
    verdict = judge(which)
    assert {name for name, document in examples(which).items() if verdict(document) != Told()} == set()
