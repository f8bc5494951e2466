"""One step of the talk about stamps in the making, and the outcomes that it can come to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from jurisdictions.cfdi.pacs import accounts
from jurisdictions.cfdi.pacs.answers import Heard
from jurisdictions.cfdi.pacs.courses import EXPIRED, Course, noted
from jurisdictions.cfdi.pacs.notebook import Notebook
from jurisdictions.contract import Hold, Outcome, Sending, Setting
from schemas.findings import Finding
from schemas.states import SubmissionState

RECHECK = timedelta(seconds=10)
_PACE = ((timedelta(minutes=1), RECHECK), (timedelta(minutes=10), timedelta(seconds=30)))
_SELDOM = timedelta(minutes=2)
_S = SubmissionState


@dataclass
class Round:
    """One step in the making: what is settled, what is asked next, and what the flow as a whole must know."""

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

    @property
    def two(self) -> bool:
        """Whether there is a second PAC, so that one that is out of reach does not stop the flow."""
        return len(accounts.available(self.setting.issuer)) > 1

    def settle(self, document: Sending, outcome: Outcome) -> None:
        """The document's outcome; what is unknown is asked for again, less often the longer it is so."""
        if outcome.state is _S.OUTCOME_UNKNOWN and outcome.not_before is None:
            passed = self.at - (document.first_tried_at or self.at)
            pause = next((pause for within, pause in _PACE if passed < within), _SELDOM)
            outcome = msgspec.structs.replace(outcome, not_before=self.at + pause)
        self.outcomes[document.submission] = outcome

    def go_on(self, document: Sending, course: Course) -> None:
        self.courses[document.submission] = course


def in_doubt(this: Round, course: Course) -> Course:
    """This PAC may have stamped it now."""
    doubt = course.doubt if course.pac in course.doubt else (*course.doubt, course.pac)
    return course.change(doubt=doubt, doubt_at=this.at)


def unknown(
    this: Round, course: Course, message: str | None, code: str | None, pause: timedelta | None = None
) -> Outcome:
    """Asked for again after the pause; `Round.settle` gives one where there is none."""
    again_at = None if pause is None else this.at + pause
    return Outcome(state=_S.OUTCOME_UNKNOWN, code=code, message=message, not_before=again_at, attributes=noted(course))


def again(course: Course, heard: Heard, not_before: datetime | None = None) -> Outcome:
    return Outcome(
        state=_S.RETRY_SCHEDULED,
        code=heard.code,
        message=heard.message,
        not_before=not_before,
        attributes=noted(course),
    )


def held(course: Course, heard: Heard) -> Outcome:
    return Outcome(
        state=_S.HELD, code=heard.code, message=heard.message, findings=heard.findings, attributes=noted(course)
    )


def account_gone(course: Course, pac: str) -> Outcome:
    words = f"{accounts.LABEL[pac]} may have stamped this document, and its account is no longer stored."
    fix = f"Store the credential {accounts.CREDENTIAL[pac]!r} again, then resubmit."
    found = Finding(rule="CFDI-PAC-ACCOUNT", message=words, source="pac", fix=fix)
    return Outcome(state=_S.HELD, code="CFDI-PAC-ACCOUNT", message=words, findings=(found,), attributes=noted(course))


def archived(course: Course) -> Outcome:
    """SW names the stamp of before and keeps it where no ask of ours leads."""
    words = f"SW has stamped this document as {course.path}, and keeps it at an address that is not asked."
    found = Finding(rule="CFDI-STAMP-06", message=words, source="pac", fix="Fetch the CFDI from SW's portal.")
    return Outcome(state=_S.HELD, code="CFDI-STAMP-06", message=words, findings=(found,), attributes=noted(course))


def contradicted(course: Course, heard: Heard) -> Outcome:
    """A PAC that said 307 and now refuses: only a person can find out which of the two holds."""
    words = f"{accounts.LABEL[course.pac]} said that it has stamped this document, and now refuses it: {heard.message}"
    found = Finding(
        rule="CFDI-STAMP-07", message=words, source="pac", external_code=heard.code, external_message=heard.message
    )
    return Outcome(state=_S.HELD, code="CFDI-STAMP-07", message=words, findings=(found,), attributes=noted(course))


def uncontrolled(course: Course, heard: Heard) -> Outcome:
    """A PAC whose own error does not pass: whether it has a stamp, only its support can tell."""
    words = f"{accounts.LABEL[course.pac]} answers with an error of its own, and does not say whether it stamped this."
    found = Finding(
        rule="CFDI-STAMP-08",
        message=words,
        source="pac",
        external_code=heard.code,
        external_message=heard.message,
        fix="Ask the PAC's support whether there is a stamp, then resubmit: the same bytes go out again.",
    )
    return Outcome(state=_S.HELD, code="CFDI-STAMP-08", message=words, findings=(found,), attributes=noted(course))


def expired(words: str | None) -> Outcome:
    """Its Fecha is too old, and nobody has stamped it: the same number is sealed anew."""
    message = "The 72 hours within which a CFDI is stamped have passed, and no PAC has stamped it."
    found = Finding(rule=EXPIRED, message=message, source="pac", external_message=words, fix="Seal it again now.")
    return Outcome(state=_S.REJECTED, code=EXPIRED, message=message, findings=(found,))
