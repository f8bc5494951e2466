"""The gateway's part of a talk, small and strict: documents move by the table, asks get answers, sessions are kept.

At the other end stands the simulator, or whatever a test puts there for one endpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from jurisdictions.cfdi import JURISDICTION
from jurisdictions.cfdi.settings import Settings
from jurisdictions.cfdi.simulator import SIMULATOR
from jurisdictions.contract import (
    Answer,
    Ask,
    Failure,
    Hold,
    InstructionKind,
    Issuer,
    Outcome,
    Sandbox,
    SecretSlot,
    Sending,
    Session,
    Setting,
    SimulatorReply,
    SimulatorRequest,
    Step,
)
from schemas.states import SETTLED, STANDING_MOVES, SUBMISSION_MOVES, Standing, SubmissionState, advance
from tests.jurisdictions.cfdi.invoices import AT, issuer
from tests.jurisdictions.cfdi.simulated import Certifier

EXCHANGE = JURISDICTION.exchange
BOTH = ("pac", "finkok")
SECRETS = {(name, key): b"sandbox" for name in BOTH for key in ("user", "password")}
_S = SubmissionState
Trouble = Callable[[Ask, datetime], Answer | Failure | str | None]
"""What goes wrong with an ask: an answer of the test's own, `not_sent`, `maybe_sent` (never arrived), `lost` (it
arrived, and the answer did not), or `late` (it arrives when nobody listens any more). None: it is answered."""


def two_pacs(*names: str, pac: str = "sw") -> Issuer:
    """An issuer with accounts at these PACs, `pac` being the one that it wishes."""
    csd = issuer().credentials
    accounts: Mapping[str, Mapping[str, str]] = {name: {} for name in names or BOTH}
    wished = Settings(regimen_fiscal="601", pac=msgspec.convert(pac, str))  # type: ignore[arg-type]
    return issuer(credentials={**csd, **accounts}, settings=wished)


@dataclass
class World:
    """Documents of one flow, the simulator, and a clock that the test moves."""

    issuer: Issuer = field(default_factory=two_pacs)
    at: datetime = AT
    sandbox: tuple[str, ...] | None = tuple(SIMULATOR.endpoints)
    simulator: Certifier = field(default_factory=Certifier)
    trouble: Trouble = field(default=lambda _ask, _at: None)
    session: Session | None = None
    documents: dict[str, Sending] = field(default_factory=dict)
    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    not_before: dict[str, datetime] = field(default_factory=dict)
    standing: Standing = Standing.NONE
    asks: list[Ask] = field(default_factory=list)
    hold: Hold | None = None
    lateness: timedelta = timedelta(minutes=4)
    under_way: list[tuple[datetime, SimulatorRequest]] = field(default_factory=list)
    crash: Callable[[], bool] = field(default=lambda: False)
    """Whether the process dies after the answers came and before anything was settled."""
    busy: list[bool] = field(default_factory=list)
    """Whether each exchange wished for a backoff."""

    def add(self, *documents: Sending) -> None:
        for document in documents:
            self.documents[document.submission] = replace(document, state=_S.QUEUED)
            self.outcomes[document.submission] = []

    def state(self, name: str) -> SubmissionState:
        return self.documents[name].state

    def last(self, name: str) -> Outcome:
        return self.outcomes[name][-1]

    def turn(self) -> None:
        """What is unknown is inquired, then what waits is sent."""
        unsettled = self._due(_S.SUBMITTING, _S.WAITING, _S.OUTCOME_UNKNOWN)
        if unsettled:
            self._converse(unsettled, EXCHANGE.inquire)
        if unsettled and (self.hold or self.busy[-1]):
            return
        waiting = self._due(_S.QUEUED, _S.RETRY_SCHEDULED)
        if waiting:
            self._converse(EXCHANGE.batch(waiting), EXCHANGE.begin)

    def settle(self, turns: int = 60, pause: timedelta = timedelta(seconds=15)) -> None:
        """Turn after turn until nothing is open any more, or a person is needed."""
        for _ in range(turns):
            self.turn()
            if self.hold or all(one.state in SETTLED | {_S.HELD} for one in self.documents.values()):
                return
            self.at += pause
        raise AssertionError({name: one.state for name, one in self.documents.items()})

    def asked(self) -> list[tuple[str, str]]:
        """Endpoint and path, or SOAP operation, of every ask so far."""
        return [(ask.endpoint, _operation(ask)) for ask in self.asks]

    def _due(self, *states: SubmissionState) -> tuple[Sending, ...]:
        return tuple(
            one
            for name, one in self.documents.items()
            if one.state in states and self.not_before.get(name, self.at) <= self.at
        )

    def _converse(self, documents: tuple[Sending, ...], start: Callable[[tuple[Sending, ...], Setting], Step]) -> None:
        names = {one.submission for one in documents}
        step, busy = start(documents, self._setting()), False
        for _ in range(12):
            busy = busy or step.backoff
            self._take(step, names)
            if not step.asks or self.hold is not None:
                self.busy.append(busy)
                assert not [n for n in names if self.state(n) is _S.SUBMITTING], "left in submitting"
                return
            answers = self._ask_all(step.asks)
            if self.crash():
                self._died(step.asks)
                return
            memo = msgspec.json.decode(msgspec.json.encode(step.memo))
            step = EXCHANGE.resume(documents, memo, answers, self._setting())
        raise AssertionError("the exchange does not end")

    def _setting(self) -> Setting:
        sandbox = None if self.sandbox is None else Sandbox(endpoints=self.sandbox, authority=self._authority())
        session = self.session if self.session is not None and self.session.expires_at > self.at else None
        return Setting(issuer=self.issuer, session=session, at=self.at, sandbox=sandbox)

    def _authority(self) -> str:
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import Encoding

        from tests.jurisdictions.cfdi.simulated import Keys

        return x509.load_der_x509_certificate(Keys().authority()).public_bytes(Encoding.PEM).decode()

    def _take(self, step: Step, names: set[str]) -> None:
        assert set(step.outcomes) <= names
        assert not (step.session is not None and step.drop_session)
        self.session = step.session or (None if step.drop_session else self.session)
        self.hold = step.hold
        for name, outcome in step.outcomes.items():
            state = self.state(name)
            if outcome.state is _S.QUEUED and state in (_S.QUEUED, _S.RETRY_SCHEDULED):
                continue
            self._move(name, outcome.state)
            assert (outcome.state is not _S.ACCEPTED) or outcome.authority_id
            self.outcomes[name].append(outcome)
            self.not_before.pop(name, None)
            if outcome.not_before is not None:
                self.not_before[name] = outcome.not_before
            merged = {**self.documents[name].attributes, **outcome.attributes}
            self.documents[name] = replace(self.documents[name], attributes=merged)
            if outcome.standing is not None and outcome.standing is not self.standing:
                self.standing = advance(STANDING_MOVES, self.standing, outcome.standing)

    def _move(self, name: str, target: SubmissionState) -> None:
        one = self.documents[name]
        self.documents[name] = replace(one, state=advance(SUBMISSION_MOVES, one.state, target))

    def _ask_all(self, asks: tuple[Ask, ...]) -> dict[str, Answer]:
        assert len({ask.name for ask in asks}) == len(asks)
        for ask in asks:
            if ask.effect == "write":
                for name in ask.documents:
                    self._move(name, _S.SUBMITTING)
                    one = self.documents[name]
                    tried = one.first_tried_at or self.at
                    self.documents[name] = replace(one, tries=one.tries + 1, first_tried_at=tried)
        answers = {ask.name: self._answer(ask) for ask in asks}
        for ask in asks:
            if ask.effect == "write" and answers[ask.name].failure is not Failure.NOT_SENT:
                for name in ask.documents:
                    one = self.documents[name]
                    heard = tuple(dict.fromkeys((*one.asked, ask.endpoint)))
                    self.documents[name] = replace(one, asked=heard)
        return answers

    def _died(self, asks: tuple[Ask, ...]) -> None:
        """Nothing of the answers was kept: whoever was asked may have heard."""
        self.busy.append(False)
        for ask in asks:
            for name in ask.documents if ask.effect == "write" else ():
                one = self.documents[name]
                self.documents[name] = replace(one, asked=tuple(dict.fromkeys((*one.asked, ask.endpoint))))

    def _answer(self, ask: Ask) -> Answer:
        self.asks.append(ask)
        wrong = self.trouble(ask, self.at)
        if isinstance(wrong, Answer):
            return replace(wrong, name=ask.name)
        if isinstance(wrong, Failure):
            return Answer(name=ask.name, failure=wrong, detail="the line")
        if self.sandbox is not None and ask.endpoint not in self.sandbox:
            return Answer(name=ask.name, failure=Failure.NOT_SENT, detail="no address")
        request = SimulatorRequest(
            method=ask.method,
            path=SIMULATOR.endpoints[ask.endpoint] + ask.path,
            headers={name: self._filled(pieces).decode() for name, pieces in ask.headers},
            body=self._filled(ask.body),
        )
        if wrong == "late":
            self.under_way.append((self.at + self.lateness, request))
            return Answer(name=ask.name, failure=Failure.MAYBE_SENT, detail="no answer within 60 s")
        reply = self._arrive(request)
        if reply.lost or wrong == "lost":
            return Answer(name=ask.name, failure=Failure.MAYBE_SENT, detail="the line dropped")
        return Answer(name=ask.name, status=reply.status, headers=reply.headers, body=reply.body)

    def _arrive(self, request: SimulatorRequest) -> SimulatorReply:
        """What was under way arrives first."""
        for due, late in [one for one in self.under_way if one[0] <= self.at]:
            self.under_way.remove((due, late))
            self.simulator.at = due
            self.simulator.ask(late)
        self.simulator.at = self.at
        return self.simulator.ask(request)

    def _filled(self, pieces: tuple[bytes | SecretSlot, ...]) -> bytes:
        session = self.session.values if self.session is not None else {}
        known = SECRETS | {("session", name): value.encode() for name, value in session.items()}
        return b"".join(p if isinstance(p, bytes) else known[p.credential, p.field] for p in pieces)


def _operation(ask: Ask) -> str:
    action = dict(ask.headers).get("soapaction")
    said = b"".join(p for p in action if isinstance(p, bytes)).decode().strip('"') if action else ""
    return said.rpartition("/")[2] or ask.path


def stamps(world: World) -> dict[str, int]:
    """How many stamps each PAC has made, by its counter."""
    book = world.simulator.book
    return {"sw": int(book.get("counter", b"0")), "finkok": int(book.get("finkok/counter", b"0"))}


def cancelling(body: bytes, attributes: Mapping[str, str], submission: str) -> Sending:
    """A request to cancel, on its way."""
    return Sending(
        submission=submission,
        instruction=InstructionKind.CANCEL,
        body=body,
        attributes=attributes,
        sealed_at=AT,
        edition="4.0",
    )
