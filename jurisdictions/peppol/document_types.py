"""What kind of document an invoice becomes: type code, specification and process (BT-3, BT-23, BT-24).

Sources: Peppol BIS Billing 3.0.21 and BIS Self-Billing 3.0 (P0100, P0101, P0112, R004, R007); Peppol code lists 9.7,
document types. Between German parties, and only there, an invoice may be corrective (384) or partial (326).
"""

from __future__ import annotations

from collections.abc import Mapping

from jurisdictions.peppol import codelists
from jurisdictions.peppol.extension import Extension
from schemas.document import Invoice
from schemas.invoice import Kind

USUAL: Mapping[tuple[Kind, bool], str] = {
    (Kind.INVOICE, False): "380",
    (Kind.INVOICE, True): "389",
    (Kind.CREDIT_NOTE, False): "381",
    (Kind.CREDIT_NOTE, True): "261",
    (Kind.DEBIT_NOTE, False): "383",
    (Kind.DEBIT_NOTE, True): "527",
    (Kind.CORRECTIVE, False): "384",
    (Kind.CORRECTIVE, True): "384",
}
"""The type that kind and self-billing come to, unless the invoice names another. No self-billed one is corrective."""

GERMAN_ONLY = frozenset({"326", "384"})
"""Types that only German parties may exchange (PEPPOL-EN16931-P0112)."""

_DOCUMENTS: Mapping[tuple[bool, bool], str] = {
    (False, False): codelists.INVOICE_DOCUMENT,
    (True, False): codelists.CREDIT_NOTE_DOCUMENT,
    (False, True): codelists.SELF_BILLING_INVOICE_DOCUMENT,
    (True, True): codelists.SELF_BILLING_CREDIT_NOTE_DOCUMENT,
}
"""By whether the document is a credit note, and whether it is self-billed."""


def is_credit(invoice: Invoice) -> bool:
    """Whether the document is a CreditNote."""
    return invoice.kind is Kind.CREDIT_NOTE


def type_code(invoice: Invoice) -> str:
    """UNCL1001 (BT-3): the invoice's own word, else that of its kind."""
    usual = USUAL.get((invoice.kind, invoice.self_billed), USUAL[Kind.INVOICE, invoice.self_billed])
    return invoice.type_code or usual


def customization(invoice: Invoice) -> str:
    """The specification (BT-24)."""
    return codelists.SELF_BILLING_CUSTOMIZATION if invoice.self_billed else codelists.CUSTOMIZATION


def profile(invoice: Invoice, extension: Extension) -> str:
    """The business process (BT-23): the invoice's own choice, else that of its specification."""
    usual = codelists.SELF_BILLING_PROFILE if invoice.self_billed else codelists.PROFILE
    return (extension.business_process or "").strip() or usual


def document_identifier(invoice: Invoice) -> str:
    """The document type with its scheme, as the network registers it."""
    return f"{codelists.DOCUMENT_SCHEME}::{_DOCUMENTS[is_credit(invoice), invoice.self_billed]}"


def process_identifier(invoice: Invoice, extension: Extension) -> str:
    """The process with its scheme, as the network registers it: that which the document itself names."""
    return f"{codelists.PROCESS_SCHEME}::{profile(invoice, extension)}"


def between_germans(invoice: Invoice) -> bool:
    """Whether both parties have their address in Germany."""
    return all(one.address is not None and one.address.country == "DE" for one in (invoice.issuer, invoice.customer))
