"""Regimes by date: who is obliged, where other invoices go, and when VERI*FACTU may be left."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurisdictions.verifactu import JURISDICTION
from jurisdictions.verifactu.obligado.regime import (
    ELSEWHERE,
    Calendar,
    Period,
    aside,
    last_day,
    obliged_since,
    regime_on,
    review,
)
from schemas.findings import Severity, is_fatal

TODAY = date(2027, 5, 3)
YEAR_END = date(2027, 12, 31)
ALWAYS = Calendar()


def calendar(*periods: Period, undated: str = "verifactu", tax_payer: str = "corporate") -> Calendar:
    return Calendar(periods=periods, undated=undated, tax_payer=tax_payer)  # type: ignore[arg-type]


def period(regime: str, first: date, last: date | None = None) -> Period:
    return Period(regime=regime, valid_from=first, valid_until=last)  # type: ignore[arg-type]


LEAVING = calendar(period("sii", date(2028, 1, 1)))
BEGINNING = calendar(period("verifactu", date(2027, 6, 1)), undated="not_yet", tax_payer="other")


def test_the_obligation_by_tax_payer() -> None:
    assert obliged_since(Calendar(tax_payer="corporate")) == date(2027, 1, 1)
    assert obliged_since(Calendar(tax_payer="other")) == date(2027, 7, 1)
    assert [one.valid_from for one in JURISDICTION.about.obligations[:2]] == [date(2027, 1, 1), date(2027, 7, 1)]


@pytest.mark.parametrize(
    ("of", "day", "expected"),
    [
        (ALWAYS, TODAY, "verifactu"),
        (LEAVING, YEAR_END, "verifactu"),
        (LEAVING, date(2028, 1, 1), "sii"),
        (BEGINNING, date(2027, 5, 31), "not_yet"),
        (BEGINNING, date(2027, 6, 1), "verifactu"),
        (calendar(period("sii", date(2025, 1, 1), date(2026, 12, 31))), date(2027, 1, 1), "verifactu"),
    ],
)
def test_the_regime_of_a_day(of: Calendar, day: date, expected: str) -> None:
    assert regime_on(of, day).regime == expected


@pytest.mark.parametrize(
    ("of", "day", "expected"),
    [
        (ALWAYS, TODAY, None),
        (LEAVING, date(2026, 12, 31), None),
        (LEAVING, date(2027, 1, 1), YEAR_END),
        (LEAVING, YEAR_END, YEAR_END),
        # What was sealed in the last minutes of the year goes out in the first of the next (4120 takes last year's).
        (LEAVING, date(2028, 1, 2), YEAR_END),
        (LEAVING, date(2029, 1, 1), None),
        (calendar(period("sii", date(2028, 1, 1), date(2028, 2, 29))), date(2028, 3, 1), None),
        (calendar(period("verifactu", date(2027, 1, 1), YEAR_END), undated="exempt"), TODAY, YEAR_END),
        (calendar(period("verifactu", date(2027, 1, 1), YEAR_END)), TODAY, None),
    ],
)
def test_the_last_day_that_a_message_says(of: Calendar, day: date, expected: date | None) -> None:
    assert last_day(of, day) == expected


@pytest.mark.parametrize("regime", ["sii", "foral", "exempt", "not_yet"])
def test_an_invoice_of_another_regime_is_told_why_and_where(regime: str) -> None:
    (found,) = aside(calendar(undated=regime), date(2026, 11, 20))
    assert found.severity is Severity.WARNING
    assert found.found == regime
    assert ELSEWHERE[regime].law in found.message  # type: ignore[index]
    assert found.fix is not None
    assert found.fix.endswith(".")


def test_under_verifactu_nothing_is_told() -> None:
    assert aside(ALWAYS, TODAY) == ()


@pytest.mark.parametrize(
    ("tax_payer", "day", "fatal"),
    [
        ("corporate", date(2026, 12, 31), False),
        ("corporate", date(2027, 1, 1), True),
        ("other", date(2027, 6, 30), False),
        ("other", date(2027, 7, 1), True),
    ],
)
def test_waiting_is_over_on_the_laws_date(tax_payer: str, day: date, fatal: bool) -> None:
    waiting = calendar(undated="not_yet", tax_payer=tax_payer)
    assert is_fatal(aside(waiting, day)) is fatal
    assert is_fatal(review(waiting, None, day)) is fatal
    assert review(waiting, None, day), "a warning before, an error after"


@pytest.mark.parametrize(
    ("of", "former", "day", "words"),
    [
        # Leaving: at the end of a year, and told in advance.
        (LEAVING, ALWAYS, TODAY, None),
        (calendar(period("sii", date(2027, 7, 1))), ALWAYS, TODAY, "end of a year"),
        (calendar(period("verifactu", date(2027, 1, 1), TODAY), undated="sii"), None, TODAY, "end of a year"),
        # Days gone by stay as they were.
        (calendar(undated="sii"), ALWAYS, TODAY, "gone by"),
        (calendar(period("sii", date(2027, 1, 1))), ALWAYS, TODAY, "gone by"),
        (ALWAYS, calendar(undated="not_yet", tax_payer="other"), TODAY, "gone by"),
        (calendar(period("verifactu", TODAY), undated="not_yet"), calendar(undated="not_yet"), TODAY, None),
        (calendar(period("sii", date(2026, 1, 1), date(2026, 3, 1))), ALWAYS, TODAY, "gone by"),
        # Periods that do not fit together.
        (calendar(period("verifactu", TODAY, TODAY - timedelta(days=1))), None, TODAY, "before it begins"),
        (calendar(period("verifactu", TODAY), period("sii", date(2028, 1, 1))), None, TODAY, "overlap"),
        (BEGINNING, None, TODAY, None),
    ],
)
def test_what_a_change_of_regime_may_say(of: Calendar, former: Calendar | None, day: date, words: str | None) -> None:
    found = review(of, former, day)
    assert is_fatal(found) is (words is not None)
    if words is not None:
        assert any(words in one.message for one in found)
    assert all(one.rule == "VERIFACTU-REGIME" for one in found)


@pytest.mark.parametrize(
    ("of", "late"),
    [
        (calendar(period("verifactu", date(2026, 1, 1), YEAR_END), undated="not_yet"), date(2028, 1, 1)),
        (
            calendar(period("verifactu", date(2026, 1, 1), YEAR_END), period("not_yet", date(2028, 1, 1))),
            date(2028, 1, 1),
        ),
        (calendar(period("not_yet", date(2026, 1, 1), date(2027, 1, 31))), date(2027, 1, 1)),
        (calendar(period("not_yet", date(2026, 1, 1), date(2026, 12, 31))), None),
        (calendar(period("not_yet", date(2026, 1, 1), date(2027, 6, 30)), tax_payer="other"), None),
        (calendar(period("not_yet", date(2026, 1, 1), date(2027, 7, 1)), tax_payer="other"), date(2027, 7, 1)),
    ],
)
def test_whoever_must_bill_so_is_told_of_the_first_day_without(of: Calendar, late: date | None) -> None:
    """Its invoices of that day would all be refused."""
    before = date(2026, 11, 20)
    found = [one.found for one in review(of, None, before) if (one.found or "").startswith("not_yet")]
    assert found == ([] if late is None else [f"not_yet on {late.isoformat()}"])
    if late is not None:
        assert not is_fatal(review(of, None, before))
        assert is_fatal(aside(of, late))
        assert is_fatal(review(of, None, late))


def test_the_end_wants_a_message_that_carries_it() -> None:
    assert review(LEAVING, LEAVING, date(2027, 11, 30)) == ()
    (found,) = review(LEAVING, LEAVING, date(2027, 12, 1))
    assert (found.severity, found.found) == (Severity.WARNING, "2027-12-31")
    assert review(LEAVING, LEAVING, date(2028, 1, 5)) == ()


days = st.dates(date(2026, 1, 1), date(2030, 12, 31))
periods = st.builds(
    Period,
    regime=st.sampled_from(["verifactu", "sii", "foral", "exempt", "not_yet"]),
    valid_from=days,
    valid_until=st.none() | days,
)


@given(st.lists(periods, max_size=4), days)
def test_any_calendar_is_judged_and_an_end_is_always_a_31_december(some: list[Period], day: date) -> None:
    of = calendar(*some)
    review(of, ALWAYS, day)
    aside(of, day)
    end = last_day(of, day)
    assert end is None or ((end.month, end.day) == (12, 31) and end.year in {day.year, day.year - 1})


def test_the_ends_of_time_are_no_trouble() -> None:
    endless = calendar(period("verifactu", date.min, date.max))
    assert review(endless, None, TODAY) == ()
