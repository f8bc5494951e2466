"""Prices that include tax: the net amounts in them, so that these add up and the caller's price stays payable.

All rows (items, allowances, charges) that bear the same taxes are taken together: their net is
round(gross / (1 + rate)), and it is shared out among them by largest remainder. What the tax of that net leaves of
the gross becomes `totals.rounding` (BT-114) in `validators.arithmetic`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import ROUND_FLOOR, ROUND_HALF_UP, ROUND_UP, Decimal, localcontext
from itertools import count

from msgspec.structs import replace

from schemas.document import Allowance, Invoice, Line, Price, Tax
from schemas.money import HUNDRED, ZERO, round_half_up, scale_of
from validators.arithmetic import EXACT, VALUE_ADDED, item_amount

PRICE_SCALE = 10
"""Decimals of a unit price that was computed, unless a large quantity needs more to come to the same amount."""


def without_tax(invoice: Invoice) -> Invoice:
    """The invoice with net prices, allowances and charges, from one whose amounts all contain their taxes.

    `gross_price` keeps each line's price as written; `totals.gross` is what the caller asks for. Withheld taxes are
    never part of a price.
    """
    with localcontext(EXACT):
        scale = scale_of(invoice.currency)
        rows = list(_rows(invoice, scale))
        nets = iter(_nets(rows, scale))
        lines = tuple(_net_line(line, nets, scale) for line in invoice.lines)
        allowances = tuple(_net_row(row, -next(nets), row.taxes, scale) for row in invoice.allowances)
        charges = tuple(_net_row(row, next(nets), row.taxes, scale) for row in invoice.charges)
        asked = round_half_up(sum((gross for _, gross in rows), ZERO), scale)
    return replace(
        invoice,
        lines=lines,
        allowances=allowances,
        charges=charges,
        totals=replace(invoice.totals, gross=asked),
    )


def apportion(whole: Decimal, parts: list[Decimal], scale: int) -> list[Decimal]:
    """`parts` rounded to `scale` so that they add up to `whole`: each down, then up those with the largest remainder.

    `whole` is the rounded sum of `parts`. Of equal remainders the earlier goes first; an even part is never touched.
    """
    unit = Decimal(1).scaleb(-scale)
    floors = [part.quantize(unit, ROUND_FLOOR) for part in parts]
    missing = int((whole - sum(floors, ZERO)) / unit)
    by_remainder = sorted(range(len(parts)), key=lambda index: floors[index] - parts[index])
    for index in by_remainder[:missing]:
        floors[index] += unit
    return floors


def _rows(invoice: Invoice, scale: int) -> Iterator[tuple[tuple[Tax, ...], Decimal]]:
    """Every amount of the invoice, signed as it counts, with the taxes in it."""
    for line in invoice.lines:
        taxes = tuple(row.tax for row in line.taxes)
        yield taxes, item_amount(line, scale)
        yield from ((taxes, -row.amount) for row in line.allowances)
        yield from ((taxes, row.amount) for row in line.charges)
    yield from ((row.taxes, -row.amount) for row in invoice.allowances)
    yield from ((row.taxes, row.amount) for row in invoice.charges)


def _nets(rows: list[tuple[tuple[Tax, ...], Decimal]], scale: int) -> list[Decimal]:
    """The net of each row, in the rows' order."""
    sharing: dict[frozenset[Tax], list[int]] = {}
    for index, (taxes, _) in enumerate(rows):
        sharing.setdefault(frozenset(tax for tax in taxes if not tax.withheld), []).append(index)
    nets = [ZERO] * len(rows)
    for included, indexes in sharing.items():
        factor = _factor(included)
        parts = [rows[index][1] / factor for index in indexes]
        whole = round_half_up(sum((rows[index][1] for index in indexes), ZERO) / factor, scale)
        for index, net in zip(indexes, apportion(whole, parts, scale), strict=True):
            nets[index] = net
    return nets


def _factor(taxes: Iterable[Tax]) -> Decimal:
    """What one of net costs with the taxes that a price includes: the excise, and on both the value added tax with its
    surcharge."""
    excise = value_added = ZERO
    for tax in taxes:
        if not tax.withheld and tax.tax in VALUE_ADDED:
            value_added += (tax.percent or ZERO) + (tax.surcharge or ZERO)
        elif not tax.withheld:
            excise += tax.percent or ZERO
    return (1 + excise / HUNDRED) * (1 + value_added / HUNDRED)


def _net_line(line: Line, nets: Iterator[Decimal], scale: int) -> Line:
    taxes = tuple(row.tax for row in line.taxes)
    item, factor = next(nets), _factor(frozenset(taxes))
    unit_price = _net_price(line, item, factor, scale)
    return replace(
        line,
        gross_price=line.unit_price,
        unit_price=unit_price,
        price=_net_of(line.price, unit_price, factor),
        allowances=tuple(_net_row(row, -next(nets), taxes, scale) for row in line.allowances),
        charges=tuple(_net_row(row, next(nets), taxes, scale) for row in line.charges),
    )


def _net_row(row: Allowance, net: Decimal, taxes: Iterable[Tax], scale: int) -> Allowance:
    base = None if row.base is None else round_half_up(row.base / _factor(frozenset(taxes)), scale)
    return replace(row, amount=round_half_up(net, scale), base=base)


def _net_price(line: Line, item: Decimal, factor: Decimal, scale: int) -> Decimal:
    if not line.quantity:
        return round_half_up(line.unit_price / factor, PRICE_SCALE)
    return shortest_price(item / line.quantity, line.quantity, item, scale)


def shortest_price(exact: Decimal, quantity: Decimal, item: Decimal, scale: int) -> Decimal:
    """The price near `exact` that times `quantity` comes to `item`, with as few decimals from `PRICE_SCALE` up as do.

    Rounded half up; away from zero where `exact` is cut off just below the half that made `item`.
    """
    for decimals in count(PRICE_SCALE):
        unit = Decimal(1).scaleb(-decimals)
        for price in (exact.quantize(unit, ROUND_HALF_UP), exact.quantize(unit, ROUND_UP)):
            if round_half_up(quantity * price, scale) == item:
                shorter = round_half_up(price.normalize(), scale)
                return shorter if shorter == price else _without_trailing_zeros(price)
    raise AssertionError  # pragma: no cover  (count does not end)


def _net_of(price: Price | None, unit_price: Decimal, factor: Decimal) -> Price | None:
    """The same particulars of the price without tax; the discount is rounded, and the list price is their sum."""
    if price is None:
        return None
    amount = unit_price * (price.base_quantity or 1)
    discount = None if price.discount is None else round_half_up(price.discount / factor, PRICE_SCALE)
    listed = None if price.list_price is None else amount + (discount or ZERO)
    return Price(amount=amount, base_quantity=price.base_quantity, list_price=listed, discount=discount)


def _without_trailing_zeros(price: Decimal) -> Decimal:
    return Decimal(format(price, "f").rstrip("0"))
