"""Values as XPath 2.0 sees them: untyped text becomes a decimal, a double, a boolean or a date, or there is no answer.

The artefacts cast text where they compare it, and a cast that fails ends the whole validation. So here: a value that
XPath could not have raises `CannotJudge`, and an empty sequence is None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_DOWN, Decimal
from math import nan

from validators.en16931.rulebook import CannotJudge
from validators.en16931.tree import WHITESPACE, Node

HALF = Decimal("0.5")
ZERO = Decimal(0)
ONE_HUNDRED = Decimal(100)
_DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_DOUBLE = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|-?INF|NaN", re.ASCII)
_SPACES = re.compile(f"[{WHITESPACE}]+")
_DIVISION_SCALE = 18


def only(nodes: Sequence[Node]) -> Node | None:
    """The one element of a sequence, None of an empty one; more cannot be where XPath wants one (XPTY0004)."""
    if len(nodes) > 1:
        raise CannotJudge(f"{nodes[0].location} is repeated where the rule can take one only")
    return nodes[0] if nodes else None


def text(nodes: Sequence[Node]) -> str:
    """`string()` of zero or one element."""
    node = only(nodes)
    return node.text if node else ""


def normalized(nodes: Sequence[Node]) -> str:
    """`normalize-space()` of zero or one element."""
    return collapsed(text(nodes))


def collapsed(value: str | None) -> str:
    """`normalize-space()` of a string; None is an attribute that is not there."""
    if not value:
        return ""
    return _SPACES.sub(" ", value.strip(WHITESPACE)) if (" " in value or not value.isalnum()) else value


def decimal(nodes: Sequence[Node]) -> Decimal | None:
    """`xs:decimal()` of zero or one element."""
    node = only(nodes)
    return None if node is None else as_decimal(node)


def as_decimal(node: Node) -> Decimal:
    """`xs:decimal()` of one element."""
    value = node.text.strip(WHITESPACE)
    if _DECIMAL.fullmatch(value) is None:
        raise CannotJudge(f"{node.location} is no decimal number: {value[:40]!r}")
    return Decimal(value)


def total(nodes: Iterable[Node]) -> Decimal:
    """`sum()` of elements as decimals; nothing sums to zero."""
    return sum((as_decimal(node) for node in nodes), ZERO)


def double(node: Node) -> float:
    """`xs:double()` of one element, which is how XPath compares text with a number."""
    value = node.text.strip(WHITESPACE)
    if _DOUBLE.fullmatch(value) is None:
        raise CannotJudge(f"{node.location} is no number: {value[:40]!r}")
    return nan if value == "NaN" else float(value.replace("INF", "inf"))


def boolean(node: Node) -> bool:
    """`xs:boolean()` of one element."""
    value = node.text.strip(WHITESPACE)
    if value in ("true", "1"):
        return True
    if value in ("false", "0"):
        return False
    raise CannotJudge(f"{node.location} is neither true nor false: {value[:40]!r}")


def rounded(value: Decimal) -> Decimal:
    """`round()`: to the integer, a half towards positive infinity."""
    return (value + HALF).to_integral_value(ROUND_FLOOR)


def cents(value: Decimal) -> Decimal:
    """`round(value * 10 * 10) div 100`."""
    return rounded(value * ONE_HUNDRED) / ONE_HUNDRED


def divided(value: Decimal, by: Decimal) -> Decimal:
    """`div` of two decimals, to as many places as the reference processor keeps (18, or the longer operand's)."""
    if not by:
        raise CannotJudge("a division by zero")
    scale = max(_DIVISION_SCALE, -int(value.as_tuple().exponent), -int(by.as_tuple().exponent))
    return (value / by).quantize(Decimal(1).scaleb(-scale), ROUND_HALF_DOWN)


def decimals(value: str) -> int:
    """`string-length(substring-after(value, '.'))`."""
    return len(value.partition(".")[2])


def is_vat(scheme_holder: Node) -> bool:
    """`[cac:TaxScheme/normalize-space(upper-case(cbc:ID)) = 'VAT']`."""
    return any(normalized(scheme.all("cbc:ID")).upper() == "VAT" for scheme in scheme_holder.all("cac:TaxScheme"))
