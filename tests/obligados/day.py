"""The day itself: records on their way to an AEAT that is away now and then, then calm, then the reckoning."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

import asyncpg

from gateway.api.authentication import mint
from tests.chaos.calm import calm, watch
from tests.chaos.clients import Client, Tally, serve, settle_in
from tests.chaos.ground import Ground
from tests.chaos.reckoning import chaining
from tests.chaos.telling import Reckoning, Say
from tests.chaos.wishes import Wish
from tests.day.weather import MODES, Weather
from tests.obligados import reckoning
from tests.obligados.errands import follow_up
from tests.obligados.following import Following
from tests.obligados.wishes import Errand, Then, errands, wisher
from tests.official import official_root

CLIENTS = 8
SERVICES = ("aeat", "aeat_sello")
OFFICIAL = "OFFICIAL_ARTEFACTS"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much of everything. `records` of `issuers` alike, the invoices spread over `span` seconds; `lost`: the share
    of invoices whose answer never arrives; `outages`: the share of the time in which each of the AEAT's hosts fails;
    `minutes`: the time until it counts as failed; `ways`: how its hosts fail
    (the one that is `down` asks for 30 seconds of patience)."""

    records: int = 20_000
    issuers: int = 20
    lost: float = 0.02
    outages: float = 0.05
    span: float = 300.0
    seed: int = 1
    minutes: float = 30.0
    ways: tuple[str, ...] = MODES


class Day:
    def __init__(self, plan: Plan, data: Path, say: Say) -> None:
        self._plan = plan
        self._say = say
        # The simulated AEAT is as strict as its own schema, where somebody has that.
        self._ground = Ground(data, environment={OFFICIAL: str(official_root())})
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
        wishers = tuple(wisher(place) for place in range(plan.issuers))
        issuers = await settle_in(self._ground, key, wishers)
        todo = errands(plan.records, plan.lost, wishers, issuers, Random(f"{plan.seed}:errands"))
        following = Following(self._ground.owner, self._until)
        hand = self._client(key, "hand")
        aside = [asyncio.create_task(one) for one in (following.follow(hand), self._watched())]
        began = time.monotonic()
        async with Weather(self._ground, "verifactu", SERVICES, plan.ways) as weather:
            storms = asyncio.create_task(weather.serve(plan.span, plan.outages, f"{plan.seed}:weather"))
            await self._issue(todo, key, following)
            issued = time.monotonic() - began
            storms.cancel()
            weathered = await asyncio.gather(storms, return_exceptions=True)
        stuck = await calm(self._ground.owner, self._until, aside[0].done)
        settled_in = time.monotonic() - began
        for task in aside:
            task.cancel()
        ended = await asyncio.gather(*aside, return_exceptions=True)
        await hand.close()
        found = await self._reckon(todo)
        broken = [f"broken: {one!r}" for one in (*weathered, *ended) if not isinstance(one, asyncio.CancelledError)]
        found.wrong = [*self._tally.wrong, *stuck, *broken, *found.wrong]
        shares = ", ".join(f"{name} {seconds / issued:.1%} of the time" for name, seconds in weather.served.items())
        found.figures |= {
            "outages": f"{weather.many}: {shares}",
            "held flows let go": following.resumed,
            "until all was asked for, seconds": round(issued, 1),
            "until all was settled, seconds": round(settled_in, 1),
        }
        return found

    async def _issue(self, todo: list[Errand], key: str, following: Following) -> None:
        """The clients share the invoices; what follows waits for the AEAT's word, and holds nobody up."""
        plan = self._plan
        by_name = {errand.wish.name: errand for errand in todo}
        later = self._client(key, "later")
        async with asyncio.TaskGroup() as group:

            async def act(client: Client, wish: Wish) -> None:
                await client.issue(wish)
                if by_name[wish.name].then is not Then.NOTHING:
                    group.create_task(follow_up(later, by_name[wish.name], following, self._tally))

            clients = [self._client(key, number) for number in range(CLIENTS)]
            wishes = [errand.wish for errand in todo]
            await serve(wishes, plan.span, Random(f"{plan.seed}:moments"), clients, act)
        await later.close()

    def _client(self, key: str, name: object) -> Client:
        chance = Random(f"{self._plan.seed}:client:{name}")
        return Client(self._ground.url, key, chance, self._tally, self._until)

    async def _watched(self) -> None:
        await watch(
            self._ground.owner,
            self._say,
            self._began,
            lambda: f"{len(self._tally.issued)} invoices of {self._plan.records} records",
        )

    async def _reckon(self, todo: list[Errand]) -> Reckoning:
        connection = await asyncpg.connect(self._ground.owner)
        try:
            wrong = await reckoning.settled(connection, todo)
            wrong += await reckoning.numbered(connection)
            wrong += await chaining(connection, self._ground.owner)
            mine, aeat = await reckoning.ours(connection), await reckoning.theirs(connection)
            wrong += reckoning.compared(mine, aeat)
            wrong += await reckoning.heads(connection)
            figures = await self._figures(connection)
        finally:
            await connection.close()
        wrong += [f"{ward.name} ended by itself {ward.deaths} times" for ward in self._ground.wards if ward.deaths]
        held = Counter(one.state for book in aeat.values() for one in book.values())
        figures |= {
            "obligados": len(aeat),
            "invoices in the AEAT's books": ", ".join(f"{state} {many}" for state, many in sorted(held.items())),
        }
        return Reckoning(wrong=wrong, figures=figures)

    async def _figures(self, connection: asyncpg.Connection) -> dict[str, object]:
        told = dict(await connection.fetch("SELECT type, count(*) FROM gateway.event GROUP BY 1"))
        phases = dict(await connection.fetch("SELECT phase, count(*) FROM gateway.exchange GROUP BY 1"))
        kinds = await connection.fetch("SELECT instruction, count(*) FROM gateway.submission GROUP BY 1 ORDER BY 1")
        return {
            "records": ", ".join(f"{row['instruction']} {row['count']}" for row in kinds),
            "accepted": told.get("submission.accepted", 0),
            "rejected, then mended": told.get("submission.rejected", 0),
            "answers lost or never heard": told.get("submission.outcome_unknown", 0),
            "exchanges": ", ".join(f"{phase} {many}" for phase, many in sorted(phases.items())),
            "what clients met": ", ".join(f"{name} {many}" for name, many in sorted(self._tally.troubles.items())),
        }
