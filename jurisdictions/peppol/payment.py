"""The UBL blocks that say how and when to pay (BG-16 to BG-19, BT-9, BT-20)."""

from __future__ import annotations

from jurisdictions.kit.xml import Markup, element, optional
from jurisdictions.peppol import taxes
from jurisdictions.peppol.codelists import DIRECT_DEBIT, NOT_APPLICABLE
from jurisdictions.peppol.extension import Extension
from jurisdictions.peppol.trading_parties import joined, text
from schemas.document import Invoice, PaymentMeans
from schemas.money import plain, round_half_up, scale_of
from schemas.payment import Card, DirectDebit


def means(invoice: Invoice, extension: Extension, *, credit: bool) -> Markup:
    """`cac:PaymentMeans`, one for each. A credit note keeps its due date in the first of them."""
    terms = invoice.payment_terms
    due = terms.due_date.isoformat() if terms and terms.due_date else None
    return joined(
        *(
            _means(one, due if credit and index == 0 else None, extension)
            for index, one in enumerate(invoice.payment_means)
        )
    )


def terms(invoice: Invoice, extension: Extension) -> Markup | None:
    """`cac:PaymentTerms`: the caller's words, and what is withheld where that was chosen."""
    notes = [_lines(invoice.payment_terms.note if invoice.payment_terms else None)]
    if extension.withheld == "note":
        notes.append(_withheld(invoice))
    said = "\n".join(note for note in notes if note)
    return element("cac:PaymentTerms", element("cbc:Note", said)) if said else None


def creditor(invoice: Invoice) -> str | None:
    """The identifier that the seller or the payee collects by (BT-90): the document has room for one."""
    told = (one.direct_debit.creditor_id for one in invoice.payment_means if one.direct_debit)
    return next(filter(None, map(text, told)), None)


def debit(one: PaymentMeans, extension: Extension) -> DirectDebit | None:
    """What is collected by, also in the older spelling, where `account` of a direct debit is the buyer's."""
    if one.direct_debit is not None or one.code not in DIRECT_DEBIT:
        return one.direct_debit
    mandate = text(extension.mandate_reference)
    return DirectDebit(mandate=mandate, account=one.account) if mandate else None


def _lines(note: str | None) -> str | None:
    """The terms without blanks around them, but with the line's end that German discount terms need (DE-R-018)."""
    said = text(note)
    return f"{said}\n" if said and note and "#" in said.rpartition("\n")[2] and note.endswith("\n") else said


def _means(one: PaymentMeans, due: str | None, extension: Extension) -> Markup:
    collected = debit(one, extension)
    debited = one.direct_debit is None and one.code in DIRECT_DEBIT
    return element(
        "cac:PaymentMeans",
        element("cbc:PaymentMeansCode", one.code, attrs=(("name", text(one.text)),)),
        optional("cbc:PaymentDueDate", due),
        optional("cbc:PaymentID", text(one.reference)),
        _card(one.card) if one.card else None,
        None if debited else _account(one),
        _mandate(collected) if collected else None,
    )


def _card(card: Card) -> Markup:
    """The card (BG-18). UBL wants a network, of which the standard knows nothing."""
    return element(
        "cac:CardAccount",
        element("cbc:PrimaryAccountNumberID", card.number.strip()),
        element("cbc:NetworkID", text(card.network) or NOT_APPLICABLE),
        optional("cbc:HolderName", text(card.holder)),
    )


def _account(one: PaymentMeans) -> Markup | None:
    """The account to pay into (BG-17)."""
    bank = text(one.bank)
    inside = joined(
        optional("cbc:ID", text(one.account)),
        optional("cbc:Name", text(one.account_name)),
        element("cac:FinancialInstitutionBranch", element("cbc:ID", bank)) if bank else None,
    )
    return element("cac:PayeeFinancialAccount", inside) if inside else None


def _mandate(one: DirectDebit) -> Markup | None:
    """Direct debit (BG-19): the mandate (BT-89), and the buyer's account, which is debited (BT-91)."""
    account = text(one.account)
    inside = joined(
        optional("cbc:ID", text(one.mandate)),
        element("cac:PayerFinancialAccount", element("cbc:ID", account)) if account else None,
    )
    return element("cac:PaymentMandate", inside) if inside else None


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
