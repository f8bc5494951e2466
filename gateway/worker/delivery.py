"""One exchange with an authority: each question is written down before it is asked, each answer before it is believed.

What a transaction holds: the outcomes of a step together with its next questions, their documents in `submitting`. Only
then a socket opens. A process that dies leaves a step that never was, or documents in `submitting`, which are inquired.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import structlog

from gateway.store import exchanges, sessions
from gateway.store.credentials import session_context, session_key
from gateway.store.exchanges import AnswerRow, ExchangeRow
from gateway.store.flows import Lease
from gateway.store.incidents import Trouble
from gateway.store.pool import Connection, to_json
from gateway.store.settlement import keep_evidence, settle
from gateway.transport import stored_answer, stored_request
from gateway.worker.house import House, Line
from gateway.worker.lease import committed
from gateway.worker.settlement import Ledger, Record, Settling
from gateway.worker.wallet import Wallet
from jurisdictions.contract import Answer, Ask, Hold, Issuer, Jurisdiction, Setting, Step

log = structlog.get_logger(__name__)

DEFECT = "GW-DEFECT"
CREDENTIAL_MISSING = "GW-CREDENTIAL-MISSING"
BUSY, UNSETTLED = "busy", "unsettled"
"""Causes of an incident where nothing on the way says more: they wish to be left alone, or left something open."""
HTTP_ERRORS = 400
LONGEST = 500


class Phase(StrEnum):
    SEND = "send"
    INQUIRE = "inquire"


class Overtaken(Exception):
    """A document was taken out of the flow (superseded, held) between reading and sending it: nothing was sent."""


class _Defect(Exception):
    """The jurisdiction's code failed, or moved a document as no table allows."""


@dataclass(slots=True)
class Ending:
    """What the last step left to be settled, and how the flow is to rest."""

    settling: Settling = field(default_factory=Settling)
    paced_until: datetime | None = None
    rest_until: datetime | None = None
    """Nothing was tried, and nothing is before then."""
    trouble: bool = False
    cause: Trouble | None = None
    """Why there is `trouble`."""
    hold: Hold | None = None
    asked: bool = False
    answered: bool = False
    session: Step | None = None

    @property
    def free(self) -> bool:
        """Whether the flow may go on at once."""
        return not self.trouble and self.hold is None and self.paced_until is None and self.rest_until is None


@dataclass(frozen=True, slots=True)
class Talk:
    """Where an exchange takes place: the leased flow, its issuer, and the way out."""

    house: House
    lease: Lease
    jurisdiction: Jurisdiction
    issuer: Issuer
    wallet: Wallet
    line: Line

    def setting(self) -> Setting:
        sandbox = self.house.sandbox(self.lease.environment, self.lease.jurisdiction)
        return Setting(issuer=self.issuer, session=self.wallet.session, at=self.house.now(), sandbox=sandbox)


class Delivery:
    """Takes some documents of a flow through one exchange. Its last outcomes are left to the caller to settle."""

    def __init__(self, talk: Talk, phase: Phase, records: tuple[Record, ...]) -> None:
        self._talk = talk
        self._phase = phase
        self._sendings = tuple(record.sending for record in records)
        house = talk.house
        self._ledger = Ledger(records, talk.jurisdiction.desk, house.pace, house.new_id)
        self._ending = Ending()
        self._busy = False
        self._worst: Trouble | None = None

    async def run(self) -> Ending:
        """Ask until the jurisdiction has no more questions. Raises LeaseLost, Overtaken, or what the database says."""
        try:
            await self._converse()
        except _Defect as why:
            log.exception("exchange.defect", **self._labels())
            self._ending.hold = Hold(code=DEFECT, message=f"Our own code failed during the exchange: {why}")
        self._conclude()
        return self._ending

    async def _converse(self) -> None:
        step = self._begin()
        for _ in range(self._talk.house.pace.most_steps):
            settling = self._take(step)
            missing = self._talk.wallet.missing(step.asks)
            if missing is not None:
                self._ending.hold = self._ending.hold or Hold(
                    code=CREDENTIAL_MISSING, message=f"The credential {missing!r} is needed for this and is not stored."
                )
            if not step.asks or self._ending.hold is not None:
                self._ending.settling = settling
                self._ending.session = step
                return
            step = self._resume(step, await self._ask(step, settling))
        raise _Defect(f"an exchange of more than {self._talk.house.pace.most_steps} steps")

    def _begin(self) -> Step:
        exchange, setting = self._talk.jurisdiction.exchange, self._talk.setting()
        try:
            if self._phase is Phase.INQUIRE:
                return exchange.inquire(self._sendings, setting)
            return exchange.begin(self._sendings, setting)
        except Exception as why:
            raise _Defect(f"{type(why).__name__}: {why}") from why

    def _resume(self, step: Step, answers: Mapping[str, Answer]) -> Step:
        try:
            return self._talk.jurisdiction.exchange.resume(self._sendings, step.memo, answers, self._talk.setting())
        except Exception as why:
            raise _Defect(f"{type(why).__name__}: {why}") from why

    def _take(self, step: Step) -> Settling:
        """Note what a step wishes, and turn its outcomes into rows."""
        if step.session is not None:
            self._talk.wallet.session = step.session
        elif step.drop_session:
            self._talk.wallet.session = None
        ending = self._ending
        ending.hold = step.hold or ending.hold
        self._busy = self._busy or step.backoff
        if step.not_before is not None:
            ending.paced_until = max(step.not_before, ending.paced_until or step.not_before)
        try:
            return self._ledger.settle(step.outcomes, self._talk.house.now())
        except ValueError as why:
            raise _Defect(str(why)) from why

    async def _ask(self, step: Step, settling: Settling) -> Mapping[str, Answer]:
        """Commit what is about to be asked, ask, and keep the answers."""
        house, lease = self._talk.house, self._talk.lease
        try:
            going_out = self._ledger.going_out(step.asks)
        except ValueError as why:
            raise _Defect(str(why)) from why
        at, ids = house.now(), {ask.name: house.new_id() for ask in step.asks}
        # What the step remembers may be a megabyte and is one for all its questions: it is kept with the first of them.
        memo = to_json(step.memo)
        rows = [self._exchange_row(ids[ask.name], ask, "{}" if n else memo) for n, ask in enumerate(step.asks)]

        async def write_down(connection: Connection) -> None:
            if settling.rows:
                await settle(connection, lease, at, settling.rows)
                await keep_evidence(connection, lease, at, settling.evidence)
            moved = (await settle(connection, lease, at, going_out)).moved
            if moved != len(going_out):
                raise Overtaken(f"{len(going_out) - moved} of {len(going_out)} documents are no longer there")
            await keep_session(house, lease, connection, step)
            await exchanges.write_down(connection, lease, at, rows)

        await committed(house, lease, write_down)
        report_outcomes(house, lease, settling)
        answers = await self._heard(step.asks)
        answered = [self._answer_row(ids[ask.name], ask, answers[ask.name]) for ask in step.asks]
        await committed(house, lease, lambda c: exchanges.write_answers(c, lease, house.now(), answered))
        return answers

    async def _heard(self, asks: tuple[Ask, ...]) -> Mapping[str, Answer]:
        house, lease, ending = self._talk.house, self._talk.lease, self._ending
        ending.asked = True
        started = time.perf_counter()
        answers = await self._talk.line.ask_all(asks)
        seconds = time.perf_counter() - started
        for ask in asks:
            failure = answers[ask.name].failure
            ending.answered = ending.answered or failure is None
            self._worst = _worse(self._worst, ask, answers[ask.name])
            labels = lease.jurisdiction, lease.environment, ask.endpoint, str(failure or "answered")
            house.metrics.exchanges.labels(*labels).observe(seconds)
        log.info(
            "exchange.asked",
            **self._labels(),
            asks=[ask.name for ask in asks],
            failures=[str(answers[ask.name].failure) for ask in asks if answers[ask.name].failure is not None],
            milliseconds=round(seconds * 1000),
        )
        return answers

    def _conclude(self) -> None:
        """Leave nothing in `submitting`, and say whether the flow must rest before it tries again."""
        ending, ledger = self._ending, self._ledger
        progress = bool(ending.settling.rows) or ending.asked
        ending.settling.rows += ledger.left_over()
        stuck = not progress and ending.hold is None and ending.paced_until is None
        ending.trouble = self._busy or ledger.unresolved or stuck
        ending.answered = ending.answered and not self._busy
        ending.cause = self._cause()

    def _cause(self) -> Trouble | None:
        if not self._ending.trouble:
            return None
        if self._worst is not None:
            return self._worst
        if self._busy:
            return Trouble(BUSY, "The other side asks to be left alone for now.")
        return Trouble(UNSETTLED, "The answer settles not everything that was asked for.")

    def _labels(self) -> dict[str, object]:
        lease = self._talk.lease
        return {
            "environment": lease.environment,
            "jurisdiction": lease.jurisdiction,
            "flow": lease.key,
            "phase": str(self._phase),
            "documents": len(self._sendings),
        }

    def _exchange_row(self, exchange: UUID, ask: Ask, memo: str) -> ExchangeRow:
        request = stored_request(ask)
        return ExchangeRow(
            id=exchange,
            phase=str(self._phase),
            ask=ask.name,
            endpoint=ask.endpoint,
            effect=str(ask.effect),
            method=request.method,
            path=request.path,
            submissions=tuple(self._ledger.records[name].id for name in ask.documents),
            headers=to_json(request.headers),
            body=request.body,
            memo=memo,
        )

    def _answer_row(self, exchange: UUID, ask: Ask, answer: Answer) -> AnswerRow:
        kept = stored_answer(ask, answer)
        failure = None if kept.failure is None else str(kept.failure)
        return AnswerRow(exchange, kept.status, to_json(dict(kept.headers)), kept.body, failure, kept.detail)


def _worse(former: Trouble | None, ask: Ask, answer: Answer) -> Trouble | None:
    """The first sign on the way that a question was not answered as it should be."""
    if former is not None:
        return former
    if answer.failure is not None:
        return Trouble(str(answer.failure), f"{ask.endpoint}: {answer.detail or 'no answer'}"[:LONGEST])
    if answer.status >= HTTP_ERRORS:
        return Trouble(f"http_{answer.status}", f"{ask.endpoint} answered HTTP {answer.status}.")
    return None


async def keep_session(house: House, lease: Lease, connection: Connection, step: Step | None) -> None:
    """Store a step's session sealed, or forget the one that they no longer honour."""
    if step is None or (step.session is None and not step.drop_session):
        return
    place = lease.environment, lease.jurisdiction, session_key(lease.tenant, lease.key)
    if step.session is None:
        await sessions.drop(connection, *place)
        return
    sealed = house.vault.seal(dict(step.session.values), session_context(*place))
    await sessions.put(connection, *place, sealed, step.session.expires_at)


def report_outcomes(house: House, lease: Lease, settling: Settling) -> None:
    """Count and log what was settled, after its commit."""
    for state, many in Counter(row.state for row in settling.rows).items():
        house.metrics.outcomes.labels(lease.jurisdiction, lease.environment, state).inc(many)
    for row in settling.rows:
        log.info(
            "submission.settled",
            submission=str(row.id),
            invoice=str(row.invoice_id),
            jurisdiction=lease.jurisdiction,
            environment=lease.environment,
            state=row.state,
            code=row.code,
        )
