"""What one PAC's word means for a document: accepted, refused, asked of the other PAC, or unknown for now.

Only what certainly did nothing lets the other PAC be asked; "not stamped" counts once nothing of ours can be under way
any more.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from jurisdictions.cfdi.pacs import accounts
from jurisdictions.cfdi.pacs.acceptance import accepted, certificates_served
from jurisdictions.cfdi.pacs.answers import UNCONTROLLED, Heard, Verdict, is_about_age, warning
from jurisdictions.cfdi.pacs.courses import DOUBT, LAST_CALL, Course, Verb, noted
from jurisdictions.cfdi.pacs.stamp import Stamp
from jurisdictions.cfdi.pacs.stamping_round import (
    RECHECK,
    Round,
    again,
    contradicted,
    expired,
    held,
    in_doubt,
    uncontrolled,
    unknown,
)
from jurisdictions.contract import Hold, Outcome, Sending
from schemas.findings import Finding
from schemas.states import SubmissionState

SOON = timedelta(seconds=2)
WINDOW = timedelta(seconds=8)
"""For so long after a stamp Finkok may not find it."""
LANDS_WITHIN = timedelta(minutes=5)
"""A question whose answer was lost may still be at work over there: only after this does "not stamped" hold."""
LANDS_IN_SANDBOX = timedelta(seconds=10)
_HURRY = timedelta(minutes=1)
_REST = timedelta(minutes=2)
_PATIENCE = timedelta(hours=1)
"""For so long a PAC's error of its own may pass; then a person looks at it."""
_S = SubmissionState


def judge(this: Round, document: Sending, course: Course, heard: Heard) -> None:
    """What one PAC's word means for the document."""
    if this.two and (heard.silent or heard.verdict is Verdict.ACCOUNT):
        this.book.rest(course.pac, _REST)
    if heard.verdict is Verdict.TOKEN:
        this.book.drop_token()
    if heard.verdict is Verdict.STAMPED and heard.stamp is not None:
        _stamped(this, document, course, heard)
    elif heard.verdict is Verdict.FOREIGN:
        this.settle(document, held(in_doubt(this, course), heard))
    elif heard.verdict is Verdict.UNREADY:
        _unready(this, document, course, heard)
    elif heard.verdict is Verdict.REFUSED:
        _refused(this, document, course, heard)
    elif heard.verdict is Verdict.TOKEN and this.logins < 1:
        this.go_on(document, course)
    elif course.inquiring:
        _still_unknown(this, document, course, heard)
    else:
        _not_stamped(this, document, course, heard)


def _stamped(this: Round, document: Sending, course: Course, heard: Heard) -> None:
    """Accepted, as soon as SAT's certificate is at hand or cannot be had."""
    stamp = heard.stamp
    if stamp is None:
        return
    number = stamp.certificate_number
    fetch = certificates_served(this.setting) and not this.book.rests(accounts.SAT_CERTIFICATES)
    if fetch and number.isdigit() and this.book.certificate(number) is None:
        later = course.change(verb=Verb.CERTIFICATE, stamp=stamp, code=heard.code, findings=heard.findings)
        this.go_on(document, later)
    else:
        this.settle(document, _accepted(this, document, course, heard))


def certified(this: Round, document: Sending, course: Course, stamp: Stamp) -> None:
    """The stamp against its certificate. Where none came, the PAC is asked once more in a moment; by then the
    certificate is known to be out of reach, and the stamp is taken as it is."""
    if this.book.certificate(stamp.certificate_number) is None:
        words = f"SAT's certificate {stamp.certificate_number} could not be fetched"
        this.settle(document, unknown(this, in_doubt(this, course).change(holds=course.pac), words, course.code, SOON))
        return
    heard = Heard(verdict=Verdict.STAMPED, code=course.code, stamp=stamp, findings=course.findings)
    this.settle(document, _accepted(this, document, course, heard))


def _accepted(this: Round, document: Sending, course: Course, heard: Heard) -> Outcome:
    stamp = heard.stamp
    if stamp is None:
        raise ValueError("an acceptance needs its stamp")
    der = this.book.certificate(stamp.certificate_number)
    outcome = accepted(document, course.pac, heard, stamp, der, this.setting)
    if outcome.state is _S.HELD:
        return msgspec.structs.replace(outcome, attributes=noted(in_doubt(this, course)))
    findings = outcome.findings
    if course.refused_account is not None:
        other = accounts.LABEL[accounts.SW if course.pac == accounts.FINKOK else accounts.FINKOK]
        words = f"{other} refuses the account ({course.refused_account}): {accounts.LABEL[course.pac]} stamped instead."
        findings = (*findings, warning("CFDI-PAC-ACCOUNT", words, fix=f"Mend the account at {other}."))
    cleared = noted(course.change(doubt=())) if document.attributes.get(DOUBT) else {}
    return msgspec.structs.replace(outcome, findings=findings, attributes={**outcome.attributes, **cleared})


def _unready(this: Round, document: Sending, course: Course, heard: Heard) -> None:
    """They have it and cannot show it: nobody else is asked, and they are asked again in a moment."""
    course = in_doubt(this, course).change(holds=course.pac)
    if heard.uuid is not None and course.pac == accounts.SW and course.verb is Verb.STAMP:
        this.go_on(document, course.change(verb=Verb.RECORD, path=heard.uuid, code=heard.code))
        return
    passed = this.at - (document.first_tried_at or this.at)
    pause = SOON if course.pac == accounts.FINKOK and passed < _HURRY else None
    this.settle(document, unknown(this, course, heard.message, heard.code, pause))


def _refused(this: Round, document: Sending, course: Course, heard: Heard) -> None:
    """A rule of SAT's says no. `stamped` applies none: what it says beside "not found" proves nothing; nor do words
    without a code, where the document is in doubt."""
    late = is_about_age(heard.code, heard.message) and this.at - document.sealed_at > LAST_CALL
    if course.verb is Verb.STAMPED or (course.inquiring and _is_no_rule(heard)):
        _still_unknown(this, document, course, heard)
    elif course.holds == course.pac:
        this.settle(document, contradicted(course, heard))
    elif late:
        # It holds no stamp and can make none any more; whoever else may hold one was asked before.
        this.settle(document, expired(heard.message))
    else:
        rejected = Outcome(
            state=_S.REJECTED,
            code=heard.code,
            message=heard.message,
            findings=heard.findings,
            attributes=noted(course.change(doubt=())),
        )
        this.settle(document, rejected)


def _not_stamped(this: Round, document: Sending, course: Course, heard: Heard) -> None:
    """No stamp came of sending it. Only what certainly did nothing lets the next PAC be asked."""
    if heard.verdict in (Verdict.UNKNOWN, Verdict.ABSENT) or (heard.verdict is Verdict.BUSY and this.two):
        course = in_doubt(this, course)
        this.backoff = this.backoff or (heard.silent and not this.two)
        this.settle(document, unknown(this, course, heard.message, heard.code))
        return
    nowhere = heard.verdict is Verdict.ACCOUNT and (not this.two or course.refused_account is not None)
    if heard.verdict is Verdict.ACCOUNT:
        course = course.change(refused_account=heard.code or "refused")
    if len(course.route) > 1:
        this.go_on(document, course.change(route=course.route[1:]))
        return
    if nowhere:
        this.hold = Hold(code=heard.code or "AU2000", message=heard.message or "The PAC refuses the account.")
        queued = Outcome(state=_S.QUEUED, code=heard.code, message=heard.message, attributes=noted(course))
        this.settle(document, queued)
        return
    if heard.verdict is Verdict.BUSY:
        course = in_doubt(this, course)
    this.backoff = True
    this.settle(document, again(course, heard))


def _still_unknown(this: Round, document: Sending, course: Course, heard: Heard) -> None:
    """An inquiry that brought no stamp: "not stamped" counts once nothing of ours can be under way any more."""
    if heard.verdict is Verdict.ABSENT and course.verb is Verb.STAMPED:
        _absent(this, document, course, heard)
        return
    if heard.verdict is Verdict.ACCOUNT:
        _account_refused(this, document, course, heard)
        return
    if _is_no_rule(heard) and this.at - (document.first_tried_at or this.at) >= _PATIENCE:
        this.settle(document, uncontrolled(in_doubt(this, course), heard))
        return
    if heard.verdict is Verdict.UNKNOWN and course.verb is Verb.STAMP:
        course = in_doubt(this, course)
    if not this.two and (heard.silent or heard.verdict is Verdict.TOKEN):
        this.backoff = True
    if course.reread and heard.verdict in (Verdict.NOTHING, Verdict.BUSY, Verdict.TOKEN):
        this.settle(document, again(course, heard, this.at + RECHECK if this.two else None))
        return
    this.settle(document, unknown(this, course, heard.message, heard.code))


def _is_no_rule(heard: Heard) -> bool:
    """A refusal without a code of SAT's or the PAC's own: of a document in doubt it says nothing."""
    return heard.code in UNCONTROLLED or (heard.code or "").startswith("HTTP")


def _absent(this: Round, document: Sending, course: Course, heard: Heard) -> None:
    since = this.at - (course.doubt_at or this.at)
    lands = LANDS_WITHIN if this.setting.sandbox is None else LANDS_IN_SANDBOX
    if since < lands:
        pause = SOON if since < WINDOW else min(RECHECK, lands - since)
        this.settle(document, unknown(this, course, heard.message, heard.code, pause))
        return
    rest = tuple(pac for pac in course.doubt if pac != accounts.FINKOK)
    if course.holds == accounts.FINKOK:
        # It said 307: it has the stamp, whatever it says now, and shows it to who sends the same bytes again.
        this.go_on(document, course.change(verb=Verb.STAMP))
    elif rest:
        this.go_on(document, course.change(route=rest, doubt=rest, verb=Verb.STAMP))
    elif this.at - document.sealed_at > LAST_CALL:
        this.settle(document, expired(heard.message))
    else:
        clear = course.change(doubt=())
        this.settle(document, again(clear, heard, this.at))


def _account_refused(this: Round, document: Sending, course: Course, heard: Heard) -> None:
    """The PAC that may have stamped it no longer knows us. With a second one only this document waits for a person."""
    message = heard.message or "The PAC refuses the account."
    if this.two:
        words = f"{accounts.LABEL[course.pac]} may have stamped this document, and refuses the account: {message}"
        found = Finding(rule="CFDI-PAC-ACCOUNT", message=words, source="pac", external_code=heard.code)
        held = Outcome(state=_S.HELD, code=heard.code, message=message, findings=(found,), attributes=noted(course))
        this.settle(document, held)
        return
    this.hold = Hold(code=heard.code or "AU2000", message=message)
    this.settle(document, unknown(this, course, message, heard.code))
