"""Whether a CFDI may be cancelled in the way that is asked, and now: what SAT would refuse, found before it is asked.

Source: CFF art. 29-A, fourth paragraph (time); RMF 2.7.1.34 and 2.7.1.35 (consent; a CFDI that live CFDI name is "no
cancelable"); SAT's catalogue of motives.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from jurisdictions.cfdi.cancelling.consent import cancel_until, consent_of
from jurisdictions.cfdi.cancelling.options import described
from jurisdictions.cfdi.codelists import UUID_PATTERN
from jurisdictions.cfdi.comprobante import comprobante
from jurisdictions.cfdi.rules import data
from jurisdictions.cfdi.rules.case import Case, own
from jurisdictions.contract import Cancellation, Instruction, Issuer, Related
from schemas.findings import Finding, Findings, Severity
from schemas.invoice import Kind
from schemas.states import Standing

MOTIVES = {"cancel_01": "01", "cancel_02": "02", "cancel_03": "03", "cancel_04": "04"}
"""The desk's options and the motives of SAT's catalogue that they are."""
SUBSTITUTED = "01"
_OF_A_RECEIPT = frozenset({"01", "02"})
_REGISTERED = frozenset({Standing.REGISTERED, Standing.REGISTERED_WITH_ERRORS})
_LIVE = _REGISTERED | {Standing.CANCEL_PENDING}
_TOO_LATE = {Kind.INVOICE: "Take back what it says with a credit note."}
_STAYS = "It stays as it is: ask the accountant how to declare it."
Rule = Callable[[Instruction, Cancellation, datetime], Iterator[Finding]]


def cancellation_findings(instruction: Instruction, issuer: Issuer, at: datetime) -> Findings:
    """Why this document may not be cancelled so, or not now."""
    cancellation = instruction.cancellation
    if cancellation is None:
        return (own("CFDI-CANCEL-01", "It is not said what is to be cancelled, and for which motive.", "/option"),)
    found = [one for rule in RULES for one in rule(instruction, cancellation, at)]
    cfdi = comprobante(instruction, issuer, at, None)
    return (*found, *data.certificate(Case(instruction=instruction, issuer=issuer, at=at, cfdi=cfdi)))


def standing(instruction: Instruction, cancellation: Cancellation, at: datetime) -> Iterator[Finding]:
    """CFDI-CANCEL-02: only a CFDI that SAT holds can be cancelled, and only once at a time."""
    if instruction.standing is Standing.CANCEL_PENDING:
        yield own(
            "CFDI-CANCEL-02",
            "SAT is still deciding about an earlier cancellation of this CFDI.",
            "/option",
            found=instruction.standing,
            fix="Wait for its outcome.",
        )
    elif instruction.standing not in _REGISTERED:
        yield own("CFDI-CANCEL-02", "SAT holds no such CFDI.", "/option", found=instruction.standing)
    if not re.fullmatch(UUID_PATTERN, cancellation.external_id):
        yield own("CFDI-CANCEL-02", "This is not the UUID of a stamp.", "/option", found=cancellation.external_id)


def motive(instruction: Instruction, cancellation: Cancellation, at: datetime) -> Iterator[Finding]:
    """CFDI-CANCEL-03: the motive is one of SAT's, and one that this kind of CFDI can have."""
    code = MOTIVES.get(cancellation.option)
    if code is None:
        yield own(
            "CFDI-CANCEL-03",
            "This is none of SAT's motives for cancelling.",
            "/option",
            found=cancellation.option,
            expected=", ".join(MOTIVES),
            fix="Choose one of the options that the desk lists for this CFDI.",
        )
    elif instruction.invoice.kind is Kind.RECEIPT and code not in _OF_A_RECEIPT:
        yield own(
            "CFDI-CANCEL-03",
            "A receipt of payment is cancelled because of errors: with motive 01 or 02.",
            "/option",
            found=cancellation.option,
            expected="cancel_01 or cancel_02",
            fix="Choose cancel_02, or cancel_01 where another receipt takes its place.",
        )
    elif code == "04" and not instruction.invoice.extensions.get("cfdi", {}).get("informacion_global"):
        yield own(
            "CFDI-CANCEL-03",
            "Motive 04 is for global invoices only.",
            "/option",
            found=cancellation.option,
            expected="cancel_01, cancel_02 or cancel_03",
            fix="Choose cancel_02 where it has errors, cancel_03 where nothing was sold.",
        )


def replacement(instruction: Instruction, cancellation: Cancellation, at: datetime) -> Iterator[Finding]:
    """CFDI-CANCEL-04, -05, -09: with motive 01 another stamped CFDI takes the place, with the others none does."""
    named = cancellation.replacement
    if MOTIVES.get(cancellation.option) != SUBSTITUTED:
        if named is not None:
            yield own(
                "CFDI-CANCEL-05",
                "Only motive 01 names a CFDI that takes the place; it is left out.",
                "/replacement",
                found=named.number,
                severity=Severity.WARNING,
            )
        return
    if named is None:
        yield own(
            "CFDI-CANCEL-04",
            "Motive 01 needs the CFDI that takes the place of this one.",
            "/replacement",
            fix="Issue it first (the desk's option substitute), then name it here; or choose motive 02.",
        )
        return
    yield from _stamped(named, cancellation)
    yield from _fits(named, instruction, cancellation)


def _stamped(named: Related, cancellation: Cancellation) -> Iterator[Finding]:
    if not named.external_id or named.standing not in _REGISTERED:
        yield own(
            "CFDI-CANCEL-04",
            "The CFDI that takes the place has to be stamped, and live, before this one is cancelled.",
            "/replacement",
            found=f"{named.number} {named.standing}",
        )
    elif named.external_id.upper() == cancellation.external_id.upper():
        yield own("CFDI-CANCEL-04", "A CFDI cannot take its own place.", "/replacement", found=named.number)


def _fits(named: Related, instruction: Instruction, cancellation: Cancellation) -> Iterator[Finding]:
    """SAT's code 212. Receipts name each other by UUID alone, where it cannot be seen here."""
    kind = instruction.invoice.kind
    if named.kind is not kind:
        yield own(
            "CFDI-CANCEL-04",
            "A CFDI is replaced by another of its kind.",
            "/replacement",
            found=named.kind,
            expected=kind,
        )
    elif kind is not Kind.RECEIPT and all(row.id != named.id for row in cancellation.related):
        yield own(
            "CFDI-CANCEL-09",
            "The replacement does not seem to name this CFDI; SAT refuses it without TipoRelacion 04.",
            "/replacement",
            found=named.number,
            fix="Make the replacement with the desk's option substitute, which names this CFDI; or choose motive 02.",
            severity=Severity.WARNING,
        )


def related(instruction: Instruction, cancellation: Cancellation, at: datetime) -> Iterator[Finding]:
    """CFDI-CANCEL-06: what names the CFDI is cancelled first: receipts, then credit notes, then the invoice."""
    own_place = cancellation.replacement.id if cancellation.replacement is not None else None
    for row in cancellation.related:
        if row.id == own_place or not (row.standing in _LIVE or row.on_its_way):
            continue
        what = "receipt of payment" if row.kind is Kind.RECEIPT else row.kind.replace("_", " ")
        fix = f"Cancel {row.number} first."
        if row.standing is Standing.CANCEL_PENDING:
            fix = "Wait until it is cancelled."
        elif row.on_its_way:
            fix = f"Wait for its stamp, then cancel {row.number} first."
        yield own(
            "CFDI-CANCEL-06",
            f"SAT cancels nothing that a live CFDI names: the {what} {row.number} does.",
            "/option",
            found=row.external_id or row.id,
            fix=fix,
        )


def time(instruction: Instruction, cancellation: Cancellation, at: datetime) -> Iterator[Finding]:
    """CFDI-CANCEL-07 too late; CFDI-CANCEL-08 where silence will be no consent."""
    cfdi = described(instruction.invoice, cancellation.attributes, cancellation.refused_before)
    until = cancel_until(cfdi.rfc, cfdi.issued)
    if at >= until:
        yield own(
            "CFDI-CANCEL-07",
            "The time for cancelling this CFDI is over (CFF art. 29-A).",
            "/option",
            found=at.isoformat(),
            expected=f"before {until.isoformat()}",
            fix=_TOO_LATE.get(instruction.invoice.kind, _STAYS),
        )
    elif consent_of(cfdi, at) == "express":
        yield own(
            "CFDI-CANCEL-08",
            "The receiver has to accept this cancellation: silence will not do.",
            "/option",
            fix="Tell the receiver to answer at SAT's portal (Buzón Tributario).",
            severity=Severity.WARNING,
        )


RULES: tuple[Rule, ...] = (standing, motive, replacement, related, time)
