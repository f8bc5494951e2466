"""The UBL blocks that carry amounts: allowances and charges, VAT, totals and lines (BG-20 to BG-30)."""

from __future__ import annotations

from decimal import Decimal

from jurisdictions.kit.xml import Markup, element, optional
from jurisdictions.peppol import taxes
from jurisdictions.peppol.trading_parties import text
from schemas.document import Allowance, Invoice, Line, Period
from schemas.money import plain, round_half_up, scale_of


def amount(tag: str, value: Decimal, currency: str) -> Markup:
    """An amount at the scale of its currency (half up; amounts come here already rounded)."""
    return element(tag, plain(round_half_up(value, scale_of(currency))), attrs=(("currencyID", currency),))


def period(one: Period | None) -> Markup | None:
    """`cac:InvoicePeriod` (BG-14, BG-26)."""
    if one is None or (one.start is None and one.end is None):
        return None
    return element(
        "cac:InvoicePeriod",
        optional("cbc:StartDate", one.start.isoformat() if one.start else None),
        optional("cbc:EndDate", one.end.isoformat() if one.end else None),
    )


def allowances(invoice: Invoice) -> str:
    """Document level allowances and charges, each with its VAT category (BG-20, BG-21)."""
    currency = invoice.currency
    reduced = [_allowance(one, currency, charge=False, document=True) for one in invoice.allowances]
    added = [_allowance(one, currency, charge=True, document=True) for one in invoice.charges]
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


def line(one: Line, currency: str, *, credit: bool) -> Markup:
    """`cac:InvoiceLine` or `cac:CreditNoteLine` (BG-25)."""
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
        period(one.period),
        *(_allowance(each, currency, charge=False) for each in one.allowances),
        *(_allowance(each, currency, charge=True) for each in one.charges),
        _item(one),
        element("cac:Price", element("cbc:PriceAmount", plain(one.unit_price), attrs=(("currencyID", currency),))),
    )


def _item(one: Line) -> Markup:
    name = text(one.name)
    description = text(one.description)
    found = taxes.of_line(one)
    return element(
        "cac:Item",
        optional("cbc:Description", description if name else None),
        optional("cbc:Name", name or description),
        _identification("cac:BuyersItemIdentification", one.buyer_id),
        _identification("cac:SellersItemIdentification", one.seller_id),
        _category("cac:ClassifiedTaxCategory", taxes.rate(found[0])) if found else None,
    )


def _identification(tag: str, value: str | None) -> Markup | None:
    known = text(value)
    return element(tag, element("cbc:ID", known)) if known else None


def _allowance(one: Allowance, currency: str, *, charge: bool, document: bool = False) -> Markup:
    of_base = one.percent is not None and one.base is not None
    found = taxes.value_added(one.taxes) if document else ()
    return element(
        "cac:AllowanceCharge",
        element("cbc:ChargeIndicator", "true" if charge else "false"),
        optional("cbc:AllowanceChargeReasonCode", text(one.reason_code)),
        optional("cbc:AllowanceChargeReason", text(one.reason)),
        element("cbc:MultiplierFactorNumeric", plain(one.percent)) if of_base and one.percent is not None else None,
        amount("cbc:Amount", one.amount, currency),
        amount("cbc:BaseAmount", one.base, currency) if of_base and one.base is not None else None,
        _category("cac:TaxCategory", taxes.rate(found[0])) if found else None,
    )


def _subtotal(row: taxes.Row, currency: str) -> Markup:
    return element(
        "cac:TaxSubtotal",
        amount("cbc:TaxableAmount", row.base, currency),
        amount("cbc:TaxAmount", row.amount, currency),
        _category("cac:TaxCategory", row.rate, code=row.code, reason=text(row.reason)),
    )


def _category(tag: str, rate: taxes.Rate, code: str | None = None, reason: str | None = None) -> Markup:
    return element(
        tag,
        element("cbc:ID", rate.category.value),
        optional("cbc:Percent", None if rate.percent is None else plain(rate.percent)),
        optional("cbc:TaxExemptionReasonCode", code),
        optional("cbc:TaxExemptionReason", reason),
        element("cac:TaxScheme", element("cbc:ID", "VAT")),
    )
