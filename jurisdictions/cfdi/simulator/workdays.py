"""Working days of the Mexican treasury: art. 12 of the Código Fiscal de la Federación.

Saturdays, Sundays and these days do not count: 1 January; the first Monday of February; the third Monday of March;
1 and 5 May; 16 September; the third Monday of November; the day on which the executive power changes hands, every six
years (1 October since 2024); 25 December. The general holidays of the authority, which change by the year, are not
known here.
"""

from __future__ import annotations

from datetime import date, timedelta

_FIXED = frozenset({(1, 1), (5, 1), (5, 5), (9, 16), (12, 25)})
_MONDAYS = frozenset({(2, 1), (3, 3), (11, 3)})
_HANDOVER, _YEARS = 2024, 6
_MONDAY, _SATURDAY = 0, 5


def is_working_day(day: date) -> bool:
    """Whether the day counts."""
    if day.weekday() >= _SATURDAY or (day.month, day.day) in _FIXED:
        return False
    if day.weekday() == _MONDAY and (day.month, (day.day + 6) // 7) in _MONDAYS:
        return False
    handover = day.year >= _HANDOVER and (day.year - _HANDOVER) % _YEARS == 0
    return not (handover and (day.month, day.day) == (10, 1))


def after(day: date, many: int) -> date:
    """The last of so many working days that follow the day."""
    while many > 0:
        day += timedelta(days=1)
        many -= is_working_day(day)
    return day
