"""Reading the PAC's answers: a token, a stamp, a refusal, or nothing that one could rely on.

SW answers errors as JSON with a message that begins with a code; 307 brings the first stamp along. HTTP 401 is about
our token, SAT's code 401 about Fecha: the words tell them apart. Source: developers.sw.com.mx (codes, timbrado v4).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from jurisdictions.cfdi.document import with_complement
from jurisdictions.cfdi.sentences import SENTENCES, finding, rule_id
from jurisdictions.cfdi.stamp import Stamp, UnusableStamp, read_stamp, verification_url
from jurisdictions.contract import Answer, Evidence, Failure, Outcome, Sending
from schemas.findings import Finding, Findings
from schemas.states import Standing, SubmissionState

_CODE = re.compile(r"^\s*(CFDI\d{4,5}|CRP\d{5}|[A-Z]{2}\d{4}|\d{3})(?!\d)")
_PACKED = re.compile(r"(CFDI4\d{4}|CRP\d{5})\s*[-:.]?\s*([^\n|;\"\]}]*)")
_SELLO = re.compile(rb'\sSello="([^"]*)"')
_BUSY = frozenset({429, 503})
_DUPLICATE = frozenset({"307", "CFDI3307"})
_ACCOUNT = frozenset({"AU2000", "AU2001", "AU2002", "AU2003", "AU2004", "AU2005"})
_RECHECK = timedelta(seconds=10)
Json = dict[str, object]


class Verdict(StrEnum):
    """What a stamping answer means for the flow, beside its outcome for the document."""

    SETTLED = "settled"
    UNAUTHORISED = "unauthorised"
    ACCOUNT = "account"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, kw_only=True)
class Login:
    """A token, or why there is none. `refused`: a person has to mend the account."""

    token: str | None = field(default=None, repr=False)
    expires_at: datetime
    refused: bool = False
    code: str | None = None
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class Reading:
    verdict: Verdict
    outcome: Outcome


def read_login(answer: Answer, at: datetime) -> Login:
    """`expires_in` counts seconds; a number too large for that is a Unix time."""
    if answer.failure is not None:
        return Login(expires_at=at, message=answer.detail or "The PAC could not be reached.")
    body = _json(answer.body)
    data = _data(body)
    token = data.get("token")
    if answer.status == 200 and isinstance(token, str) and token:
        return Login(token=token, expires_at=_expiry(data.get("expires_in"), at))
    message = _message(body) or f"HTTP {answer.status}"
    refused = answer.status in (400, 401, 403) and bool(body)
    return Login(expires_at=at, refused=refused, code=_code(message), message=message)


def read_stamping(document: Sending, answer: Answer | None, at: datetime) -> Reading:
    """What became of one document. Nothing here raises: an answer that cannot be read is an unknown outcome."""
    if answer is None or answer.failure is Failure.MAYBE_SENT:
        return Reading(verdict=Verdict.UNREACHABLE, outcome=_unknown(at, None, answer.detail if answer else None))
    if answer.failure is Failure.NOT_SENT:
        return Reading(verdict=Verdict.UNREACHABLE, outcome=_again(None, answer.detail))
    body = _json(answer.body)
    if answer.status in _BUSY:
        return Reading(verdict=Verdict.UNREACHABLE, outcome=_again(None, _message(body) or f"HTTP {answer.status}"))
    if not body or answer.status >= 500:
        return _without_words(answer, at)
    if body.get("status") == "success":
        return Reading(verdict=Verdict.SETTLED, outcome=_stamped(document, body, at, None))
    return _refusal(document, answer, body, at)


def _without_words(answer: Answer, at: datetime) -> Reading:
    """HTML or an error of their server: below 500 it never reached the stamping, from 500 on nobody knows."""
    if answer.status == 401:
        return Reading(verdict=Verdict.UNAUTHORISED, outcome=_again(None, "HTTP 401"))
    words = f"HTTP {answer.status} without an answer that can be read"
    known = 300 <= answer.status < 500
    return Reading(verdict=Verdict.UNREACHABLE, outcome=_again(None, words) if known else _unknown(at, None, words))


def _refusal(document: Sending, answer: Answer, body: Json, at: datetime) -> Reading:
    message = _message(body)
    code = _code(message)
    if code in _DUPLICATE:
        return Reading(verdict=Verdict.SETTLED, outcome=_stamped(document, body, at, code))
    if code in _ACCOUNT:
        held = Outcome(state=SubmissionState.QUEUED, code=code, message=message)
        return Reading(verdict=Verdict.ACCOUNT, outcome=held)
    if _is_about_the_token(answer.status, code, message):
        return Reading(verdict=Verdict.UNAUTHORISED, outcome=_again(code, message))
    return Reading(verdict=Verdict.SETTLED, outcome=_rejected(code or f"HTTP{answer.status}", message, body))


def _is_about_the_token(status: int, code: str | None, message: str) -> bool:
    if code is not None and code.startswith("AU"):
        return True
    return status == 401 and (code is None or (code == "401" and "hora" not in message.lower()))


def _rejected(code: str, message: str, body: Json) -> Outcome:
    first = _external(code, message)
    packed = [found for found in _packed(body.get("messageDetail")) if found.external_code != code]
    return Outcome(state=SubmissionState.REJECTED, code=code, message=message, findings=(first, *packed))


def _packed(detail: object) -> Findings:
    """Further errors in `messageDetail`: text or JSON, each under its code."""
    text = detail if isinstance(detail, str) else json.dumps(detail, ensure_ascii=False) if detail else ""
    return tuple(_external(code, f"{code} - {words.strip()}".rstrip(" -")) for code, words in _PACKED.findall(text))


def _external(code: str, message: str) -> Finding:
    if code not in SENTENCES:
        return Finding(rule=rule_id(code), message=message, source="pac", external_code=code, external_message=message)
    ours = finding(code, pointer=SENTENCES[code].pointer)
    return Finding(
        rule=ours.rule,
        message=ours.message,
        source="pac" if code.isdigit() else "sat",
        pointer=ours.pointer,
        external_code=code,
        external_message=message,
        fix=ours.fix,
    )


def _stamped(document: Sending, body: Json, at: datetime, code: str | None) -> Outcome:
    """Accept the stamp if it is of this very document; a 307 may come before its stamp can be shown."""
    xml = _stamp_text(_data(body))
    message = _message(body) or None
    if xml is None:
        return _unknown(at, code, message)
    try:
        stamp = read_stamp(xml.encode())
    except UnusableStamp as why:
        return _held("CFDI-STAMP-01", f"The stamp cannot be used: {why}")
    ours = _SELLO.search(document.body)
    if ours is None or stamp.sello_cfd != ours.group(1).decode():
        if code == "CFDI3307":
            return _rejected(code, message or "", body)
        return _held("CFDI-STAMP-02", f"The PAC's stamp {stamp.uuid} belongs to another seal than this document's.")
    return _accepted(document, stamp, code, message)


def _accepted(document: Sending, stamp: Stamp, code: str | None, message: str | None) -> Outcome:
    known = document.attributes
    url = verification_url(
        stamp.uuid,
        known.get("rfc", ""),
        known.get("receptor_rfc", ""),
        known.get("total", ""),
        known.get("sello_last8") or stamp.sello_cfd[-8:],
    )
    stamped = with_complement(document.body, stamp.markup())
    return Outcome(
        state=SubmissionState.ACCEPTED,
        authority_id=stamp.uuid,
        code=code,
        message=message,
        standing=Standing.REGISTERED,
        facts={"verification_url": url, "uuid": stamp.uuid},
        attributes={
            "uuid": stamp.uuid,
            "fecha_timbrado": stamp.stamped,
            "no_certificado_sat": stamp.certificate_number,
            "rfc_prov_certif": stamp.provider,
            "sello_cfd": stamp.sello_cfd,
            "sello_sat": stamp.sello_sat,
            "cadena_tfd": stamp.cadena,
            "verification_url": url,
        },
        evidence=(Evidence(name="cfdi-timbrado.xml", media_type="application/xml", body=stamped),),
    )


def _stamp_text(data: Json) -> str | None:
    """The stamped CFDI, or the stamp alone, under whichever name this version of the answer has it."""
    for name in ("cfdi", "tfd"):
        text = data.get(name)
        if isinstance(text, str) and "TimbreFiscalDigital" in text:
            return text
    return None


def _unknown(at: datetime, code: str | None, message: str | None) -> Outcome:
    return Outcome(state=SubmissionState.OUTCOME_UNKNOWN, code=code, message=message, not_before=at + _RECHECK)


def _again(code: str | None, message: str | None) -> Outcome:
    return Outcome(state=SubmissionState.RETRY_SCHEDULED, code=code, message=message)


def _held(code: str, message: str) -> Outcome:
    found = Finding(rule=code, message=message, source="pac")
    return Outcome(state=SubmissionState.HELD, code=code, message=message, findings=(found,))


def _expiry(expires_in: object, at: datetime) -> datetime:
    if isinstance(expires_in, bool) or not isinstance(expires_in, int | float) or expires_in <= 0:
        return at + timedelta(minutes=5)
    if expires_in > 10**9:
        return datetime.fromtimestamp(min(expires_in, 4 * 10**9), UTC)
    return at + timedelta(seconds=expires_in)


def _json(body: bytes) -> Json:
    try:
        decoded = json.loads(body)
    except ValueError:
        return {}
    return decoded if isinstance(decoded, dict) else {}


def _data(body: Json) -> Json:
    data = body.get("data")
    return data if isinstance(data, dict) else {}


def _message(body: Json) -> str:
    message = body.get("message")
    return message if isinstance(message, str) else ""


def _code(message: str) -> str | None:
    found = _CODE.match(message)
    return found.group(1) if found else None
