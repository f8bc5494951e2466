"""Lines and their prices: what a line comes to, its base quantity, the object that it refers to."""

from __future__ import annotations

from decimal import Decimal

from jurisdictions.peppol.rules.amounts import within_slack
from jurisdictions.peppol.rules.patterns import TRANSACTION
from jurisdictions.peppol.rules.values import one_decimal, says, shown
from validators.en16931.concerns import occurs
from validators.en16931.place import INVOICE
from validators.en16931.rulebook import Difference
from validators.en16931.tree import Document, Node
from validators.en16931.values import ZERO, cents, decimal, divided, normalized, read_decimal, total

ONE = Decimal(1)
INVOICED_OBJECT = "130"
"""UNCL1001: an identifier of what is invoiced (BT-128)."""

_BASE = ("cac:Price", "cbc:BaseQuantity")
_QUANTITY = {True: "cbc:InvoicedQuantity", False: "cbc:CreditedQuantity"}


def _has_unit(quantity: Node, _document: Document) -> bool:
    return quantity.attribute("unitCode") is not None


LINE = TRANSACTION.context("cac:InvoiceLine", "cac:CreditNoteLine")
PRICE_ALLOWANCE = TRANSACTION.context("cac:Price/cac:AllowanceCharge")
BASE_QUANTITY = TRANSACTION.context("cac:Price/cbc:BaseQuantity", where=_has_unit)


def _is_plainly_right(line: Node, quantity: str) -> bool:
    """The usual line: one quantity, one price of one unit, nothing allowed or charged, and the product to the cent."""
    children = line.children
    amounts, quantities, prices = (
        children.get(name, ()) for name in ("cbc:LineExtensionAmount", quantity, "cac:Price")
    )
    if len(amounts) != 1 or len(quantities) != 1 or len(prices) != 1 or "cac:AllowanceCharge" in children:
        return False
    priced = prices[0].children.get("cbc:PriceAmount", ())
    if len(priced) != 1 or "cbc:BaseQuantity" in prices[0].children:
        return False
    stated, counted, price = (read_decimal(node.text) for node in (amounts[0], quantities[0], priced[0]))
    return stated is not None and counted is not None and price is not None and stated == counted * price


@LINE.rule("PEPPOL-EN16931-R120")
def line_is_quantity_times_price(line: Node, document: Document) -> bool | Difference:
    if _is_plainly_right(line, _QUANTITY[document.name == INVOICE]):
        return True
    stated = one_decimal(line.all("cbc:LineExtensionAmount"), ZERO)
    quantity = one_decimal(line.all(_QUANTITY[document.name == INVOICE]), ONE)
    price = one_decimal(line.all("cac:Price", "cbc:PriceAmount"), ZERO)
    base = one_decimal(line.all(*_BASE), ONE) or ONE
    charges = allowances = ZERO
    reckoned = quantity * (price if base == ONE else divided(price, base))
    if line.has("cac:AllowanceCharge"):
        charges, allowances = _sum(line, "true"), _sum(line, "false")
        reckoned += charges - allowances
    if stated == reckoned or within_slack(stated, reckoned):
        return True
    told = f"{shown(quantity)} * ({shown(price)} / {shown(base)}) + {shown(charges)} - {shown(allowances)}"
    return Difference(found=shown(stated), expected=f"{told} = {shown(reckoned)}")


def _sum(line: Node, indicator: str) -> Decimal:
    """The line's charges (`true`) or allowances (`false`), to the cent."""
    counted = [
        one for one in line.all("cac:AllowanceCharge") if normalized(one.all("cbc:ChargeIndicator")) == indicator
    ]
    return cents(total(amount for one in counted for amount in one.all("cbc:Amount")))


@LINE.rule("PEPPOL-EN16931-R121", about=occurs("cbc:BaseQuantity"))
def base_quantity_is_positive(line: Node, _document: Document) -> bool | Difference:
    base = decimal(line.all(*_BASE))
    return base is None or base > 0 or Difference(found=shown(base), expected="more than 0")


@LINE.rule("PEPPOL-EN16931-R100", about=occurs("cac:DocumentReference"))
def one_invoiced_object(line: Node, _document: Document) -> bool | Difference:
    count = len(line.all("cac:DocumentReference"))
    return count <= 1 or Difference(found=f"{count} references", expected="at most 1")


@LINE.rule("PEPPOL-EN16931-R101", about=occurs("cac:DocumentReference"))
def reference_is_to_an_object(line: Node, _document: Document) -> bool | Difference:
    if not line.has("cac:DocumentReference"):
        return True
    codes = line.all("cac:DocumentReference", "cbc:DocumentTypeCode")
    return says(codes, INVOICED_OBJECT) or Difference(
        found=", ".join(code.text for code in codes) or None, expected=INVOICED_OBJECT
    )


@PRICE_ALLOWANCE.rule("PEPPOL-EN16931-R044")
def price_has_no_charge(allowance: Node, _document: Document) -> bool | Difference:
    found = normalized(allowance.all("cbc:ChargeIndicator"))
    return found == "false" or Difference(found=found, expected="false")


@PRICE_ALLOWANCE.rule("PEPPOL-EN16931-R046")
def net_price_is_gross_less_allowance(allowance: Node, _document: Document) -> bool | Difference:
    if not allowance.has("cbc:BaseAmount"):
        return True
    net = decimal(allowance.parent.all("cbc:PriceAmount")) if allowance.parent else None
    if net is None:
        return False
    gross, amount = decimal(allowance.all("cbc:BaseAmount")), decimal(allowance.all("cbc:Amount"))
    if gross is None or amount is None:
        return False
    return net == gross - amount or Difference(
        found=shown(net), expected=f"{shown(gross)} - {shown(amount)} = {shown(gross - amount)}"
    )


@BASE_QUANTITY.rule("PEPPOL-EN16931-R130")
def units_are_the_same(base: Node, document: Document) -> bool | Difference:
    line = base.parent.parent if base.parent else None
    if line is None or not any(line.has(name) for name in _QUANTITY.values()):
        return True
    units = [quantity.attribute("unitCode") for quantity in line.all(_QUANTITY[document.name == INVOICE])]
    found = base.attribute("unitCode")
    return found in units or Difference(found=found, expected=", ".join(unit for unit in units if unit) or None)
