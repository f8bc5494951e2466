"""The talk with Toyland's office: records in order, three at a time, each answered by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import msgspec

from jurisdictions.contract import (
    Answer,
    Ask,
    Effect,
    Evidence,
    Exchange,
    Failure,
    Flow,
    Hold,
    Instruction,
    Issuer,
    Outcome,
    SecretSlot,
    Sending,
    Setting,
    Step,
)
from schemas.states import Standing, SubmissionState
from tests.jurisdictions.toyland.attestations import sworn
from tests.jurisdictions.toyland.rules import swears

ASK_AGAIN = timedelta(hours=6)
"""When to ask again whether the customer has answered."""

BATCH = 3
JSON = ("Content-Type", (b"application/json",))


class Line(msgspec.Struct, frozen=True):
    """What the office says of one record."""

    submission: str
    verdict: str
    receipt: str | None = None
    code: str | None = None
    message: str | None = None


class Reply(msgspec.Struct, frozen=True):
    lines: tuple[Line, ...]
    wait_seconds: int = 0


def flow(instruction: Instruction, issuer: Issuer) -> Flow:
    return Flow(key=issuer.id, ordered=True, max_batch=BATCH)


def batch(waiting: tuple[Sending, ...]) -> tuple[Sending, ...]:
    return waiting[:BATCH]


def begin(documents: tuple[Sending, ...], setting: Setting) -> Step:
    if swears(setting.issuer) and not sworn(setting.issuer, setting.at):
        return Step(hold=Hold(code="T-OATH", message="The oath does not stand any more."))
    body = b"[" + b",".join(one.body for one in documents) + b"]"
    return _ask("register", Effect.WRITE, documents, body)


def inquire(documents: tuple[Sending, ...], setting: Setting) -> Step:
    return _ask("search", Effect.READ, documents, msgspec.json.encode([one.submission for one in documents]))


def _ask(name: str, effect: Effect, documents: tuple[Sending, ...], body: bytes) -> Step:
    password = (b"Toy ", SecretSlot(credential="office", field="password"))
    ask = Ask(
        name=name,
        endpoint="office",
        effect=effect,
        documents=tuple(one.submission for one in documents),
        path=f"/{name}",
        headers=(JSON, ("Authorization", password)),
        body=(body,),
    )
    return Step(asks=(ask,), memo={"asked": name})


def resume(
    documents: tuple[Sending, ...], memo: Mapping[str, object], answers: Mapping[str, Answer], setting: Setting
) -> Step:
    asked = str(memo.get("asked", "register"))
    answer = answers.get(asked) or Answer(name=asked, failure=Failure.MAYBE_SENT)
    if answer.failure is None and answer.status == 401:
        held = Outcome(state=SubmissionState.RETRY_SCHEDULED)
        return Step(
            outcomes=_each(documents, held), hold=Hold(code="T-401", message="The office knows no such account.")
        )
    if answer.failure is Failure.NOT_SENT or (answer.failure is None and answer.status == 503):
        return Step(outcomes=_each(documents, _later(asked)), backoff=True)
    reply = _read(answer)
    if reply is None:
        unknown = Outcome(state=SubmissionState.OUTCOME_UNKNOWN)
        return Step(outcomes=_each(documents, unknown), backoff=True)
    lines = {line.submission: line for line in reply.lines}
    outcomes = {one.submission: _outcome(asked, lines.get(one.submission), setting) for one in documents}
    return Step(outcomes=outcomes, not_before=setting.at + timedelta(seconds=max(0, min(reply.wait_seconds, 3600))))


def _each(documents: tuple[Sending, ...], outcome: Outcome) -> dict[str, Outcome]:
    return {one.submission: outcome for one in documents}


def _later(asked: str) -> Outcome:
    """A question that did not arrive leaves what was unknown unknown."""
    state = SubmissionState.OUTCOME_UNKNOWN if asked == "search" else SubmissionState.RETRY_SCHEDULED
    return Outcome(state=state)


def _read(answer: Answer) -> Reply | None:
    if answer.failure is not None or answer.status != 200:
        return None
    try:
        return msgspec.json.decode(answer.body, type=Reply)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _outcome(asked: str, line: Line | None, setting: Setting) -> Outcome:
    if line is not None and line.verdict in ("pending", "cancelled", "kept"):
        return _ending(line, setting)
    if line is None or (line.verdict == "registered" and not line.receipt):
        nothing = asked == "search" and line is None
        return Outcome(state=SubmissionState.RETRY_SCHEDULED if nothing else SubmissionState.OUTCOME_UNKNOWN)
    if line.verdict == "registered":
        return Outcome(
            state=SubmissionState.ACCEPTED,
            authority_id=line.receipt,
            standing=Standing.REGISTERED,
            evidence=(Evidence(name="receipt.txt", media_type="text/plain", body=(line.receipt or "").encode()),),
        )
    return Outcome(state=SubmissionState.REJECTED, code=line.code or "T-UNNAMED", message=line.message)


def _ending(line: Line, setting: Setting) -> Outcome:
    """What becomes of a cancellation: the customer is asked, and may say no."""
    if line.verdict == "pending":
        return Outcome(
            state=SubmissionState.WAITING, standing=Standing.CANCEL_PENDING, not_before=setting.at + ASK_AGAIN
        )
    if line.verdict == "cancelled" and line.receipt:
        return Outcome(state=SubmissionState.ACCEPTED, authority_id=line.receipt, standing=Standing.CANCELLED)
    return Outcome(
        state=SubmissionState.REJECTED, code=line.code or "T-BUYER", message=line.message, standing=Standing.REGISTERED
    )


EXCHANGE = Exchange(flow=flow, batch=batch, begin=begin, resume=resume, inquire=inquire)
