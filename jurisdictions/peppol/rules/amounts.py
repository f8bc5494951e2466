"""Allowances and charges of the document and of its lines, and the currency of every amount."""

from __future__ import annotations

from decimal import Decimal

from jurisdictions.peppol.rules.patterns import TRANSACTION
from jurisdictions.peppol.rules.values import never, one_decimal, own_normalized, shown
from validators.en16931.concerns import amounts as all_amounts
from validators.en16931.rulebook import CannotJudge, Concern, Difference
from validators.en16931.tree import Document, Node
from validators.en16931.values import ONE_HUNDRED, ZERO, decimal, divided

AMOUNTS = tuple(
    f"cbc:{name}"
    for name in (
        "Amount BaseAmount PriceAmount TaxableAmount LineExtensionAmount TaxExclusiveAmount TaxInclusiveAmount "
        "AllowanceTotalAmount ChargeTotalAmount PrepaidAmount PayableRoundingAmount PayableAmount"
    ).split()
)
"""Every amount but the tax amounts, which have a rule of their own for the accounting currency."""

SLACK = Decimal("0.02")
_PLACES = (
    "ubl:Invoice/cac:AllowanceCharge",
    "ubl:Invoice/cac:InvoiceLine/cac:AllowanceCharge",
    "cn:CreditNote/cac:AllowanceCharge",
    "cn:CreditNote/cac:CreditNoteLine/cac:AllowanceCharge",
)


def _lacks_base(charge: Node, _document: Document) -> bool:
    return charge.has("cbc:MultiplierFactorNumeric") and not charge.has("cbc:BaseAmount")


def _lacks_percentage(charge: Node, _document: Document) -> bool:
    return charge.has("cbc:BaseAmount") and not charge.has("cbc:MultiplierFactorNumeric")


def _has_subtotals(amount: Node, _document: Document) -> bool:
    return amount.parent is not None and amount.parent.has("cac:TaxSubtotal")


WITHOUT_BASE = TRANSACTION.context(*_PLACES, where=_lacks_base)
WITHOUT_BASE.add("PEPPOL-EN16931-R041", never)
WITHOUT_PERCENTAGE = TRANSACTION.context(*_PLACES, where=_lacks_percentage)
WITHOUT_PERCENTAGE.add("PEPPOL-EN16931-R042", never)
CHARGE = TRANSACTION.context(*_PLACES)
CURRENCY = TRANSACTION.context(*AMOUNTS)
TOTAL_CURRENCY = TRANSACTION.context("cac:TaxTotal/cbc:TaxAmount", where=_has_subtotals)
SUBTOTAL_CURRENCY = TRANSACTION.context("cac:TaxSubtotal/cbc:TaxAmount")


def within_slack(stated: Decimal, reckoned: Decimal) -> bool:
    """Two cents either way are forgiven."""
    return stated + SLACK >= reckoned >= stated - SLACK


@CHARGE.rule("PEPPOL-EN16931-R040")
def amount_is_the_percentage_of_the_base(charge: Node, _document: Document) -> bool | Difference:
    if not (charge.has("cbc:MultiplierFactorNumeric") and charge.has("cbc:BaseAmount")):
        return True
    stated = one_decimal(charge.all("cbc:Amount"), ZERO)
    base, factor = decimal(charge.all("cbc:BaseAmount")), decimal(charge.all("cbc:MultiplierFactorNumeric"))
    if base is None or factor is None:
        raise CannotJudge("a base amount and a percentage are expected here")
    reckoned = divided(base * factor, ONE_HUNDRED)
    return within_slack(stated, reckoned) or Difference(
        found=shown(stated), expected=f"{shown(base)} * {shown(factor)} / 100 = {shown(reckoned)}"
    )


@CHARGE.rule("PEPPOL-EN16931-R043")
def indicator_is_true_or_false(charge: Node, _document: Document) -> bool | Difference:
    found = own_normalized(charge.all("cbc:ChargeIndicator"))
    return found in ("true", "false") or Difference(found=found, expected="true or false")


def document_currencies(document: Document) -> frozenset[str]:
    """What the document's currency code says; one text unless it is repeated."""
    return frozenset(code.text for code in document.root.all("cbc:DocumentCurrencyCode"))


def currency_is_the_documents(amount: Node, document: Document) -> bool | Difference:
    """R051."""
    currencies = document.once(document_currencies)
    found = amount.attribute("currencyID")
    return found in currencies or Difference(found=found, expected=", ".join(sorted(currencies)))


def other_currency_than_the_documents(document: Document) -> bool:
    """An amount names another currency, as the tax in the accounting currency may."""
    return not document.once(all_amounts).currencies <= document.once(document_currencies)


for _context in (CURRENCY, TOTAL_CURRENCY, SUBTOTAL_CURRENCY):
    _context.add("PEPPOL-EN16931-R051", currency_is_the_documents, about=Concern(other_currency_than_the_documents))
