"""What an access point's answers mean (docs/access-point-protocol.md).

A refusal needs the access point's own words: a JSON problem with a code that says so. A proxy's page, a busy answer or
a look-up that failed are never a refusal ("could not ask" is not "is not registered").
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from jurisdictions.contract import Answer, Capability, Evidence, Failure, Outcome, Reach, Sending
from schemas.findings import Finding, Severity
from schemas.states import Standing, SubmissionState

REFUSALS = frozenset(
    {"RECEIVER_NOT_REGISTERED", "DOCUMENT_TYPE_NOT_SUPPORTED", "INVALID_DOCUMENT", "INVALID_SBDH", "NOT_SERVICED"}
)
"""Codes by which the access point, or the network behind it, refuses a document for good."""

RECEIVER_REFUSALS = frozenset({"RECEIVER_NOT_REGISTERED", "DOCUMENT_TYPE_NOT_SUPPORTED", "NOT_SERVICED"})
"""Those that say something else of the receiver than what we knew of it."""

_UNREACHED = {
    Reach.NOT_REGISTERED: "RECEIVER_NOT_REGISTERED",
    Reach.WITHOUT_TYPE: "DOCUMENT_TYPE_NOT_SUPPORTED",
    Reach.COULD_NOT_ASK: "LOOKUP_FAILED",
}

BUSY = frozenset({"AP_UNREACHABLE", "AP_BUSY", "LOOKUP_FAILED", "AP_NOT_ANSWERING"})
"""Codes of ours after which the flow waits longer."""

HOLDS = {
    "AP_UNAUTHORIZED": "The access point does not accept our token.",
    "AP_ADDRESS": "There is no access point at the configured address.",
}
PENDING_PAUSE = timedelta(seconds=60)
_LONGEST_PAUSE = timedelta(hours=1)
_S = SubmissionState


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """The JSON of an answer; unknown fields are ignored. A receipt is XML, or the same as base64."""

    message_id: str | None = None
    instance_id: str | None = None
    receipt: str | None = None
    timestamp: str | None = None
    status: str | None = None
    code: str | None = None
    message: str | None = None
    detail: str | None = None
    findings: tuple[dict[str, object], ...] = ()


def sent(one: Sending, answer: Answer, at: datetime) -> Outcome:
    """The outcome of a document that was handed over."""
    if answer.failure is Failure.NOT_SENT:
        return _busy("AP_UNREACHABLE", answer.detail or "The access point could not be reached.")
    if answer.failure is Failure.MAYBE_SENT:
        return Outcome(state=_S.OUTCOME_UNKNOWN, code="AP_NOT_ANSWERING", message=answer.detail)
    if configuration(answer) is not None:
        return _busy(configuration(answer), HOLDS[configuration(answer) or ""])
    said = _said(answer)
    if answer.status in (200, 201, 202, 409):
        return _taken(one, answer, said, at)
    if said and (said.code in REFUSALS or answer.status == 422):
        return _refused(said)
    if answer.status in (408, 425, 429) or answer.status >= 500:
        return _later(answer, said, at)
    return Outcome(
        state=_S.HELD,
        code=(said.code if said else None) or f"AP_{answer.status}",
        message=(said.message or said.detail if said else None) or "The access point did not understand the request.",
    )


def inquired(one: Sending, answer: Answer, at: datetime) -> Outcome:
    """The outcome of a document that was asked after. Only the access point itself can say that it is not there."""
    said = _said(answer) if answer.failure is None else None
    if answer.status == 200 and said:
        return _taken(one, answer, said, at)
    if answer.status == 404 and said:
        return Outcome(
            state=_S.RETRY_SCHEDULED,
            code="AP_NEVER_RECEIVED",
            message="The access point has never seen this document; it goes out again under the same identifier.",
        )
    return Outcome(
        state=_S.OUTCOME_UNKNOWN,
        code="AP_NOT_ANSWERING",
        message=answer.detail or "The access point did not say what became of the document.",
    )


def unreached(capability: Capability, again: datetime | None) -> Outcome:
    """The outcome of a document whose receiver cannot get it, or could not be asked for; nothing was sent.

    `again` is when to ask one receiver's own registry once more; None: the flow's backoff decides.
    """
    code = _UNREACHED[capability.reach]
    if capability.reach is Reach.COULD_NOT_ASK:
        return _busy(code, capability.sentence, again)
    refused = Outcome(
        state=_S.REJECTED,
        code=code,
        message=" ".join(filter(None, (capability.sentence, capability.fix))),
        findings=capability.findings,
    )
    return evidenced(refused, capability)


def evidenced(outcome: Outcome, capability: Capability | None) -> Outcome:
    """The outcome with what the network said of the receiver as its evidence, unless it is to be tried again."""
    if capability is None or outcome.state not in (_S.ACCEPTED, _S.WAITING, _S.REJECTED):
        return outcome
    body = msgspec.json.format(msgspec.json.encode(capability), indent=2)
    shown = Evidence(name="receiver.json", media_type="application/json", body=body)
    attributes = {"receiver_capability": str(capability.reach), "receiver_asked_at": capability.asked_at.isoformat()}
    return msgspec.structs.replace(
        outcome, evidence=(*outcome.evidence, shown), attributes={**outcome.attributes, **attributes}
    )


def configuration(answer: Answer) -> str | None:
    """Why nothing at all can be sent: the token, or the address (a 404 that is not the access point's own)."""
    if answer.failure is not None:
        return None
    if answer.status in (401, 403):
        return "AP_UNAUTHORIZED"
    if 300 <= answer.status < 400 or (answer.status in (404, 405) and _said(answer) is None):
        return "AP_ADDRESS"
    return None


def _said(answer: Answer) -> Said | None:
    try:
        return msgspec.json.decode(answer.body, type=Said)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _taken(one: Sending, answer: Answer, said: Said | None, at: datetime) -> Outcome:
    """It is theirs: transmitted with a receipt, still on its way, or refused by the other side."""
    if said is None:
        return Outcome(state=_S.OUTCOME_UNKNOWN, code="AP_UNREADABLE", message="The answer could not be read.")
    if said.status == "rejected" or said.code in REFUSALS:
        return _refused(said)
    if said.instance_id not in (None, one.submission):
        return Outcome(state=_S.OUTCOME_UNKNOWN, code="AP_UNREADABLE", message="The answer names another document.")
    receipt = _receipt(said.receipt)
    if said.message_id and receipt is not None:
        return _accepted(said, receipt)
    if answer.status == 409:
        return Outcome(
            state=_S.HELD,
            code="DUPLICATE_INSTANCE",
            message=said.message or "The access point has another document under this identifier.",
        )
    if answer.status == 202 or said.status == "pending":
        pause = _retry_after(answer) or PENDING_PAUSE
        return Outcome(state=_S.WAITING, code="PENDING", message=said.message, not_before=at + pause)
    return Outcome(state=_S.OUTCOME_UNKNOWN, code="AP_UNREADABLE", message="The answer holds no receipt.")


def _accepted(said: Said, receipt: bytes) -> Outcome:
    attributes = {"message_id": said.message_id, "transmitted_at": said.timestamp}
    return Outcome(
        state=_S.ACCEPTED,
        authority_id=said.message_id,
        standing=Standing.REGISTERED,
        attributes={name: value for name, value in attributes.items() if value},
        evidence=(Evidence(name="receipt.xml", media_type="application/xml", body=receipt),),
    )


def _refused(said: Said) -> Outcome:
    code = said.code or "REFUSED"
    return Outcome(
        state=_S.REJECTED,
        code=code,
        message=said.message or said.detail,
        findings=tuple(_finding(one) for one in said.findings),
    )


def _finding(told: Mapping[str, object]) -> Finding:
    """A finding of theirs. Its rule and words are kept as they came."""
    rule, words = str(told.get("rule") or told.get("id") or "UNNAMED"), str(told.get("message") or "")
    location = told.get("location")
    return Finding(
        rule=rule,
        message=words or rule,
        severity=Severity.WARNING if told.get("severity") == "warning" else Severity.FATAL,
        source="access_point",
        location=str(location) if location else None,
        external_code=rule,
        external_message=words or None,
    )


def _later(answer: Answer, said: Said | None, at: datetime) -> Outcome:
    busy = "LOOKUP_FAILED" if said and said.code == "LOOKUP_FAILED" else "AP_BUSY"
    words = said.message or said.detail if said else None
    pause = _retry_after(answer)
    return _busy(busy, words or f"The access point answered {answer.status}.", at + pause if pause else None)


def _busy(code: str | None, message: str, not_before: datetime | None = None) -> Outcome:
    return Outcome(state=_S.RETRY_SCHEDULED, code=code, message=message, not_before=not_before)


def _retry_after(answer: Answer) -> timedelta | None:
    told = answer.headers.get("retry-after", "")
    return min(timedelta(seconds=int(told)), _LONGEST_PAUSE) if told.isdecimal() and len(told) < 8 else None


def _receipt(told: str | None) -> bytes | None:
    if not told or not told.strip():
        return None
    if told.lstrip().startswith("<"):
        return told.encode()
    try:
        return b64decode(told, validate=True)
    except (binascii.Error, ValueError):
        return None
