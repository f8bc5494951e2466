"""Rounding is half up, away from zero, and never leaves a minus zero."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.money import from_minor, plain, round_half_up


@pytest.mark.parametrize(
    ("value", "scale", "rounded"),
    [
        ("69.965", 2, "69.97"),
        ("0.005", 2, "0.01"),
        ("-0.005", 2, "-0.01"),
        ("-0.004", 2, "0.00"),
        ("2.5", 0, "3"),
        ("1.0005", 3, "1.001"),
        ("100", 2, "100.00"),
    ],
)
def test_halves_go_away_from_zero(value: str, scale: int, rounded: str) -> None:
    assert str(round_half_up(Decimal(value), scale)) == rounded


@given(st.decimals(-(10**9), 10**9, places=8), st.integers(0, 6))
def test_rounding_strays_half_a_unit_at_most_and_once_is_enough(value: Decimal, scale: int) -> None:
    rounded = round_half_up(value, scale)
    assert abs(rounded - value) * 2 <= Decimal(1).scaleb(-scale)
    assert round_half_up(rounded, scale) == rounded
    assert not str(rounded).startswith("-0.0") or rounded != 0


@pytest.mark.parametrize(("currency", "amount"), [("EUR", "49.00"), ("JPY", "4900"), ("BHD", "4.900")])
def test_minor_units(currency: str, amount: str) -> None:
    assert str(from_minor(4900, currency)) == amount


def test_no_exponent_is_ever_written() -> None:
    assert [plain(Decimal(text)) for text in ("1E+2", "1E-7", "21.00")] == ["100", "0.0000001", "21.00"]
