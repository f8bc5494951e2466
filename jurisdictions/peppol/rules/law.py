"""The law's room: which invoices go to Peppol, what the rules say of them, and what may be said of any UBL document."""

from __future__ import annotations

from datetime import date, datetime

from jurisdictions.contract import Edition, Instruction, Issuer, Law, Rounding, Route
from jurisdictions.kit.xml import UnreadableXML, parse
from jurisdictions.peppol import mandates, xsd
from jurisdictions.peppol.amount_rules import amounts
from jurisdictions.peppol.extension import Extension, Settings, extension_of
from jurisdictions.peppol.header_rules import header
from jurisdictions.peppol.judgement import RULE_SET, judge, published
from jurisdictions.peppol.national_rules import national
from jurisdictions.peppol.participants import receiver, sender
from jurisdictions.peppol.party_rules import parties
from jurisdictions.peppol.reading import read
from jurisdictions.peppol.receivers import LOOKUP
from jurisdictions.peppol.rulebook import RULES
from jurisdictions.peppol.seal import preview
from schemas.document import Invoice
from schemas.findings import Finding, Findings, is_fatal

CODE = "peppol"
EDITION = Edition(code="3.0.21", valid_from=date(2026, 5, 1))
ROUNDING = Rounding(name="en16931", tax_per="group")
RECEIVER_NOTE = "whether the buyer can get this document is asked of the network before anything is sent"


def route(invoice: Invoice, issuer: Issuer, at: datetime) -> Route | None:
    """An invoice goes to Peppol where both sides can be reached on it, or where it names a participant itself."""
    extension = extension_of(invoice.extensions.get(CODE))
    by, to = sender(invoice, issuer), receiver(invoice, extension)
    if by is None or to is None:
        return None
    return Route(
        jurisdiction=CODE,
        reason=f"seller ({by.scheme}) and buyer ({to.scheme}) have electronic addresses of the Peppol network",
        rounding=ROUNDING,
        edition=EDITION.code,
        notes=(f"rule set {RULE_SET}", RECEIVER_NOTE),
        obligations=tuple(mandate.obligation() for mandate in mandates.touching(invoice)),
    )


def check(instruction: Instruction, issuer: Issuer, at: datetime) -> Findings:
    """Every rule at once; the document itself is tried against its schema when nothing else is wrong."""
    invoice, extension = instruction.invoice, extension_of(instruction.extension)
    found = (
        *header(invoice, extension, issuer),
        *parties(invoice, extension, issuer),
        *amounts(invoice, extension),
        *national(invoice),
        *mandates.findings(invoice),
    )
    return found if is_fatal(found) else (*found, *_schema(instruction, issuer, at))


def _schema(instruction: Instruction, issuer: Issuer, at: datetime) -> tuple[Finding, ...]:
    rule = RULES["PEPPOL-XSD"]
    try:
        root = parse(preview(instruction, issuer, at))
    except UnreadableXML as why:
        return (rule.at("", message=f"The document would not be readable XML: {why}"),)
    return tuple(rule.at("", location=path, found=message) for path, message in xsd.violations(root))


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
