"""The trial of a document before it is issued: built, judged by the rules of its day, told in the caller's terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec.structs import replace

from jurisdictions.contract import Instruction, Issuer
from jurisdictions.peppol.extension import extension_of
from jurisdictions.peppol.judgement import VOICE, examined
from jurisdictions.peppol.losses import losses
from jurisdictions.peppol.pointers import pointer
from jurisdictions.peppol.seal import preview
from jurisdictions.peppol.source import SOURCE
from schemas.document import Invoice
from schemas.findings import Finding, Findings, is_fatal
from validators.rule import Catalogue, Rule

RULES: Catalogue[Invoice] = Catalogue(
    (
        Rule(
            id="PEPPOL-GW-DOCUMENT",
            sentence="No document can be written of this invoice.",
            source=SOURCE,
            fix="Look for amounts or texts beyond all measure; otherwise report it.",
        ),
        Rule(
            id="PEPPOL-GW-UNDECIDED",
            sentence="The rules could not all be judged, so that nobody can say that the document is valid.",
            source=SOURCE,
            fix="Mend what the other findings name.",
        ),
    )
)
_SAID_BY_US = {"PEPPOL-GW-CORRECTIVE": frozenset({"PEPPOL-EN16931-P0112", "PEPPOL-EN16931-P0100"})}
"""What the rules say a second time, by the finding of ours that said it with more help."""


def findings(instruction: Instruction, issuer: Issuer, at: datetime) -> Findings:
    """What the document could not show, and what is wrong with the document; never raises for what a caller wrote."""
    invoice = instruction.invoice
    lost = tuple(losses(invoice, extension_of(instruction.extension), issuer))
    said = {rule for one in lost for rule in _SAID_BY_US.get(one.rule, ())}
    judged = (one for one in _judged(instruction, issuer, at) if one.rule not in said)
    return (*lost, *_once(_pointed(one, invoice) for one in judged))


def _judged(instruction: Instruction, issuer: Issuer, at: datetime) -> Findings:
    try:
        document = preview(instruction, issuer, at)
    except (ArithmeticError, ValueError) as why:
        return (RULES["PEPPOL-GW-DOCUMENT"].at("", found=why),)
    report = examined(document)
    if report.verdict == "undecided" and not is_fatal(report.findings):
        return (*report.findings, RULES["PEPPOL-GW-UNDECIDED"].at(""))
    return report.findings


def _pointed(one: Finding, invoice: Invoice) -> Finding:
    if one.pointer is not None:
        return one
    if one.rule == VOICE.unreadable:
        return replace(one, pointer="", fix="Take the characters that XML cannot carry out of the texts.")
    return replace(one, pointer=pointer(one.rule, one.location or "", invoice))


def _once(told: Iterable[Finding]) -> Iterator[Finding]:
    """Each thing to mend is told once, though the document shows it in many places (a currency at every amount)."""
    seen = set()
    for one in told:
        what = (one.rule, one.pointer, one.found, one.expected)
        if what not in seen:
            seen.add(what)
            yield one
