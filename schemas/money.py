"""Money and quantities: decimal strings at the door, `Decimal` inside, every rounding named.

JSON numbers are refused where an amount is meant: a float has already lost what the law asks for. Source of the
currency scales: ISO 4217 (list one, 2026-01-01); only currencies that do not have two decimals are listed.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from msgspec import Meta

from schemas.codes import CURRENCY_SCALES

_DIGITS = r"^{sign}[0-9]{{1,{whole}}}(\.[0-9]{{1,{scale}}})?$(?!\n)"


def _decimal_pattern(whole: int, scale: int, *, signed: bool) -> str:
    return _DIGITS.format(sign="-?" if signed else "", whole=whole, scale=scale)


AmountText = Annotated[
    str,
    Meta(
        pattern=_decimal_pattern(15, 3, signed=True),
        description="Amount of money.",
        examples=["49.00"],
    ),
]
PriceText = Annotated[
    str,
    Meta(pattern=_decimal_pattern(12, 10, signed=False), description="Unit price.", examples=["49.00"]),
]
QuantityText = Annotated[
    str,
    Meta(pattern=_decimal_pattern(12, 6, signed=True), description="Quantity.", examples=["1"]),
]
PercentText = Annotated[
    str,
    Meta(pattern=_decimal_pattern(3, 6, signed=False), description="Percentage.", examples=["21"]),
]
RateText = Annotated[
    str,
    Meta(
        pattern=_decimal_pattern(9, 10, signed=False),
        description="Exchange rate as a decimal string.",
        examples=["1.0873"],
    ),
]

ZERO = Decimal(0)
HUNDRED = Decimal(100)
_UNITS = tuple(Decimal(1).scaleb(-scale) for scale in range(16))
"""One unit of the last of so many decimals."""


def scale_of(currency: str) -> int:
    """How many decimals the currency has (JPY 0, EUR 2, BHD 3)."""
    return CURRENCY_SCALES.get(currency, 2)


def round_half_up(value: Decimal, scale: int) -> Decimal:
    """Round to `scale` decimals, halves away from zero; minus zero becomes zero.

    Python's own `quantize` and `round` round halves to even, which tax authorities do not.
    """
    rounded = value.quantize(_UNITS[scale] if 0 <= scale < len(_UNITS) else Decimal(1).scaleb(-scale), ROUND_HALF_UP)
    return rounded if rounded else abs(rounded)


def from_minor(amount_minor: int, currency: str) -> Decimal:
    """4900 minor units of EUR are 49.00."""
    scale = scale_of(currency)
    return Decimal(amount_minor).scaleb(-scale).quantize(Decimal(1).scaleb(-scale))


def plain(value: Decimal) -> str:
    """Decimal notation without exponent, as written: `Decimal("1E+2")` becomes `100`."""
    return format(value, "f")
