"""The UBL 2.1 document of Peppol BIS Billing 3.0: an Invoice (380) or a CreditNote (381), element by element.

Elements follow the order of the UBL 2.1 schemas; business terms are those of EN 16931-1.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from jurisdictions.contract import Issuer
from jurisdictions.kit.xml import Markup, document, element, optional
from jurisdictions.peppol import codelists, payment, rows, taxes
from jurisdictions.peppol.extension import Extension, settings_of
from jurisdictions.peppol.participants import country, receiver, sender
from jurisdictions.peppol.trading_parties import party, text
from schemas.codes import TaxCategory
from schemas.document import Invoice, Preceding
from schemas.invoice import Kind
from schemas.money import round_half_up, scale_of

PREVIEW_NUMBER = "DRAFT"


def is_credit(invoice: Invoice) -> bool:
    """Whether the document is a CreditNote."""
    return invoice.kind is Kind.CREDIT_NOTE


def ubl(invoice: Invoice, extension: Extension, issuer: Issuer, number: str, facts: Mapping[str, str]) -> bytes:
    """The document as it is sent, under `number` (BT-1)."""
    credit = is_credit(invoice)
    name = "CreditNote" if credit else "Invoice"
    return document(
        element(
            name,
            _header(invoice, extension, issuer, number),
            _references(invoice),
            _attachments(invoice, facts),
            _parties(invoice, extension, issuer),
            _delivery(invoice, extension),
            payment.means(invoice, extension, credit=credit),
            payment.terms(invoice, extension),
            rows.allowances(invoice),
            rows.tax_totals(invoice, tax_currency(invoice, issuer), tax_in_tax_currency(invoice, issuer)),
            rows.monetary_total(invoice),
            *(rows.line(line, invoice.currency, credit=credit) for line in invoice.lines),
            attrs=(
                ("xmlns", codelists.CREDIT_NOTE_NAMESPACE if credit else codelists.INVOICE_NAMESPACE),
                ("xmlns:cac", codelists.CAC),
                ("xmlns:cbc", codelists.CBC),
            ),
        )
    )


def tax_currency(invoice: Invoice, issuer: Issuer) -> str | None:
    """The accounting currency (BT-6), where it is another one and the invoice tells its rate."""
    wanted = settings_of(issuer.settings).tax_currency
    if wanted is None or wanted.upper() == invoice.currency:
        return None
    return wanted.upper() if _exchange_rate(invoice, wanted.upper()) is not None else None


def tax_in_tax_currency(invoice: Invoice, issuer: Issuer) -> Decimal | None:
    """The VAT in the accounting currency (BT-111), half up at that currency's scale."""
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
    notes = dict.fromkeys(map(text, (invoice.note, invoice.correction_reason, *extension.notes)))
    elements = (
        element("cbc:CustomizationID", codelists.CUSTOMIZATION),
        element("cbc:ProfileID", codelists.PROFILE),
        element("cbc:ID", number),
        element("cbc:IssueDate", invoice.issue_date.isoformat()),
        optional("cbc:DueDate", due.isoformat() if due and not credit else None),
        element("cbc:CreditNoteTypeCode", codelists.CREDIT_NOTE_TYPE)
        if credit
        else element("cbc:InvoiceTypeCode", codelists.INVOICE_TYPE),
        optional("cbc:Note", "\n".join(note for note in notes if note) or None),
        element("cbc:DocumentCurrencyCode", invoice.currency),
        optional("cbc:TaxCurrencyCode", tax_currency(invoice, issuer)),
        optional("cbc:AccountingCost", text(extension.accounting_cost)),
        optional("cbc:BuyerReference", text(invoice.references.buyer_reference)),
        rows.period(invoice.period),
    )
    return Markup("".join(one for one in elements if one))


def _references(invoice: Invoice) -> Markup:
    refers = invoice.references
    order, sales_order = text(refers.order), text(refers.sales_order)
    elements = (
        element(
            "cac:OrderReference",
            element("cbc:ID", order or codelists.NOT_APPLICABLE),
            optional("cbc:SalesOrderID", sales_order),
        )
        if order or sales_order
        else None,
        *(_preceding(one) for one in refers.preceding),
        _reference("cac:DespatchDocumentReference", refers.despatch),
        _reference("cac:ReceiptDocumentReference", refers.receipt),
        _reference("cac:ContractDocumentReference", refers.contract),
    )
    return Markup("".join(one for one in elements if one))


def _preceding(one: Preceding) -> Markup:
    return element(
        "cac:BillingReference",
        element(
            "cac:InvoiceDocumentReference",
            element("cbc:ID", one.number),
            optional("cbc:IssueDate", one.issue_date.isoformat() if one.issue_date else None),
        ),
    )


def _reference(tag: str, value: str | None) -> Markup | None:
    known = text(value)
    return element(tag, element("cbc:ID", known)) if known else None


def _attachments(invoice: Invoice, facts: Mapping[str, str]) -> Markup:
    """Supporting documents (BG-24), among them the tax office's verification address, and the project (BT-11)."""
    project = text(invoice.references.project)
    credit = is_credit(invoice)
    elements = (
        _verification(invoice, facts),
        element(
            "cac:AdditionalDocumentReference",
            element("cbc:ID", project),
            element("cbc:DocumentTypeCode", codelists.PROJECT_REFERENCE),
        )
        if project and credit
        else None,
        element("cac:ProjectReference", element("cbc:ID", project)) if project and not credit else None,
    )
    return Markup("".join(one for one in elements if one))


def _verification(invoice: Invoice, facts: Mapping[str, str]) -> Markup | None:
    url = facts.get("verification_url")
    if not url:
        return None
    name = codelists.VERIFICATION_REFERENCES.get(country(invoice.issuer) or "", codelists.VERIFICATION_REFERENCE)
    return element(
        "cac:AdditionalDocumentReference",
        element("cbc:ID", facts.get("verification_scheme", name)),
        optional("cbc:DocumentDescription", text(facts.get("verification_phrase"))),
        element("cac:Attachment", element("cac:ExternalReference", element("cbc:URI", url))),
    )


def _parties(invoice: Invoice, extension: Extension, issuer: Issuer) -> Markup:
    vat = not taxes.outside_scope(invoice)
    seller = party("Supplier", invoice.issuer, sender(invoice, issuer), vat=vat)
    return Markup(seller + party("Customer", invoice.customer, receiver(invoice, extension), vat=vat))


def _delivery(invoice: Invoice, extension: Extension) -> Markup | None:
    """`cac:Delivery`: the date of supply (BT-72), and for intra-community supplies the country (BR-IC-12)."""
    on = invoice.delivery_date or invoice.operation_date
    intra = any(row.rate.category is TaxCategory.INTRA_COMMUNITY for row in taxes.breakdown(invoice))
    to = extension.delivery_country or (country(invoice.customer) if intra else None)
    if on is None and to is None:
        return None
    return element(
        "cac:Delivery",
        optional("cbc:ActualDeliveryDate", on.isoformat() if on else None),
        element(
            "cac:DeliveryLocation",
            element("cac:Address", element("cac:Country", element("cbc:IdentificationCode", to))),
        )
        if to
        else None,
    )
