"""Values as the Peppol rules take them, where the rules of EN 16931 have no such need: numbers that may be NaN, dates
with a time zone, an element's own text, regular expressions.

`validators.en16931.values` says what an error is: `CannotJudge`. Sources: XPath 2.0; XQuery and XPath functions and
operators 3.1, section 5.6.1 (regular expressions); XML Schema 1.1 part 2 (lexical spaces).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from math import isnan, nan

from schemas.money import plain
from validators.en16931.days import minutes
from validators.en16931.reading import pieces_of
from validators.en16931.rulebook import CannotJudge, Predicate
from validators.en16931.tree import WHITESPACE, Document, Node
from validators.en16931.values import as_decimal, collapsed, only, read_double, text

_INTEGER = re.compile(r"[+-]?[0-9]+")


def number(value: str | None) -> float:
    """`number()` of a string: NaN for what is no number, and for nothing at all."""
    told = read_double(value or "")
    return nan if told is None else told


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


def is_date(value: str) -> bool:
    """`value castable as xs:date`."""
    return minutes(value) is not None


def day(value: str, where: Node) -> int:
    """`xs:date()` of a string, to compare with another."""
    told = minutes(value)
    if told is None:
        raise CannotJudge(f"{where.location} is no date: {value[:40]!r}")
    return told


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
