"""The storm itself: invoices on their way, kills and restarts at random moments, then calm, then the reckoning."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import asyncpg

from gateway.api.authentication import mint
from tests.chaos.clients import Client, Tally, serve, settle_in
from tests.chaos.ground import Ground
from tests.chaos.reckoning import our_books, through_the_api
from tests.chaos.telling import Reckoning, Say
from tests.chaos.their_books import their_books
from tests.chaos.wishes import Wish, wishes

CLIENTS = 8
UNSETTLED = ("queued", "submitting", "waiting", "retry_scheduled", "outcome_unknown")
_AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much of everything. `spacing`: seconds between two kills on average; the invoices are spread over them."""

    invoices: int = 2000
    kills: int = 100
    restarts: int = 5
    seed: int = 1
    minutes: float = 20.0
    spacing: float = 3.0


class Storm:
    def __init__(self, plan: Plan, data: Path, say: Say) -> None:
        self._plan = plan
        self._say = say
        self._ground = Ground(data)
        self._tally = Tally()
        self._began = time.monotonic()
        self._until = self._began + plan.minutes * 60
        self._storming = True

    async def run(self) -> Reckoning:
        """Start everything, let it storm, wait for calm, compare the books. The data stay where something is wrong."""
        found = Reckoning(wrong=["the storm broke off"])
        try:
            self._say("starting PostgreSQL, simulators, workers and API")
            await self._ground.start()
            found = await self._stormed()
        finally:
            await self._ground.stop(keep=bool(found.wrong))
        return found

    async def _stormed(self) -> Reckoning:
        plan, key = self._plan, mint("test")
        issuers = await settle_in(self._ground, key)
        todo = wishes(plan.invoices, issuers, Random(f"{plan.seed}:wishes"))
        span = max(plan.kills * plan.spacing, 5.0)
        watch = asyncio.create_task(self._watch())
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._issue(todo, key, span))
            group.create_task(self._strike(plan.kills, span, "kills", self._kill))
            group.create_task(self._strike(plan.restarts, span, "restarts", self._restart))
        stormed = time.monotonic() - began
        self._storming = False
        stuck = await self._calm()
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        settled = time.monotonic() - began
        found = await self._reckon(todo, key)
        found.wrong = [*self._tally.wrong, *stuck, *found.wrong]
        found.figures |= {"storm, seconds": round(stormed, 1), "until all was settled": round(settled, 1)}
        return found

    async def _issue(self, todo: list[Wish], key: str, span: float) -> None:
        chance = Random(f"{self._plan.seed}:moments")
        await serve(todo, span, chance, self._clients(key), Client.issue)

    def _clients(self, key: str) -> list[Client]:
        seeds = [f"{self._plan.seed}:client:{number}" for number in range(CLIENTS)]
        return [Client(self._ground.url, key, Random(seed), self._tally, self._until) for seed in seeds]

    async def _strike(
        self, many: int, span: float, name: str, blow: Callable[[Random], Coroutine[Any, Any, None]]
    ) -> None:
        chance = Random(f"{self._plan.seed}:{name}")
        moments = sorted(chance.uniform(0, span) for _ in range(many))
        began = time.monotonic()
        for moment in moments:
            await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
            await blow(chance)

    async def _kill(self, chance: Random) -> None:
        await self._ground.kill_one(chance)

    async def _restart(self, _: Random) -> None:
        await self._ground.restart_database()

    async def _calm(self) -> list[str]:
        """Wait until nothing is on its way any more, or nothing can move by itself."""
        counts: dict[str, int] = {}
        while time.monotonic() < self._until:
            try:
                counts, held = await self._counts()
            except _AWAY as why:
                return [f"the database is away for good: {why}"]
            if not counts:
                return []
            if held:
                return [f"{sum(counts.values())} submissions are not settled, and {held} flows are held"]
            await asyncio.sleep(0.5)
        return [f"not settled in time: {counts}"]

    async def _counts(self) -> tuple[dict[str, int], int]:
        connection = await asyncpg.connect(self._ground.owner, timeout=10)
        try:
            rows = await connection.fetch("SELECT state, count(*) FROM gateway.submission GROUP BY 1 ORDER BY 1")
            held = await connection.fetchval("SELECT count(*) FROM gateway.flow WHERE state = 'held'")
        finally:
            await connection.close()
        return {row["state"]: row["count"] for row in rows if row["state"] in UNSETTLED}, held

    async def _watch(self) -> None:
        while True:
            try:
                unsettled: object = (await self._counts())[0] or "none"
            except _AWAY:
                unsettled = "(the database is away)"
            ground = self._ground
            kills = sum(ward.kills for ward in ground.mortals)
            self._say(
                f"{time.monotonic() - self._began:6.1f} s  {len(self._tally.issued)}/{self._plan.invoices} issued, "
                f"{kills}/{self._plan.kills} kills, {ground.restarts}/{self._plan.restarts} restarts, on their way: "
                f"{unsettled}"
            )
            await asyncio.sleep(5.0)

    async def _reckon(self, todo: list[Wish], key: str) -> Reckoning:
        ground, tally = self._ground, self._tally
        client = Client(ground.url, key, Random(0), tally, time.monotonic() + 60)
        connection = await asyncpg.connect(ground.owner)
        try:
            wrong = await our_books(connection, ground.owner, todo, tally.issued)
            wrong += await through_the_api(client, todo, tally.issued)
            theirs, held = await their_books(connection, ground)
            figures = await self._figures(connection)
        finally:
            await connection.close()
            await client.close()
        wrong += theirs
        wrong += [f"the API answered {name} {many} times" for name, many in tally.troubles.items() if name[:3] == "500"]
        wrong += [f"{ward.name} ended by itself {ward.deaths} times" for ward in ground.wards if ward.deaths]
        return Reckoning(wrong=wrong, figures=figures | {f"held by {code}": many for code, many in held.items()})

    async def _figures(self, connection: asyncpg.Connection) -> dict[str, object]:
        ground = self._ground
        told = dict(await connection.fetch("SELECT type, count(*) FROM gateway.event GROUP BY 1"))
        inquiries = await connection.fetchval("SELECT count(*) FROM gateway.exchange WHERE phase = 'inquire'")
        return {
            "invoices issued": len(self._tally.issued),
            "submissions accepted": told.get("submission.accepted", 0),
            "kills": ", ".join(f"{ward.name} {ward.kills}" for ward in ground.mortals),
            "PostgreSQL restarts": ground.restarts,
            "starts in vain": sum(ward.vain for ward in ground.wards),
            "what clients met": ", ".join(f"{name} {many}" for name, many in sorted(self._tally.troubles.items())),
            "answers lost or never heard": told.get("submission.outcome_unknown", 0),
            "inquiries": inquiries,
        }
