"""The talk with the AEAT: remit in order, read each line, and ask before repeating what may have arrived.

Sources: "Descripción del servicio web" 1.0.3; Order HAC/1177/2024 art. 16 (order, waiting time, Incidencia). An
exchange is in one of two stages, kept in the memo: `registro` (an answer to records is awaited) or `consulta` (an
answer to a question is awaited, after a 3000 or a lost answer).
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import takewhile

import msgspec

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
from jurisdictions.verifactu import answers as replies
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu import messages, outcomes, xsd
from jurisdictions.verifactu.answers import Failure, Trouble
from jurisdictions.verifactu.deadlines import RECORD_AGE
from jurisdictions.verifactu.parties import spanish_nif
from schemas.states import SubmissionState

REGISTRO = "registro"
CONSULTA = "consulta"
SINGLE_QUERIES = 10
"""Up to so many records each gets a question of its own; more are asked for by day, page by page."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A question under way: what it asked for."""

    period: str
    number: str | None = None
    day: str | None = None


class Memo(msgspec.Struct, frozen=True, kw_only=True):
    """Where the exchange stands. `sent` are the submissions that it is about, in order.

    `lost`: an earlier try may have arrived, so nothing here can prove that nothing happened. `consulted`: those whose
    huella the consulta looks for. `found` and `duplicates` hold what was learned, by submission.
    """

    stage: str
    sent: tuple[str, ...]
    lost: bool = False
    consulted: tuple[str, ...] = ()
    asked: dict[str, Asked] = {}
    found: dict[str, outcomes.Confirmed] = {}
    duplicates: dict[str, outcomes.Refused] = {}


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
    step = _remission(documents, setting, lost=False)
    if _fits(step.asks[0]):
        return step
    held = {one.submission: outcome for one in documents if (outcome := _unfit(one)) is not None}
    fit = tuple(one for one in documents if one.submission not in held)
    if not fit:
        return Step(outcomes=held)
    return msgspec.structs.replace(_remission(fit, setting, lost=False), outcomes=held)


def inquire(documents: tuple[Sending, ...], setting: Setting) -> Step:
    """Lost answers. An initial alta goes again as it is: a second one is refused with 3000 and proves the first. A
    subsanación or anulación could be taken twice, so the AEAT's book is read first."""
    repeatable = all(one.instruction is InstructionKind.ISSUE for one in documents)
    if repeatable:
        return _remission(documents, setting, lost=True)
    memo = Memo(
        stage=CONSULTA,
        sent=_ids(documents),
        lost=True,
        consulted=tuple(one.submission for one in documents if one.instruction is not InstructionKind.ISSUE),
    )
    return _consulta(documents, memo, setting)


def resume(
    documents: tuple[Sending, ...], memo: Mapping[str, object], answers: Mapping[str, Answer], setting: Setting
) -> Step:
    """The next step after an answer. Refusals and failures are outcomes, never exceptions."""
    standing = msgspec.convert(memo, Memo)
    sent = frozenset(standing.sent)
    about = tuple(one for one in documents if one.submission in sent)
    if standing.stage == REGISTRO:
        return _remitted(about, standing, answers[REGISTRO], setting)
    return _consulted(about, standing, answers, setting)


# ------------------------------------------------------------------------------------------------ remission


def _remission(documents: tuple[Sending, ...], setting: Setting, *, lost: bool) -> Step:
    late = any(one.tries > 0 or setting.at - one.sealed_at > RECORD_AGE for one in documents)
    head = documents[0].attributes
    body = messages.records(
        head["nif"], setting.issuer.party.name, (one.body for one in documents), incident=lost or late
    )
    memo = Memo(stage=REGISTRO, sent=_ids(documents), lost=lost)
    return Step(asks=(messages.ask(REGISTRO, Effect.WRITE, memo.sent, body),), memo=_plain(memo))


def _remitted(documents: tuple[Sending, ...], memo: Memo, answer: Answer, setting: Setting) -> Step:
    read = replies.result(answer)
    if isinstance(read, Failure):
        return _failed(documents, read, setting, lost=memo.lost)
    waiting: dict[tuple[str, str, str], deque[replies.Line]] = defaultdict(deque)
    for line in read.lines:
        waiting[line.number, line.date, line.operation].append(line)
    settled: dict[str, Outcome] = {}
    duplicates: dict[str, outcomes.Refused] = {}
    for one in documents:
        lines = waiting.get(_key(one))
        own = lines.popleft() if lines else None
        if own is not None and own.code == lists.DUPLICATE and own.state == outcomes.INCORRECT:
            duplicates[one.submission] = outcomes.duplicate(own)
        else:
            settled[one.submission] = outcomes.of_line(one, own, read)
    pause = setting.at + timedelta(seconds=read.wait)
    if not duplicates:
        return Step(outcomes=settled, not_before=pause)
    doubtful = tuple(one for one in documents if one.submission in duplicates)
    asking = Memo(stage=CONSULTA, sent=_ids(doubtful), consulted=_ids(doubtful), duplicates=duplicates)
    step = _consulta(doubtful, asking, setting)
    return msgspec.structs.replace(step, outcomes=settled, not_before=pause)


def _key(one: Sending) -> tuple[str, str, str]:
    operation = "Anulacion" if one.instruction is InstructionKind.CANCEL else "Alta"
    return one.attributes["number"], one.attributes["date"], operation


def _failed(documents: tuple[Sending, ...], failure: Failure, setting: Setting, *, lost: bool) -> Step:
    """No result. What an earlier try may have brought there stays unknown, whatever became of this one."""
    state = {
        Trouble.NOT_SENT: SubmissionState.RETRY_SCHEDULED,
        Trouble.BUSY: SubmissionState.RETRY_SCHEDULED,
        Trouble.LOST: SubmissionState.OUTCOME_UNKNOWN,
        Trouble.REFUSED: SubmissionState.QUEUED,
    }[failure.trouble]
    outcome = Outcome(
        state=SubmissionState.OUTCOME_UNKNOWN if lost else state, code=failure.code, message=failure.message
    )
    refused = failure.trouble is Trouble.REFUSED
    return Step(
        outcomes={one.submission: outcome for one in documents},
        hold=Hold(code=failure.code, message=failure.message) if refused else None,
        backoff=not refused,
        not_before=None
        if failure.retry_after is None
        else setting.at + timedelta(seconds=min(failure.retry_after, 3600)),
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


# ------------------------------------------------------------------------------------------------ consulta


def _consulta(documents: tuple[Sending, ...], memo: Memo, setting: Setting) -> Step:
    """Questions for the records in doubt: one each, or one for every day that they lie in."""
    consulted = frozenset(memo.consulted)
    doubtful = [one.attributes for one in documents if one.submission in consulted]
    if len(doubtful) <= SINGLE_QUERIES:
        wanted = [Asked(period=of["period"], number=of["number"]) for of in doubtful]
    else:
        wanted = [
            Asked(period=period, day=day)
            for period, day in dict.fromkeys((of["period"], of["date"]) for of in doubtful)
        ]
    asked = {f"{CONSULTA}:{place}": one for place, one in enumerate(wanted)}
    return _questions(documents, msgspec.structs.replace(memo, asked=asked), {}, setting)


def _questions(
    documents: tuple[Sending, ...], memo: Memo, pages: Mapping[str, tuple[str, str, str]], setting: Setting
) -> Step:
    nif, name = documents[0].attributes["nif"], setting.issuer.party.name
    asks = []
    for ask_name, one in memo.asked.items():
        query = messages.Query(period=one.period, number=one.number, day=one.day, page=pages.get(ask_name))
        asks.append(messages.ask(ask_name, Effect.READ, memo.consulted, messages.question(nif, name, query)))
    return Step(asks=tuple(asks), memo=_plain(memo))


def _consulted(documents: tuple[Sending, ...], memo: Memo, answers: Mapping[str, Answer], setting: Setting) -> Step:
    found = dict(memo.found)
    pages: dict[str, tuple[str, str, str]] = {}
    consulted = frozenset(memo.consulted)
    sought = {one.attributes["huella"]: one for one in documents if one.submission in consulted}
    for name in memo.asked:
        read = replies.page(answers[name])
        if isinstance(read, Failure):
            return _failed(documents, read, setting, lost=True)
        for entry in read.entries:
            one = sought.get(entry.huella)
            if one is not None and (one.attributes["number"], one.attributes["date"]) == (entry.number, entry.date):
                found[one.submission] = outcomes.confirmed(entry)
        if read.next is not None:
            pages[name] = read.next
    memo = msgspec.structs.replace(memo, found=found, asked={name: memo.asked[name] for name in pages})
    if pages:
        return _questions(documents, memo, pages, setting)
    return _concluded(documents, memo, setting)


def _concluded(documents: tuple[Sending, ...], memo: Memo, setting: Setting) -> Step:
    """Our huella is there: accepted. It is not: a 3000 stands, and what was lost goes out again as it is."""
    settled: dict[str, Outcome] = {}
    again: list[Sending] = []
    for one in documents:
        refused = memo.duplicates.get(one.submission)
        if one.submission in memo.found:
            settled[one.submission] = outcomes.of_entry(one, memo.found[one.submission], refused)
        elif refused is not None:
            settled[one.submission] = outcomes.of_refusal(one, refused)
        else:
            again.append(one)
    if not again:
        return Step(outcomes=settled)
    return msgspec.structs.replace(_remission(tuple(again), setting, lost=True), outcomes=settled)


def _ids(documents: Iterable[Sending]) -> tuple[str, ...]:
    return tuple(one.submission for one in documents)


def _plain(memo: Memo) -> dict[str, object]:
    """The memo as plain values, as the gateway stores it."""
    plain: dict[str, object] = msgspec.to_builtins(memo)
    return plain
