"""Mexico's working days, on which the days of a cancellation are counted.

Source: CFF art. 12, which leaves out Saturdays, Sundays and the days named there (5 May is one, other than in Ley
Federal del Trabajo art. 74); the change of government falls on 1 October since 2024. SAT's own holidays are published
year by year and have no rule; those that a source names are rows of `CLOSED`.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

CLOSED: frozenset[date] = frozenset(
    {date(2023, 4, 6), date(2023, 4, 7), date(2023, 11, 2), date(2026, 4, 2), date(2026, 4, 3)}
)
"""Days on which SAT rests beside those of the law, as rule 2.1.6 of the RMF of that year names them (2023 and 2026, by
secondary sources); the general vacations of other years are not taken in."""
_DAY = timedelta(days=1)
_FIXED = ((1, 1), (5, 1), (5, 5), (9, 16), (12, 25))
_FIRST_OCTOBER_GOVERNMENT = 2024


@cache
def holidays(year: int) -> frozenset[date]:
    """The days of a year on which no term runs."""
    found = {date(year, month, day) for month, day in _FIXED}
    found |= {_monday(year, 2, 1), _monday(year, 3, 3), _monday(year, 11, 3)}
    if year >= _FIRST_OCTOBER_GOVERNMENT and (year - _FIRST_OCTOBER_GOVERNMENT) % 6 == 0:
        found.add(date(year, 10, 1))
    return frozenset(found)


def is_business_day(day: date) -> bool:
    return day.weekday() < 5 and day not in holidays(day.year) and day not in CLOSED


def business_days_after(day: date, count: int) -> date:
    """The `count`-th working day after `day`, which itself does not count."""
    while count:
        day += _DAY
        count -= is_business_day(day)
    return day


def month_after(day: date) -> date:
    """The first day of the next month."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _monday(year: int, month: int, which: int) -> date:
    """The first, second, third… Monday of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(7 - first.weekday()) % 7 + 7 * (which - 1))
