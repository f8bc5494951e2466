"""The sums of an invoice: lines, tax breakdown and totals, under the rounding that a route asks for.

Amounts are `Decimal` in the invoice's currency; every rounding is half up. The order of the sums is that of
EN 16931-1 (BR-CO-10 to BR-CO-17), so that the printed rows always add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Context, Decimal, localcontext
from typing import Literal

import msgspec
from msgspec.structs import replace

from schemas.document import Allowance, Invoice, Line, LineTax, Tax, TaxGroup, Totals
from schemas.findings import Finding
from schemas.money import HUNDRED, ZERO, plain, round_half_up, scale_of
from validators.draft_rules import RULES

EXACT = Context(prec=100)
"""Products of the longest quantity, price and percentage fit in 60 digits; Python's own 28 would raise."""


class RoundingPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How taxes are rounded; `jurisdictions.contract.Rounding` has the same two fields.

    `tax_per` group: tax = round(sum of bases * rate). line: each row's tax is rounded to the currency and the group is
    their sum. `line_tax_scale`, where given, decides alone: each row's tax is kept at that many decimals, and their sum
    is rounded to the currency.
    """

    tax_per: Literal["group", "line"] = "group"
    line_tax_scale: int | None = None


def amount_of(base: Decimal, percent: Decimal | None, scale: int) -> Decimal:
    """`percent` of `base`, rounded half up to `scale` decimals. No percentage means no amount."""
    return round_half_up(ZERO if percent is None else base * percent / HUNDRED, scale)


def item_amount(line: Line, scale: int) -> Decimal:
    """Quantity times unit price, before the line's allowances and charges."""
    return round_half_up(line.quantity * line.unit_price, scale)


def line_net(line: Line, scale: int) -> Decimal:
    """The line's net (BT-131): as stated, else its item amount less allowances and plus charges."""
    if line.stated_net is not None:
        return line.stated_net
    return round_half_up(item_amount(line, scale) - total(line.allowances) + total(line.charges), scale)


def recompute(invoice: Invoice, policy: RoundingPolicy) -> Invoice:
    """The invoice with lines' nets and taxes, breakdown and totals computed anew; twice changes nothing more.

    Quantities, prices, stated nets, the amounts of allowances and charges, what is prepaid and `totals.rounding`
    (BT-114) are taken as they stand. Where prices include tax, what the caller asks for (gross + rounding) stands
    instead, and the rounding takes up what the policy's taxes leave of it.
    """
    with localcontext(EXACT):
        scale = scale_of(invoice.currency)
        lines = tuple(_computed_line(line, policy, scale) for line in invoice.lines)
        groups = breakdown(_rows(lines, invoice.allowances, invoice.charges), policy, scale)
        totals = _totals(invoice, lines, groups, scale)
    return replace(invoice, lines=lines, tax_breakdown=groups, totals=totals)


def breakdown(rows: Iterable[tuple[Tax, Decimal]], policy: RoundingPolicy, scale: int) -> tuple[TaxGroup, ...]:
    """Rows of (tax, base) as the groups of BG-23, in the order in which each tax first appears."""
    bases: dict[Tax, list[Decimal]] = {}
    for tax, base in rows:
        bases.setdefault(tax, []).append(base)
    return tuple(
        TaxGroup(
            tax=tax.tax,
            category=tax.category,
            percent=tax.percent,
            base=round_half_up(sum(group, ZERO), scale),
            amount=_group_amount(group, tax.percent, policy, scale),
            withheld=tax.withheld,
            surcharge=tax.surcharge,
            surcharge_amount=_group_amount(group, tax.surcharge, policy, scale),
            exemption_code=tax.exemption_code,
            exemption_reason=tax.exemption_reason,
        )
        for tax, group in bases.items()
    )


def reconcile_rounding(composed: Mapping[str, Invoice]) -> Finding | None:
    """GW-ROUNDING where routes of one invoice come to different totals: which ones, and by how much.

    `composed` maps each route's name to the invoice as its rounding makes it. One invoice has one total: routes that
    disagree cannot both be served.
    """
    routes = list(composed.items())
    if len(routes) < 2:
        return None
    first, reference = routes[0]
    differing = [
        f"{name}: {field} {plain(mine)} ({plain(mine - theirs)} against {first})"
        for name, invoice in routes[1:]
        for field in ("tax", "withheld", "payable")
        if (mine := _total(invoice, field)) != (theirs := _total(reference, field))
    ]
    if not differing:
        return None
    stated = ", ".join(f"{field} {plain(_total(reference, field))}" for field in ("tax", "withheld", "payable"))
    return RULES["GW-ROUNDING"].at("/lines", found="; ".join(differing), expected=f"{first}: {stated}")


def _total(invoice: Invoice, field: Literal["tax", "withheld", "payable"] | str) -> Decimal:
    amount: Decimal = getattr(invoice.totals, field)
    return amount


def _computed_line(line: Line, policy: RoundingPolicy, scale: int) -> Line:
    net = line_net(line, scale)
    row_scale = scale if policy.line_tax_scale is None else policy.line_tax_scale
    taxes = tuple(
        LineTax(
            tax=row.tax,
            base=net,
            amount=amount_of(net, row.tax.percent, row_scale),
            surcharge_amount=amount_of(net, row.tax.surcharge, row_scale),
        )
        for row in line.taxes
    )
    return replace(line, net=net, taxes=taxes)


def total(rows: Iterable[Allowance]) -> Decimal:
    """The sum of allowances or of charges."""
    return sum((row.amount for row in rows), ZERO)


def _rows(
    lines: Iterable[Line], allowances: Iterable[Allowance], charges: Iterable[Allowance]
) -> Iterable[tuple[Tax, Decimal]]:
    yield from ((row.tax, line.net) for line in lines for row in line.taxes)
    yield from ((tax, -allowance.amount) for allowance in allowances for tax in allowance.taxes)
    yield from ((tax, charge.amount) for charge in charges for tax in charge.taxes)


def _group_amount(bases: list[Decimal], percent: Decimal | None, policy: RoundingPolicy, scale: int) -> Decimal:
    if policy.line_tax_scale is not None:
        rows = (amount_of(base, percent, policy.line_tax_scale) for base in bases)
        return round_half_up(sum(rows, ZERO), scale)
    if policy.tax_per == "line":
        return round_half_up(sum((amount_of(base, percent, scale) for base in bases), ZERO), scale)
    return amount_of(sum(bases, ZERO), percent, scale)


def _totals(invoice: Invoice, lines: tuple[Line, ...], groups: tuple[TaxGroup, ...], scale: int) -> Totals:
    stated = invoice.totals
    of_lines = sum((line.net for line in lines), ZERO)
    allowances, charges = total(invoice.allowances), total(invoice.charges)
    net = of_lines - allowances + charges
    tax = sum((group.amount + group.surcharge_amount for group in groups if not group.withheld), ZERO)
    withheld = sum((group.amount for group in groups if group.withheld), ZERO)
    gross = net + tax
    rounding = stated.gross + stated.rounding - gross if invoice.prices_include_tax else stated.rounding
    amounts = {
        "lines": of_lines,
        "allowances": allowances,
        "charges": charges,
        "net": net,
        "tax": tax,
        "gross": gross,
        "withheld": withheld,
        "prepaid": stated.prepaid,
        "rounding": rounding,
        "payable": gross - withheld - stated.prepaid + rounding,
    }
    return Totals(**{name: round_half_up(amount, scale) for name, amount in amounts.items()})
