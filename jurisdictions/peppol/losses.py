"""What an invoice says that its document could not: found before the document is written, because nobody who judges the
document could see it any more.

Everything else is left to the rules, which judge the document itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from jurisdictions.contract import Issuer
from jurisdictions.peppol import taxes
from jurisdictions.peppol.document import tax_currency
from jurisdictions.peppol.document_types import GERMAN_ONLY, between_germans, is_credit, type_code
from jurisdictions.peppol.extension import Extension, settings_of
from jurisdictions.peppol.source import SOURCE
from jurisdictions.peppol.trading_parties import text
from schemas.document import Invoice
from schemas.findings import Finding, Severity
from schemas.invoice import Kind
from schemas.money import ZERO, plain
from validators.rule import Catalogue, Rule

_WARNING = Severity.WARNING

RULES: Catalogue[Invoice] = Catalogue(
    (
        Rule(
            id="PEPPOL-GW-CORRECTIVE",
            sentence="Only German parties exchange corrective (384) and partial (326) invoices, and none self-billed.",
            source=SOURCE,
            term="BT-3",
            law="Peppol BIS Billing 3.0, PEPPOL-EN16931-P0112",
            fix="Issue a credit note that names the earlier invoice, and a new invoice for what is due.",
        ),
        Rule(
            id="PEPPOL-GW-KIND",
            sentence="BIS Billing has no receipts of payment.",
            source=SOURCE,
            term="BT-3",
            fix="Record the payment; its receipt goes only where the law wants one.",
        ),
        Rule(
            id="PEPPOL-GW-WITHHELD",
            sentence="EN 16931 cannot state withheld taxes: the document would ask for more than is to be paid.",
            source=SOURCE,
            term="BT-115",
            fix='Leave it out, or accept a sentence in the payment terms: extensions.peppol.withheld = "note".',
        ),
        Rule(
            id="PEPPOL-GW-WITHHELD-NOTE",
            sentence="What is withheld stands in the payment terms only; the amount due is shown before withholding.",
            severity=_WARNING,
            source=SOURCE,
            term="BT-20, BT-115",
        ),
        Rule(
            id="PEPPOL-GW-TAXES",
            sentence="EN 16931 states value added tax only: no excise, no surcharge.",
            source=SOURCE,
            term="BG-23",
        ),
        Rule(
            id="PEPPOL-GW-ONE-TAX",
            sentence="A line, or an allowance or charge on the document, has one VAT category and rate.",
            source=SOURCE,
            term="BT-151, BT-95, BT-102",
            law="EN 16931 UBL-SR-48, BR-32, BR-37",
            fix="Write one line, allowance or charge for each rate.",
        ),
        Rule(
            id="PEPPOL-GW-TAX-CURRENCY",
            sentence="Tax in the accounting currency needs its amount, or an exchange rate to that currency.",
            source=SOURCE,
            term="BT-111",
            law="EN 16931 BR-53",
            fix="Give exchange_rates from the invoice's currency, or tax_in_tax_currency.",
        ),
        Rule(
            id="PEPPOL-GW-CREDITOR",
            sentence="A document names one creditor identifier for direct debit.",
            source=SOURCE,
            term="BT-90",
            law="EN 16931 UBL-SR-29",
        ),
        Rule(
            id="PEPPOL-GW-DUE-DATE",
            sentence="A credit note states its due date with the means of payment, and has none.",
            severity=_WARNING,
            source=SOURCE,
            term="BT-9",
            fix="Give payment_means, or leave the due date out.",
        ),
    )
)


def losses(invoice: Invoice, extension: Extension, issuer: Issuer) -> Iterator[Finding]:
    """Everything that would be lost, with the pointer to it."""
    yield from _kind(invoice)
    yield from _taxes(invoice, extension)
    yield from _one_tax(invoice)
    yield from _tax_currency(invoice, issuer)
    yield from _payment(invoice)


def _kind(invoice: Invoice) -> Iterator[Finding]:
    if invoice.kind is Kind.RECEIPT:
        yield RULES["PEPPOL-GW-KIND"].at("/kind", found=invoice.kind.value)
        return
    code = type_code(invoice)
    corrective = invoice.kind is Kind.CORRECTIVE
    if not corrective and code not in GERMAN_ONLY:
        return
    if not between_germans(invoice) or invoice.self_billed:
        stated = invoice.type_code is not None
        found = code if stated else invoice.kind.value
        expected = "credit_note and invoice" if corrective else "another type"
        yield RULES["PEPPOL-GW-CORRECTIVE"].at("/type_code" if stated else "/kind", found=found, expected=expected)


def _taxes(invoice: Invoice, extension: Extension) -> Iterator[Finding]:
    for group in taxes.inexpressible(invoice):
        lost = group.surcharge_amount or group.amount
        yield RULES["PEPPOL-GW-TAXES"].at("/lines", found=f"{group.tax.value} {plain(lost)}")
    kept = taxes.withheld(invoice)
    if kept:
        rule = RULES["PEPPOL-GW-WITHHELD-NOTE" if extension.withheld == "note" else "PEPPOL-GW-WITHHELD"]
        yield rule.at("/lines", found=plain(sum((group.amount for group in kept), ZERO)), expected="0")


def _one_tax(invoice: Invoice) -> Iterator[Finding]:
    rows = [(f"/lines/{index}", taxes.of_line(one)) for index, one in enumerate(invoice.lines)]
    for pointer, told in (("/allowances", invoice.allowances), ("/charges", invoice.charges)):
        rows.extend((f"{pointer}/{index}", taxes.value_added(one.taxes)) for index, one in enumerate(told))
    for pointer, found in rows:
        if len(found) > 1:
            yield RULES["PEPPOL-GW-ONE-TAX"].at(f"{pointer}/taxes", found=len(found), expected=1)


def _tax_currency(invoice: Invoice, issuer: Issuer) -> Iterator[Finding]:
    """Only the issuer's own currency is dropped without a rate; one that the invoice names is judged as BR-53."""
    wanted = settings_of(issuer.settings).tax_currency
    if wanted and wanted.upper() != invoice.currency and tax_currency(invoice, issuer) is None:
        expected = f"{invoice.currency} to {wanted.upper()}"
        yield RULES["PEPPOL-GW-TAX-CURRENCY"].at("/exchange_rates", expected=expected)


def _payment(invoice: Invoice) -> Iterator[Finding]:
    due = invoice.payment_terms.due_date if invoice.payment_terms else None
    if due is not None and is_credit(invoice) and not invoice.payment_means:
        yield RULES["PEPPOL-GW-DUE-DATE"].at("/payment_terms/due_date", found=due)
    told = (text(one.direct_debit.creditor_id) for one in invoice.payment_means if one.direct_debit)
    creditors = list(dict.fromkeys(one for one in told if one))
    if len(creditors) > 1:
        pointer = "/payment_means/1/direct_debit/creditor_id"
        yield RULES["PEPPOL-GW-CREDITOR"].at(pointer, found=", ".join(creditors))
