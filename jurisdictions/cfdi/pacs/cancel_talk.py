"""The talk about a cancellation: the signed request through a PAC, then SAT's status service until it is decided.

SAT's 201 says that the request was taken, not that the CFDI is cancelled. What SAT's status service says is what
counts: it is asked first whenever the answer to a request was lost. A request may be repeated, since SAT keeps one for
each CFDI. Source: RMF 2.7.1.34 and 2.7.1.35; SAT's web service of cancellation; the PACs' manuals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from jurisdictions.cfdi.cancelling.sentences import REFUSED
from jurisdictions.cfdi.pacs import accounts, finkok, sw
from jurisdictions.cfdi.pacs.answers import CancelHeard, Verdict
from jurisdictions.cfdi.pacs.cancel_outcomes import (
    CODE,
    PROGRESS,
    RECHECK,
    REQUESTED_AT,
    Course,
    Verb,
    cancelled,
    moment,
    rejected,
    unknown,
    waiting,
)
from jurisdictions.cfdi.pacs.notebook import Notebook
from jurisdictions.cfdi.pacs.status import Estado, Status, read_status, status_ask
from jurisdictions.contract import Answer, Ask, Hold, Outcome, Sending, Setting, Step
from schemas.states import SubmissionState

_TAKEN = "201"
_BEFORE = frozenset({"202", "307", "798", "799"})
"""Asked for before, or too often: SAT's status says what became of it."""
_AT_AN_END = {
    "307": "The PAC says that this was requested before, and SAT's status shows no request.",
    "799": "More than five requests were made for this CFDI.",
}
"""Those of them after which the same request helps no more, where the status shows none."""
_TOO_SOON = "798"
_AGAIN_AFTER = timedelta(hours=72)
"""For so long after a request Finkok takes no other one for the same CFDI."""
_NOT_YET = "205"
_NOT_REACHED = "708"
_KNOWN_WITHIN = timedelta(hours=48)
"""SAT may take so long to know a stamp (SW's manual)."""
_FORMER = timedelta(minutes=10)
"""For so long after a second request the status may still tell of the first one's refusal."""
_TOKEN_MARGIN = timedelta(seconds=60)
_S = SubmissionState


class Memo(msgspec.Struct, frozen=True, kw_only=True):
    courses: dict[str, Course]
    logins: int = 0


@dataclass
class Round:
    """One step in the making."""

    setting: Setting
    book: Notebook
    logins: int = 0
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)
    backoff: bool = False
    hold: Hold | None = None

    @property
    def at(self) -> datetime:
        return self.setting.at


def begin(documents: tuple[Sending, ...], setting: Setting) -> Step:
    """The request goes out by the PAC that stamped the CFDI."""
    this = Round(setting, Notebook.of(setting))
    for document in documents:
        this.courses[document.submission] = Course(verb=Verb.CANCEL, pac=_pac(document, setting))
    return _step(this, documents)


def inquire(documents: tuple[Sending, ...], setting: Setting) -> Step:
    """SAT's status first, for what waits and for what was lost."""
    this = Round(setting, Notebook.of(setting))
    for document in documents:
        this.courses[document.submission] = Course(
            verb=Verb.STATUS,
            pac=_pac(document, setting),
            code=document.attributes.get(CODE) or None,
            requested_at=moment(document.attributes.get(REQUESTED_AT)),
            unknown=document.state is not _S.WAITING,
        )
    return _step(this, documents)


def resume(
    documents: tuple[Sending, ...], memo: Mapping[str, object], answers: Mapping[str, Answer], setting: Setting
) -> Step:
    known = msgspec.convert(memo, Memo)
    this = Round(setting, Notebook.of(setting), logins=known.logins)
    login = answers.get(sw.LOGIN)
    for document in documents:
        course = known.courses.get(document.submission)
        if course is None:
            continue
        answer = answers.get(document.submission)
        if course.verb is Verb.STATUS:
            _decide(this, document, course, read_status(answer))
        elif answer is None and login is not None and course.pac == accounts.SW:
            _signed_in(this, document, course, login)
        elif course.pac == accounts.SW:
            _heard(this, document, course, sw.read_cancel(document, answer))
        else:
            _heard(this, document, course, finkok.read_cancel(document, answer))
    return _step(this, documents)


# ---------------------------------------------------------------------------------------------- asking


def _step(this: Round, documents: tuple[Sending, ...]) -> Step:
    if this.hold is not None:
        for name, course in this.courses.items():
            state = _S.OUTCOME_UNKNOWN if course.unknown or course.written else _S.QUEUED
            this.outcomes.setdefault(name, Outcome(state=state, not_before=this.at + RECHECK))
        this.courses.clear()
    asks = _asks(this, {document.submission: document for document in documents})
    session = this.book.session() if this.book.changed else None
    return Step(
        outcomes=this.outcomes,
        asks=asks,
        memo=msgspec.to_builtins(Memo(courses=this.courses, logins=this.logins)) if asks else {},
        backoff=this.backoff,
        hold=this.hold,
        session=session,
        drop_session=this.book.changed and session is None,
    )


def _asks(this: Round, documents: Mapping[str, Sending]) -> tuple[Ask, ...]:
    """One question for each document, after a token where SW is to be asked."""
    by_sw = [n for n, course in this.courses.items() if course.verb is Verb.CANCEL and course.pac == accounts.SW]
    waiting = tuple(by_sw) if not this.book.signed_in else ()
    this.logins += bool(waiting)
    asks = [_ask(documents[name], course) for name, course in this.courses.items() if name not in waiting]
    return ((sw.login_ask(waiting),) if waiting else ()) + tuple(asks)


def _ask(document: Sending, course: Course) -> Ask:
    if course.verb is Verb.STATUS:
        return status_ask(document)
    return sw.cancel_ask(document) if course.pac == accounts.SW else finkok.cancel_ask(document)


def _pac(document: Sending, setting: Setting) -> str:
    """The PAC that stamped the CFDI, if its account is still there; else any: SAT takes a signed request from all."""
    stamped_by = document.attributes.get("pac", "")
    available = accounts.available(setting.issuer)
    return stamped_by if stamped_by in available else available[0]


# ---------------------------------------------------------------------------------------------- hearing


def _signed_in(this: Round, document: Sending, course: Course, answer: Answer) -> None:
    login = sw.read_login(answer, this.at)
    if login.token is not None:
        this.book.keep_token(login.token, max(login.expires_at - _TOKEN_MARGIN, this.at + timedelta(seconds=1)))
        this.courses[document.submission] = course
        return
    verdict = Verdict.ACCOUNT if login.refused else Verdict.NOTHING
    code = login.code or ("AU2000" if login.refused else None)
    _nothing(this, document, course, CancelHeard(verdict=verdict, code=code, message=login.message))


def _heard(this: Round, document: Sending, course: Course, heard: CancelHeard) -> None:
    """What the PAC said to the request."""
    if heard.verdict is Verdict.TOKEN:
        this.book.drop_token()
        if this.logins < 1:
            this.courses[document.submission] = course
            return
    if heard.verdict is Verdict.UNKNOWN or heard.code == _NOT_REACHED:
        lost = course.change(unknown=True)
        this.backoff = this.backoff or heard.silent
        this.outcomes[document.submission] = unknown(this.at, lost, heard.message, heard.code)
    elif heard.verdict is not Verdict.REFUSED:
        _nothing(this, document, course, heard)
    elif heard.code == _TAKEN or heard.code in _BEFORE:
        _taken(this, document, course, heard)
    elif heard.code == _NOT_YET:
        _not_found(this, document, course.change(code=_NOT_YET, unknown=False, written=True), heard.message)
    else:
        this.outcomes[document.submission] = rejected(heard.code or "", heard.message, heard.acuse)


def _taken(this: Round, document: Sending, course: Course, heard: CancelHeard) -> None:
    """SAT has the request: that is kept, and its status is asked at once."""
    requested = course.requested_at or this.at
    course = course.change(verb=Verb.STATUS, code=heard.code, requested_at=requested, unknown=False, written=True)
    if heard.code == _TAKEN:
        this.outcomes[document.submission] = waiting(this.at, document, course, heard.message, heard.acuse)
    this.courses[document.submission] = course


def _nothing(this: Round, document: Sending, course: Course, heard: CancelHeard) -> None:
    """The request certainly did not go out: it is tried again, or waits for a person to mend the account."""
    if heard.verdict is Verdict.ACCOUNT:
        this.hold = Hold(code=heard.code or "AU2000", message=heard.message or "The PAC refuses the account.")
    else:
        this.backoff = True
    if course.unknown:
        outcome = unknown(this.at, course, heard.message, heard.code)
    elif course.code is not None:
        outcome = waiting(this.at, document, course, heard.message)
    elif heard.verdict is Verdict.ACCOUNT:
        outcome = Outcome(state=_S.QUEUED, code=heard.code, message=heard.message)
    else:
        outcome = Outcome(state=_S.RETRY_SCHEDULED, code=heard.code, message=heard.message)
    this.outcomes[document.submission] = outcome


# ---------------------------------------------------------------------------------------------- deciding


def _decide(this: Round, document: Sending, course: Course, status: Status) -> None:
    """What SAT's status means for the request."""
    if status.estado is Estado.CANCELLED:
        this.outcomes[document.submission] = cancelled(document, course, status)
    elif status.estado is Estado.UNHEARD:
        _undecided(this, document, course, status)
    elif status.estado is Estado.NOT_FOUND:
        if course.requested_at is not None:
            _undecided(this, document, course, status)
        else:
            _not_found(this, document, course, status.words)
    elif status.in_progress:
        seen = course.change(requested_at=course.requested_at or this.at, unknown=False)
        this.outcomes[document.submission] = waiting(this.at, document, seen, status.progress, status=status)
    elif status.refused and not _is_of_the_former(this, document, course):
        this.outcomes[document.submission] = rejected(REFUSED, status.progress, None, status)
    else:
        _live(this, document, course, status)


def _live(this: Round, document: Sending, course: Course, status: Status) -> None:
    """Live, and no word of a request: one that SAT has taken is waited for, any other goes out (again)."""
    since = course.requested_at
    if course.code in _AT_AN_END:
        this.outcomes[document.submission] = rejected(course.code, _AT_AN_END[course.code], None)
    elif course.code == _TOO_SOON and since is not None and this.at - since >= _AGAIN_AFTER:
        this.courses[document.submission] = course.change(verb=Verb.CANCEL, code=None, requested_at=None)
    elif since is not None or course.written:
        _undecided(this, document, course, status)
    else:
        this.courses[document.submission] = course.change(verb=Verb.CANCEL)


def _undecided(this: Round, document: Sending, course: Course, status: Status) -> None:
    words = status.progress or status.words
    if course.unknown:
        this.outcomes[document.submission] = unknown(this.at, course, words, None, document)
    else:
        this.outcomes[document.submission] = waiting(this.at, document, course, words, status=status)


def _not_found(this: Round, document: Sending, course: Course, words: str | None) -> None:
    """SAT does not know the CFDI yet: that is normal for a while after the stamp."""
    if this.at - (document.first_tried_at or this.at) >= _KNOWN_WITHIN:
        this.outcomes[document.submission] = rejected(_NOT_YET, words, None)
    elif course.unknown:
        this.outcomes[document.submission] = unknown(this.at, course, words, None, document)
    else:
        this.outcomes[document.submission] = waiting(this.at, document, course, words)


def _is_of_the_former(this: Round, document: Sending, course: Course) -> bool:
    """Whether "refused" may be said of an earlier request: one was refused, and this one was not seen in progress."""
    if not document.attributes.get("refused_before", "").strip("0") or document.attributes.get(PROGRESS):
        return False
    return course.requested_at is None or this.at - course.requested_at < _FORMER
