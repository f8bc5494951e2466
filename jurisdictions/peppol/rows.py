"""The UBL blocks that carry amounts: allowances and charges, VAT and totals (BG-14, BG-20 to BG-23, BG-26 to BG-28)."""

from __future__ import annotations

from decimal import Decimal

from jurisdictions.kit.xml import Markup, element, optional
from jurisdictions.peppol import taxes
from jurisdictions.peppol.trading_parties import text
from schemas.document import Allowance, Invoice, Period
from schemas.money import plain, round_half_up, scale_of


def amount(tag: str, value: Decimal, currency: str) -> Markup:
    """An amount at the scale of its currency (half up; amounts come here already rounded)."""
    return element(tag, plain(round_half_up(value, scale_of(currency))), attrs=(("currencyID", currency),))


def period(one: Period | None, tax_point: str | None = None) -> Markup | None:
    """`cac:InvoicePeriod` (BG-14, BG-26), which also says what the tax point depends on (BT-8)."""
    start, end = (one.start, one.end) if one else (None, None)
    if start is None and end is None and tax_point is None:
        return None
    return element(
        "cac:InvoicePeriod",
        optional("cbc:StartDate", start.isoformat() if start else None),
        optional("cbc:EndDate", end.isoformat() if end else None),
        optional("cbc:DescriptionCode", tax_point),
    )


def allowances(invoice: Invoice) -> str:
    """Document level allowances and charges, each with its VAT category (BG-20, BG-21)."""
    currency = invoice.currency
    reduced = [allowance(one, currency, charge=False, document=True) for one in invoice.allowances]
    added = [allowance(one, currency, charge=True, document=True) for one in invoice.charges]
    return Markup("".join(reduced + added))


def tax_totals(invoice: Invoice, tax_currency: str | None, in_tax_currency: Decimal | None) -> Markup:
    """`cac:TaxTotal` with the breakdown (BG-23), and the same tax in the accounting currency (BT-111)."""
    rows = taxes.breakdown(invoice)
    first = element(
        "cac:TaxTotal",
        amount("cbc:TaxAmount", taxes.total(rows), invoice.currency),
        *(_subtotal(row, invoice.currency) for row in rows),
    )
    if tax_currency is None or in_tax_currency is None:
        return first
    return Markup(first + element("cac:TaxTotal", amount("cbc:TaxAmount", in_tax_currency, tax_currency)))


def monetary_total(invoice: Invoice) -> Markup:
    """`cac:LegalMonetaryTotal` (BG-22). What is due is reckoned by BR-CO-16, which knows no withheld taxes."""
    totals, currency = invoice.totals, invoice.currency
    gross = totals.net + taxes.total(taxes.breakdown(invoice))
    return element(
        "cac:LegalMonetaryTotal",
        amount("cbc:LineExtensionAmount", totals.lines, currency),
        amount("cbc:TaxExclusiveAmount", totals.net, currency),
        amount("cbc:TaxInclusiveAmount", gross, currency),
        amount("cbc:AllowanceTotalAmount", totals.allowances, currency) if invoice.allowances else None,
        amount("cbc:ChargeTotalAmount", totals.charges, currency) if invoice.charges else None,
        amount("cbc:PrepaidAmount", totals.prepaid, currency) if totals.prepaid else None,
        amount("cbc:PayableRoundingAmount", totals.rounding, currency) if totals.rounding else None,
        amount("cbc:PayableAmount", gross - totals.prepaid + totals.rounding, currency),
    )


def allowance(one: Allowance, currency: str, *, charge: bool, document: bool = False) -> Markup:
    """`cac:AllowanceCharge` of a line, or of the document with its VAT category. A percentage needs its base (R041)."""
    percent = one.percent if one.base is not None else None
    found = taxes.value_added(one.taxes) if document else ()
    return element(
        "cac:AllowanceCharge",
        element("cbc:ChargeIndicator", "true" if charge else "false"),
        optional("cbc:AllowanceChargeReasonCode", text(one.reason_code)),
        optional("cbc:AllowanceChargeReason", text(one.reason)),
        optional("cbc:MultiplierFactorNumeric", None if percent is None else plain(percent)),
        amount("cbc:Amount", one.amount, currency),
        amount("cbc:BaseAmount", one.base, currency) if one.base is not None else None,
        category("cac:TaxCategory", taxes.rate(found[0])) if found else None,
    )


def _subtotal(row: taxes.Row, currency: str) -> Markup:
    return element(
        "cac:TaxSubtotal",
        amount("cbc:TaxableAmount", row.base, currency),
        amount("cbc:TaxAmount", row.amount, currency),
        category("cac:TaxCategory", row.rate, code=row.code, reason=text(row.reason)),
    )


def category(tag: str, rate: taxes.Rate, code: str | None = None, reason: str | None = None) -> Markup:
    """A VAT category with its rate; in the breakdown also why no tax is due (BT-120, BT-121)."""
    return element(
        tag,
        element("cbc:ID", rate.category.value),
        optional("cbc:Percent", None if rate.percent is None else plain(rate.percent)),
        optional("cbc:TaxExemptionReasonCode", code),
        optional("cbc:TaxExemptionReason", reason),
        element("cac:TaxScheme", element("cbc:ID", "VAT")),
    )
