"""Weeks of bad days in a moment: lost and broken answers, answers with gaps, crashes, rules that change between two
tries. Whatever happens, each record is taken once and in order, messages keep their distance, and we know what is so.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest
from lxml import etree
from msgspec.structs import replace

from jurisdictions.contract import (
    Answer,
    Ask,
    Earlier,
    Effect,
    Failure,
    InstructionKind,
    Outcome,
    Sending,
    Session,
    Setting,
    SimulatorRequest,
    Step,
)
from schemas.states import ACCEPTED, Standing, SubmissionState
from tests.jurisdictions.verifactu.builders import answer, fault, instruction, sealed, sending, setting
from tests.jurisdictions.verifactu.simulated import NS, Aeat, NoKeys, certificate, keep
from tests.jurisdictions.verifactu.talking import CANCEL, CORRECT, TALK

_S = SubmissionState
WAIT = 60
ENDED = ACCEPTED | {_S.REJECTED}
RECORD = re.compile(rb"<sf:(RegistroAlta|RegistroAnulacion)[ >].*?</sf:\1>", re.DOTALL)
HUELLA = re.compile(rb"<sf:Huella>([0-9A-F]{64})")
BROKEN = fault("Error interno", "env:Server")
WEATHER = {
    "fine": 60,
    "never arrived": 4,
    "answer lost": 8,
    "broke after it": 7,
    "broke before it": 3,
    "busy": 5,
    "gaps": 5,
    "died before": 3,
    "died after": 4,
}


class Died(Exception):
    """The worker's process ends here."""


@dataclass
class Waiting:
    sending: Sending
    state: SubmissionState = _S.QUEUED
    tries: int = 0
    not_before: datetime | None = None
    outcome: Outcome | None = None

    @property
    def number(self) -> str:
        return self.sending.attributes["number"]

    @property
    def huella(self) -> str:
        return self.sending.attributes["huella"]


@dataclass
class Ordeal:
    """The simulated AEAT, a worker with one flow, and whoever issues invoices meanwhile. `taken` are the verdicts on
    each huella, `doubtful` the records that the AEAT refuses now and then, `sent` when messages left."""

    seed: int
    aeat: Aeat = field(default_factory=lambda: Aeat(book={"wait": str(WAIT).encode()}))
    now: datetime = field(default_factory=lambda: setting().at)
    session: Session | None = None
    paced: datetime | None = None
    last: bytes | None = None
    queue: list[Waiting] = field(default_factory=list)
    standings: dict[str, Standing] = field(default_factory=dict)
    taken: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    in_order: list[str] = field(default_factory=list)
    doubtful: set[str] = field(default_factory=set)
    sent: list[datetime] = field(default_factory=list)
    fine: bool = False

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.span = self.random.choice([2, 4, 30])

    # -------------------------------------------------------------------------------------------- the issuer

    def issue(self) -> None:
        """An invoice, or a subsanación or anulación of one, also while its former record is still under way."""
        number = f"A-{self.random.randint(1, self.span)}"
        before = [one for one in self.queue if one.number == number]
        kind, standing = InstructionKind.ISSUE, self.standings.get(number, Standing.NONE)
        if before:
            kind = self.random.choice([CORRECT, CANCEL])
            if before[-1].state not in ENDED:
                cancelled = before[-1].sending.instruction is CANCEL
                standing = Standing.CANCELLED if cancelled else Standing.REGISTERED
        if kind is CANCEL and standing is Standing.CANCELLED:
            return
        earlier = tuple(_earlier(one) for one in before if one.state in ENDED)
        record = sealed(
            instruction(kind=kind, standing=standing, earlier=earlier), number, previous=self.last, at=self.now
        )
        self.last = record.link
        self.queue.append(Waiting(sending(record, f"sub_{len(self.queue)}", kind, sealed_at=self.now)))
        if self.random.random() < 0.15:
            self.doubtful.add(record.attributes["huella"])

    # -------------------------------------------------------------------------------------------- the worker

    def turn(self) -> bool:
        """As the gateway takes one: what is in doubt first and alone, and a crash leaves it in `submitting`."""
        doubt = [one for one in self.queue if one.state in {_S.SUBMITTING, _S.OUTCOME_UNKNOWN}]
        due = doubt or [one for one in self.queue if one.state in {_S.QUEUED, _S.RETRY_SCHEDULED}]
        if not due:
            return False
        moments = [one.not_before for one in (due if doubt else due[:1])] + [self.paced]
        self.now = max([self.now, *(one for one in moments if one is not None)])
        documents = tuple(replace(one.sending, state=one.state, tries=one.tries) for one in due)
        try:
            if doubt:
                self.follow(documents, TALK.inquire(documents, self.setting()))
            else:
                chosen = TALK.batch(documents)
                self.follow(chosen, TALK.begin(chosen, self.setting()))
        except Died:
            self.now += timedelta(seconds=self.random.choice([0.1, 45]))
        self.now += timedelta(seconds=1)
        return True

    def follow(self, documents: tuple[Sending, ...], step: Step) -> None:
        paced = None
        while True:
            self.settle(step.outcomes)
            assert step.hold is None
            self.session = step.session or self.session
            paced = step.not_before or paced
            if not step.asks:
                self.paced = paced or self.paced
                return
            for one in self.named(name for ask in step.asks if ask.effect is Effect.WRITE for name in ask.documents):
                one.state, one.tries, one.not_before = _S.SUBMITTING, one.tries + 1, None
            given = {ask.name: self.asked(ask) for ask in step.asks}
            self.now += timedelta(seconds=self.random.choice([0.2, 1, 5]))
            step = TALK.resume(documents, json.loads(json.dumps(dict(step.memo))), given, self.setting())

    def setting(self) -> Setting:
        return replace(setting(), at=self.now, session=self.session)

    def named(self, names: Iterable[str]) -> list[Waiting]:
        wanted = set(names)
        return [one for one in self.queue if one.sending.submission in wanted]

    def settle(self, outcomes: Mapping[str, Outcome]) -> None:
        for one in self.named(outcomes):
            assert one.state not in ENDED, "settled twice"
            one.outcome = outcomes[one.sending.submission]
            one.state, one.not_before = one.outcome.state, one.outcome.not_before
            assert one.outcome.authority_id or one.state not in ACCEPTED
            self.standings[one.number] = one.outcome.standing or self.standings.get(one.number, Standing.NONE)

    # -------------------------------------------------------------------------------------------- the way there

    def asked(self, ask: Ask) -> Answer:
        weather = "fine" if self.fine else self.random.choices(list(WEATHER), list(WEATHER.values()))[0]
        if weather == "died before":
            raise Died
        if ask.effect is Effect.WRITE:
            self.sent.append(self.now)
        if weather == "never arrived":
            return Answer(name=ask.name, failure=Failure.MAYBE_SENT)
        if weather == "broke before it":
            return answer(BROKEN, name=ask.name, status=500)
        if weather == "busy":
            return answer("", name=ask.name, status=429, **{"retry-after": "5"})
        reply = self.answered(ask, gaps=weather == "gaps")
        if weather == "died after":
            raise Died
        if weather == "answer lost":
            return Answer(name=ask.name, failure=Failure.MAYBE_SENT)
        if weather == "broke after it":
            return answer(self.random.choice([BROKEN, "<html>Error</html>", ""]), name=ask.name, status=500)
        return reply

    def answered(self, ask: Ask, *, gaps: bool) -> Answer:
        body = b"".join(piece for piece in ask.body if isinstance(piece, bytes))
        if ask.effect is Effect.WRITE:
            body = RECORD.sub(self.refusing, body)
        request = SimulatorRequest(
            method=ask.method, path=f"/sello{ask.path}", headers={}, body=body, client_certificate=certificate()
        )
        reply = self.aeat.simulator.answer(self.aeat.book, request, self.now, NoKeys(), "default")
        keep(self.aeat.book, reply.changes)
        told = etree.fromstring(reply.body)
        lines = told.findall(".//r:RespuestaLinea", NS)
        huellas = [_huella(found[0]) for found in RECORD.finditer(body)] if lines else []
        for huella, line in zip(huellas, lines, strict=True):
            verdict = line.findtext("r:EstadoRegistro", "", NS)
            self.taken[huella].append(verdict)
            if verdict != "Incorrecto" and huella not in self.in_order:
                self.in_order.append(huella)
            if gaps and self.random.random() < 0.3:
                _dropped(line)
        return Answer(name=ask.name, status=reply.status, body=etree.tostring(told))

    def refusing(self, found: re.Match[bytes]) -> bytes:
        """The record, or one with the same huella that is refused this time (as when VIES does not answer)."""
        record = found[0]
        if not self.fine and _huella(record) in self.doubtful and self.random.random() < 0.5:
            return re.sub(rb"(<sf:DescripcionOperacion>)[^<]*", rb"\1[sim:1239]", record)
        return record


def _huella(record: bytes) -> str:
    own: bytes = HUELLA.findall(record)[-1]
    return own.decode()


def _dropped(line: etree._Element) -> None:
    parent = line.getparent()
    assert parent is not None
    parent.remove(line)


def _earlier(one: Waiting) -> Earlier:
    return Earlier(
        submission=one.sending.submission,
        instruction=one.sending.instruction,
        state=one.state,
        fingerprint="",
        authority_code=one.outcome.code if one.outcome else None,
    )


@pytest.mark.parametrize("seed", range(40))
def test_each_record_is_taken_once_and_in_order_and_we_know_it(seed: int) -> None:
    ordeal = Ordeal(seed)
    for _ in range(ordeal.random.randint(4, 20)):
        for _ in range(ordeal.random.choice([0, 1, 2, 4, 14])):
            ordeal.issue()
        ordeal.turn()
        ordeal.now += timedelta(seconds=ordeal.random.choice([0, 1, 30, 100]))
    turns = 0
    while ordeal.turn():
        turns += 1
        ordeal.fine = turns > 50
        assert turns < 100, "stuck"
    for one in ordeal.queue:
        verdicts = ordeal.taken[one.huella]
        assert one.state in ENDED
        assert sum(verdict != "Incorrecto" for verdict in verdicts) <= 1, "taken twice"
        held = any(verdict != "Incorrecto" for verdict in verdicts)
        assert one.outcome is not None
        unprovable = "overtaken_by" in one.outcome.attributes and one.outcome.message is not None
        assert unprovable or held is (one.state in ACCEPTED)
    sealed_in_order = [one.huella for one in ordeal.queue]
    places = [sealed_in_order.index(one) for one in ordeal.in_order if "Incorrecto" not in ordeal.taken[one]]
    assert places == sorted(places)
    pauses = [(later - former).total_seconds() for former, later in zip(ordeal.sent, ordeal.sent[1:], strict=False)]
    assert min(pauses, default=WAIT) >= WAIT
