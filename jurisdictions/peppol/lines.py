"""The UBL block of a line: its quantity and net, its item and its price (BG-25 to BG-32)."""

from __future__ import annotations

from decimal import Decimal

from jurisdictions.kit.xml import Markup, element, optional
from jurisdictions.peppol import taxes
from jurisdictions.peppol.codelists import INVOICED_OBJECT
from jurisdictions.peppol.references import coded
from jurisdictions.peppol.rows import allowance, amount, category, period
from jurisdictions.peppol.trading_parties import scheme, text
from schemas.document import Line, Price
from schemas.item import Attribute, Classification
from schemas.money import ZERO, plain
from schemas.party import Identifier


def line(one: Line, currency: str, *, credit: bool) -> Markup:
    """`cac:InvoiceLine` or `cac:CreditNoteLine` (BG-25)."""
    order_line = text(one.order_line)
    return element(
        "cac:CreditNoteLine" if credit else "cac:InvoiceLine",
        element("cbc:ID", one.id),
        optional("cbc:Note", text(one.note)),
        element(
            "cbc:CreditedQuantity" if credit else "cbc:InvoicedQuantity",
            plain(one.quantity),
            attrs=(("unitCode", one.unit),),
        ),
        amount("cbc:LineExtensionAmount", one.net, currency),
        optional("cbc:AccountingCost", text(one.accounting_reference)),
        period(one.period),
        element("cac:OrderLineReference", element("cbc:LineID", order_line)) if order_line else None,
        coded("cac:DocumentReference", one.invoiced_object, INVOICED_OBJECT),
        *(allowance(each, currency, charge=False) for each in one.allowances),
        *(allowance(each, currency, charge=True) for each in one.charges),
        _item(one),
        _price(one, currency),
    )


def _item(one: Line) -> Markup:
    name = text(one.name)
    description = text(one.description)
    found = taxes.of_line(one)
    return element(
        "cac:Item",
        optional("cbc:Description", description if name else None),
        optional("cbc:Name", name or description),
        _identification("cac:BuyersItemIdentification", _plain(one.buyer_id)),
        _identification("cac:SellersItemIdentification", _plain(one.seller_id)),
        _identification("cac:StandardItemIdentification", one.standard_id),
        element("cac:OriginCountry", element("cbc:IdentificationCode", one.origin_country))
        if one.origin_country
        else None,
        *(_classification(each) for each in one.classifications),
        category("cac:ClassifiedTaxCategory", taxes.rate(found[0])) if found else None,
        *(_attribute(each) for each in one.attributes),
    )


def _plain(value: str | None) -> Identifier | None:
    return Identifier(value=value) if value else None


def _identification(tag: str, one: Identifier | None) -> Markup | None:
    value = text(one.value) if one else None
    return element(tag, element("cbc:ID", value, attrs=scheme(one))) if one and value else None


def _classification(one: Classification) -> Markup:
    attributes = (("listID", one.list), ("listVersionID", text(one.version)))
    return element(
        "cac:CommodityClassification",
        element("cbc:ItemClassificationCode", one.code.strip(), attrs=attributes),
    )


def _attribute(one: Attribute) -> Markup:
    return element(
        "cac:AdditionalItemProperty",
        element("cbc:Name", one.name.strip()),
        element("cbc:Value", one.value.strip()),
    )


def _price(one: Line, currency: str) -> Markup:
    """`cac:Price` (BG-29): prices have as many decimals as it takes, and are never rounded."""
    price = one.price or Price(amount=one.unit_price)
    base = price.base_quantity
    return element(
        "cac:Price",
        _unrounded("cbc:PriceAmount", price.amount, currency),
        element("cbc:BaseQuantity", plain(base), attrs=(("unitCode", one.unit),)) if base is not None else None,
        _discount(price, currency),
    )


def _discount(price: Price, currency: str) -> Markup | None:
    """The discount that makes the list price the unit price (BT-147, BT-148)."""
    if price.discount is None and price.list_price is None:
        return None
    return element(
        "cac:AllowanceCharge",
        element("cbc:ChargeIndicator", "false"),
        _unrounded("cbc:Amount", price.discount if price.discount is not None else ZERO, currency),
        _unrounded("cbc:BaseAmount", price.list_price, currency) if price.list_price is not None else None,
    )


def _unrounded(tag: str, value: Decimal, currency: str) -> Markup:
    return element(tag, plain(value), attrs=(("currencyID", currency),))
