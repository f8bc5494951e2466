"""The VAT of an invoice as EN 16931 tells it: one category a row, one breakdown row for each category and rate.

The standard knows value added tax (with the Canarian IGIC as category L, IPSI as M and Italian split payment as B).
Withheld taxes, excise and the Spanish surcharge have no place in it: `inexpressible` says what would be lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from jurisdictions.peppol.codelists import UNTAXED
from schemas.codes import TaxCategory, TaxKind
from schemas.document import Invoice, Line, Tax, TaxGroup
from schemas.money import ZERO

_VALUE_ADDED = frozenset({TaxKind.VAT, TaxKind.IGIC, TaxKind.IPSI})
_ISLANDS = {TaxKind.IGIC: TaxCategory.IGIC, TaxKind.IPSI: TaxCategory.IPSI}


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """A VAT category with its rate (BT-151 and BT-152); no rate where the category has none (O)."""

    category: TaxCategory
    percent: Decimal | None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the VAT breakdown (BG-23)."""

    rate: Rate
    base: Decimal
    amount: Decimal
    code: str | None
    reason: str | None


def rate(tax: Tax | TaxGroup) -> Rate:
    """Category and rate of a tax: 0 where a category other than O states none."""
    category = tax.category
    if category is TaxCategory.STANDARD:
        category = _ISLANDS.get(tax.tax, category)
    if category is TaxCategory.OUTSIDE_SCOPE:
        return Rate(category=category, percent=tax.percent or None)
    return Rate(category=category, percent=ZERO if tax.percent is None else tax.percent)


def value_added(taxes: Iterable[Tax]) -> tuple[Tax, ...]:
    """Those taxes that the standard can state."""
    return tuple(tax for tax in taxes if tax.tax in _VALUE_ADDED and not tax.withheld)


def of_line(line: Line) -> tuple[Tax, ...]:
    """A line's VAT: the standard wants exactly one (BR-CO-04, UBL-SR-48)."""
    return value_added(row.tax for row in line.taxes)


def breakdown(invoice: Invoice) -> tuple[Row, ...]:
    """The VAT breakdown: rows of one category and rate taken together, with every reason that they give."""
    rows: dict[Rate, list[TaxGroup]] = {}
    for group in invoice.tax_breakdown:
        if group.tax in _VALUE_ADDED and not group.withheld:
            rows.setdefault(rate(group), []).append(group)
    return tuple(_row(key, groups) for key, groups in rows.items())


def outside_scope(invoice: Invoice) -> bool:
    """Whether the invoice is not subject to VAT, so that no VAT number may stand in it (BR-O-02 to BR-O-04)."""
    return any(row.rate.category is TaxCategory.OUTSIDE_SCOPE for row in breakdown(invoice))


def total(rows: Iterable[Row]) -> Decimal:
    """The invoice's VAT (BT-110): the sum of the breakdown's amounts (BR-CO-14)."""
    return sum((row.amount for row in rows), ZERO)


def inexpressible(invoice: Invoice) -> tuple[TaxGroup, ...]:
    """Breakdown rows that the document would not show: excise and income tax, and rows with a surcharge."""
    return tuple(
        group
        for group in invoice.tax_breakdown
        if not group.withheld and (group.tax not in _VALUE_ADDED or group.surcharge_amount)
    )


def withheld(invoice: Invoice) -> tuple[TaxGroup, ...]:
    """Taxes that the buyer keeps back."""
    return tuple(group for group in invoice.tax_breakdown if group.withheld)


def _spelled(codes: Iterable[str | None]) -> list[str]:
    """The codes as they are first written, each once: capital and small letters are the same (BR-CL-22)."""
    first: dict[str, str] = {}
    for code in codes:
        if code:
            first.setdefault(code.upper(), code)
    return list(first.values())


def _row(key: Rate, groups: list[TaxGroup]) -> Row:
    codes = _spelled(group.exemption_code for group in groups)
    reasons = dict.fromkeys(group.exemption_reason for group in groups if group.exemption_reason)
    code = codes[0] if len(codes) == 1 else None
    return Row(
        rate=key,
        base=sum((group.base for group in groups), ZERO),
        amount=sum((group.amount for group in groups), ZERO),
        code=code or (UNTAXED.get(key.category) if not codes and not reasons else None),
        reason="; ".join((*reasons, *(codes if len(codes) > 1 else ()))) or None,
    )
