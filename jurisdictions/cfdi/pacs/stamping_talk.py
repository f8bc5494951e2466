"""The talk about stamps: with the first PAC, and with the second only when the first certainly did nothing.

A CFDI that may have been stamped stays with the PACs that may have done it until each has said what it holds. Finkok is
asked by `stamped`, which changes nothing; SW by the same bytes under the same customid, which it stamps once and shows
again under 307. Source: RMF 2.7.2.9; the PACs' manuals.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import msgspec

from jurisdictions.cfdi.pacs import accounts, finkok, sw
from jurisdictions.cfdi.pacs.acceptance import certificate_ask, is_certificate
from jurisdictions.cfdi.pacs.answers import Heard, Verdict
from jurisdictions.cfdi.pacs.courses import LAST_CALL, Course, Verb, doubted, inquiring_course, noted
from jurisdictions.cfdi.pacs.notebook import Notebook
from jurisdictions.cfdi.pacs.stamping_round import Round, account_gone, archived, expired, unknown
from jurisdictions.cfdi.pacs.stamping_verdicts import certified, judge
from jurisdictions.contract import Answer, Ask, Effect, Outcome, Sending, Setting, Step
from schemas.states import SubmissionState

_CERTIFICATES_REST = timedelta(minutes=10)
_TOKEN_MARGIN = timedelta(seconds=60)
_S = SubmissionState


class Memo(msgspec.Struct, frozen=True, kw_only=True):
    """What the flow must remember between two steps. `logins` counts the tokens that were fetched in this exchange."""

    courses: dict[str, Course]
    logins: int = 0


def begin(documents: tuple[Sending, ...], setting: Setting) -> Step:
    """Each document to the first PAC that is in reach; a doubtful one to where it is in doubt; an old one to nobody."""
    this = Round(setting, Notebook.of(setting))
    route = _route(this)
    for document in documents:
        doubt = doubted(document, unknown=False, primary=route[0])
        if doubt:
            _inquire(this, document, doubt, reread=True)
        elif setting.at - document.sealed_at > LAST_CALL:
            this.settle(document, expired("No PAC has seen it within 71 hours of its Fecha."))
        else:
            this.go_on(document, Course(route=route))
    return _step(this, documents)


def inquire(documents: tuple[Sending, ...], setting: Setting) -> Step:
    """What became of documents that may have been stamped: asked of exactly those PACs that may have done it."""
    this = Round(setting, Notebook.of(setting))
    for document in documents:
        doubt = doubted(document, unknown=True, primary=accounts.primary(setting.issuer))
        _inquire(this, document, doubt, reread=False)
    return _step(this, documents)


def resume(
    documents: tuple[Sending, ...], memo: Mapping[str, object], answers: Mapping[str, Answer], setting: Setting
) -> Step:
    known = msgspec.convert(memo, Memo)
    this = Round(setting, Notebook.of(setting), logins=known.logins)
    login = answers.get(sw.LOGIN)
    if login is not None:
        _signed_in(this, documents, known, login)
    _keep_certificates(this, documents, known, answers)
    for document in documents:
        course = known.courses.get(document.submission)
        if course is not None and document.submission not in this.outcomes.keys() | this.courses.keys():
            _heard(this, document, course, answers)
    return _step(this, documents)


def _route(this: Round) -> tuple[str, ...]:
    """The PACs in the order in which they are asked: one that was out of reach a moment ago comes last."""
    return tuple(sorted(accounts.available(this.setting.issuer), key=this.book.rests))


def _inquire(this: Round, document: Sending, doubt: tuple[str, ...], *, reread: bool) -> None:
    course = inquiring_course(document, doubt, this.setting, reread=reread)
    gone = next((pac for pac in course.doubt if accounts.gone(this.setting.issuer, pac)), None)
    if gone is not None:
        this.settle(document, account_gone(course, gone))
    else:
        this.go_on(document, course)


# ---------------------------------------------------------------------------------------------- asking


def _step(this: Round, documents: tuple[Sending, ...]) -> Step:
    if this.hold is not None:
        _stop(this, documents)
    asks = _asks(this, {document.submission: document for document in documents})
    session = this.book.session() if this.book.changed else None
    memo = Memo(courses=this.courses, logins=this.logins)
    return Step(
        outcomes=this.outcomes,
        asks=asks,
        memo=msgspec.to_builtins(memo) if asks else {},
        backoff=this.backoff,
        hold=this.hold,
        session=session,
        drop_session=this.book.changed and session is None,
    )


def _asks(this: Round, documents: Mapping[str, Sending]) -> tuple[Ask, ...]:
    """One question for each document; first a token where one is needed, and one question for each certificate."""
    waiting = [name for name, course in this.courses.items() if _needs_token(course) and not this.book.signed_in]
    asks: list[Ask] = [sw.login_ask(tuple(waiting))] if waiting else []
    this.logins += bool(waiting)
    certificates: dict[str, list[str]] = {}
    for name, course in this.courses.items():
        if course.verb is Verb.CERTIFICATE and course.stamp is not None:
            certificates.setdefault(course.stamp.certificate_number, []).append(name)
        elif name not in waiting:
            asks.append(_ask(documents[name], course))
    asks += [certificate_ask(number, tuple(names)) for number, names in certificates.items()]
    return tuple(asks)


def _stop(this: Round, documents: tuple[Sending, ...]) -> None:
    """The flow is held: what would have gone on waits, and what was under way is asked for later."""
    for document in documents:
        course = this.courses.pop(document.submission, None)
        if course is None:
            continue
        if course.inquiring or course.verb is not Verb.STAMP:
            this.settle(document, unknown(this, course, None, course.code))
        else:
            this.settle(document, Outcome(state=_S.QUEUED, attributes=noted(course)))


def _needs_token(course: Course) -> bool:
    return course.verb in (Verb.RECORD, Verb.KEPT) or (course.verb is Verb.STAMP and course.pac == accounts.SW)


def _ask(document: Sending, course: Course) -> Ask:
    if course.verb is Verb.RECORD:
        return sw.record_ask(document, course.path or "")
    if course.verb is Verb.KEPT:
        return sw.kept_ask(document, course.path or "")
    if course.verb is Verb.STAMPED:
        return finkok.stamped_ask(document, Effect.WRITE if course.reread else Effect.READ)
    return sw.stamp_ask(document) if course.pac == accounts.SW else finkok.stamp_ask(document)


# ---------------------------------------------------------------------------------------------- hearing


def _signed_in(this: Round, documents: tuple[Sending, ...], known: Memo, answer: Answer) -> None:
    """A token lets those that wait for it go on; without one nothing was asked of SW about a document."""
    login = sw.read_login(answer, this.at)
    if login.token is not None:
        this.book.keep_token(login.token, max(login.expires_at - _TOKEN_MARGIN, this.at + timedelta(seconds=1)))
    else:
        this.book.drop_token()
    verdict = Verdict.ACCOUNT if login.refused else Verdict.NOTHING
    code = login.code or ("AU2000" if login.refused else None)
    nothing = Heard(verdict=verdict, code=code, message=login.message, silent=not login.refused)
    for document in documents:
        course = known.courses.get(document.submission)
        if course is None or not _needs_token(course):
            continue
        if login.token is not None:
            this.go_on(document, course)
        elif course.verb is Verb.STAMP:
            judge(this, document, course, nothing)
        else:
            this.settle(document, unknown(this, course, login.message, course.code))


def _keep_certificates(this: Round, documents: tuple[Sending, ...], known: Memo, answers: Mapping[str, Answer]) -> None:
    """Those that came are kept for the next stamps; that none could be had is kept for a while, too."""
    numbers = {course.stamp.certificate_number for course in known.courses.values() if course.stamp is not None}
    for number in numbers:
        answer = answers.get(certificate_ask(number, ()).name)
        if answer is None:
            continue
        if is_certificate(answer, number):
            this.book.keep_certificate(number, answer.body)
        else:
            this.book.rest(accounts.SAT_CERTIFICATES, _CERTIFICATES_REST)


def _heard(this: Round, document: Sending, course: Course, answers: Mapping[str, Answer]) -> None:
    """One document's answer, and what follows from it."""
    answer = answers.get(document.submission)
    if course.verb is Verb.CERTIFICATE and course.stamp is not None:
        certified(this, document, course, course.stamp)
    elif course.verb is Verb.RECORD:
        _recorded(this, document, course, answer)
    elif course.verb is Verb.KEPT:
        judge(this, document, course, sw.read_kept(document, answer))
    elif course.pac == accounts.SW:
        judge(this, document, course, sw.read_stamping(document, answer))
    else:
        judge(this, document, course, finkok.read_stamping(document, answer))


def _recorded(this: Round, document: Sending, course: Course, answer: Answer | None) -> None:
    """Where SW keeps the stamp that it named: to be fetched, or for a person where an ask cannot reach it."""
    path = sw.kept_path(answer, sandbox=this.setting.sandbox is not None)
    if path is not None:
        this.go_on(document, course.change(verb=Verb.KEPT, path=path))
    elif answer is not None and answer.failure is None and answer.status == 200:
        this.settle(document, archived(course))
    else:
        this.settle(document, unknown(this, course, "SW has stamped it, and its archive does not answer.", course.code))
