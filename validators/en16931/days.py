"""`xs:date` as XPath compares it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from validators.en16931.rulebook import CannotJudge
from validators.en16931.tree import WHITESPACE, Node
from validators.en16931.values import only

_DATE = re.compile(r"(-?(?:[1-9]\d{3,}|0\d{3}))-(\d\d)-(\d\d)(Z|[+-]\d\d:\d\d)?", re.ASCII)
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAY = 24 * 60
_MOST = 14 * 60


def day(nodes: Sequence[Node]) -> int | None:
    """`xs:date()` of zero or one element, as the minute in which the day begins: dates compare as these do.

    A date without a zone is taken for UTC, the zone that the reference processor was given.
    """
    node = only(nodes)
    if node is None:
        return None
    minute = minutes(node.text)
    if minute is None:
        raise CannotJudge(f"{node.location} is no date: {node.text[:40]!r}")
    return minute


@lru_cache(maxsize=1024)
def minutes(value: str) -> int | None:
    """`xs:date()` of a string as minutes on a line, None where it is no date; without a time zone it is UTC."""
    found = _DATE.fullmatch(value.strip(WHITESPACE))
    return _minute(int(found[1]), int(found[2]), int(found[3]), found[4] or "Z") if found else None


def _minute(year: int, month: int, day_: int, zone: str) -> int | None:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not 1 <= month <= 12 or not 1 <= day_ <= _LENGTHS[month - 1] + (leap and month == 2):
        return None
    offset = 0
    if zone != "Z":
        hours, rest = int(zone[1:3]), int(zone[4:])
        offset = hours * 60 + rest
        if rest > 59 or offset > _MOST:
            return None
        offset = -offset if zone[0] == "-" else offset
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400
    days += sum(_LENGTHS[: month - 1]) + (leap and month > 2) + day_
    return days * _DAY - offset
