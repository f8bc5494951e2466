"""The day itself: invoices on their way under the forecast, then calm, then the reckoning."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

import asyncpg

from gateway.api.authentication import mint
from tests.chaos.calm import calm, watch
from tests.chaos.clients import Client, Tally, serve, settle_in
from tests.chaos.ground import Ground
from tests.chaos.telling import Reckoning, Say
from tests.chaos.wishes import Wish
from tests.day.reckoning import second_choices, settled, stamped_once
from tests.day.weather import Weather
from tests.day.wishes import WISHERS, wishes

CLIENTS = 8


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
        watching = asyncio.create_task(watch(self._ground.owner, self._say, self._began, self._issued))
        began = time.monotonic()
        async with Weather(self._ground) as weather:
            storms = asyncio.create_task(weather.serve(plan.span, plan.outages, f"{plan.seed}:weather"))
            await self._issue(todo, key)
            issued = time.monotonic() - began
            storms.cancel()
            weathered = await asyncio.gather(storms, return_exceptions=True)
        stuck = await calm(self._ground.owner, self._until)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        settled_in = time.monotonic() - began
        found = await self._reckon()
        broken = [f"the weather failed: {one!r}" for one in weathered if not isinstance(one, asyncio.CancelledError)]
        found.wrong = [*self._tally.wrong, *stuck, *broken, *found.wrong]
        shares = ", ".join(f"{name} {seconds / issued:.1%} of the time" for name, seconds in weather.served.items())
        found.figures |= {
            "outages": f"{weather.many}: {shares}",
            "until all was issued, seconds": round(issued, 1),
            "until all was stamped, seconds": round(settled_in, 1),
        }
        return found

    async def _issue(self, todo: list[Wish], key: str) -> None:
        plan = self._plan
        seeds = [f"{plan.seed}:client:{number}" for number in range(CLIENTS)]
        clients = [Client(self._ground.url, key, Random(seed), self._tally, self._until) for seed in seeds]
        await serve(todo, plan.span, Random(f"{plan.seed}:moments"), clients, Client.issue)

    def _issued(self) -> str:
        return f"{len(self._tally.issued)}/{self._plan.invoices}"

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
