"""What a PAC's answer about a stamp comes to, whichever PAC gave it: the words of both in one vocabulary."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from jurisdictions.cfdi.pacs.stamp import Stamp, UnusableStamp, read_stamp
from jurisdictions.cfdi.rules.sentences import SENTENCES, finding, rule_id
from jurisdictions.contract import Answer, Failure
from schemas.findings import Finding, Findings, Severity

_SELLO = re.compile(rb'\sSello="([^"]*)"')
_PREFIX = re.compile(r"^\s*(CFDI\d{4,5}|CRP\d{5}|[A-Z]{2}\d{4}|\d{3})(?!\d)")


WAITED_TOO_LONG = frozenset({408, 409, 425, 460, 499})
"""HTTP statuses below 500 with which a gateway breaks off a request that may be at work behind it."""

UNCONTROLLED = frozenset({"CO1000"})
"""Codes of errors that a PAC did not expect itself: they say nothing of whether there is a stamp."""


class Verdict(StrEnum):
    """What an answer proves.

    `stamped`: a stamp of this very document. `foreign`: a stamp that is unusable, or of another document. `unready`:
    they have stamped and cannot show it yet. `refused`: by a rule, which another PAC would apply too. `absent`: they
    have no stamp of it. `nothing`: certainly nothing was done, and another PAC may be asked. `busy`: they said that
    they are busy, in words that prove nothing about an earlier question. `token`, `account`: nothing was done because
    of our session or our account. `unknown`: everything else.
    """

    STAMPED = "stamped"
    FOREIGN = "foreign"
    UNREADY = "unready"
    REFUSED = "refused"
    ABSENT = "absent"
    NOTHING = "nothing"
    BUSY = "busy"
    TOKEN = "token"  # noqa: S105 - a word
    ACCOUNT = "account"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One answer about one document. `silent`: they gave no answer that can be read, so that a pause is due.

    `uuid` is a stamp that they name and do not show.
    """

    verdict: Verdict
    code: str | None = None
    message: str | None = None
    findings: Findings = ()
    stamp: Stamp | None = None
    uuid: str | None = None
    silent: bool = False


@dataclass(frozen=True, kw_only=True)
class CancelHeard:
    """What a PAC said to a request to cancel. `code` is SAT's for this CFDI, or the PAC's own; `acuse` SAT's receipt.

    `verdict` is `refused` where `code` says all there is to say; the codes themselves are judged elsewhere.
    """

    verdict: Verdict
    code: str | None = None
    message: str | None = None
    acuse: bytes | None = None
    silent: bool = False


def unheard(answer: Answer | None) -> Heard:
    """The reading of an answer that is none: a line that failed."""
    if answer is None:
        return Heard(verdict=Verdict.UNKNOWN, message="no answer was kept", silent=True)
    verdict = Verdict.NOTHING if answer.failure is Failure.NOT_SENT else Verdict.UNKNOWN
    return Heard(verdict=verdict, message=answer.detail, silent=True)


def without_words(status: int) -> Heard:
    """A page, or an error of their server: below 500 it never reached the stamping (but for those that a gateway says
    of a wait that became too long), at 503 most likely not, and from there on nobody knows."""
    words = f"HTTP {status} without an answer that can be read"
    if 300 <= status < 500 and status not in WAITED_TOO_LONG:
        return Heard(verdict=Verdict.NOTHING, message=words, silent=True)
    verdict = Verdict.BUSY if status == 503 else Verdict.UNKNOWN
    return Heard(verdict=verdict, message=words, silent=True)


def of_stamp(body: bytes, xml: str, code: str | None, message: str | None) -> Heard:
    """Whether what came as a stamp is one, and of the document whose sealed bytes are `body`."""
    try:
        stamp = read_stamp(xml.encode())
    except UnusableStamp as why:
        return _foreign("CFDI-STAMP-01", f"The stamp cannot be used: {why}")
    ours = _SELLO.search(body)
    if ours is not None and stamp.sello_cfd == ours.group(1).decode():
        return Heard(verdict=Verdict.STAMPED, code=code, message=message, stamp=stamp)
    if code == "CFDI3307":
        return refused(code, message or "")
    return _foreign("CFDI-STAMP-02", f"The PAC's stamp {stamp.uuid} belongs to another seal than this document's.")


def refused(code: str, message: str, more: Findings = ()) -> Heard:
    """A refusal by rule, with the authority's own words, and what else it names."""
    rest = tuple(found for found in more if found.external_code != code)
    return Heard(verdict=Verdict.REFUSED, code=code, message=message, findings=(external(code, message), *rest))


def external(code: str, message: str) -> Finding:
    """What an authority said under a code, with our sentence where we have one."""
    try:
        ours = finding(code)
    except KeyError:
        return Finding(rule=rule_id(code), message=message, source="pac", external_code=code, external_message=message)
    known = SENTENCES.get(code)
    return Finding(
        rule=ours.rule,
        message=ours.message,
        source="pac" if code.isdigit() else "sat",
        pointer=ours.pointer or (known.pointer if known is not None else None),
        external_code=code,
        external_message=message,
        fix=ours.fix,
    )


def warning(rule: str, message: str, *, fix: str | None = None) -> Finding:
    return Finding(rule=rule, message=message, severity=Severity.WARNING, source="pac", fix=fix)


def code_of(message: str) -> str | None:
    """The code that a message begins with."""
    found = _PREFIX.match(message)
    return found.group(1) if found else None


def is_about_age(code: str | None, message: str | None) -> bool:
    """SAT's code 401 is about Fecha (more than 72 hours old, or in the future); HTTP 401 is about a session."""
    return code == "401" and "hora" in (message or "").lower()


def _foreign(code: str, message: str) -> Heard:
    found = Finding(rule=code, message=message, source="pac")
    return Heard(verdict=Verdict.FOREIGN, code=code, message=message, findings=(found,))
