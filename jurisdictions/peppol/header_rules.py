"""Rules about the invoice as a whole: its kind, currency, references, periods, delivery and payment."""

from __future__ import annotations

from collections.abc import Iterator

from jurisdictions.contract import Issuer
from jurisdictions.peppol import taxes
from jurisdictions.peppol.codelists import CREDIT_TRANSFER, CURRENCIES, DIRECT_DEBIT, PAYMENT_MEANS
from jurisdictions.peppol.document import tax_currency
from jurisdictions.peppol.extension import Extension, settings_of
from jurisdictions.peppol.participants import country
from jurisdictions.peppol.rulebook import RULES
from jurisdictions.peppol.trading_parties import text
from schemas.codes import TaxCategory
from schemas.document import Invoice
from schemas.findings import Finding
from schemas.invoice import Kind
from schemas.money import scale_of


def header(invoice: Invoice, extension: Extension, issuer: Issuer) -> Iterator[Finding]:
    yield from _kind(invoice)
    yield from _currency(invoice, issuer)
    yield from _references(invoice)
    yield from _periods(invoice)
    yield from _intra_community(invoice, extension)
    yield from _payment(invoice, extension)


def _kind(invoice: Invoice) -> Iterator[Finding]:
    rule = RULES["PEPPOL-EN16931-P0100"]
    if invoice.kind not in (Kind.INVOICE, Kind.CREDIT_NOTE):
        yield rule.at("/kind", found=invoice.kind.value, expected="invoice, credit_note", fix="Use a credit note.")
    if invoice.self_billed:
        yield rule.at("/self_billed", found="true", expected="false")


def _currency(invoice: Invoice, issuer: Issuer) -> Iterator[Finding]:
    if invoice.currency not in CURRENCIES:
        yield RULES["BR-CL-04"].at("/currency", found=invoice.currency)
    elif scale_of(invoice.currency) > 2:
        yield RULES["UBL-DT-01"].at("/currency", found=invoice.currency)
    wanted = settings_of(issuer.settings).tax_currency
    if wanted and wanted.upper() != invoice.currency and tax_currency(invoice, issuer) is None:
        yield RULES["BR-53"].at("/exchange_rates", expected=f"{invoice.currency} to {wanted.upper()}")


def _references(invoice: Invoice) -> Iterator[Finding]:
    refers = invoice.references
    if not any(map(text, (refers.buyer_reference, refers.order, refers.sales_order))):
        yield RULES["PEPPOL-EN16931-R003"].at("/references/buyer_reference")
    for index, one in enumerate(refers.preceding):
        if not text(one.number):
            yield RULES["BR-55"].at(f"/references/preceding/{index}/number")


def _periods(invoice: Invoice) -> Iterator[Finding]:
    whole = invoice.period
    if whole and whole.start and whole.end and whole.end < whole.start:
        yield RULES["BR-29"].at("/period/end", found=whole.end, expected=f"{whole.start} or later")
    for index, line in enumerate(invoice.lines):
        at, one = f"/lines/{index}/period", line.period
        if one is None:
            continue
        if one.start and one.end and one.end < one.start:
            yield RULES["BR-30"].at(f"{at}/end", found=one.end, expected=f"{one.start} or later")
        if whole and whole.start and one.start and one.start < whole.start:
            yield RULES["PEPPOL-EN16931-R110"].at(f"{at}/start", found=one.start, expected=f"{whole.start} or later")
        if whole and whole.end and one.end and one.end > whole.end:
            yield RULES["PEPPOL-EN16931-R111"].at(f"{at}/end", found=one.end, expected=f"{whole.end} or earlier")


def _intra_community(invoice: Invoice, extension: Extension) -> Iterator[Finding]:
    if all(row.rate.category is not TaxCategory.INTRA_COMMUNITY for row in taxes.breakdown(invoice)):
        return
    period = invoice.period and (invoice.period.start or invoice.period.end)
    if not (invoice.delivery_date or invoice.operation_date or period):
        yield RULES["BR-IC-11"].at("/delivery/on")
    if not (extension.delivery_country or country(invoice.customer)):
        yield RULES["BR-IC-12"].at("/extensions/peppol/delivery_country")


def _payment(invoice: Invoice, extension: Extension) -> Iterator[Finding]:
    for index, one in enumerate(invoice.payment_means):
        at = f"/payment_means/{index}"
        if one.code not in PAYMENT_MEANS:
            yield RULES["BR-CL-16"].at(f"{at}/code", found=one.code)
        if one.code in CREDIT_TRANSFER and not text(one.account):
            yield RULES["BR-61"].at(f"{at}/account")
        if one.code in DIRECT_DEBIT and not text(extension.mandate_reference):
            yield RULES["PEPPOL-EN16931-R061"].at("/extensions/peppol/mandate_reference")
    for field, rule in (("code", "UBL-SR-47"), ("reference", "UBL-SR-44")):
        told = dict.fromkeys(text(getattr(one, field)) for one in invoice.payment_means if getattr(one, field))
        if len(told) > 1:
            yield RULES[rule].at(f"/payment_means/1/{field}", found=", ".join(map(str, told)))
