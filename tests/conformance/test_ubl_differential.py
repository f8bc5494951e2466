"""A seeded sample of the differential: over two thousand made documents, no disagreement with the official verdict.

The full run is `python -m tests.conformance.differential --documents 50000`.
"""

from __future__ import annotations

import pytest

from tests.conformance.differential import options, run
from tests.conformance.ubl.catalogue import catalogue
from tests.conformance.ubl.coverage import CANNOT_FIRE
from tests.conformance.ubl.mutations import mutants
from tests.conformance.ubl.official import RuleSetName, need_tool
from tests.official import official

pytestmark = [pytest.mark.conformance, pytest.mark.slow]
SAMPLE: tuple[tuple[RuleSetName, int], ...] = (("peppol", 1400), ("sb", 350), ("en", 300))


@pytest.mark.parametrize(("which", "documents"), SAMPLE, ids=[which for which, _ in SAMPLE])
def test_native_and_official_agree(which: RuleSetName, documents: int) -> None:
    need_tool()
    comparison, coverage = run(options(["--set", which, "--documents", str(documents), "--seed", "20261121"]))
    assert coverage.documents == documents
    assert comparison.disagreeing == 0, comparison.report()


def test_the_same_number_makes_the_same_documents() -> None:
    official("peppol")
    one, other = list(mutants("peppol", 60, 7)), list(mutants("peppol", 60, 7))
    assert one == other
    assert sum(mutant.directed for mutant in one) == 30


def test_the_list_of_rules_that_cannot_fire_stays_short() -> None:
    official("peppol")
    rules = {rule.id: rule for which in ("peppol", "sb") for rule in catalogue(which)}
    assert len(CANNOT_FIRE) < 20
    assert set(CANNOT_FIRE) <= set(rules)
