"""The waiting time between two messages: told by each answer, kept through faults, 60 seconds before any answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from jurisdictions.contract import Failure as TransportFailure
from jurisdictions.contract import Sandbox, Session, Setting, Step
from jurisdictions.verifactu import JURISDICTION
from jurisdictions.verifactu.remission.messages import TIMEOUT_SECONDS
from schemas.states import SubmissionState
from tests.jurisdictions.verifactu.builders import NOW, answer, chained, fault, line, remitted, setting

TALK = JURISDICTION.exchange
SANDBOX = Sandbox(endpoints=("aeat", "aeat_sello"), authority="")


def kept(seconds: str, days: int = 60) -> Session:
    return Session(values={"wait": seconds}, expires_at=NOW + timedelta(days=days))


def after(text: str, given: Setting, status: int = 200, **headers: str) -> Step:
    documents = chained(1)
    step = TALK.begin(documents, given)
    return TALK.resume(documents, step.memo, {"registro": answer(text, status=status, **headers)}, given)


def told(wait: str) -> str:
    return remitted(line(chained(1)[0]), wait=wait)


def seconds(step: Step, given: Setting) -> float | None:
    return None if step.not_before is None else (step.not_before - given.at).total_seconds()


LIVE, QUICK, SLOW = setting(), replace(setting(), sandbox=SANDBOX), replace(setting(), session=kept("120"))
BROKEN = fault("Error interno", "env:Server")


@pytest.mark.parametrize(
    ("given", "wait", "pause", "remembered"),
    [
        (LIVE, "60", 60, None),
        (LIVE, "90", 90, "90"),
        (LIVE, "", 60, None),
        (LIVE, "soon", 60, None),
        (LIVE, "9" * 5000, 60, None),
        (LIVE, "99999", 9999, "9999"),
        (LIVE, "0", 0, "0"),
        (QUICK, "1", 1, None),
        (QUICK, "60", 60, "60"),
        (SLOW, "120", 120, None),
        (SLOW, "", 120, None),
        (SLOW, "60", 60, "60"),
        (replace(setting(), session=kept("120", days=10)), "120", 120, "120"),
        (replace(setting(), session=kept("never")), "60", 60, None),
    ],
)
def test_an_answer_tells_the_pause(given: Setting, wait: str, pause: int, remembered: str | None) -> None:
    done = after(told(wait), given)
    assert seconds(done, given) == pause
    assert (done.session.values["wait"] if done.session else None) == remembered
    assert done.session is None or done.session.expires_at > given.at + timedelta(days=30)


def test_an_answer_without_the_element_keeps_the_pause() -> None:
    text = told("60").replace("<r:TiempoEsperaEnvio>60</r:TiempoEsperaEnvio>", "")
    assert seconds(after(text, SLOW), SLOW) == 120


@pytest.mark.parametrize(("given", "pause"), [(LIVE, 60), (QUICK, 1), (SLOW, 120)])
@pytest.mark.parametrize(
    ("text", "status", "state"),
    [
        (BROKEN, 500, SubmissionState.OUTCOME_UNKNOWN),
        ("busy", 503, SubmissionState.RETRY_SCHEDULED),
        ("", 200, SubmissionState.OUTCOME_UNKNOWN),
        (fault("Codigo[4112].x"), 500, SubmissionState.QUEUED),
    ],
)
def test_a_fault_keeps_the_pause(given: Setting, pause: int, text: str, status: int, state: SubmissionState) -> None:
    done = after(text, given, status)
    assert (seconds(done, given), done.session) == (pause, None)
    (outcome,) = done.outcomes.values()
    assert (outcome.state, outcome.not_before) == (state, None)


def test_what_never_left_needs_no_pause() -> None:
    documents = chained(1)
    step = TALK.begin(documents, LIVE)
    given = replace(answer(""), failure=TransportFailure.NOT_SENT, status=0)
    done = TALK.resume(documents, step.memo, {"registro": given}, LIVE)
    assert (done.not_before, done.backoff) == (None, True)


@pytest.mark.parametrize(
    ("wanted", "pause"), [("30", 60), ("600", 600), ("86400", 3300), ("9" * 9, 3300), ("Fri, 20 Nov 2026", 60)]
)
@pytest.mark.parametrize("status", [429, 503])
def test_what_they_ask_for_is_kept_within_the_hour(wanted: str, pause: int, status: int) -> None:
    done = after("", LIVE, status, **{"retry-after": wanted})
    assert (seconds(done, LIVE), done.backoff) == (pause, True)
    (outcome,) = done.outcomes.values()
    assert outcome.state is SubmissionState.RETRY_SCHEDULED
    assert outcome.not_before == (done.not_before if wanted.isdigit() else None)


def test_a_thousand_waiting_records_do_not_pass_a_retry_after() -> None:
    """A full batch overrides the flow's pause; each record that was refused entry carries the time itself."""
    done = after("", LIVE, 429, **{"retry-after": "600"})
    assert all(one.not_before == LIVE.at + timedelta(seconds=600) for one in done.outcomes.values())


def test_after_a_crash_the_waiting_time_begins_anew() -> None:
    """Nobody knows when the message left, nor what its answer told; then it goes again."""
    (fresh,) = chained(1)
    crashed = replace(fresh, state=SubmissionState.SUBMITTING, tries=1)
    rest = TALK.inquire((crashed,), SLOW)
    (outcome,) = rest.outcomes.values()
    assert (rest.asks, rest.backoff, rest.hold) == ((), False, None)
    assert (outcome.state, outcome.code) == (SubmissionState.OUTCOME_UNKNOWN, "INTERRUPTED")
    assert outcome.not_before == rest.not_before == SLOW.at + timedelta(seconds=120)
    assert TALK.inquire((replace(crashed, state=outcome.state),), SLOW).asks


def test_between_two_tries_lies_less_than_the_hour() -> None:
    """A pause runs from the end of a try, which may wait a minute for its place and another for its answer; the
    breaker of all flows rests up to a minute."""
    slowest = timedelta(seconds=2 * TIMEOUT_SECONDS + 60)
    assert timedelta(seconds=JURISDICTION.about.longest_pause_seconds) + slowest < timedelta(hours=1)
