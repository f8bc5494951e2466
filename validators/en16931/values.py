"""Values as XPath 2.0 sees them: untyped text becomes a decimal, a double, a boolean or a date, or there is no answer.

The artefacts cast text where they compare it, and a cast that fails ends the whole validation. So here: a value that
XPath could not have raises `CannotJudge`, and an empty sequence is None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_DOWN, Decimal
from functools import lru_cache
from math import nan

from validators.en16931.rulebook import CannotJudge
from validators.en16931.tree import WHITESPACE, Node

HALF = Decimal("0.5")
ZERO = Decimal(0)
ONE_HUNDRED = Decimal(100)
_DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_DOUBLE = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN", re.ASCII)
_SPACES = re.compile(f"[{WHITESPACE}]+")
_DIVISION_SCALE = 18


def only(nodes: Sequence[Node]) -> Node | None:
    """The one element of a sequence, None of an empty one; more cannot be where XPath wants one (XPTY0004)."""
    if len(nodes) > 1:
        raise CannotJudge(f"{nodes[0].location} is repeated where the rule can take one only")
    return nodes[0] if nodes else None


def text(nodes: Sequence[Node]) -> str:
    """`string()` of zero or one element."""
    if len(nodes) == 1:
        return nodes[0].text
    only(nodes)
    return ""


def normalized(nodes: Sequence[Node]) -> str:
    """`normalize-space()` of zero or one element."""
    if len(nodes) == 1:
        return collapsed(nodes[0].text)
    only(nodes)
    return ""


def collapsed(value: str | None) -> str:
    """`normalize-space()` of a string; None is an attribute that is not there."""
    if not value:
        return ""
    if value.isascii():
        return " ".join(value.split())  # the other ASCII characters that `split` takes for space are none of XML's
    return _SPACES.sub(" ", value.strip(WHITESPACE))


def decimal(nodes: Sequence[Node]) -> Decimal | None:
    """`xs:decimal()` of zero or one element."""
    if len(nodes) == 1:
        return as_decimal(nodes[0])
    only(nodes)
    return None


def as_decimal(node: Node) -> Decimal:
    """`xs:decimal()` of one element."""
    value = read_decimal(node.text)
    if value is None:
        raise CannotJudge(f"{node.location} is no decimal number: {node.text[:40]!r}")
    return value


@lru_cache(maxsize=4096)
def read_decimal(value: str) -> Decimal | None:
    """Amounts, quantities and rates repeat; reading one takes longer than finding it again."""
    value = value.strip(WHITESPACE)
    return Decimal(value) if _DECIMAL.fullmatch(value) else None


def total(nodes: Iterable[Node]) -> Decimal:
    """`sum()` of elements as decimals; nothing sums to zero."""
    return sum((as_decimal(node) for node in nodes), ZERO)


def double(node: Node) -> float:
    """`xs:double()` of one element, which is how XPath compares text with a number."""
    value = read_double(node.text)
    if value is None:
        raise CannotJudge(f"{node.location} is no number: {node.text[:40]!r}")
    return value


@lru_cache(maxsize=4096)
def read_double(value: str) -> float | None:
    """None where it is no number; NaN is one."""
    value = value.strip(WHITESPACE)
    if _DOUBLE.fullmatch(value) is None:
        return None
    return nan if value == "NaN" else float(value.replace("INF", "inf"))


def not_below_zero(node: Node) -> bool:
    """`node >= 0`: for the reference processor NaN, too, is at or above any integer literal."""
    return not double(node) < 0


SINGLE_TRUTHS = frozenset(("true", "false", "1", "0"))


def boolean(node: Node) -> bool:
    """`xs:boolean()` of one element."""
    value = node.text.strip(WHITESPACE)
    if value in ("true", "1"):
        return True
    if value in ("false", "0"):
        return False
    raise CannotJudge(f"{node.location} is neither true nor false: {value[:40]!r}")


def all_hold(*questions: Callable[[], bool]) -> bool:
    """`and`: what is false is false, in whatever order, also where another part has no answer (XPath 2.0, 2.3.4)."""
    return not _decided(questions, False)


def one_holds(*questions: Callable[[], bool]) -> bool:
    """`or`: what is true is true, in whatever order, also where another part has no answer."""
    return _decided(questions, True)


def _decided(questions: Iterable[Callable[[], bool]], answer: bool) -> bool:
    """Whether one of the questions has this answer. Raises what one raised, where none has it."""
    unanswered: CannotJudge | None = None
    for question in questions:
        try:
            if question() is answer:
                return True
        except CannotJudge as why:
            unanswered = unanswered or why
    if unanswered is not None:
        raise unanswered
    return False


def rounded(value: Decimal) -> Decimal:
    """`round()`: to the integer, a half towards positive infinity."""
    return (value + HALF).to_integral_value(ROUND_FLOOR)


def cents(value: Decimal) -> Decimal:
    """`round(value * 10 * 10) div 100`."""
    return rounded(value.scaleb(2)).scaleb(-2)


def divided(value: Decimal, by: Decimal) -> Decimal:
    """`div` of two decimals, to as many places as the reference processor keeps (18, or the longer operand's)."""
    if by == ONE_HUNDRED:
        return value.scaleb(-2)
    if not by:
        raise CannotJudge("a division by zero")
    scale = max(_DIVISION_SCALE, -int(value.as_tuple().exponent), -int(by.as_tuple().exponent))
    return (value / by).quantize(Decimal(1).scaleb(-scale), ROUND_HALF_DOWN)


def decimals(value: str) -> int:
    """`string-length(substring-after(value, '.'))`."""
    return len(value.partition(".")[2])


def is_vat(scheme_holder: Node) -> bool:
    """`[cac:TaxScheme/normalize-space(upper-case(cbc:ID)) = 'VAT']`."""
    for scheme in scheme_holder.children.get("cac:TaxScheme", ()):
        found = scheme.children.get("cbc:ID", ())
        if len(found) == 1 and found[0].text == "VAT":
            return True
        if normalized(found).upper() == "VAT":
            return True
    return False
