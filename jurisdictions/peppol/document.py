"""The UBL 2.1 document of Peppol BIS Billing 3.0 and of its self-billing: an Invoice or a CreditNote.

Elements follow the order of the UBL 2.1 schemas; business terms are those of EN 16931-1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from jurisdictions.contract import Issuer
from jurisdictions.kit.xml import Markup, document, element, optional
from jurisdictions.peppol import codelists, payment, rows, taxes, trading_parties
from jurisdictions.peppol.delivery import delivery
from jurisdictions.peppol.document_types import between_germans, customization, is_credit, profile, type_code
from jurisdictions.peppol.extension import Extension, settings_of
from jurisdictions.peppol.lines import line
from jurisdictions.peppol.participants import receiver, sender, vat_number
from jurisdictions.peppol.references import references
from jurisdictions.peppol.trading_parties import text
from schemas.document import Invoice
from schemas.money import round_half_up, scale_of

PREVIEW_NUMBER = "DRAFT"


def ubl(invoice: Invoice, extension: Extension, issuer: Issuer, number: str, facts: Mapping[str, str]) -> bytes:
    """The document as it is sent, under `number` (BT-1)."""
    credit = is_credit(invoice)
    name = "CreditNote" if credit else "Invoice"
    return document(
        element(
            name,
            _header(invoice, extension, issuer, number),
            references(invoice, facts),
            _parties(invoice, extension, issuer),
            delivery(invoice, extension),
            payment.means(invoice, extension, credit=credit),
            payment.terms(invoice, extension),
            rows.allowances(invoice),
            rows.tax_totals(invoice, tax_currency(invoice, issuer), tax_in_tax_currency(invoice, issuer)),
            rows.monetary_total(invoice),
            *(line(one, invoice.currency, credit=credit) for one in invoice.lines),
            attrs=(
                ("xmlns", codelists.CREDIT_NOTE_NAMESPACE if credit else codelists.INVOICE_NAMESPACE),
                ("xmlns:cac", codelists.CAC),
                ("xmlns:cbc", codelists.CBC),
            ),
        )
    )


def document_number(invoice: Invoice, extension: Extension, number: str) -> str:
    """BT-1: the invoice's number, for Greek sellers with what the tax office wants before it (GR-R-001).

    A seller from elsewhere who is represented in Greece gives the representative's number.
    """
    greek = extension.greek
    if greek is None:
        return number
    represented = invoice.tax_representative
    numbers = (vat_number(invoice.issuer), trading_parties.representative_number(represented) if represented else None)
    known = next((one.removeprefix("EL") for one in numbers if one and one.startswith("EL")), "")
    day = invoice.issue_date.strftime("%d/%m/%Y")
    return "|".join((known, day, str(greek.branch), greek.type, invoice.series or "0", number))


def tax_currency(invoice: Invoice, issuer: Issuer) -> str | None:
    """The accounting currency (BT-6): the invoice's own, else the issuer's where the invoice tells its rate."""
    if invoice.tax_currency is not None:
        return invoice.tax_currency
    wanted = settings_of(issuer.settings).tax_currency
    if wanted is None or wanted.upper() == invoice.currency:
        return None
    return wanted.upper() if _exchange_rate(invoice, wanted.upper()) is not None else None


def tax_in_tax_currency(invoice: Invoice, issuer: Issuer) -> Decimal | None:
    """The VAT in the accounting currency (BT-111): as stated, else by its rate, half up at that currency's scale."""
    if invoice.tax_in_tax_currency is not None:
        return invoice.tax_in_tax_currency
    wanted = tax_currency(invoice, issuer)
    rate = _exchange_rate(invoice, wanted) if wanted else None
    if wanted is None or rate is None:
        return None
    return round_half_up(taxes.total(taxes.breakdown(invoice)) * rate, scale_of(wanted))


def _exchange_rate(invoice: Invoice, wanted: str) -> Decimal | None:
    for one in invoice.exchange_rates:
        if one.from_currency == invoice.currency and one.to_currency == wanted:
            return one.rate
    return None


def _header(invoice: Invoice, extension: Extension, issuer: Issuer, number: str) -> Markup:
    credit = is_credit(invoice)
    due = invoice.payment_terms.due_date if invoice.payment_terms else None
    tax_point = invoice.tax_point_date.isoformat() if invoice.tax_point_date else None
    return trading_parties.joined(
        element("cbc:CustomizationID", customization(invoice)),
        element("cbc:ProfileID", profile(invoice, extension)),
        element("cbc:ID", number),
        element("cbc:IssueDate", invoice.issue_date.isoformat()),
        optional("cbc:DueDate", due.isoformat() if due and not credit else None),
        optional("cbc:TaxPointDate", tax_point if credit else None),
        element("cbc:CreditNoteTypeCode" if credit else "cbc:InvoiceTypeCode", type_code(invoice)),
        *_notes(invoice, extension),
        optional("cbc:TaxPointDate", None if credit else tax_point),
        element("cbc:DocumentCurrencyCode", invoice.currency),
        optional("cbc:TaxCurrencyCode", tax_currency(invoice, issuer)),
        optional("cbc:AccountingCost", text(invoice.accounting_reference) or text(extension.accounting_cost)),
        optional("cbc:BuyerReference", text(invoice.references.buyer_reference)),
        rows.period(invoice.period, invoice.tax_point_code),
    )


def _notes(invoice: Invoice, extension: Extension) -> Iterator[Markup]:
    """One note (BT-22) with everything in it; German parties may exchange several (PEPPOL-EN16931-R002)."""
    told = map(text, (invoice.note, invoice.correction_reason, *extension.notes))
    notes = list(dict.fromkeys(note for note in told if note))
    if between_germans(invoice):
        yield from (element("cbc:Note", note) for note in notes)
    elif notes:
        yield element("cbc:Note", "\n".join(notes))


def _parties(invoice: Invoice, extension: Extension, issuer: Issuer) -> Markup:
    """Seller and buyer; whoever is paid collects by the creditor identifier (BT-90)."""
    vat = not taxes.outside_scope(invoice)
    creditor = payment.creditor(invoice)
    return trading_parties.joined(
        trading_parties.seller(
            invoice.issuer, sender(invoice, issuer), vat=vat, creditor=None if invoice.payee else creditor
        ),
        trading_parties.buyer(invoice.customer, receiver(invoice, extension), vat=vat),
        trading_parties.payee(invoice.payee, creditor),
        trading_parties.tax_representative(invoice.tax_representative),
    )
