"""Time: deadlines that the law sets, warnings before them, and documents that go out again by themselves.

A deadline that has been met is dropped in silence. One that was missed opens a case, which closes by itself once what
it waited for has come after all. Only what a jurisdiction calls automatic is resubmitted, once, as the worker's act.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import structlog

from gateway.actor import ALL_SCOPES, Actor, Origin
from gateway.errors import Conflict
from gateway.identity import Prefix, written
from gateway.intake.kept import fingerprint
from gateway.intake.resubmission import resubmit
from gateway.store import desk as cases
from gateway.store import tasks, trail
from gateway.store.pool import Connection, to_json
from gateway.store.tasks import DeadlineCase, Leased
from gateway.store.trail import Trail
from gateway.vault import Keyring
from gateway.wiring import Wiring
from gateway.worker.expiring import Lookout
from gateway.worker.house import House
from jurisdictions.contract import Deadline, Diagnosis
from schemas.answers import CaseAction
from schemas.states import CASE_MOVES, CaseState, advance

log = structlog.get_logger(__name__)

BATCH = 100
MOST_ATTEMPTS = 5
LOOK_AGAIN = timedelta(hours=6)
"""When a deadline is looked at again whose case is open: what it waited for may still come."""
ACTOR = "worker"
_deadline = msgspec.json.Decoder(Deadline)


class _Itself(Actor):
    """The worker acting of its own accord, for one tenant."""

    __slots__ = ()

    @property
    def name(self) -> str:
        return ACTOR


class Timekeeper:
    """Any number of these may run; a task is in one hand at a time, and doing one twice changes nothing."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lookout = Lookout(house)
        self._wiring = Wiring(
            store=house.store,
            jurisdictions=house.jurisdictions,
            vault=house.vault,
            keyring=Keyring(),
            clock=house.clock,
            new_id=house.new_id,
            deployments=house.deployments,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`: what is due, then a rest."""
        while not stop.is_set():
            try:
                busy = await self.turn()
            except Exception as why:
                log.warning("timekeeper.no_turn", error=type(why).__name__)
                busy = False
            if not busy:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._house.pace.poll_seconds * (1.5 + self._house.chance())):
                        await stop.wait()

    async def turn(self) -> bool:
        """Take up what is due now; False where nothing was."""
        house = self._house
        await self._lookout.look()
        async with house.store.connection() as connection:
            due = await tasks.lease(connection, list(house.lines), house.now(), house.pace.lease, BATCH)
        for leased in due:
            await self._attend(leased)
        return bool(due)

    async def _attend(self, leased: Leased) -> None:
        """What has been met goes at once, the rest one by one: no task keeps another from its turn."""
        house = self._house
        async with house.store.tenant(leased.tenant, leased.environment) as connection:
            gone = await tasks.drop_moot(connection, leased, house.now())
            for one in gone:
                if one["case_id"] is not None:
                    await self._close(connection, leased, one["case_id"])
        over = {one["id"] for one in gone}
        for task in leased.ids:
            if task not in over:
                await self._one(leased, task)

    async def _one(self, leased: Leased, task: UUID) -> None:
        try:
            async with self._house.store.tenant(leased.tenant, leased.environment) as connection:
                row = await tasks.read(connection, leased, task)
                if row is None:
                    return
                if row["kind"] != "resubmit":
                    await self._look(connection, leased, row)
                    return
                case = await tasks.case_to_resubmit(connection, leased, row["submission_id"])
            await self._resubmitted(leased, row, case)
        except Exception as why:
            await self._failed(leased, task, why)

    async def _look(self, connection: Connection, leased: Leased, row: Any) -> None:
        deadline = _deadline.decode(row["body"])
        if row["kind"] == "warning":
            await self._told(connection, leased, row, deadline, "case.due_soon", 1)
            await self._end(connection, leased, row, "done")
        elif row["case_id"] is not None and row["case_state"] == CaseState.RESOLVED:
            await self._end(connection, leased, row, "done")
        elif row["case_id"] is not None:
            await tasks.put_off(connection, leased, row["id"], self._house.now() + LOOK_AGAIN)
        else:
            await self._missed(connection, leased, row, deadline)

    async def _missed(self, connection: Connection, leased: Leased, row: Any, deadline: Deadline) -> None:
        """Open the case of a missed deadline and tell of it."""
        if deadline.case is None:
            await self._end(connection, leased, row, "done")
            return
        case = _case_of(self._house.new_id(), row, deadline.name, deadline.case)
        if not await tasks.open_case(connection, leased, case, self._house.now()):
            await self._end(connection, leased, row, "done")
            return
        await self._told(connection, leased, row, deadline, "case.breached", 2, case)
        self._count(row, "breached")
        if deadline.unless == "never":
            await self._end(connection, leased, row, "done")
        else:
            await tasks.put_off(connection, leased, row["id"], self._house.now() + LOOK_AGAIN, case=case.id)

    async def _told(
        self,
        connection: Connection,
        leased: Leased,
        row: Any,
        deadline: Deadline,
        action: str,
        version: int,
        case: DeadlineCase | None = None,
    ) -> None:
        """An event of the deadline itself (1: it draws near, 2: it has passed), and of the case that it opened."""
        told = Trail(self._house.new_id, ACTOR, _request(row["id"]))
        invoice = written(Prefix.INVOICE, row["invoice_id"])
        body: dict[str, object] = {
            "invoice": invoice,
            "jurisdiction": row["jurisdiction"],
            "deadline": deadline.name,
            "at": deadline.at.isoformat(),
            "law": deadline.law,
        }
        if case is not None:
            about = body | {"case_class": case.case_class}
            told.note("case.opened", "case", case.id, version=1, state=CaseState.OPEN, body=about, detail=about)
            body |= {"case": written(Prefix.CASE, case.id)}
        name = f"{row['jurisdiction']}:{invoice}:{deadline.name}"
        told.note_named(action, "deadline", name, version=version, body=body, detail=body)
        await trail.write(connection, leased.tenant, leased.environment, self._house.now(), told)

    async def _close(self, connection: Connection, leased: Leased, case_id: UUID) -> None:
        """What the deadline waited for has come after all."""
        house, place = self._house, (leased.tenant, leased.environment)
        case = await cases.get(connection, *place, case_id, lock=True)
        if case is None or case["state"] == CaseState.RESOLVED:
            return
        target = advance(CASE_MOVES, CaseState(case["state"]), CaseState.RESOLVED)
        version = await cases.move(connection, *place, case_id, case["state"], target, house.now())
        told = Trail(house.new_id, ACTOR)
        body = {"invoice": written(Prefix.INVOICE, case["invoice_id"]), "deadline": case["deadline"]}
        told.note(
            "case.resolved",
            "case",
            case_id,
            version=version or 0,
            state=target,
            previous=case["state"],
            body=body,
            detail=body,
        )
        await trail.write(connection, *place, house.now(), told)

    async def _resubmitted(self, leased: Leased, row: Any, case: UUID | None) -> None:
        """Let the document out again; a case that a person has taken up meanwhile is theirs."""
        state = "moot"
        if case is not None:
            actor = _Itself(UUID(int=0), leased.tenant, leased.environment, ALL_SCOPES)
            key = _request(row["id"])
            wanted = fingerprint("POST", f"/v1/cases/{written(Prefix.CASE, case)}/resubmit", b"")
            try:
                await resubmit(self._wiring, Origin(actor, key), case, CaseAction(), key, wanted)
                state = "done"
            except Conflict as why:
                if why.code != "case_not_open":
                    raise
        async with self._house.store.tenant(leased.tenant, leased.environment) as connection:
            await self._end(connection, leased, row, state)

    async def _end(self, connection: Connection, leased: Leased, row: Any, state: str) -> None:
        await tasks.end(connection, leased, row["id"], state, self._house.now())
        self._count(row, state)

    async def _failed(self, leased: Leased, task: UUID, why: Exception) -> None:
        """Again later, each time after twice as long; in the end it is given up, and its case stays with people."""
        house = self._house
        with suppress(Exception):
            async with house.store.tenant(leased.tenant, leased.environment) as connection:
                row = await tasks.read(connection, leased, task)
                if row is None:
                    return
                labels = {"task": str(task), "kind": row["kind"], "jurisdiction": row["jurisdiction"]}
                if row["attempts"] + 1 >= MOST_ATTEMPTS:
                    log.error("task.failed", **labels, error=str(why) or type(why).__name__)
                    await self._end(connection, leased, row, "failed")
                    return
                log.warning("task.put_off", **labels, error=str(why) or type(why).__name__)
                await tasks.put_off(connection, leased, task, _after(house.now(), row["attempts"]), failed=True)

    def _count(self, row: Any, result: str) -> None:
        self._house.metrics.tasks.labels(row["jurisdiction"], row["environment"], row["kind"], result).inc()


def _request(task: UUID) -> str:
    """The request id of what a task does; its idempotency key too."""
    return f"task:{task}"


def _after(now: datetime, attempts: int) -> datetime:
    return now + timedelta(minutes=2**attempts)


def _case_of(case: UUID, row: Any, name: str, diagnosis: Diagnosis) -> DeadlineCase:
    return DeadlineCase(
        id=case,
        jurisdiction=row["jurisdiction"],
        invoice=row["invoice_id"],
        deadline=name,
        case_class=str(diagnosis.case_class),
        sentence=diagnosis.sentence,
        path=str(diagnosis.path),
        pointer=diagnosis.pointer,
        fix=diagnosis.fix,
        actions=to_json(diagnosis.actions),
        editable=to_json(diagnosis.editable),
    )
