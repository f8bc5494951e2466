"""The law's room: which invoices concern Mexico, and what is wrong with one before it is sealed.

What the caller wrote is looked at first (`data`); then the document itself is written without its seal and judged by
the same rules that judge a stranger's CFDI, each finding brought back to what the caller sent.
"""

from __future__ import annotations

from datetime import datetime
from decimal import localcontext

from jurisdictions.cfdi.cancelling.cancellation import cancellation_findings
from jurisdictions.cfdi.comprobante import Comprobante, comprobante
from jurisdictions.cfdi.document import write
from jurisdictions.cfdi.judgement import judge
from jurisdictions.cfdi.parties import RFC, rfc_of
from jurisdictions.cfdi.receipts.receipt import receipt_findings, wants_receipt
from jurisdictions.cfdi.receipts.words import PaymentExtension
from jurisdictions.cfdi.rules import data
from jurisdictions.cfdi.rules.case import Case
from jurisdictions.cfdi.rules.facts_of_model import usual_facts
from jurisdictions.cfdi.rules.pointers import brought_back
from jurisdictions.cfdi.rules.reading import EXACT, read
from jurisdictions.cfdi.rules.ruling import broken_rules, is_sound
from jurisdictions.cfdi.rules.scope import unreadable
from jurisdictions.cfdi.rules.sentences import finding
from jurisdictions.cfdi.rules.table import published
from jurisdictions.cfdi.settings import Extension, LineExtension, Settings
from jurisdictions.cfdi.xsd import CFDI, Fault, faults
from jurisdictions.contract import Instruction, InstructionKind, Issuer, Law, Rounding, Route
from jurisdictions.kit.xml import UnreadableXML, parse
from schemas.document import Invoice
from schemas.findings import Finding, Findings, is_fatal

EDITION = "4.0"
ROUNDING = Rounding(name="cfdi", tax_per="group", line_tax_scale=6)
_PLACEHOLDER = "0" * 20
_CAUSES = {"CFDI40207": "CFDI40182", "CFDI40217": "CFDI40175", "CFDI40219": "CFDI40179"}
"""What the rows of the whole document are blamed for goes without saying where the concepts' rows are."""


def route(invoice: Invoice, issuer: Issuer, at: datetime) -> Route | None:
    """An issuer with an RFC issues CFDI."""
    if rfc_of(issuer.party) is None:
        return None
    return Route(
        jurisdiction="cfdi",
        reason=f"the issuer has a tax id {RFC}",
        rounding=ROUNDING,
        edition=EDITION,
        notes=("Fecha is the local time of the postal code of LugarExpedicion.",),
    )


def check(instruction: Instruction, issuer: Issuer, at: datetime) -> Findings:
    """Every rule, before the seal; pointers lead into what the caller sent."""
    with localcontext(EXACT):
        if instruction.kind is InstructionKind.RECEIPT:
            return receipt_findings(instruction, issuer, at)
        if instruction.kind is InstructionKind.CANCEL:
            return cancellation_findings(instruction, issuer, at)
        return _checked(instruction, issuer, at)


def _checked(instruction: Instruction, issuer: Issuer, at: datetime) -> Findings:
    told = list(unreadable(instruction))
    if is_fatal(told):
        return tuple(told)
    cfdi = comprobante(instruction, issuer, at, instruction.invoice.number)
    told += data.run(Case(instruction=instruction, issuer=issuer, at=at, cfdi=cfdi))
    facts = usual_facts(cfdi)
    if facts is None or not is_sound(facts):
        told += _of_the_document(cfdi, told)
    return tuple(told)


def _of_the_document(cfdi: Comprobante, told: list[Finding]) -> list[Finding]:
    """What is wrong with the document itself, written without its seal; its structure where nothing else is wrong."""
    try:
        root = parse(write(cfdi, certificate_number=_PLACEHOLDER))
    except UnreadableXML as why:  # the door lets no control character in, but stored data may be older than the door
        return [finding("301", found=str(why))]
    broken = broken_rules(read(root, cfdi.issued.date()))
    rules = {one.rule for one in broken}
    found = [brought_back(one, cfdi) for one in broken if _CAUSES.get(one.rule) not in rules]
    if not is_fatal(told) and not is_fatal(found):
        shape = {fault.place: fault for fault in reversed(faults(root))}  # libxml2 tells a facet first, then its type
        found += [brought_back(_shape(fault), cfdi) for fault in reversed(shape.values())]
    return found


def _shape(fault: Fault) -> Finding:
    words = fault.message.replace(f"{{{CFDI}}}", "").replace("Element ", "", 1)
    return finding("301", location=fault.place, term=fault.attribute, found=words)


LAW = Law(
    route=route,
    check=check,
    judge=judge,
    settings_type=Settings,
    extension_type=Extension,
    line_extension_type=LineExtension,
    published=published,
    receipts=wants_receipt,
    payment_extension_type=PaymentExtension,
)
