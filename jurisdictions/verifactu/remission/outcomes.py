"""What a line, an entry or a fault of the AEAT means for a submission and for its standing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from jurisdictions.contract import Evidence, InstructionKind, Outcome, Sending
from jurisdictions.verifactu import advice
from jurisdictions.verifactu.remission.answers import ANNULLED, CORRECT, INCORRECT, WITH_ERRORS, Entry, Line, Result
from jurisdictions.verifactu.xsd import Fault
from schemas.findings import Finding, Severity
from schemas.states import Standing, SubmissionState

SCHEMA = "SCHEMA"


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal, kept while the consulta looks whether they hold the record all the same."""

    code: str
    message: str | None
    request: str | None
    evidence: str


class Confirmed(msgspec.Struct, frozen=True, kw_only=True):
    """Our own huella in the AEAT's book."""

    state: str
    code: str | None
    message: str | None
    request: str | None
    presented_at: str | None = None
    incident: bool = False


def refused(line: Line) -> Refused:
    return Refused(
        code=line.code or INCORRECT,
        message=line.message,
        request=None if line.duplicate is None else line.duplicate.request or None,
        evidence=line.xml.decode(),
    )


def confirmed(entry: Entry) -> Confirmed:
    return Confirmed(
        state=entry.state,
        code=entry.code,
        message=entry.message,
        request=entry.request,
        presented_at=entry.presented_at,
        incident=entry.incident,
    )


def of_line(one: Sending, line: Line | None, result: Result, said: Mapping[str, str]) -> Outcome:
    """One RespuestaLinea; `said` is what the header of its message told. Without a line, or accepted without a CSV, we
    do not know; the consulta will."""
    if line is None or line.state not in {CORRECT, WITH_ERRORS, INCORRECT}:
        return Outcome(
            state=SubmissionState.OUTCOME_UNKNOWN, code="NO_LINE", message="The answer does not speak of this record."
        )
    evidence = (Evidence(name="respuesta-linea.xml", media_type="application/xml", body=line.xml),)
    if line.state == INCORRECT:
        return _rejected(one, line.code or INCORRECT, line.message, evidence, said)
    if result.csv is None:
        return Outcome(
            state=SubmissionState.OUTCOME_UNKNOWN, code="NO_CSV", message="The record was accepted without a CSV."
        )
    attributes = dict(said) | {"csv": result.csv}
    if result.presented_at is not None:
        attributes["presented_at"] = result.presented_at
    return _accepted(
        one,
        result.csv,
        code=line.code,
        message=line.message,
        with_errors=line.state == WITH_ERRORS,
        attributes=attributes,
        evidence=evidence,
    )


def of_entry(one: Sending, entry: Confirmed, refused: Refused | None) -> Outcome:
    """The consulta showed our huella. The CSV went down with the lost answer: the request's number takes its place.

    Anulado with the huella of an alta: somebody has cancelled it since.
    """
    request = entry.request or (refused.request if refused is not None else None)
    evidence: tuple[Evidence, ...] = ()
    if refused is not None:
        body = refused.evidence.encode()
        evidence = (Evidence(name="respuesta-linea.xml", media_type="application/xml", body=body),)
    attributes = {"confirmed_by": "consulta", "id_peticion": request or ""}
    if entry.presented_at is not None:
        attributes["presented_at"] = entry.presented_at
    if entry.incident:
        attributes["incident"] = "S"
    return _accepted(
        one,
        request or one.attributes["huella"],
        code=entry.code,
        message=entry.message,
        with_errors=entry.state == WITH_ERRORS,
        annulled=entry.state == ANNULLED,
        attributes=attributes,
        evidence=evidence,
    )


def overtaken(one: Sending, by: Sending, entry: Confirmed) -> Outcome:
    """The consulta shows one record an invoice, the one accepted last. Where that is a later one of ours, the former
    came before it, and going again would put old data over new. What the AEAT holds, the later record tells; an alta
    must have been taken before it, of anything else nobody can tell any more, and that is said."""
    proven = one.instruction is InstructionKind.ISSUE
    return Outcome(
        state=SubmissionState.ACCEPTED,
        authority_id=entry.request or by.attributes["huella"],
        message=None if proven else "Its answer was lost; the AEAT shows a later record of the invoice in its place.",
        attributes={"confirmed_by": "consulta", "id_peticion": entry.request or "", "overtaken_by": by.submission},
    )


def unseen(refused: Refused, until: datetime) -> Outcome:
    """They refuse a number as taken and show nobody's record of it: their book may lag behind. Asked again then."""
    message = "The AEAT holds a record of this number, and its book does not show whose."
    return Outcome(state=SubmissionState.OUTCOME_UNKNOWN, code=refused.code, message=message, not_before=until)


def of_refusal(one: Sending, refused: Refused, said: Mapping[str, str]) -> Outcome:
    """A refusal that stands: the AEAT does not hold our record. After a 3000 another system has used the number."""
    body = refused.evidence.encode()
    evidence = (Evidence(name="respuesta-linea.xml", media_type="application/xml", body=body),)
    return _rejected(one, refused.code, refused.message, evidence, said)


def quarantined(faults: tuple[Fault, ...]) -> Outcome:
    """Held before it was ever sent: the record does not fit the schema."""
    findings = tuple(
        Finding(
            rule="AEAT-4102",
            message=fault.message,
            source="aeat",
            location=fault.path,
            external_code="4102",
            fix="Correct the data; a new record goes to the end of the chain.",
        )
        for fault in faults
    )
    return Outcome(state=SubmissionState.HELD, code=SCHEMA, message=faults[0].message, findings=findings)


def _accepted(
    one: Sending,
    authority_id: str,
    *,
    code: str | None,
    message: str | None,
    with_errors: bool,
    annulled: bool = False,
    attributes: dict[str, str],
    evidence: tuple[Evidence, ...],
) -> Outcome:
    standing = Standing.REGISTERED_WITH_ERRORS if with_errors else Standing.REGISTERED
    if annulled or one.instruction is InstructionKind.CANCEL:
        standing = Standing.CANCELLED
    findings = (_finding(one, code or "2000", message, Severity.WARNING),) if with_errors else ()
    return Outcome(
        state=SubmissionState.ACCEPTED_WITH_WARNINGS if with_errors else SubmissionState.ACCEPTED,
        authority_id=authority_id,
        code=code,
        message=message,
        findings=findings,
        standing=standing,
        attributes=attributes,
        evidence=evidence,
    )


def _rejected(
    one: Sending, code: str, message: str | None, evidence: tuple[Evidence, ...], said: Mapping[str, str]
) -> Outcome:
    return Outcome(
        state=SubmissionState.REJECTED,
        code=code,
        message=message,
        findings=(_finding(one, code, message, Severity.FATAL),),
        attributes=said,
        evidence=evidence,
    )


def _finding(one: Sending, code: str, message: str | None, severity: Severity) -> Finding:
    diagnosis = advice.classify(one.instruction, code, message)
    return Finding(
        rule=f"AEAT-{code}",
        message=diagnosis.sentence,
        severity=severity,
        source="aeat",
        pointer=diagnosis.pointer,
        external_code=code,
        external_message=message,
        fix=diagnosis.fix,
    )
