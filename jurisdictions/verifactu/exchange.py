"""The talk with the AEAT: remit in order, read each line, and ask before repeating what may have arrived.

Sources: "Descripción del servicio web" 1.0.3; Order HAC/1177/2024 art. 16 (order, waiting time, Incidencia). An
exchange is in one of two stages, kept in the memo: `registro` (an answer to records is awaited) or `consulta` (an
answer to a question is awaited, after a 3000 or a lost answer).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from jurisdictions.contract import (
    Answer,
    Ask,
    Effect,
    Flow,
    Hold,
    Instruction,
    InstructionKind,
    Issuer,
    Outcome,
    Sending,
    Setting,
    Step,
)
from jurisdictions.kit import soap, xml
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu import xsd
from jurisdictions.verifactu.deadlines import RECORD_AGE
from jurisdictions.verifactu.obligado import declaration, regime, representation
from jurisdictions.verifactu.parties import spanish_nif
from jurisdictions.verifactu.remission import answers as replies
from jurisdictions.verifactu.remission import hosts, lost, matching, messages, outcomes, pacing
from jurisdictions.verifactu.remission.answers import Failure, Trouble
from jurisdictions.verifactu.remission.memo import REGISTRO, Memo, ids, plain
from jurisdictions.verifactu.settings import settings_of
from schemas.findings import Severity
from schemas.states import SubmissionState

ON_THE_WAY = timedelta(seconds=30)
"""What a message may need until the AEAT compares its records with the clock (2004)."""
DECLARATION, REPRESENTATION = "DECLARATION", "REPRESENTATION"
_INTERRUPTED = "The exchange broke off before its end was noted; the AEAT is asked after the waiting time."
_AEAT_TIME = ZoneInfo("Europe/Madrid")


def flow(instruction: Instruction, issuer: Issuer) -> Flow:
    """One per obligado: a message has one ObligadoEmision, and records go in the order of their making."""
    return Flow(
        key=spanish_nif(issuer.party) or issuer.id,
        ordered=True,
        max_batch=lists.MAX_RECORDS,
        full_batch_overrides_pause=True,
    )


def batch(waiting: tuple[Sending, ...]) -> tuple[Sending, ...]:
    """The longest start of one obligado that is either all fresh or all tried: Incidencia is said per message."""
    head = waiting[0]
    nif, fresh = head.attributes["nif"], head.tries == 0
    alike = takewhile(lambda one: one.attributes["nif"] == nif and (one.tries == 0) is fresh, waiting)
    return tuple(alike)[: lists.MAX_RECORDS]


def begin(documents: tuple[Sending, ...], setting: Setting) -> Step:
    """One message with every record that fits the schema; one bad record would have the AEAT refuse them all."""
    hold = forbidden(setting)
    if hold is not None:
        return Step(hold=hold)
    step = _remission(documents, setting, in_doubt=False)
    if _fits(step.asks[0]):
        return step
    held = {one.submission: outcome for one in documents if (outcome := _unfit(one)) is not None}
    fit = tuple(one for one in documents if one.submission not in held)
    if not fit:
        return Step(outcomes=held)
    step = replace(_remission(fit, setting, in_doubt=False), outcomes=held)
    if not _fits(step.asks[0]):
        return Step(outcomes=held, hold=Hold(code=outcomes.SCHEMA, message="The header of the message does not fit."))
    return step


def inquire(documents: tuple[Sending, ...], setting: Setting) -> Step:
    """Lost answers. An initial alta goes again as it is: a second one is refused with 3000 and proves the first. A
    subsanación or anulación could be taken twice, so the AEAT's book is read first, and for the alta of the same
    invoice with it: the book shows whichever came last. After a crash nobody knows when the message left, so that the
    waiting time begins anew."""
    hold = forbidden(setting)
    if hold is not None:
        return Step(hold=hold)
    if any(one.state is SubmissionState.SUBMITTING for one in documents):
        return _interrupted(documents, setting)
    twice = {matching.invoice(one) for one in documents if one.instruction is not InstructionKind.ISSUE}
    consulted = tuple(one.submission for one in documents if matching.invoice(one) in twice)
    if not consulted:
        return _remission(documents, setting, in_doubt=True)
    memo = Memo(stage=REGISTRO, sent=ids(documents), lost=True, consulted=consulted)
    return lost.look_for(documents, memo, setting)


def resume(
    documents: tuple[Sending, ...], memo: Mapping[str, object], answers: Mapping[str, Answer], setting: Setting
) -> Step:
    """The next step after an answer. Refusals and failures are outcomes, never exceptions."""
    standing = msgspec.convert(memo, Memo)
    sent = frozenset(standing.sent)
    about = tuple(one for one in documents if one.submission in sent)
    if standing.stage == REGISTRO:
        return _remitted(about, standing, answers[REGISTRO], setting)
    read = lost.read(about, standing, answers, setting)
    if isinstance(read, lost.Unread):
        return _partly(about, read, setting)
    return read if isinstance(read, Step) else _concluded(about, read, setting)


def forbidden(setting: Setting) -> Hold | None:
    """Why nothing may be sent in earnest now, although it was sealed: what was signed is missing, or was revoked."""
    issuer, at = setting.issuer, setting.at
    if issuer.environment != "live":
        return None
    for code, problems in ((DECLARATION, declaration.problems), (REPRESENTATION, representation.problems)):
        for one in problems(issuer, at):
            if one.severity is Severity.FATAL:
                return Hold(code=code, message=one.message)
    return None


def _interrupted(documents: tuple[Sending, ...], setting: Setting) -> Step:
    until = pacing.after_answer(None, setting)
    outcome = Outcome(state=SubmissionState.OUTCOME_UNKNOWN, code="INTERRUPTED", message=_INTERRUPTED, not_before=until)
    return Step(outcomes={one.submission: outcome for one in documents}, not_before=until)


# ------------------------------------------------------------------------------------------------ remission


def _remission(documents: tuple[Sending, ...], setting: Setting, *, in_doubt: bool) -> Step:
    late = any(one.tries > 0 or setting.at - one.sealed_at > RECORD_AGE - ON_THE_WAY for one in documents)
    incident, end, sender = in_doubt or late, _last_day(setting), representation.sender(setting.issuer, setting.at)
    said = {"incident": "S"} if incident else {}
    if end is not None:
        said["last_day"] = messages.written(end)
    body = messages.records(
        documents[0].attributes["nif"],
        setting.issuer.party.name,
        (one.body for one in documents),
        incident=incident,
        last_day=end,
        representative=(sender.name, sender.nif) if sender is not None and sender.generates else None,
    )
    memo = Memo(stage=REGISTRO, sent=ids(documents), said=said, lost=in_doubt)
    ask = messages.ask(REGISTRO, Effect.WRITE, memo.sent, body, hosts.endpoint(setting.issuer))
    return Step(asks=(ask,), memo=plain(memo))


def _last_day(setting: Setting) -> date | None:
    """FechaFinVeriFactu of a message of today, by the AEAT's calendar (4120)."""
    return regime.last_day(settings_of(setting.issuer).calendar, setting.at.astimezone(_AEAT_TIME).date())


def _remitted(documents: tuple[Sending, ...], memo: Memo, answer: Answer, setting: Setting) -> Step:
    read = replies.result(answer)
    if isinstance(read, Failure):
        return _failed(documents, read, setting, in_doubt=memo.lost)
    settled: dict[str, Outcome] = {}
    refused: dict[str, outcomes.Refused] = {}
    for one, line in matching.matched(documents, read.lines):
        if line is not None and line.state == replies.INCORRECT and (memo.lost or line.code == lists.DUPLICATE):
            refused[one.submission] = outcomes.refused(line)
        else:
            settled[one.submission] = outcomes.of_line(one, line, read, memo.said)
    step = Step()
    if refused:
        doubtful = tuple(one for one in documents if one.submission in refused)
        asking = Memo(stage=REGISTRO, sent=ids(doubtful), said=memo.said, consulted=ids(doubtful), refused=refused)
        step = lost.look_for(doubtful, asking, setting)
    return replace(
        step,
        outcomes=settled,
        not_before=pacing.after_answer(read.wait, setting),
        session=pacing.remembered(read.wait, setting),
    )


def _failed(documents: tuple[Sending, ...], failure: Failure, setting: Setting, *, in_doubt: bool) -> Step:
    """No result. What an earlier try may have brought there stays unknown, whatever became of this one.

    The flow rests for its waiting time, as after any message. What they asked for beyond that binds each record, so
    that a thousand waiting ones do not override it.
    """
    state = {
        Trouble.NOT_SENT: SubmissionState.RETRY_SCHEDULED,
        Trouble.BUSY: SubmissionState.RETRY_SCHEDULED,
        Trouble.LOST: SubmissionState.OUTCOME_UNKNOWN,
        Trouble.BROKEN: SubmissionState.OUTCOME_UNKNOWN,
        Trouble.REFUSED: SubmissionState.QUEUED,
    }[failure.trouble]
    refused, pause = failure.trouble is Trouble.REFUSED, pacing.after_failure(failure, setting)
    outcome = Outcome(
        state=SubmissionState.OUTCOME_UNKNOWN if in_doubt else state,
        code=failure.code,
        message=failure.message,
        not_before=pause if failure.retry_after is not None and not refused else None,
    )
    return Step(
        outcomes={one.submission: outcome for one in documents},
        hold=Hold(code=failure.code, message=failure.message) if refused else None,
        backoff=not refused,
        not_before=pause,
    )


def _fits(ask: Ask) -> bool:
    """Whether the message as a whole fits the schema: then so does each of its records, at a third of the cost."""
    try:
        message = soap.opened(b"".join(piece for piece in ask.body if isinstance(piece, bytes)))
        if isinstance(message, soap.Fault) or len(message) != 1 + len(ask.documents):  # Cabecera, then the records.
            return False
        return not xsd.faults(message)
    except (soap.NotAnEnvelope, KeyError):
        return False


def _unfit(one: Sending) -> Outcome | None:
    """The quarantine: held where the record does not fit the schema, so that the others can go."""
    try:
        faults = xsd.faults(xml.parse(one.body))
    except (xml.UnreadableXML, KeyError) as why:
        faults = (xsd.Fault(f"The stored record cannot be read: {why}", "/"),)
    return outcomes.quarantined(faults) if faults else None


# ------------------------------------------------------------------------------------------------ after a consulta


def _concluded(documents: tuple[Sending, ...], memo: Memo, setting: Setting) -> Step:
    """What is known stands; else a refusal stands, and what was lost goes out again as it is."""
    settled = lost.known(documents, memo)
    again: list[Sending] = []
    for one in documents:
        if one.submission in settled:
            continue
        refused = memo.refused.get(one.submission)
        if refused is not None and lost.unseen(one, refused, memo):
            settled[one.submission] = outcomes.unseen(refused, pacing.after_answer(None, setting))
        elif refused is not None:
            settled[one.submission] = outcomes.of_refusal(one, refused, memo.said)
        else:
            again.append(one)
    if not again:
        return Step(outcomes=settled)
    return replace(_remission(tuple(again), setting, in_doubt=True), outcomes=settled)


def _partly(documents: tuple[Sending, ...], read: lost.Unread, setting: Setting) -> Step:
    """Not all of the book came through: what is known is settled, so that the next look has less to look for."""
    step = _failed(documents, read.failure, setting, in_doubt=True)
    return replace(step, outcomes={**step.outcomes, **lost.known(documents, read.memo)})
