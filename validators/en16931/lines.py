"""Invoice lines: identifier, quantity, net amount, item and price (BG-25 to BG-32).

These run for every line of the document, so each looks up what it needs by hand, and no more than that.
"""

from __future__ import annotations

from validators.en16931.concerns import AMOUNTS_STAND_OUT, occurs
from validators.en16931.contexts import MODEL
from validators.en16931.rulebook import Difference
from validators.en16931.tree import Document, Node
from validators.en16931.values import collapsed, decimals, normalized, not_below_zero, text
from validators.en16931.vat_schemes import is_vat_alone

LINE = MODEL.context("cac:InvoiceLine", "cac:CreditNoteLine")


@LINE.rule("BR-21")
def has_an_identifier(line: Node, _document: Document) -> bool:
    found = line.children.get("cbc:ID", ())
    return bool(collapsed(found[0].text) if len(found) == 1 else normalized(found))


@LINE.rule("BR-22")
def has_a_quantity(line: Node, _document: Document) -> bool:
    return "cbc:InvoicedQuantity" in line.children or "cbc:CreditedQuantity" in line.children


@LINE.rule("BR-23")
def quantity_has_a_unit(line: Node, _document: Document) -> bool:
    for name in ("cbc:InvoicedQuantity", "cbc:CreditedQuantity"):
        for quantity in line.children.get(name, ()):
            if quantity.element.get("unitCode") is not None:
                return True
    return False


@LINE.rule("BR-24")
def has_a_net_amount(line: Node, _document: Document) -> bool:
    return "cbc:LineExtensionAmount" in line.children


@LINE.rule("BR-25")
def item_has_a_name(line: Node, _document: Document) -> bool:
    return bool(normalized(line.all("cac:Item", "cbc:Name")))


@LINE.rule("BR-26")
def has_a_price(line: Node, _document: Document) -> bool:
    return bool(line.all("cac:Price", "cbc:PriceAmount"))


@LINE.rule("BR-27")
def price_is_not_negative(line: Node, _document: Document) -> bool | Difference:
    prices = line.all("cac:Price", "cbc:PriceAmount")
    return _not_negative(prices)


@LINE.rule("BR-28", about=occurs("cac:AllowanceCharge"))
def gross_price_is_not_negative(line: Node, _document: Document) -> bool | Difference:
    prices = line.all("cac:Price", "cac:AllowanceCharge", "cbc:BaseAmount")
    return not prices or _not_negative(prices)


def _not_negative(prices: list[Node]) -> bool | Difference:
    for price in prices:
        if not_below_zero(price):
            return True
    return Difference(found=prices[0].text if prices else None, expected="0 or more")


@LINE.rule("BR-CO-04")
def has_a_vat_category(line: Node, _document: Document) -> bool:
    for category in line.all("cac:Item", "cac:ClassifiedTaxCategory"):
        if is_vat_alone(category) and "cbc:ID" in category.children:
            return True
    return False


@LINE.spares("BR-21", "BR-22", "BR-23", "BR-24", "BR-25", "BR-26", "BR-27", "BR-CO-04")
def has_one_of_each(line: Node, _document: Document) -> bool:
    """The usual line: every part once and filled, a price above nothing, the first category of VAT."""
    children = line.children
    names = children.get("cbc:ID", ())
    counted = children.get("cbc:InvoicedQuantity") or children.get("cbc:CreditedQuantity") or ()
    items, prices = children.get("cac:Item", ()), children.get("cac:Price", ())
    if not len(names) == len(counted) == len(items) == len(prices) == 1 or "cbc:LineExtensionAmount" not in children:
        return False
    item = items[0].children
    called, categories = item.get("cbc:Name", ()), item.get("cac:ClassifiedTaxCategory", ())
    asked = prices[0].children.get("cbc:PriceAmount", ())
    if not len(called) == len(categories) == len(asked) == 1 or "cbc:ID" not in categories[0].children:
        return False
    if not collapsed(names[0].text) or not collapsed(called[0].text) or not is_vat_alone(categories[0]):
        return False
    return counted[0].element.get("unitCode") is not None and not_below_zero(asked[0])


@LINE.rule("BR-DEC-23", about=AMOUNTS_STAND_OUT)
def net_amount_has_two_decimals(line: Node, _document: Document) -> bool | Difference:
    amount = text(line.children.get("cbc:LineExtensionAmount", ()))
    return decimals(amount) <= 2 or Difference(found=amount, expected="at most 2 decimals")


ATTRIBUTE = MODEL.context("cac:AdditionalItemProperty")


@ATTRIBUTE.rule("BR-54")
def attribute_has_name_and_value(attribute: Node, _document: Document) -> bool:
    return attribute.has("cbc:Name") and attribute.has("cbc:Value")


def _below_the_item(path: str) -> tuple[str, str]:
    return f"cac:InvoiceLine/cac:Item/{path}", f"cac:CreditNoteLine/cac:Item/{path}"


CLASSIFICATION = MODEL.context(*_below_the_item("cac:CommodityClassification/cbc:ItemClassificationCode"))


@CLASSIFICATION.rule("BR-65")
def classification_names_its_list(code: Node, _document: Document) -> bool:
    return code.attribute("listID") is not None


STANDARD_IDENTIFIER = MODEL.context(*_below_the_item("cac:StandardItemIdentification/cbc:ID"))


@STANDARD_IDENTIFIER.rule("BR-64")
def standard_identifier_names_its_scheme(identifier: Node, _document: Document) -> bool:
    return identifier.attribute("schemeID") is not None
