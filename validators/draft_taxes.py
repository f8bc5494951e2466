"""Taxes, allowances and charges of a draft, from the caller's words to the house's values.

Whatever is wrong goes to `found`, and the value nearest to what was meant is used, so that all findings come at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from schemas.codes import TAX_ALIASES, WITHHOLDABLE, TaxCategory, TaxKind
from schemas.document import Allowance, Tax
from schemas.findings import Finding
from schemas.invoice import AllowanceInput, TaxInput
from schemas.money import ZERO, round_half_up
from validators.arithmetic import amount_of
from validators.draft_rules import RULES

RATED = frozenset({TaxCategory.STANDARD, TaxCategory.IGIC, TaxCategory.IPSI, TaxCategory.SPLIT_PAYMENT})
"""Categories whose rows have a percentage; `Z` has zero, and the others have none."""


def number(text: str) -> Decimal:
    """The decimal as written, but for minus zero."""
    value = Decimal(text)
    return value if value else abs(value)


def percentage(text: str) -> Decimal:
    """The percentage in its shortest form: `21.00` is `21`, `100` stays `100`."""
    value = number(text)
    whole = value.to_integral_value()
    return whole if value == whole else Decimal(text.rstrip("0"))


def money(text: str, pointer: str, scale: int, found: list[Finding]) -> Decimal:
    """An amount at the currency's scale. GW-AMOUNT-SCALE where it was written finer than that."""
    value = number(text)
    rounded = round_half_up(value, scale)
    if rounded != value:
        found.append(RULES["GW-AMOUNT-SCALE"].at(pointer, found=text, expected=f"at most {scale} decimals"))
    return rounded


def taxes_of(inputs: Sequence[TaxInput], pointer: str, found: list[Finding]) -> tuple[Tax, ...]:
    """The taxes of one row. A tax of an unknown name is left out; one by percentage and one per unit are two."""
    taxes = [tax for index, one in enumerate(inputs) if (tax := _tax(one, f"{pointer}/{index}", found)) is not None]
    seen: set[tuple[TaxKind, bool, bool]] = set()
    for index, tax in enumerate(taxes):
        key = (tax.tax, tax.withheld, tax.per_unit is not None)
        if key in seen:
            found.append(RULES["GW-TAX-TWICE"].at(f"{pointer}/{index}", found=tax.tax))
        seen.add(key)
    return tuple(taxes)


def shared_taxes_of(inputs: Sequence[TaxInput], pointer: str, found: list[Finding]) -> tuple[Tax, ...]:
    """The taxes of an allowance or charge on the document, which has no units: one per unit is left out."""
    taxes = taxes_of(inputs, pointer, found)
    for index, one in enumerate(inputs):
        if one.per_unit is not None:
            found.append(RULES["GW-PER-UNIT-UNDUE"].at(f"{pointer}/{index}/per_unit", found=one.per_unit))
    return tuple(tax for tax in taxes if tax.per_unit is None)


def _tax(one: TaxInput, pointer: str, found: list[Finding]) -> Tax | None:
    kind = TAX_ALIASES.get(one.tax)
    if kind is None:
        names = ", ".join(TAX_ALIASES)
        found.append(RULES["GW-TAX-UNKNOWN"].at(f"{pointer}/tax", found=one.tax, expected=f"one of {names}"))
        return None
    if one.withheld and kind not in WITHHOLDABLE:
        found.append(RULES["GW-WITHHELD-UNDUE"].at(f"{pointer}/withheld", found=one.tax))
    if kind is TaxKind.INCOME and not one.withheld:
        found.append(RULES["GW-INCOME-NOT-WITHHELD"].at(f"{pointer}/withheld", found="false", expected="true"))
    per_unit = _per_unit(one, kind, pointer, found)
    return Tax(
        tax=kind,
        category=one.category,
        percent=None if per_unit is not None else _percent(one, pointer, found),
        per_unit=per_unit,
        units=None if per_unit is None or one.units is None else number(one.units),
        withheld=one.withheld,
        surcharge=_surcharge(one, kind, pointer, found),
        exemption_code=one.exemption_code,
        exemption_reason=one.exemption_reason,
    )


def _per_unit(one: TaxInput, kind: TaxKind, pointer: str, found: list[Finding]) -> Decimal | None:
    """Only excise duties of category S are owed by the unit, and then by no percentage."""
    if one.per_unit is None:
        if one.units is not None:
            found.append(RULES["GW-UNITS-UNDUE"].at(f"{pointer}/units", found=one.units, expected="none"))
        return None
    if kind is not TaxKind.EXCISE or one.category is not TaxCategory.STANDARD:
        told = f"{one.tax} of category {one.category}"
        found.append(RULES["GW-PER-UNIT-UNDUE"].at(f"{pointer}/per_unit", found=told, expected="EXCISE of category S"))
        return None
    if one.percent is not None:
        found.append(RULES["GW-PER-UNIT-TWICE"].at(f"{pointer}/percent", found=one.percent, expected="none"))
    return number(one.per_unit)


def _percent(one: TaxInput, pointer: str, found: list[Finding]) -> Decimal | None:
    """S, L and M have a percentage, Z has zero, the others have none (`0` is taken for none)."""
    place, category = f"{pointer}/percent", one.category
    percent = None if one.percent is None else percentage(one.percent)
    if category in RATED:
        if percent is None:
            found.append(RULES["GW-PERCENT-MISSING"].at(place, expected=f"the rate of category {category}"))
        elif not percent and category is TaxCategory.STANDARD:
            found.append(RULES["GW-PERCENT-ZERO"].at(place, found=one.percent))
        return percent
    if percent:
        found.append(RULES["GW-PERCENT-UNDUE"].at(place, found=one.percent, expected=f"none for category {category}"))
    return ZERO if category is TaxCategory.ZERO else None


def _surcharge(one: TaxInput, kind: TaxKind, pointer: str, found: list[Finding]) -> Decimal | None:
    if one.surcharge is None:
        return None
    if kind is not TaxKind.VAT or one.withheld or one.category is not TaxCategory.STANDARD:
        found.append(RULES["GW-SURCHARGE-UNDUE"].at(f"{pointer}/surcharge", found=one.surcharge))
        return None
    return percentage(one.surcharge)


def allowances_of(
    inputs: Iterable[AllowanceInput],
    base: Decimal,
    pointer: str,
    scale: int,
    found: list[Finding],
) -> tuple[Allowance, ...]:
    """A line's allowances or charges. `base` is what a percentage is taken of: the item amount."""
    rows = []
    for index, one in enumerate(inputs):
        place = f"{pointer}/{index}"
        if one.taxes:
            found.append(RULES["GW-ALLOWANCE-TAXES"].at(f"{place}/taxes", found=len(one.taxes), expected="none"))
        rows.append(allowance(one, base, place, scale, found))
    return tuple(rows)


def allowance(
    one: AllowanceInput,
    base: Decimal,
    pointer: str,
    scale: int,
    found: list[Finding],
) -> Allowance:
    """One allowance or charge, without its taxes. A stated amount goes before a percentage; neither makes zero."""
    if one.amount is not None and one.percent is not None and one.base is None:
        found.append(RULES["GW-ALLOWANCE-TWICE"].at(pointer, found=f"amount {one.amount}, percent {one.percent}"))
    if one.amount is None and one.percent is None:
        found.append(RULES["GW-ALLOWANCE-MISSING"].at(pointer, expected="amount or percent"))
    stated = None if one.base is None else money(one.base, f"{pointer}/base", scale, found)
    percent = None if one.percent is None else percentage(one.percent)
    if one.amount is None and percent is not None:
        taken_of = base if stated is None else stated
        return _row(one, amount_of(taken_of, percent, scale), taken_of, percent)
    amount = money(one.amount or "0", f"{pointer}/amount", scale, found)
    if amount < 0:
        found.append(RULES["GW-ALLOWANCE-NEGATIVE"].at(f"{pointer}/amount", found=one.amount))
    return _row(one, amount, stated, percent if stated is not None else None)


def _row(one: AllowanceInput, amount: Decimal, base: Decimal | None, percent: Decimal | None) -> Allowance:
    return Allowance(amount=amount, base=base, percent=percent, reason=one.reason, reason_code=one.reason_code)
