"""A request to cancel on its way, when it is looked at again, and the outcomes that it can come to."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from jurisdictions.cfdi.calendar import business_days_after
from jurisdictions.cfdi.cancelling.sentences import sentence_of
from jurisdictions.cfdi.pacs.status import Estado, Status
from jurisdictions.contract import Evidence, Outcome, Sending
from schemas.findings import Finding
from schemas.states import Standing, SubmissionState

REQUESTED_AT, CODE, PROGRESS = "cancel_requested_at", "cancel_code", "cancel_progress"
_PREFIX = "SAT-CANCEL-"
RECHECK = timedelta(minutes=1)
_S = SubmissionState


class Verb(StrEnum):
    CANCEL = "cancel"
    STATUS = "status"


class Course(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request's way. `code` is what the PAC said last, `requested_at` when SAT had it; `unknown`: an answer was
    lost. `written`: the request went out in this very exchange."""

    verb: Verb
    pac: str
    code: str | None = None
    requested_at: datetime | None = None
    unknown: bool = False
    written: bool = False

    def change(self, **changes: object) -> Course:
        return msgspec.structs.replace(self, **changes)


def pace(document: Sending, since: datetime | None, at: datetime) -> datetime:
    """When to ask again: each minute at first, then every ten, every hour, and once the receiver's days are over, each
    day."""
    start = since or document.first_tried_at or at
    passed = at - start
    if passed < timedelta(minutes=5):
        return at + RECHECK
    if passed < timedelta(minutes=65):
        return at + timedelta(minutes=10)
    fourth = business_days_after(start.date(), 4)
    return at + (timedelta(hours=1) if at.date() <= fourth else timedelta(days=1))


def cancelled(document: Sending, course: Course, status: Status) -> Outcome:
    known = document.attributes
    return Outcome(
        state=_S.ACCEPTED,
        authority_id=known.get("uuid") or None,
        code=course.code or known.get(CODE) or None,
        message=status.progress or str(status.estado),
        standing=Standing.CANCELLED,
        attributes=_told(status),
    )


def waiting(
    at: datetime,
    document: Sending,
    course: Course,
    message: str | None,
    acuse: bytes | None = None,
    status: Status | None = None,
) -> Outcome:
    """They have it. The standing changes only once SAT has taken the request."""
    taken = course.requested_at
    attributes = _told(status) | {CODE: course.code or ""}
    if taken is not None:
        attributes[REQUESTED_AT] = taken.isoformat()
    return Outcome(
        state=_S.WAITING,
        code=course.code,
        message=message,
        standing=Standing.CANCEL_PENDING if taken is not None else None,
        attributes=attributes,
        evidence=_acuse(acuse),
        not_before=pace(document, taken, at),
    )


def rejected(code: str, message: str | None, acuse: bytes | None, status: Status | None = None) -> Outcome:
    """The CFDI lives on."""
    return Outcome(
        state=_S.REJECTED,
        code=code,
        message=message,
        findings=(_finding(code, message),),
        standing=Standing.REGISTERED,
        attributes=_told(status) | {CODE: code},
        evidence=_acuse(acuse),
    )


def unknown(
    at: datetime, course: Course, message: str | None, code: str | None, document: Sending | None = None
) -> Outcome:
    again = at + RECHECK if document is None else pace(document, None, at)
    return Outcome(state=_S.OUTCOME_UNKNOWN, code=code, message=message, not_before=again)


def _finding(code: str, message: str | None) -> Finding:
    """SAT's numbers mean other things where a CFDI is stamped: a cancellation has its own sentences and prefix."""
    sentence = sentence_of(code)
    return Finding(
        rule=code if code.startswith(_PREFIX) else f"{_PREFIX}{code}",
        message=sentence.text if sentence is not None else message or code,
        source="pac" if code.startswith(("7", "HTTP")) else "sat",
        pointer=sentence.pointer if sentence is not None else None,
        external_code=code,
        external_message=message,
        fix=sentence.fix if sentence is not None else None,
    )


def _told(status: Status | None) -> dict[str, str]:
    """SAT's words on it, as attributes."""
    if status is None or status.estado is Estado.UNHEARD:
        return {}
    told = {"is_cancelable": status.cancelable, PROGRESS: status.progress}
    return {name: value for name, value in told.items() if value}


def _acuse(acuse: bytes | None) -> tuple[Evidence, ...]:
    return (Evidence(name="acuse.xml", media_type="application/xml", body=acuse),) if acuse else ()


def moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
