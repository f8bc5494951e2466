"""The law's room: which invoices go to Peppol, what the rules say of them, and what may be said of any UBL document."""

from __future__ import annotations

from datetime import datetime

from jurisdictions.contract import Edition, Instruction, Issuer, Law, Rounding, Route
from jurisdictions.peppol import mandates, trial
from jurisdictions.peppol.extension import Extension, Settings, extension_of
from jurisdictions.peppol.judgement import judge, published
from jurisdictions.peppol.participants import receiver, sender
from jurisdictions.peppol.reading import read
from jurisdictions.peppol.receivers import LOOKUP
from jurisdictions.peppol.rules.editions import BILLING, BILLING_NAME, SELF_BILLING_NAME, edition_for
from schemas.document import Invoice
from schemas.findings import Findings
from schemas.invoice import Kind
from validators.en16931.judgement import named_edition

CODE = "peppol"
EDITION = Edition(code=BILLING.edition, valid_from=BILLING.valid_from)
ROUNDING = Rounding(name="en16931", tax_per="group")
RECEIVER_NOTE = "whether the {} can get this document is asked of the network before anything is sent"


def route(invoice: Invoice, issuer: Issuer, at: datetime) -> Route | None:
    """An invoice goes to Peppol where both sides can be reached on it, or where it names a participant itself.

    Whoever writes it sends it: a self-billed one goes from the buyer to the seller, who must be able to get it.
    """
    extension = extension_of(invoice.extensions.get(CODE))
    by, to = sender(invoice, issuer), receiver(invoice, extension)
    if by is None or to is None or invoice.kind is Kind.RECEIPT:
        return None
    return Route(
        jurisdiction=CODE,
        reason=f"seller ({by.scheme}) and buyer ({to.scheme}) have electronic addresses of the Peppol network",
        rounding=ROUNDING,
        edition=EDITION.code,
        notes=(f"rule set {_rule_set(invoice)}", RECEIVER_NOTE.format("seller" if invoice.self_billed else "buyer")),
        obligations=tuple(mandate.obligation() for mandate in mandates.touching(invoice)),
    )


def _rule_set(invoice: Invoice) -> str:
    """The rules that hold on the day of the invoice, by name."""
    name = SELF_BILLING_NAME if invoice.self_billed else BILLING_NAME
    try:
        return named_edition(edition_for(invoice.issue_date, name))
    except LookupError:
        return f"{name}, of which no edition is known for {invoice.issue_date}"


def check(instruction: Instruction, issuer: Issuer, at: datetime) -> Findings:
    """Every rule at once: on what no document could show, on the document itself, and on the duties of the parties."""
    return (*trial.findings(instruction, issuer, at), *mandates.findings(instruction.invoice))


LAW = Law(
    route=route,
    check=check,
    judge=judge,
    settings_type=Settings,
    extension_type=Extension,
    read=read,
    lookup=LOOKUP,
    published=published,
)
