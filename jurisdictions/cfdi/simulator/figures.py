"""Arithmetic of the validation matrix: rounding to the currency, decimals as written, and the limits of an amount."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation

ZERO = Decimal(0)
_ALMOST = Decimal("0.000000000001")


def number(text: str | None) -> Decimal:
    """The number of an attribute whose form was checked already; zero where it is absent or unreadable."""
    try:
        return Decimal(text) if text else ZERO
    except InvalidOperation:
        return ZERO


def places(text: str | None) -> int:
    """How many decimals were written."""
    return len((text or "").strip().partition(".")[2])


def rounded(value: Decimal, decimals: int) -> Decimal:
    """To the currency's decimals, half up."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def within_product(amount: str, left: str, right: str, decimals: int) -> bool:
    """Whether an amount lies between the products of its factors, each off by half a unit of its last decimal."""
    low_left, high_left = _margins(left)
    low_right, high_right = _margins(right)
    return _between(number(amount), low_left * low_right, high_left * high_right, decimals)


def within_rate(amount: str, base: str, rate: str, decimals: int) -> bool:
    """Whether a tax lies between the rate of its base less, and its base plus, half a unit of the base's decimals."""
    low, high = _margins(base)
    return _between(number(amount), low * number(rate), high * number(rate), decimals)


def _margins(text: str) -> tuple[Decimal, Decimal]:
    half = Decimal(1).scaleb(-places(text)) / 2
    return number(text) - half, number(text) + half - _ALMOST


def _between(amount: Decimal, low: Decimal, high: Decimal, decimals: int) -> bool:
    unit = Decimal(1).scaleb(-decimals)
    return low.quantize(unit, ROUND_FLOOR) <= amount <= high.quantize(unit, ROUND_CEILING)
