"""What a document says as a whole: its type, dates, currencies, references, payment and attachments."""

from __future__ import annotations

import re
from collections.abc import Mapping

from jurisdictions.peppol import codelists
from jurisdictions.peppol.document_types import USUAL
from jurisdictions.peppol.reading_fields import Form, Said, attribute, day, first, group, identifier, line, number, text
from jurisdictions.peppol.reading_parties import creditor
from jurisdictions.peppol.reading_tree import Node
from schemas.invoice import Kind

SELF_BILLING = "selfbilling"
_OBJECT = "130"
"""UNCL1001: a reference to what is invoiced (BT-18)."""

_KINDS: Mapping[str, Kind] = {
    "383": Kind.DEBIT_NOTE,
    "527": Kind.DEBIT_NOTE,
    "384": Kind.CORRECTIVE,
}
_MOST_NOTES = 11
"""The note of the invoice and those of the extension."""

_GREEK = re.compile(r"[0-9]{9}\|[0-9/]{10}\|(?P<branch>[0-9]{1,6})\|(?P<type>[0-9]{1,2}\.[0-9]{1,2})\|[^|]*\|[^|]+")
"""The number of a Greek seller's document (GR-R-001), of which branch and type are the caller's to say."""


def is_credit_note(root: Node) -> bool:
    return root.name == "cn:CreditNote"


def header(root: Node) -> dict[str, Form]:
    """BT-1 to BT-23 and BG-14: the number is the business event that the document comes from."""
    whole = first(root, "cac:InvoicePeriod")
    return {
        "source_ref": line(root, "cbc:ID"),
        "issue_date": day(root, "cbc:IssueDate"),
        "currency": text(root, "cbc:DocumentCurrencyCode"),
        "tax_currency": text(root, "cbc:TaxCurrencyCode"),
        "tax_in_tax_currency": _in_tax_currency(root),
        "tax_point_date": day(root, "cbc:TaxPointDate"),
        "tax_point_code": text(whole, "cbc:DescriptionCode"),
        "accounting_reference": line(root, "cbc:AccountingCost"),
        "note": text(root, "cbc:Note"),
        "period": group(whole, start=day(whole, "cbc:StartDate"), end=day(whole, "cbc:EndDate")),
        "prepaid": _unless_zero(number(root, "cac:LegalMonetaryTotal", "cbc:PrepaidAmount")),
        "rounding": _unless_zero(number(root, "cac:LegalMonetaryTotal", "cbc:PayableRoundingAmount")),
        **_type(root),
    }


def _unless_zero(amount: Said | None) -> Said | None:
    """A total that says no more at zero than by its absence (BT-113, BT-114)."""
    return amount if amount and amount.value != "0" else None


def _type(root: Node) -> dict[str, Form]:
    specification = text(root, "cbc:CustomizationID")
    code = text(root, "cbc:CreditNoteTypeCode" if is_credit_note(root) else "cbc:InvoiceTypeCode")
    self_billed = specification is not None and SELF_BILLING in str(specification.value)
    kind = Kind.CREDIT_NOTE if is_credit_note(root) else _KINDS.get(str(code.value) if code else "", Kind.INVOICE)
    return {
        "kind": kind.value,
        "self_billed": self_billed,
        "type_code": code if code and code.value != USUAL[kind, self_billed] else None,
        "extensions": _extensions(root, codelists.SELF_BILLING_PROFILE if self_billed else codelists.PROFILE),
    }


def _extensions(root: Node, usual: str) -> dict[str, Form] | None:
    """What only Peppol knows: another process than the usual one, more notes than one, and a Greek number's parts."""
    process, number_told = text(root, "cbc:ProfileID"), text(root, "cbc:ID")
    greek = _GREEK.fullmatch(str(number_told.value)) if number_told else None
    told: dict[str, Form] = {
        "business_process": process if process and process.value != usual else None,
        "notes": [text(one) for one in root.all("cbc:Note")[1:_MOST_NOTES]] or None,
        "greek": {"branch": int(greek["branch"]), "type": greek["type"]} if greek else None,
    }
    return {"peppol": told} if any(told.values()) else None


def _in_tax_currency(root: Node) -> Said | None:
    """BT-111: the VAT in the accounting currency stands in a total without a breakdown."""
    wanted = text(root, "cbc:TaxCurrencyCode")
    for one in root.all("cac:TaxTotal"):
        amount = first(one, "cbc:TaxAmount")
        if amount and wanted and not one.has("cac:TaxSubtotal") and amount.attribute("currencyID") == wanted.value:
            return number(amount)
    return None


def references(root: Node) -> Said | None:
    """BT-10 to BT-18 and BG-3."""
    order = first(root, "cac:OrderReference")
    number_of_order, sales_order = line(order, "cbc:ID"), line(order, "cbc:SalesOrderID")
    if sales_order and number_of_order and number_of_order.value == codelists.NOT_APPLICABLE:
        number_of_order = None
    return group(
        root,
        buyer_reference=line(root, "cbc:BuyerReference"),
        order=number_of_order,
        sales_order=sales_order,
        contract=line(root, "cac:ContractDocumentReference", "cbc:ID"),
        project=_project(root),
        despatch=line(root, "cac:DespatchDocumentReference", "cbc:ID"),
        receipt=line(root, "cac:ReceiptDocumentReference", "cbc:ID"),
        tender=line(root, "cac:OriginatorDocumentReference", "cbc:ID"),
        invoiced_object=next((identifier(first(one, "cbc:ID")) for one in _typed(root, _OBJECT)), None),
        preceding=[
            group(one, number=line(one, "cbc:ID"), issue_date=day(one, "cbc:IssueDate"))
            for one in root.all("cac:BillingReference", "cac:InvoiceDocumentReference")
        ]
        or None,
    )


def _typed(root: Node, code: str) -> list[Node]:
    """References to other documents that say by a code what they are."""
    return [one for one in root.all("cac:AdditionalDocumentReference") if _type_of(one) == code]


def _type_of(reference: Node) -> str | None:
    code = text(reference, "cbc:DocumentTypeCode")
    return str(code.value) if code else None


def _project(root: Node) -> Said | None:
    """BT-11; a credit note has it among its other references."""
    if is_credit_note(root):
        return next((line(one, "cbc:ID") for one in _typed(root, codelists.PROJECT_REFERENCE)), None)
    return line(root, "cac:ProjectReference", "cbc:ID")


def attachments(root: Node) -> list[Form]:
    """BG-24."""
    coded = {_OBJECT, codelists.PROJECT_REFERENCE} if is_credit_note(root) else {_OBJECT}
    return [_attachment(one) for one in root.all("cac:AdditionalDocumentReference") if _type_of(one) not in coded]


def _attachment(at: Node) -> Said | None:
    file = first(at, "cac:Attachment", "cbc:EmbeddedDocumentBinaryObject")
    return group(
        at,
        id=line(at, "cbc:ID"),
        description=line(at, "cbc:DocumentDescription"),
        url=line(at, "cac:Attachment", "cac:ExternalReference", "cbc:URI"),
        file=group(
            file,
            name=attribute(file, "filename"),
            media_type=attribute(file, "mimeCode"),
            content=Said("".join(file.text.split()), file) if file else None,
        ),
    )


def payment(root: Node) -> dict[str, Form]:
    """BG-16, BT-9 and BT-20. A credit note has its due date among its means of payment."""
    means = root.all("cac:PaymentMeans")
    due = day(root, "cbc:DueDate")
    if is_credit_note(root):
        due = next((found for found in (day(one, "cbc:PaymentDueDate") for one in means) if found), None)
    terms = first(root, "cac:PaymentTerms")
    return {
        "payment_means": [_means(one, creditor(root)) for one in means],
        "payment_terms": group(terms or root, note=text(terms, "cbc:Note"), due_date=due),
    }


def is_debited(root: Node) -> bool:
    """Whether a means of payment is direct debit (BG-19)."""
    return bool(root.all("cac:PaymentMeans", "cac:PaymentMandate"))


def _means(at: Node, creditor_id: Said | None) -> Said | None:
    code, account, card, mandate = (
        first(at, name)
        for name in (
            "cbc:PaymentMeansCode",
            "cac:PayeeFinancialAccount",
            "cac:CardAccount",
            "cac:PaymentMandate",
        )
    )
    return group(
        at,
        code=text(code),
        text=attribute(code, "name"),
        reference=line(at, "cbc:PaymentID"),
        account=line(account, "cbc:ID"),
        account_name=line(account, "cbc:Name"),
        bank=line(account, "cac:FinancialInstitutionBranch", "cbc:ID"),
        card=group(
            card,
            number=line(card, "cbc:PrimaryAccountNumberID"),
            network=line(card, "cbc:NetworkID"),
            holder=line(card, "cbc:HolderName"),
        ),
        direct_debit=group(
            mandate,
            mandate=line(mandate, "cbc:ID"),
            account=line(mandate, "cac:PayerFinancialAccount", "cbc:ID"),
            creditor_id=creditor_id if mandate else None,
        ),
    )
