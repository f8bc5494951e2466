"""The day itself: invoices on their way under the forecast, then calm, then the reckoning."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import asyncpg

from gateway.api.authentication import mint
from tests.chaos.clients import Client, Tally, settle_in
from tests.chaos.ground import Ground
from tests.chaos.wishes import Wish
from tests.day.reckoning import second_choices, settled, stamped_once
from tests.day.weather import Weather
from tests.day.wishes import WISHERS, wishes

CLIENTS = 8
UNSETTLED = ("queued", "submitting", "waiting", "retry_scheduled", "outcome_unknown", "held")
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much of everything. `lost`: the share of answers that never arrive; `outages`: the share of the time in which
    each certifier fails; `span`: the seconds over which the invoices are spread; `minutes`: the time until it fails."""

    invoices: int = 5000
    lost: float = 0.10
    outages: float = 0.05
    span: float = 240.0
    seed: int = 1
    minutes: float = 30.0


@dataclass
class Reckoning:
    """How it ended: the figures of the final table, and what is wrong."""

    figures: dict[str, object] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


class Day:
    def __init__(self, plan: Plan, data: Path, say: Say) -> None:
        self._plan = plan
        self._say = say
        self._ground = Ground(data)
        self._tally = Tally()
        self._began = time.monotonic()
        self._until = self._began + plan.minutes * 60

    async def run(self) -> Reckoning:
        """Start everything, live through the day, wait for calm, compare the books. The data stay where it fails."""
        found = Reckoning(wrong=["the day broke off"])
        try:
            self._say("starting PostgreSQL, simulators, workers and API")
            await self._ground.start()
            found = await self._lived()
        finally:
            await self._ground.stop(keep=bool(found.wrong))
        return found

    async def _lived(self) -> Reckoning:
        plan, key = self._plan, mint("test")
        issuers = await settle_in(self._ground, key, WISHERS)
        todo = wishes(plan.invoices, plan.lost, issuers, Random(f"{plan.seed}:wishes"))
        watch = asyncio.create_task(self._watch())
        began = time.monotonic()
        async with Weather(self._ground) as weather:
            storms = asyncio.create_task(weather.serve(plan.span, plan.outages, f"{plan.seed}:weather"))
            await self._issue(todo, key)
            issued = time.monotonic() - began
            storms.cancel()
            weathered = await asyncio.gather(storms, return_exceptions=True)
        stuck = await self._calm()
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        calm = time.monotonic() - began
        found = await self._reckon()
        broken = [f"the weather failed: {one!r}" for one in weathered if not isinstance(one, asyncio.CancelledError)]
        found.wrong = [*self._tally.wrong, *stuck, *broken, *found.wrong]
        shares = ", ".join(f"{name} {seconds / issued:.1%} of the time" for name, seconds in weather.served.items())
        found.figures |= {
            "outages": f"{weather.many}: {shares}",
            "until all was issued, seconds": round(issued, 1),
            "until all was stamped, seconds": round(calm, 1),
        }
        return found

    async def _issue(self, todo: list[Wish], key: str) -> None:
        """The clients share the wishes; each wish has its moment."""
        chance = Random(f"{self._plan.seed}:moments")
        moments = sorted(chance.uniform(0, self._plan.span) for _ in todo)
        waiting = list(zip(moments, todo, strict=True))[::-1]
        began = time.monotonic()

        async def serve(number: int) -> None:
            own = Random(f"{self._plan.seed}:client:{number}")
            client = Client(self._ground.url, key, own, self._tally, self._until)
            try:
                while waiting:
                    moment, wish = waiting.pop()
                    await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
                    await client.issue(wish)
            finally:
                await client.close()

        async with asyncio.TaskGroup() as group:
            for number in range(CLIENTS):
                group.create_task(serve(number))

    async def _calm(self) -> list[str]:
        """Wait until nothing is on its way any more."""
        counts: dict[str, int] = {}
        while time.monotonic() < self._until:
            counts = await self._counts()
            if not counts:
                return []
            await asyncio.sleep(0.5)
        return [f"not settled in time: {counts}"]

    async def _counts(self) -> dict[str, int]:
        connection = await asyncpg.connect(self._ground.owner, timeout=10)
        try:
            rows = await connection.fetch("SELECT state, count(*) FROM gateway.submission GROUP BY 1 ORDER BY 1")
        finally:
            await connection.close()
        return {row["state"]: row["count"] for row in rows if row["state"] in UNSETTLED}

    async def _watch(self) -> None:
        while True:
            unsettled = await self._counts()
            self._say(
                f"{time.monotonic() - self._began:6.1f} s  {len(self._tally.issued)}/{self._plan.invoices} issued, on"
                f" their way: {unsettled or 'none'}"
            )
            await asyncio.sleep(5.0)

    async def _reckon(self) -> Reckoning:
        connection = await asyncpg.connect(self._ground.owner)
        try:
            wrong = await settled(connection, self._plan.invoices)
            theirs, given = await stamped_once(connection, self._ground)
            figures = await self._figures(connection)
        finally:
            await connection.close()
        if len(self._tally.issued) != self._plan.invoices:
            wrong.append(f"{len(self._tally.issued)} invoices of {self._plan.invoices} were issued")
        wrong += theirs
        wrong += [f"{ward.name} ended by itself {ward.deaths} times" for ward in self._ground.wards if ward.deaths]
        return Reckoning(wrong=wrong, figures=figures | {f"stamped by {name}": many for name, many in given.items()})

    async def _figures(self, connection: asyncpg.Connection) -> dict[str, object]:
        told = dict(await connection.fetch("SELECT type, count(*) FROM gateway.event GROUP BY 1"))
        inquiries = await connection.fetchval("SELECT count(*) FROM gateway.exchange WHERE phase = 'inquire'")
        return {
            "invoices issued": len(self._tally.issued),
            "stamps accepted": told.get("submission.accepted", 0),
            "answers lost or never heard": told.get("submission.outcome_unknown", 0),
            "inquiries": inquiries,
            "stamped by the second certifier": await second_choices(connection),
        }
