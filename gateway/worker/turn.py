"""A turn: one leased flow, loaded, taken as far as one exchange goes, settled and let go."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from itertools import takewhile
from typing import Any

import msgspec
import structlog

from gateway.errors import Busy
from gateway.intake.instructions import Known, StoredAttestation, issuer_for
from gateway.store import credentials, exchanges, flows, incidents, sessions
from gateway.store.flows import HeldCase, Lease, LeaseLost, Rest
from gateway.store.incidents import Trouble
from gateway.store.pool import Connection, to_json
from gateway.store.settlement import keep_evidence, settle
from gateway.store.trail import Trail
from gateway.vault import SealBroken
from gateway.worker import breaker
from gateway.worker.delivery import (
    CREDENTIAL_MISSING,
    DEFECT,
    UNSETTLED,
    Delivery,
    Ending,
    Overtaken,
    Phase,
    Talk,
    keep_session,
    report_outcomes,
)
from gateway.worker.house import House
from gateway.worker.lease import committed, give_back, kept
from gateway.worker.settlement import Record, diagnose
from gateway.worker.wallet import Wallet
from jurisdictions.contract import CaseClass, Diagnosis, Environment, Hold, InstructionKind, Path, Sending, Session
from schemas.answers import IssuerInput
from schemas.states import SETTLED, SubmissionState

log = structlog.get_logger(__name__)

SETTINGS_UNREADABLE = "GW-SETTINGS"
_GONE = SETTLED | {SubmissionState.HELD}
_issuer = msgspec.json.Decoder(IssuerInput)
_texts = msgspec.json.Decoder(dict[str, str])
_papers = msgspec.json.Decoder(tuple[StoredAttestation, ...])
_flows = msgspec.json.Decoder(dict[str, tuple[str, ...]])


async def carry(house: House, lease: Lease) -> None:
    """Take the flow through its turn; whatever happens, its lease is given back or runs out."""
    turn = _Turn(house, lease)
    async with kept(house, lease):
        try:
            await turn.take()
        except LeaseLost:
            log.warning("turn.lease_lost", jurisdiction=lease.jurisdiction, flow=lease.key)
        except Overtaken as why:
            log.info("turn.overtaken", jurisdiction=lease.jurisdiction, flow=lease.key, why=str(why))
            await give_back(house, lease)
        except asyncio.CancelledError:
            await asyncio.shield(give_back(house, lease))
            raise
        except Exception as why:
            log.exception("turn.failed", jurisdiction=lease.jurisdiction, flow=lease.key)
            await turn.note_failure(why)
            await give_back(house, lease, Rest(backoff_until=house.now() + house.pace.backoff_base))


class _Turn:
    def __init__(self, house: House, lease: Lease) -> None:
        self._house = house
        self._lease = lease
        self._law = house.jurisdictions[lease.jurisdiction]
        self._flow: Any = None
        self._incident = house.new_id()  # Of the turn, so that a repeated commit finds its own.

    async def take(self) -> None:
        talk, unsettled, waiting = await self._load()
        if talk is None:
            return
        ending = Ending()
        if unsettled:
            ending = self._early(unsettled) or await self._deliver(talk, Phase.INQUIRE, unsettled)
            if waiting and ending.free:
                await self._between(ending)
                ending = await self._send(talk, waiting)
        elif waiting:
            ending = await self._send(talk, waiting)
        await self._end(ending)

    async def _send(self, talk: Talk, waiting: Sequence[Record]) -> Ending:
        records = {record.sending.submission: record for record in waiting}
        try:
            chosen = self._law.exchange.batch(tuple(record.sending for record in waiting))
            batch = tuple(records[sending.submission] for sending in chosen)
            if not batch:
                raise ValueError("an empty batch")
        except Exception as why:
            log.exception("exchange.batch_failed", jurisdiction=self._lease.jurisdiction)
            return Ending(hold=Hold(code=DEFECT, message=f"Our own code could not choose what to send: {why}"))
        return self._early(batch) or await self._deliver(talk, Phase.SEND, batch)

    def _early(self, records: Sequence[Record]) -> Ending | None:
        """A rest, where a full batch that waits has passed the authority's pacing and less than that would go out."""
        until = self._flow["paced_until"]
        if until is None or until <= self._house.now() or len(records) >= self._flow["max_batch"]:
            return None
        return Ending(rest_until=until)

    async def _deliver(self, talk: Talk, phase: Phase, records: Sequence[Record]) -> Ending:
        ending = await Delivery(talk, phase, tuple(records)).run()
        if ending.asked:
            await breaker.report(self._house, self._lease, answered=ending.answered)
        return ending

    async def _load(self) -> tuple[Talk | None, list[Record], list[Record]]:
        """The flow's issuer, secrets and documents: in an ordered flow what is unsettled goes first and alone."""
        house, lease, now = self._house, self._lease, self._house.now()
        async with house.store.tenant(lease.tenant, lease.environment) as connection:
            flow = self._flow = await flows.read(connection, lease)
            if flow is None:
                raise LeaseLost(lease.key)
            stored = await credentials.of_exchange(
                connection, lease.tenant, lease.environment, flow["issuer_id"], lease.jurisdiction
            )
            session = await self._session(connection, now)
            unsettled = await self._documents(connection, now, unsettled=True)
            waiting = [] if unsettled and flow["ordered"] else await self._documents(connection, now, unsettled=False)
        try:
            talk = self._talk(stored, session)
        except msgspec.ValidationError as why:
            await self._end(Ending(hold=Hold(code=SETTINGS_UNREADABLE, message=f"The issuer's settings: {why}")))
            return None, [], []
        return talk, unsettled, waiting

    def _talk(self, stored: Sequence[Any], session: Session | None) -> Talk:
        house, lease, law = self._house, self._lease, self._law
        environment: Environment = "live" if lease.environment == "live" else "test"
        facts = {f"{lease.jurisdiction}:{row['name']}": _texts.decode(row["facts"]) for row in stored}
        known = Known(
            credentials=facts,
            attestations=_papers.decode(self._flow["attestations"]),
            flows=_flows.decode(self._flow["flows"]),
            deployments=house.deployments,
        )
        issuer = issuer_for(law, self._flow["issuer_id"], _issuer.decode(self._flow["issuer"]), environment, known)
        wallet = Wallet(house.vault, lease, law.about.credentials, stored, session)
        line = house.lines[environment].line(lease.jurisdiction, secrets=wallet.secret, identities=wallet.identity)
        return Talk(house, lease, law, issuer, wallet, line)

    async def _session(self, connection: Connection, now: datetime) -> Session | None:
        lease = self._lease
        place = lease.environment, lease.jurisdiction, credentials.session_key(lease.tenant, lease.key)
        row = await sessions.get(connection, *place, now)
        if row is None:
            return None
        try:
            values = self._house.vault.open(row["sealed"], credentials.session_context(*place))
        except SealBroken:
            return None  # Sealed under a master key that is gone: a new session costs one question.
        return Session(values=values, expires_at=row["expires_at"])

    async def _documents(self, connection: Connection, now: datetime, *, unsettled: bool) -> list[Record]:
        flow = self._flow
        rows = await flows.documents(
            connection, self._lease, unsettled=unsettled, ordered=flow["ordered"], now=now, limit=flow["max_batch"]
        )
        # The head of an ordered flow decides for all behind it.
        due = takewhile(lambda row: row["not_before"] is None or row["not_before"] <= now, rows)
        chosen = list(due)
        tried = [row["id"] for row in chosen if row["tries"]]
        asked = await exchanges.asked_of(connection, self._lease, tried) if tried else {}
        return [_record(row, asked.get(row["id"], ())) for row in chosen]

    async def _between(self, ending: Ending) -> None:
        """Settle an inquiry whose flow goes on to send in the same turn."""
        await committed(self._house, self._lease, lambda connection: self._settle(connection, ending))
        report_outcomes(self._house, self._lease, ending.settling)

    async def _end(self, ending: Ending) -> None:
        """Settle the last step and let the flow go, in one transaction."""
        house, lease = self._house, self._lease
        rest = self._rest(ending)

        async def settle_and_release(connection: Connection) -> None:
            await self._settle(connection, ending)
            if ending.hold is not None:
                trail = Trail(house.new_id, "worker")
                await flows.hold(connection, lease, self._held_case(ending.hold), house.now(), trail)
            await flows.release(connection, lease, rest)
            await self._note_incident(connection, ending)

        await committed(house, lease, settle_and_release)
        report_outcomes(house, lease, ending.settling)

    async def note_failure(self, why: Exception) -> None:
        """A turn that fails of itself is an incident too, where the database can still be told of it."""
        if self._flow is None or isinstance(why, Busy):
            return
        house, lease, cause = self._house, self._lease, Trouble(DEFECT, f"Our own code failed: {type(why).__name__}")
        with suppress(Exception):
            async with asyncio.timeout(3), house.store.tenant(lease.tenant, lease.environment) as connection:
                if not await flows.renew(connection, lease, house.pace.lease):
                    return  # Somebody else has it, and may have delivered everything.
                trail = Trail(house.new_id, "worker")
                await incidents.noted(
                    connection, lease, self._incident, self._flow["issuer_id"], cause, house.now(), trail
                )

    async def _note_incident(self, connection: Connection, ending: Ending) -> None:
        """An incident begins with the first try that fails and ends with the first that does not."""
        house, lease = self._house, self._lease
        trail = Trail(house.new_id, "worker")
        if ending.hold is not None or ending.trouble:
            held = ending.hold
            cause = Trouble(held.code, held.message) if held else ending.cause or Trouble(UNSETTLED)
            await incidents.noted(connection, lease, self._incident, self._flow["issuer_id"], cause, house.now(), trail)
        elif self._flow["in_trouble"]:
            delivered = sum(row.state in _GONE for row in ending.settling.rows)
            await incidents.ended(connection, lease, delivered, house.now(), trail, answered=ending.answered)

    async def _settle(self, connection: Connection, ending: Ending) -> None:
        at, settling = self._house.now(), ending.settling
        settled = await settle(connection, self._lease, at, settling.rows)
        if settled.moved != len(settling.rows):
            log.error("turn.rows_not_moved", moved=settled.moved, rows=len(settling.rows), flow=self._lease.key)
        await keep_evidence(connection, self._lease, at, settling.evidence)
        await keep_session(self._house, self._lease, connection, ending.session)

    def _rest(self, ending: Ending) -> Rest:
        if ending.rest_until is not None:
            return Rest(failures=self._flow["failures"], backoff_until=ending.rest_until)
        if not ending.trouble or ending.hold is not None:  # A held flow rests for a person, and then goes at once.
            return Rest(paced_until=ending.paced_until)
        house, failures = self._house, self._flow["failures"] + 1
        pause = house.pace.backoff(failures, self._law.about.longest_pause_seconds, house.chance())
        return Rest(failures=failures, paced_until=ending.paced_until, backoff_until=house.now() + pause)

    def _held_case(self, hold: Hold) -> HeldCase:
        house = self._house
        diagnosis = _OURS.get(hold.code) or diagnose(self._law.desk, InstructionKind.ISSUE, hold.code, hold.message)
        return HeldCase(
            id=house.new_id(),
            event=house.new_id(),
            case_class=str(diagnosis.case_class),
            sentence=diagnosis.sentence,
            path=str(diagnosis.path),
            fix=diagnosis.fix,
            actions=to_json(diagnosis.actions),
            code=hold.code,
            message=hold.message,
        )


def _record(row: Any, asked: tuple[str, ...]) -> Record:
    sending = Sending(
        submission=str(row["id"]),
        instruction=InstructionKind(row["instruction"]),
        body=row["body"],
        attributes=_texts.decode(row["attributes"]),
        sealed_at=row["sealed_at"],
        edition=row["edition"],
        tries=row["tries"],
        first_tried_at=row["first_tried_at"],
        state=SubmissionState(row["state"]),
        asked=asked,
    )
    return Record(
        id=row["id"],
        invoice=row["invoice_id"],
        state=SubmissionState(row["state"]),
        fingerprint=row["fingerprint"],
        sending=sending,
        supersedes=row["supersedes"],
    )


def _ours(case_class: CaseClass, sentence: str, fix: str) -> Diagnosis:
    actions = ("mend", "resume_flow")
    return Diagnosis(case_class=case_class, sentence=sentence, path=Path.RESEND, fix=fix, actions=actions)


_OURS = {
    DEFECT: _ours(
        CaseClass.DEFECT,
        "The gateway itself failed while it spoke with the authority; nothing more is sent until this is looked into.",
        "Read the log of the worker, then resume the flow.",
    ),
    CREDENTIAL_MISSING: _ours(
        CaseClass.CONFIGURATION,
        "A credential that the authority asks for is not stored; everything of this flow waits for it.",
        "PUT the credential of the issuer, then resume the flow.",
    ),
    SETTINGS_UNREADABLE: _ours(
        CaseClass.CONFIGURATION,
        "The issuer's settings for this jurisdiction cannot be read; everything of this flow waits.",
        "PATCH the issuer's settings, then resume the flow.",
    ),
}
