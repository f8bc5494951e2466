"""The lines of a draft (BG-25): prices, taxes, and what is said of the item."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from schemas.document import Line, LineTax, Price, Tax
from schemas.findings import Finding
from schemas.invoice import InvoiceInput, LineInput, TaxInput
from schemas.money import ZERO, from_minor, plain, round_half_up, scale_of
from validators.arithmetic import line_net, total
from validators.draft_header import period
from validators.draft_rules import RULES
from validators.draft_taxes import allowances_of, money, number, taxes_of
from validators.inclusive import shortest_price

ONE = Decimal(1)
NET_SLACK = Decimal("0.02")
"""How far a stated net may be from its product, in any currency (PEPPOL-EN16931-R120)."""


def line(
    draft: InvoiceInput, index: int, currency: str, default_taxes: tuple[TaxInput, ...], found: list[Finding]
) -> Line:
    """The line at that place of the draft; its net is computed with the totals."""
    one, pointer = draft.lines[index], f"/lines/{index}"
    made = _line(one, index, currency, default_taxes, found)
    if draft.prices_include_tax:
        found.extend(_per_unit(made, pointer))
    if one.net is None:
        return made
    if draft.prices_include_tax:
        found.append(RULES["GW-NET-INCLUSIVE"].at(f"{pointer}/net", found=one.net, expected="none"))
        return made
    return replace(made, stated_net=_stated_net(one.net, made, f"{pointer}/net", scale_of(currency), found))


def _per_unit(made: Line, pointer: str) -> Iterator[Finding]:
    for index, row in enumerate(made.taxes):
        if row.tax.per_unit is not None:
            yield RULES["GW-PER-UNIT-INCLUSIVE"].at(f"{pointer}/taxes/{index}/per_unit", found=plain(row.tax.per_unit))


def _stated_net(text: str, made: Line, pointer: str, scale: int, found: list[Finding]) -> Decimal | None:
    """The net as stated, where it is another one than the computed and near enough to the product before rounding."""
    stated, computed = money(text, pointer, scale, found), line_net(made, scale)
    if stated == computed:
        return None
    price = made.price or Price(amount=made.unit_price)
    item = made.quantity * price.amount / (price.base_quantity or ONE)
    if abs(stated - (item - total(made.allowances) + total(made.charges))) <= NET_SLACK:
        return stated
    found.append(RULES["GW-NET"].at(pointer, found=text, expected=plain(computed)))
    return None


def _line(one: LineInput, index: int, currency: str, default_taxes: tuple[TaxInput, ...], found: list[Finding]) -> Line:
    """The line but for the net that it states."""
    pointer, scale = f"/lines/{index}", scale_of(currency)
    quantity = number(one.quantity)
    price = _price(one, quantity, pointer, currency, found)
    item = round_half_up(quantity * price.amount / (price.base_quantity or ONE), scale)
    taxes = _taxes(one, pointer, default_taxes, found)
    return Line(
        id=one.id or str(index + 1),
        description=one.description,
        name=one.name,
        quantity=quantity,
        unit=one.unit,
        unit_price=_price_of_one(price, quantity, item, scale),
        price=price if price != Price(amount=price.amount) else None,
        net=ZERO,
        allowances=allowances_of(one.allowances, item, f"{pointer}/allowances", scale, found),
        charges=allowances_of(one.charges, item, f"{pointer}/charges", scale, found),
        taxes=tuple(LineTax(tax=tax, base=ZERO, amount=ZERO) for tax in taxes),
        note=one.note,
        invoiced_object=one.invoiced_object,
        order_line=one.order_line,
        accounting_reference=one.accounting_reference,
        seller_id=one.seller_id,
        buyer_id=one.buyer_id,
        standard_id=one.standard_id,
        classifications=one.classifications,
        origin_country=one.origin_country,
        attributes=one.attributes,
        period=period(one.period, f"{pointer}/period", found),
        extensions=one.extensions,
    )


def _price(one: LineInput, quantity: Decimal, pointer: str, currency: str, found: list[Finding]) -> Price:
    """The price with its list price and discount, of which any two make the third."""
    listed = None if one.list_price is None else number(one.list_price)
    discount = None if one.price_discount is None else number(one.price_discount)
    stated = _stated_price(one, quantity, pointer, currency, found)
    if stated is None and listed is not None:
        stated = listed - (discount or ZERO)
    if stated is None:
        expected = "unit_price, list_price or amount_minor"
        found.append(RULES["GW-PRICE-MISSING"].at(f"{pointer}/unit_price", expected=expected))
        stated = ZERO
    if listed is not None and discount is None:
        discount = listed - stated
    if listed is not None and discount is not None and stated != listed - discount:
        place, due = f"{pointer}/price_discount", plain(listed - stated)
        found.append(RULES["GW-PRICE-DISCOUNT"].at(place, found=plain(discount), expected=due))
    return Price(
        amount=stated,
        base_quantity=_base_quantity(one, pointer, found),
        list_price=listed,
        discount=discount,
    )


def _stated_price(
    one: LineInput, quantity: Decimal, pointer: str, currency: str, found: list[Finding]
) -> Decimal | None:
    if one.unit_price is not None and one.amount_minor is not None:
        stated = f"unit_price {one.unit_price}, amount_minor {one.amount_minor}"
        found.append(RULES["GW-PRICE-TWICE"].at(f"{pointer}/amount_minor", found=stated))
    if one.unit_price is not None:
        return number(one.unit_price)
    if one.amount_minor is None:
        return None
    if quantity != ONE:
        found.append(RULES["GW-MINOR-QUANTITY"].at(f"{pointer}/quantity", found=one.quantity, expected="1"))
    return from_minor(one.amount_minor, currency)


def _base_quantity(one: LineInput, pointer: str, found: list[Finding]) -> Decimal | None:
    if one.base_quantity is None:
        return None
    base = number(one.base_quantity)
    if base > 0:
        return base
    found.append(RULES["GW-BASE-QUANTITY"].at(f"{pointer}/base_quantity", found=one.base_quantity, expected="above 0"))
    return None


def _price_of_one(price: Price, quantity: Decimal, item: Decimal, scale: int) -> Decimal:
    if price.base_quantity is None or price.base_quantity == ONE:
        return price.amount
    return shortest_price(price.amount / price.base_quantity, quantity, item, scale)


def _taxes(one: LineInput, pointer: str, default_taxes: tuple[TaxInput, ...], found: list[Finding]) -> tuple[Tax, ...]:
    if one.taxes is not None:
        return taxes_of(one.taxes, f"{pointer}/taxes", found)
    if default_taxes:
        inherited: list[Finding] = []
        taxes = taxes_of(default_taxes, "", inherited)
        # The fault lies with the issuer's default, of which the caller's JSON shows nothing but the issuer.
        found.extend(RULES[fault.rule].at("/issuer", found=fault.found, expected=fault.expected) for fault in inherited)
        return taxes
    missing = "a tax with its category and percentage"
    found.append(RULES["GW-TAX-MISSING"].at(f"{pointer}/taxes", expected=missing))
    return ()
