"""The talk with the PAC (SW sapien, REST): a token, then one stamp a document, several at a time.

The sealed bytes never change and carry the submission's id as `customid`: asking again with both is how the PAC is
inquired, and it answers 307 with the first stamp. Source: developers.sw.com.mx (authentication, timbrado v4, codes).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from jurisdictions.cfdi.answers import Verdict, read_login, read_stamping
from jurisdictions.cfdi.parties import rfc_of
from jurisdictions.contract import (
    Answer,
    Ask,
    Effect,
    Exchange,
    Flow,
    Hold,
    Instruction,
    Issuer,
    Outcome,
    SecretSlot,
    Sending,
    Session,
    Setting,
    Step,
)
from schemas.states import SubmissionState

ENDPOINT = "sw"
MAX_BATCH = 50
_LOGIN = "authenticate"
_RECHECK = timedelta(seconds=10)
_MARGIN = timedelta(seconds=60)
_UNANSWERED = frozenset({SubmissionState.RETRY_SCHEDULED, SubmissionState.QUEUED})


class Memo(msgspec.Struct, frozen=True, kw_only=True):
    """What the flow must remember between two steps. `unknown`: these documents may already have been stamped."""

    pending: tuple[str, ...]
    unknown: bool = False
    relogged: bool = False


@dataclass
class _Tally:
    """What the answers of one step add up to."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    unauthorised: list[str] = field(default_factory=list)
    hold: Hold | None = None
    backoff: bool = False


def flow(instruction: Instruction, issuer: Issuer) -> Flow:
    return Flow(key=rfc_of(issuer.party) or issuer.id, ordered=False, max_batch=MAX_BATCH)


def batch(waiting: tuple[Sending, ...]) -> tuple[Sending, ...]:
    return waiting[:MAX_BATCH]


def begin(documents: tuple[Sending, ...], setting: Setting) -> Step:
    return _ask(documents, setting, Memo(pending=_ids(documents)))


def inquire(documents: tuple[Sending, ...], setting: Setting) -> Step:
    """The same bytes under the same customid: the PAC stamps a CFDI once, and shows the first stamp to who asks
    again."""
    return _ask(documents, setting, Memo(pending=_ids(documents), unknown=True))


def resume(
    documents: tuple[Sending, ...], memo: Mapping[str, object], answers: Mapping[str, Answer], setting: Setting
) -> Step:
    known = msgspec.convert(memo, Memo)
    pending = tuple(document for document in documents if document.submission in known.pending)
    login = answers.get(_LOGIN)
    if login is not None:
        return _after_login(pending, login, known, setting)
    return _after_stamping(pending, answers, known, setting)


def _after_login(documents: tuple[Sending, ...], answer: Answer, memo: Memo, setting: Setting) -> Step:
    login = read_login(answer, setting.at)
    if login.token is None:
        outcome = _unsettled(memo, setting.at, login.message, login.code)
        if login.refused:
            held = Hold(code=login.code or "AU2000", message=login.message)
            waiting = outcome if memo.unknown else Outcome(state=SubmissionState.QUEUED)
            return Step(outcomes=dict.fromkeys(_ids(documents), waiting), hold=held, drop_session=True)
        return Step(outcomes=dict.fromkeys(_ids(documents), outcome), backoff=True)
    session = Session(values={"token": login.token}, expires_at=max(login.expires_at - _MARGIN, setting.at))
    return Step(asks=_stamp_asks(documents), memo=msgspec.to_builtins(memo), session=session)


def _after_stamping(
    documents: tuple[Sending, ...], answers: Mapping[str, Answer], memo: Memo, setting: Setting
) -> Step:
    tally = _Tally()
    for document in documents:
        _count(document, answers.get(document.submission), memo, setting.at, tally)
    if tally.unauthorised and not memo.relogged and tally.hold is None:
        again = Memo(pending=tuple(tally.unauthorised), unknown=memo.unknown, relogged=True)
        return Step(
            outcomes=tally.outcomes,
            asks=(_login_ask(tuple(tally.unauthorised)),),
            memo=msgspec.to_builtins(again),
            drop_session=True,
        )
    for submission in tally.unauthorised:
        tally.outcomes[submission] = _unsettled(memo, setting.at, "The PAC did not honour a fresh token.", None)
    return Step(
        outcomes=tally.outcomes,
        backoff=tally.backoff or bool(tally.unauthorised),
        hold=tally.hold,
        drop_session=bool(tally.unauthorised) or tally.hold is not None,
    )


def _count(document: Sending, answer: Answer | None, memo: Memo, at: datetime, tally: _Tally) -> None:
    reading = read_stamping(document, answer, at)
    if reading.verdict is Verdict.UNAUTHORISED:
        tally.unauthorised.append(document.submission)
        return
    outcome = reading.outcome
    if reading.verdict is Verdict.ACCOUNT:
        tally.hold = Hold(code=outcome.code or "AU2000", message=outcome.message or "The PAC refuses the account.")
    if memo.unknown and outcome.state in _UNANSWERED:
        outcome = _unsettled(memo, at, outcome.message, outcome.code)
    tally.backoff = tally.backoff or reading.verdict is Verdict.UNREACHABLE
    tally.outcomes[document.submission] = outcome


def _unsettled(memo: Memo, at: datetime, message: str | None, code: str | None) -> Outcome:
    """Nothing was heard: what was unknown stays so, anything else is tried again."""
    if memo.unknown:
        return Outcome(state=SubmissionState.OUTCOME_UNKNOWN, code=code, message=message, not_before=at + _RECHECK)
    return Outcome(state=SubmissionState.RETRY_SCHEDULED, code=code, message=message)


def _ask(documents: tuple[Sending, ...], setting: Setting, memo: Memo) -> Step:
    signed_in = setting.session is not None and setting.session.expires_at > setting.at
    asks = _stamp_asks(documents) if signed_in else (_login_ask(_ids(documents)),)
    return Step(asks=asks, memo=msgspec.to_builtins(memo))


def _login_ask(documents: tuple[str, ...]) -> Ask:
    body = (b'{"user":"', SecretSlot(credential="pac", field="user"), b'","password":"')
    return Ask(
        name=_LOGIN,
        endpoint=ENDPOINT,
        effect=Effect.READ,
        documents=documents,
        path="/v2/security/authenticate",
        headers=(("content-type", (b"application/json",)),),
        body=(*body, SecretSlot(credential="pac", field="password"), b'"}'),
        secret_answer=True,
    )


def _stamp_asks(documents: tuple[Sending, ...]) -> tuple[Ask, ...]:
    return tuple(_stamp_ask(document) for document in documents)


def _stamp_ask(document: Sending) -> Ask:
    boundary = f"cfdi-{document.submission}"
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="xml"; filename="cfdi.xml"\r\n'
        "Content-Type: text/xml\r\n\r\n"
    )
    return Ask(
        name=document.submission,
        endpoint=ENDPOINT,
        effect=Effect.WRITE,
        documents=(document.submission,),
        path="/v4/cfdi33/stamp/v4",
        headers=(
            ("authorization", (b"Bearer ", SecretSlot(credential="session", field="token"))),
            ("customid", (document.submission.encode(),)),
            ("content-type", (f"multipart/form-data; boundary={boundary}".encode(),)),
        ),
        body=(head.encode(), document.body, f"\r\n--{boundary}--\r\n".encode()),
        timeout_seconds=60.0,
    )


def _ids(documents: tuple[Sending, ...]) -> tuple[str, ...]:
    return tuple(document.submission for document in documents)


EXCHANGE = Exchange(flow=flow, batch=batch, begin=begin, resume=resume, inquire=inquire)
