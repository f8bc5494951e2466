"""The UBL blocks that say how and when to pay (BG-16, BT-9, BT-20)."""

from __future__ import annotations

from jurisdictions.kit.xml import Markup, element, optional
from jurisdictions.peppol import taxes
from jurisdictions.peppol.codelists import DIRECT_DEBIT
from jurisdictions.peppol.extension import Extension
from jurisdictions.peppol.trading_parties import text
from schemas.document import Invoice, PaymentMeans
from schemas.money import plain, round_half_up, scale_of


def means(invoice: Invoice, extension: Extension, *, credit: bool) -> Markup:
    """`cac:PaymentMeans`, one for each. A credit note keeps its due date in the first of them."""
    due = (
        invoice.payment_terms.due_date.isoformat() if invoice.payment_terms and invoice.payment_terms.due_date else None
    )
    return Markup(
        "".join(
            _means(one, due if credit and index == 0 else None, extension)
            for index, one in enumerate(invoice.payment_means)
        )
    )


def terms(invoice: Invoice, extension: Extension) -> Markup | None:
    """`cac:PaymentTerms`: the caller's words, and what is withheld where that was chosen."""
    notes = [text(invoice.payment_terms.note if invoice.payment_terms else None)]
    if extension.withheld == "note":
        notes.append(_withheld(invoice))
    said = "\n".join(note for note in notes if note)
    return element("cac:PaymentTerms", element("cbc:Note", said)) if said else None


def _means(one: PaymentMeans, due: str | None, extension: Extension) -> Markup:
    account = text(one.account)
    bank = text(one.bank)
    mandate = text(extension.mandate_reference) if one.code in DIRECT_DEBIT else None
    return element(
        "cac:PaymentMeans",
        element("cbc:PaymentMeansCode", one.code),
        optional("cbc:PaymentDueDate", due),
        optional("cbc:PaymentID", text(one.reference)),
        element(
            "cac:PayeeFinancialAccount",
            element("cbc:ID", account),
            optional("cbc:Name", text(one.account_name)),
            element("cac:FinancialInstitutionBranch", element("cbc:ID", bank)) if bank else None,
        )
        if account and one.code not in DIRECT_DEBIT
        else None,
        _mandate(mandate, account) if mandate else None,
    )


def _mandate(reference: str, account: str | None) -> Markup:
    """Direct debit (BG-19): the account is the buyer's, which is debited (BT-91)."""
    return element(
        "cac:PaymentMandate",
        element("cbc:ID", reference),
        element("cac:PayerFinancialAccount", element("cbc:ID", account)) if account else None,
    )


def _withheld(invoice: Invoice) -> str | None:
    kept = taxes.withheld(invoice)
    if not kept:
        return None
    scale, currency = scale_of(invoice.currency), invoice.currency
    rows = ", ".join(
        f"{group.tax.value} {plain(group.percent) if group.percent is not None else '0'} % = "
        f"{plain(round_half_up(group.amount, scale))} {currency}"
        for group in kept
    )
    return (
        f"Withheld tax: {rows}. To be paid after withholding: "
        f"{plain(round_half_up(invoice.totals.payable, scale))} {currency}."
    )
