"""Allowances and charges of the document and of a line (BG-20, BG-21, BG-27, BG-28)."""

from __future__ import annotations

from validators.en16931.contexts import MODEL
from validators.en16931.indicators import is_allowance, is_charge
from validators.en16931.predicates import always, exists, two_decimals
from validators.en16931.tree import Document, Node
from validators.en16931.vat_schemes import vat_categories

_amount = exists("cbc:Amount")
_reason = exists("cbc:AllowanceChargeReason", "cbc:AllowanceChargeReasonCode")
_amount_decimals = two_decimals("cbc:Amount")
_base_decimals = two_decimals("cbc:BaseAmount")


def has_a_vat_category(allowance: Node, _document: Document) -> bool:
    return any(category.has("cbc:ID") for category in vat_categories(allowance))


ALLOWANCE = MODEL.context("/cac:AllowanceCharge", where=is_allowance)
ALLOWANCE.add("BR-31", _amount)
ALLOWANCE.add("BR-32", has_a_vat_category)
ALLOWANCE.add("BR-33", _reason)
ALLOWANCE.add("BR-CO-05", always)
ALLOWANCE.add("BR-CO-21", _reason)
ALLOWANCE.add("BR-DEC-01", _amount_decimals)
ALLOWANCE.add("BR-DEC-02", _base_decimals)

CHARGE = MODEL.context("/cac:AllowanceCharge", where=is_charge)
CHARGE.add("BR-36", _amount)
CHARGE.add("BR-37", has_a_vat_category)
CHARGE.add("BR-38", _reason)
CHARGE.add("BR-CO-06", always)
CHARGE.add("BR-CO-22", _reason)
CHARGE.add("BR-DEC-05", _amount_decimals)
CHARGE.add("BR-DEC-06", _base_decimals)

_OF_A_LINE = ("cac:InvoiceLine/cac:AllowanceCharge", "cac:CreditNoteLine/cac:AllowanceCharge")

LINE_ALLOWANCE = MODEL.context(*_OF_A_LINE, where=is_allowance)
LINE_ALLOWANCE.add("BR-41", _amount)
LINE_ALLOWANCE.add("BR-42", _reason)
LINE_ALLOWANCE.add("BR-CO-07", always)
LINE_ALLOWANCE.add("BR-CO-23", _reason)
LINE_ALLOWANCE.add("BR-DEC-24", _amount_decimals)
LINE_ALLOWANCE.add("BR-DEC-25", _base_decimals)

LINE_CHARGE = MODEL.context(*_OF_A_LINE, where=is_charge)
LINE_CHARGE.add("BR-43", _amount)
LINE_CHARGE.add("BR-44", _reason)
LINE_CHARGE.add("BR-CO-08", always)
LINE_CHARGE.add("BR-CO-24", _reason)
LINE_CHARGE.add("BR-DEC-27", _amount_decimals)
LINE_CHARGE.add("BR-DEC-28", _base_decimals)
