"""The sums of an invoice: lines, tax breakdown and totals, under the rounding that a route asks for.

Amounts are `Decimal` in the invoice's currency; every rounding is half up. The order of the sums is that of
EN 16931-1 (BR-CO-10 to BR-CO-17), so that the printed rows always add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Context, Decimal, localcontext
from typing import Literal

import msgspec
from msgspec.structs import replace

from schemas.codes import TaxKind
from schemas.document import Allowance, Invoice, Line, LineTax, Tax, TaxGroup, Totals
from schemas.findings import Finding
from schemas.money import HUNDRED, ZERO, plain, round_half_up, scale_of
from validators.draft_rules import RULES

VALUE_ADDED = frozenset({TaxKind.VAT, TaxKind.IGIC, TaxKind.IPSI})
"""Taxes on the price with its excise (Directive 2006/112/EC art. 78(a); Mexico: LIVA art. 12)."""
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


def tax_amount(tax: Tax, base: Decimal, scale: int) -> Decimal:
    """What the tax comes to on its base: a percentage of money, or money for each of so many units. Half up."""
    if tax.per_unit is not None:
        return round_half_up(base * tax.per_unit, scale)
    return amount_of(base, tax.percent, scale)


def bases(taxes: Sequence[Tax], net: Decimal, quantity: Decimal, scale: int) -> tuple[Decimal, ...]:
    """The base of each tax of one row: the units of a tax per unit, the net, and for value added tax the net with the
    excise that is charged on the row, each excise half up at `scale`."""
    own = [net if tax.per_unit is None else quantity if tax.units is None else tax.units for tax in taxes]
    rows = zip(taxes, own, strict=True)
    excise = [tax_amount(tax, base, scale) for tax, base in rows if tax.tax is TaxKind.EXCISE and not tax.withheld]
    if not excise:
        return tuple(own)
    whole = net + sum(excise, ZERO)
    return tuple(whole if tax.tax in VALUE_ADDED else base for tax, base in zip(taxes, own, strict=True))


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
        row_scale = _row_scale(policy, scale)
        rows = [(row.tax, row.base) for line in lines for row in line.taxes]
        rows += _document_rows(invoice.allowances, -1, row_scale)
        rows += _document_rows(invoice.charges, 1, row_scale)
        groups = breakdown(rows, policy, scale)
        totals = _totals(invoice, lines, groups, scale)
    return replace(invoice, lines=lines, tax_breakdown=groups, totals=totals)


def breakdown(rows: Iterable[tuple[Tax, Decimal]], policy: RoundingPolicy, scale: int) -> tuple[TaxGroup, ...]:
    """Rows of (tax, base) as the groups of BG-23, in the order in which each tax first appears. A tax per unit is a
    group of its own, whose base is its units, unrounded."""
    found: dict[Tax, list[Decimal]] = {}
    for tax, base in rows:
        found.setdefault(tax if tax.units is None else replace(tax, units=None), []).append(base)
    return tuple(
        TaxGroup(
            tax=tax.tax,
            category=tax.category,
            percent=tax.percent,
            per_unit=tax.per_unit,
            base=round_half_up(sum(group, ZERO), scale) if tax.per_unit is None else sum(group, ZERO),
            amount=_group_amount(group, tax, policy, scale),
            withheld=tax.withheld,
            surcharge=tax.surcharge,
            surcharge_amount=_group_amount(group, _surcharge(tax), policy, scale),
            exemption_code=tax.exemption_code,
            exemption_reason=tax.exemption_reason,
        )
        for tax, group in found.items()
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
    row_scale = _row_scale(policy, scale)
    owed = tuple(row.tax for row in line.taxes)
    taxes = tuple(
        LineTax(
            tax=tax,
            base=base,
            amount=tax_amount(tax, base, row_scale),
            surcharge_amount=amount_of(base, tax.surcharge, row_scale),
        )
        for tax, base in zip(owed, bases(owed, net, line.quantity, row_scale), strict=True)
    )
    return replace(line, net=net, taxes=taxes)


def _row_scale(policy: RoundingPolicy, scale: int) -> int:
    return scale if policy.line_tax_scale is None else policy.line_tax_scale


def total(rows: Iterable[Allowance]) -> Decimal:
    """The sum of allowances or of charges."""
    return sum((row.amount for row in rows), ZERO)


def _document_rows(shares: Iterable[Allowance], sign: int, scale: int) -> Iterable[tuple[Tax, Decimal]]:
    """The taxes of allowances (`sign` -1) or charges on the document, with their bases; no tax per unit among them."""
    for share in shares:
        yield from zip(share.taxes, bases(share.taxes, sign * share.amount, ZERO, scale), strict=True)


def _group_amount(rows: list[Decimal], tax: Tax, policy: RoundingPolicy, scale: int) -> Decimal:
    if policy.line_tax_scale is None and policy.tax_per == "group":
        return tax_amount(tax, sum(rows, ZERO), scale)
    row_scale = _row_scale(policy, scale)
    return round_half_up(sum((tax_amount(tax, base, row_scale) for base in rows), ZERO), scale)


def _surcharge(tax: Tax) -> Tax:
    """The surcharge of a tax as a tax by itself; without one it comes to nothing."""
    return replace(tax, percent=tax.surcharge, per_unit=None)


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
