"""What else an invoice belongs to, and what comes with it (BT-11 to BT-18, BG-3, BG-24).

UBL has these references in one order in an Invoice and in another in a CreditNote, and a credit note has no element of
its own for the project.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

from jurisdictions.kit.xml import Markup, element, optional
from jurisdictions.peppol import codelists
from jurisdictions.peppol.document_types import is_credit
from jurisdictions.peppol.participants import country
from jurisdictions.peppol.trading_parties import joined, scheme, text
from schemas.attachment import AttachedFile, Attachment
from schemas.document import Invoice, Preceding
from schemas.party import Identifier

_ADDITIONAL = "cac:AdditionalDocumentReference"


def references(invoice: Invoice, facts: Mapping[str, str]) -> Markup:
    """Every reference in the order of its schema."""
    refers = invoice.references
    credit = is_credit(invoice)
    tender = _reference("cac:OriginatorDocumentReference", refers.tender)
    return joined(
        _order(refers.order, refers.sales_order),
        *(_preceding(one) for one in refers.preceding),
        _reference("cac:DespatchDocumentReference", refers.despatch),
        _reference("cac:ReceiptDocumentReference", refers.receipt),
        None if credit else tender,
        _reference("cac:ContractDocumentReference", refers.contract),
        coded(_ADDITIONAL, refers.invoiced_object, codelists.INVOICED_OBJECT),
        *(_attachment(one) for one in invoice.attachments),
        _verification(invoice, facts),
        coded(_ADDITIONAL, _plain(refers.project), codelists.PROJECT_REFERENCE) if credit else None,
        tender if credit else _reference("cac:ProjectReference", refers.project),
    )


def coded(tag: str, one: Identifier | None, code: str) -> Markup | None:
    """A reference that says by a code of UNCL1001 what it is: 130 for the object invoiced (BT-18, BT-128)."""
    value = text(one.value) if one else None
    if one is None or value is None:
        return None
    return element(tag, element("cbc:ID", value, attrs=scheme(one)), element("cbc:DocumentTypeCode", code))


def _order(order: str | None, sales_order: str | None) -> Markup | None:
    known, sold = text(order), text(sales_order)
    if not known and not sold:
        return None
    return element(
        "cac:OrderReference",
        element("cbc:ID", known or codelists.NOT_APPLICABLE),
        optional("cbc:SalesOrderID", sold),
    )


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


def _plain(value: str | None) -> Identifier | None:
    known = text(value)
    return Identifier(value=known) if known else None


def _attachment(one: Attachment) -> Markup:
    """A supporting document (BG-24): the file in base64, the address it is found at, or both, or neither."""
    url = text(one.url)
    inside = joined(
        _file(one.file) if one.file else None,
        element("cac:ExternalReference", element("cbc:URI", url)) if url else None,
    )
    return element(
        _ADDITIONAL,
        optional("cbc:ID", text(one.id)),
        optional("cbc:DocumentDescription", text(one.description)),
        element("cac:Attachment", inside) if inside else None,
    )


def _file(one: AttachedFile) -> Markup:
    return element(
        "cbc:EmbeddedDocumentBinaryObject",
        Markup(b64encode(one.content).decode("ascii")),
        attrs=(("mimeCode", one.media_type), ("filename", one.name)),
    )


def _verification(invoice: Invoice, facts: Mapping[str, str]) -> Markup | None:
    """The tax office's verification address, which an earlier route's seal made known."""
    url = facts.get("verification_url")
    if not url:
        return None
    name = codelists.VERIFICATION_REFERENCES.get(country(invoice.issuer) or "", codelists.VERIFICATION_REFERENCE)
    return element(
        _ADDITIONAL,
        element("cbc:ID", facts.get("verification_scheme", name)),
        optional("cbc:DocumentDescription", text(facts.get("verification_phrase"))),
        element("cac:Attachment", element("cac:ExternalReference", element("cbc:URI", url))),
    )
