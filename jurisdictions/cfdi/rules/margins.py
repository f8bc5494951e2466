"""SAT's margins: how far an amount may lie from the product or quotient of the numbers that it is made of.

The margins follow the decimals that a number is written with: `1` stands for anything from 0.5 to 1.5, `1.000000` for
almost nothing else. Source: Matriz de errores del CFDI 4.0 (CFDI40167, 40180, 40186, 40198) and of Pagos 2.0
(CRP20275, CRP20276), with the filling guide's formula read as half a unit of the last written decimal.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from jurisdictions.cfdi.rules.reading import EXACT
from schemas.money import ZERO

_EPSILON = Decimal("1e-12")
_EPSILON_OF_RECEIPTS = Decimal("1e-10")
_UNITS = tuple(Decimal(1).scaleb(-scale) for scale in range(31))
_HALVES = tuple(unit / 2 for unit in _UNITS)


def limits(
    left: Decimal, left_scale: int, right: Decimal, right_scale: int | None, decimals: int
) -> tuple[Decimal, Decimal]:
    """The lowest and highest product of two numbers as written (CFDI40167); `right_scale` None: exact (CFDI40180)."""
    spread_left = _HALVES[left_scale]
    spread_right = ZERO if right_scale is None else _HALVES[right_scale]
    margin = ZERO if right_scale is None else _EPSILON
    low = (left - spread_left) * (right - spread_right)
    high = (left + spread_left - _EPSILON) * (right + spread_right - margin)
    unit = _UNITS[decimals]
    return low.quantize(unit, ROUND_FLOOR), high.quantize(unit, ROUND_CEILING)


def receipt_limits(
    paid: Decimal, paid_scale: int, rate: Decimal, rate_scale: int, decimals: int
) -> tuple[Decimal, Decimal]:
    """The lowest and highest amount in the payment's currency that an ImpPagado may stand for (CRP20275, CRP20276).

    `rate` is EquivalenciaDR; where it is "1" the formula takes it with ten decimals (CRP20277), whatever is written.
    Both ends are rounded outwards to `decimals`, those of MonedaP. Raises `decimal.DivisionByZero` for a rate that
    half a unit of its last decimal brings to zero.
    """
    spread, spread_rate = _HALVES[paid_scale], _HALVES[rate_scale]
    low = EXACT.divide(paid - spread, rate + spread_rate - _EPSILON_OF_RECEIPTS)
    high = EXACT.divide(paid + spread - _EPSILON_OF_RECEIPTS, rate - spread_rate)
    unit = _UNITS[decimals]
    return low.quantize(unit, ROUND_FLOOR, EXACT), high.quantize(unit, ROUND_CEILING, EXACT)
