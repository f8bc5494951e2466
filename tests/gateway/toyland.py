"""Toyland in this process: the API, a worker, a timekeeper and the simulated office over one database and one clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from prometheus_client import CollectorRegistry

from gateway.clock import new_id
from gateway.metrics import Metrics
from gateway.store.pool import Store
from gateway.store.schema import as_role
from gateway.transport.filling import filled_body, filled_headers
from gateway.worker import House as WorkerHouse
from gateway.worker import Pace, Timekeeper, Worker
from gateway.worker.house import Identities, Secrets
from jurisdictions.contract import Answer, Ask, Failure, SimulatorRequest
from tests.gateway.api.caller import Caller, House, Json, open_house
from tests.jurisdictions.toy import with_toyland
from tests.jurisdictions.toyland.simulator import SIMULATOR


@dataclass
class Office:
    """The way to Toyland's simulated office, in this process."""

    clock: object
    book: dict[str, bytes] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    down: bool = False

    def line(self, jurisdiction: str, *, secrets: Secrets, identities: Identities) -> OfficeLine:
        assert jurisdiction == "toyland"
        return OfficeLine(self, secrets)


@dataclass
class OfficeLine:
    office: Office
    secrets: Secrets

    async def ask_all(self, asks: Iterable[Ask]) -> Mapping[str, Answer]:
        return {ask.name: await self._ask(ask) for ask in asks}

    async def _ask(self, ask: Ask) -> Answer:
        headers = await filled_headers(ask, self.secrets)
        body = await filled_body(ask, self.secrets, headers)
        if self.office.down:
            return Answer(name=ask.name, failure=Failure.NOT_SENT)
        self.office.heard.append(ask.name)
        request = SimulatorRequest(
            method=ask.method,
            path=SIMULATOR.endpoints[ask.endpoint] + ask.path,
            headers={name.decode(): value.decode() for name, value in headers},
            body=body,
        )
        reply = SIMULATOR.answer(self.office.book, request, self.office.clock(), None, "default")  # type: ignore[operator,arg-type]
        self.office.book |= {name: value for name, value in reply.changes.items() if value is not None}
        if reply.lost:
            return Answer(name=ask.name, failure=Failure.MAYBE_SENT)
        return Answer(name=ask.name, status=reply.status, headers=dict(reply.headers), body=reply.body)


@dataclass
class Toyland:
    """API, worker and office over one database."""

    house: House
    office: Office
    worker: Worker
    timekeeper: Timekeeper
    caller: Caller

    async def work(self) -> None:
        """Let the worker run until nothing is due, and time pass."""
        for _ in range(12):
            self.house.clock.pass_by(seconds=90)
            while await self.worker.turn():
                await asyncio.sleep(0)

    async def days(self, count: float) -> None:
        """Time passes; then the timekeeper looks, and the worker works what is due."""
        self.house.clock.pass_by(days=count)
        while await self.timekeeper.turn():
            await asyncio.sleep(0)
        while await self.worker.turn():
            await asyncio.sleep(0)

    async def told(self) -> list[str]:
        """The types of all events so far, in order."""
        await self.house.execute("SELECT platform.sequence_committed()")
        return [one["type"] for one in (await self.caller.get("/v1/events", limit=100)).json()["data"]]

    async def issued(self, ask_for: str | None = None, issuer: str | None = None) -> Json:
        extensions = {"toyland": {"ask_for": ask_for}} if ask_for else {}
        return await self.caller.toy_issued(issuer, extensions=extensions)

    async def read(self, invoice: Json) -> Json:
        return dict((await self.caller.get(f"/v1/invoices/{invoice['id']}")).json())


@asynccontextmanager
async def open_toyland(database: str) -> AsyncIterator[Toyland]:
    api = await Store.open(as_role(database, "gateway_api"), role="gateway_api", size=4)
    working = await Store.open(as_role(database, "gateway_worker"), role="gateway_worker", size=4)
    house = await open_house(database, api, with_toyland())
    office = Office(house.clock)
    place = WorkerHouse(
        store=working,
        jurisdictions=house.jurisdictions,
        lines={"test": office},
        vault=house.vault,
        clock=house.clock,
        new_id=new_id,
        metrics=Metrics(CollectorRegistry()),
        pace=Pace(backoff_base=timedelta(seconds=1)),
        chance=lambda: 1.0,
    )
    yield Toyland(house, office, Worker(place), Timekeeper(place), await house.caller())
    await house.client.aclose()
    await working.close()
    await api.close()
