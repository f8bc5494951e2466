"""What a document says in rows: allowances and charges, VAT, and lines (BG-20 to BG-32)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from jurisdictions.peppol.reading_fields import Form, Said, attribute, day, first, group, identifier, line, number, text
from jurisdictions.peppol.reading_tree import Node

_TAX_OF_CATEGORY = {"L": "IGIC", "M": "IPSI"}
"""The taxes of the Canary Islands, of Ceuta and Melilla have categories of their own; all others are VAT."""

Rate = tuple[str, Decimal]
Exemptions = Mapping[Rate, "tuple[Said | None, Said | None]"]


def exemptions(root: Node) -> Exemptions:
    """Why no VAT is due (BT-121, BT-120), by category and rate: the document says so in its breakdown only."""
    return {
        _rate(one): (text(one, "cbc:TaxExemptionReasonCode"), line(one, "cbc:TaxExemptionReason"))
        for one in root.all("cac:TaxTotal", "cac:TaxSubtotal", "cac:TaxCategory")
    }


def allowances(root: Node, why: Exemptions, *, charges: bool) -> list[Form]:
    """BG-20, or the charges of BG-21."""
    return [
        _allowance(one, taxes=_taxes(one.all("cac:TaxCategory"), why))
        for one in root.all("cac:AllowanceCharge")
        if _is_charge(one) is charges
    ]


def period(at: Node | None) -> Said | None:
    """BG-14, BG-26."""
    return group(at, start=day(at, "cbc:StartDate"), end=day(at, "cbc:EndDate"))


def lines(root: Node, why: Exemptions) -> list[Form]:
    """BG-25."""
    return [_line(one, why) for name in ("cac:InvoiceLine", "cac:CreditNoteLine") for one in root.all(name)]


def _line(at: Node, why: Exemptions) -> Said | None:
    item, price = first(at, "cac:Item"), first(at, "cac:Price")
    quantity = first(at, "cbc:InvoicedQuantity") or first(at, "cbc:CreditedQuantity")
    rows = at.all("cac:AllowanceCharge")
    return group(
        at,
        id=text(at, "cbc:ID"),
        note=text(at, "cbc:Note"),
        invoiced_object=identifier(first(at, "cac:DocumentReference", "cbc:ID")),
        quantity=number(quantity),
        unit=attribute(quantity, "unitCode"),
        net=number(at, "cbc:LineExtensionAmount"),
        accounting_reference=line(at, "cbc:AccountingCost"),
        order_line=line(at, "cac:OrderLineReference", "cbc:LineID"),
        period=period(first(at, "cac:InvoicePeriod")),
        allowances=[_allowance(one) for one in rows if not _is_charge(one)],
        charges=[_allowance(one) for one in rows if _is_charge(one)],
        unit_price=number(price, "cbc:PriceAmount"),
        base_quantity=number(price, "cbc:BaseQuantity"),
        price_discount=number(price, "cac:AllowanceCharge", "cbc:Amount"),
        list_price=number(price, "cac:AllowanceCharge", "cbc:BaseAmount"),
        taxes=_taxes(item.all("cac:ClassifiedTaxCategory") if item else [], why),
        **_item(item),
    )


def _item(at: Node | None) -> dict[str, Form]:
    name, description = line(at, "cbc:Name"), line(at, "cbc:Description")
    return {
        "name": name if description else None,
        "description": description or name,
        "buyer_id": line(at, "cac:BuyersItemIdentification", "cbc:ID"),
        "seller_id": line(at, "cac:SellersItemIdentification", "cbc:ID"),
        "standard_id": identifier(first(at, "cac:StandardItemIdentification", "cbc:ID")),
        "origin_country": text(at, "cac:OriginCountry", "cbc:IdentificationCode"),
        "classifications": _classifications(at),
        "attributes": [
            group(one, name=line(one, "cbc:Name"), value=line(one, "cbc:Value"))
            for one in (at.all("cac:AdditionalItemProperty") if at else [])
        ],
    }


def _classifications(item: Node | None) -> list[Form]:
    codes = item.all("cac:CommodityClassification", "cbc:ItemClassificationCode") if item else []
    return [
        group(one, code=text(one), list=attribute(one, "listID"), version=attribute(one, "listVersionID"))
        for one in codes
    ]


def _allowance(at: Node, **taxes: Form) -> Said | None:
    return group(
        at,
        amount=number(at, "cbc:Amount"),
        base=number(at, "cbc:BaseAmount"),
        percent=number(at, "cbc:MultiplierFactorNumeric"),
        reason=line(at, "cbc:AllowanceChargeReason"),
        reason_code=text(at, "cbc:AllowanceChargeReasonCode"),
        **taxes,
    )


def _is_charge(at: Node) -> bool:
    found = text(at, "cbc:ChargeIndicator")
    return found is not None and found.value in ("true", "1")


def _taxes(categories: list[Node], why: Exemptions) -> list[Form]:
    return [_tax(one, *why.get(_rate(one), (None, None))) for one in categories]


def _tax(at: Node, code: Said | None, reason: Said | None) -> Said | None:
    category = text(at, "cbc:ID")
    return group(
        at,
        tax=_TAX_OF_CATEGORY.get(str(category.value), "VAT") if category else None,
        category=category,
        percent=number(at, "cbc:Percent"),
        exemption_code=code,
        exemption_reason=reason,
    )


def _rate(category: Node) -> Rate:
    """Category and rate; no rate is one of zero here, as in the breakdown."""
    name, percent = text(category, "cbc:ID"), text(category, "cbc:Percent")
    try:
        return str(name.value) if name else "", Decimal(str(percent.value) if percent else "0")
    except InvalidOperation:
        return "", Decimal(0)
