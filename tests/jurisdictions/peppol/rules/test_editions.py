"""Editions by date: one, two side by side, and none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from jurisdictions.peppol.rules import BILLING, RULE_SETS, SELF_BILLING, edition_for, live_on
from validators.en16931 import RuleSet

NEXT = RuleSet(
    name=BILLING.name,
    edition="9.9.9",
    valid_from=date(2026, 11, 23),
    patterns=BILLING.patterns,
    unused=BILLING.unused,
    sweeps=BILLING.sweeps,
)
ENDING = replace(BILLING, valid_until=date(2027, 2, 14))
BOTH = (ENDING, NEXT, SELF_BILLING)


def test_one_edition_is_known() -> None:
    assert (BILLING.name, BILLING.edition) == ("peppol-bis-billing", "3.0.21")
    assert edition_for(date(2026, 8, 17)) is BILLING
    assert edition_for(date(2026, 8, 17), SELF_BILLING.name) is SELF_BILLING
    assert set(RULE_SETS) == {BILLING, SELF_BILLING}


def test_a_day_before_all_editions_takes_the_first() -> None:
    assert edition_for(date(2025, 1, 1)) is BILLING
    assert live_on(date(2025, 1, 1)) == ()


@pytest.mark.parametrize(
    ("day", "live"),
    [
        (date(2026, 11, 22), [ENDING]),
        (date(2026, 11, 23), [NEXT, ENDING]),
        (date(2027, 2, 14), [NEXT, ENDING]),
        (date(2027, 2, 15), [NEXT]),
    ],
)
def test_two_editions_are_live_while_one_replaces_the_other(day: date, live: list[RuleSet]) -> None:
    assert list(live_on(day, among=BOTH)) == live
    assert edition_for(day, among=BOTH) is live[0]


def test_the_last_edition_may_end() -> None:
    with pytest.raises(LookupError, match="2027-02-15"):
        edition_for(date(2027, 2, 15), among=(ENDING,))
    with pytest.raises(LookupError, match="another"):
        edition_for(date(2027, 2, 15), "another")
