"""Values as the Peppol rules take them, where the rules of EN 16931 have no such need: numbers that may be NaN, dates
with a time zone, an element's own text, regular expressions.

`validators.en16931.values` says what an error is: `CannotJudge`. Sources: XPath 2.0; XQuery and XPath functions and
operators 3.1, section 5.6.1 (regular expressions); XML Schema 1.1 part 2 (lexical spaces).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from math import inf, isnan, nan

from schemas.money import plain
from validators.en16931.reading import pieces_of
from validators.en16931.rulebook import CannotJudge, Predicate
from validators.en16931.tree import WHITESPACE, Document, Node
from validators.en16931.values import as_decimal, collapsed, only, text

_DOUBLE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_INFINITE = {"INF": inf, "+INF": inf, "-INF": -inf}
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DATE = re.compile(r"(-?(?:[1-9][0-9]{4,}|[0-9]{4}))-([0-9]{2})-([0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})?")
_FARTHEST = 14 * 60
_LAST_MINUTE = 59
_CYCLE = 400
_DAYS_OF_A_CYCLE = 146_097


def number(value: str | None) -> float:
    """`number()` of a string: NaN for what is no number, and for nothing at all."""
    stripped = (value or "").strip(WHITESPACE)
    if _DOUBLE.fullmatch(stripped):
        return float(stripped)
    return _INFINITE.get(stripped, nan)


def number_of(nodes: Sequence[Node]) -> float:
    """`number()` of zero or one element."""
    return number(text(nodes))


def is_number(value: str) -> bool:
    """`string(number(value)) != 'NaN'`."""
    return not isnan(number(value))


def is_integer(value: str) -> bool:
    """`value castable as xs:integer`."""
    return _INTEGER.fullmatch(value.strip(WHITESPACE)) is not None


def integer(value: str, where: Node) -> int:
    """`xs:integer()` of a string."""
    if not is_integer(value):
        raise CannotJudge(f"{where.location} has no integer where the rule wants one: {value[:40]!r}")
    return int(value)


@lru_cache(maxsize=1024)
def minutes(value: str) -> int | None:
    """`xs:date()` of a string as minutes on a line, None where it is no date; without a time zone it is UTC."""
    match = _DATE.fullmatch(value.strip(WHITESPACE))
    if match is None:
        return None
    year, month, day, zone = match.groups()
    offset = _offset(zone)
    days = _days(int(year), int(month), int(day))
    return None if days is None or offset is None else days * 24 * 60 - offset


def is_date(value: str) -> bool:
    """`value castable as xs:date`."""
    return minutes(value) is not None


def day(value: str, where: Node) -> int:
    """`xs:date()` of a string, to compare with another."""
    told = minutes(value)
    if told is None:
        raise CannotJudge(f"{where.location} is no date: {value[:40]!r}")
    return told


def _days(year: int, month: int, day_of_month: int) -> int | None:
    """A day of the calendar reckoned backwards and forwards without end; there is a year 0."""
    cycles, within = divmod(year, _CYCLE)
    try:
        # Every cycle of the calendar is alike, so that the second one stands for all.
        start = date(within + _CYCLE, month, day_of_month)
    except ValueError:
        return None
    return start.toordinal() + cycles * _DAYS_OF_A_CYCLE


def _offset(zone: str | None) -> int | None:
    """Minutes east of UTC, None for an impossible zone."""
    if zone is None or zone == "Z":
        return 0
    hours, rest = int(zone[1:3]), int(zone[4:])
    total = hours * 60 + rest
    if rest > _LAST_MINUTE or total > _FARTHEST:
        return None
    return -total if zone[0] == "-" else total


def own_texts(nodes: Sequence[Node]) -> list[str]:
    """`nodes/text()`: the pieces of text directly in these elements."""
    return [piece for node in nodes for piece in pieces_of(node.element)]


def own_text(nodes: Sequence[Node]) -> str | None:
    """The one piece of `nodes/text()`, None where there is none; a function takes no second one (XPTY0004)."""
    pieces = own_texts(nodes)
    if len(pieces) > 1:
        raise CannotJudge(f"{nodes[0].location} is repeated or divided where the rule can take one text only")
    return pieces[0] if pieces else None


def own_normalized(nodes: Sequence[Node]) -> str:
    """`normalize-space(nodes/text())`."""
    return collapsed(own_text(nodes))


def attributes(nodes: Sequence[Node], name: str) -> list[str]:
    """`nodes/@name`."""
    return [value for node in nodes if (value := node.attribute(name)) is not None]


def attribute(nodes: Sequence[Node], name: str) -> str:
    """`normalize-space(nodes/@name)`: of one attribute at most."""
    values = attributes(nodes, name)
    if len(values) > 1:
        raise CannotJudge(f"{nodes[0].location}/@{name} is repeated where the rule can take one only")
    return collapsed(values[0] if values else None)


def says(nodes: Sequence[Node], *values: str) -> bool:
    """`nodes = ('…', '…')`: one of the elements is exactly one of the values."""
    return any(node.text in values for node in nodes)


def is_filled(nodes: Sequence[Node]) -> bool:
    """`nodes[boolean(normalize-space(.))]`: one of the elements has text."""
    return any(collapsed(node.text) for node in nodes)


def some_filled(*path: str) -> Predicate:
    """One element at the path has text that is not only white space."""

    def holds(node: Node, _document: Document) -> bool:
        return is_filled(node.all(*path))

    return holds


def has(*names: str) -> Predicate:
    """Each of the children is there."""

    def holds(node: Node, _document: Document) -> bool:
        return all(node.has(name) for name in names)

    return holds


def never(_node: Node, _document: Document) -> bool:
    """A rule that is broken wherever its context is met (`false()`)."""
    return False


def shown(value: Decimal) -> str:
    """A reckoned number for people: without the zeros that a division leaves behind it."""
    return plain(value.normalize())


def one_decimal(nodes: Sequence[Node], otherwise: Decimal) -> Decimal:
    """`if (nodes) then xs:decimal(nodes) else otherwise`."""
    node = only(nodes)
    if node is None:
        return otherwise
    return as_decimal(node)
