"""A whole house in this process, with the authorities' simulators behind it and one clock for all of them.

Nothing goes over a socket but the database's: a question is filled with its secrets and handed to the simulator.
"""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from prometheus_client import CollectorRegistry

import jurisdictions as installed
from gateway.clock import new_id
from gateway.metrics import Metrics
from gateway.samples.issuers import PASSWORD, SAMPLES
from gateway.sandbox import SandboxAuthority
from gateway.store.pool import Store
from gateway.store.schema import as_role
from gateway.transport.filling import filled_body, filled_headers
from gateway.worker import House as WorkerHouse
from gateway.worker import Pace, Timekeeper, Worker
from gateway.worker.house import Identities, Secrets
from jurisdictions.contract import Answer, Ask, Failure, Jurisdiction, Sandbox, SimulatorRequest
from tests.gateway.api.caller import Caller, Hands, House, Json, open_house


@dataclass
class Authorities:
    """The way to every simulator. `down` are endpoints that cannot be reached; `heard` what was asked of which."""

    known: Mapping[str, Jurisdiction]
    keys: SandboxAuthority
    clock: Hands
    books: dict[str, dict[str, bytes]] = field(default_factory=dict)
    certificates: dict[str, bytes] = field(default_factory=dict)
    heard: list[tuple[str, str]] = field(default_factory=list)
    down: set[str] = field(default_factory=set)

    def line(self, jurisdiction: str, *, secrets: Secrets, identities: Identities) -> Line:
        return Line(self, jurisdiction, secrets)

    def book(self, code: str) -> dict[str, bytes]:
        simulator = self.known[code].simulator
        assert simulator is not None
        return self.books.setdefault(code, dict(simulator.founding))

    def sandboxes(self) -> dict[str, Sandbox]:
        pem = self.keys.certificate_pem.decode()
        return {
            code: Sandbox(endpoints=tuple(one.simulator.endpoints), authority=pem)
            for code, one in self.known.items()
            if one.simulator is not None
        }


@dataclass
class Line:
    authorities: Authorities
    code: str
    secrets: Secrets

    async def ask_all(self, asks: Iterable[Ask]) -> Mapping[str, Answer]:
        return {ask.name: await self._ask(ask) for ask in asks}

    async def _ask(self, ask: Ask) -> Answer:
        side = self.authorities
        if ask.endpoint in side.down:
            return Answer(name=ask.name, failure=Failure.NOT_SENT, detail="connection refused")
        side.heard.append((ask.endpoint, ask.name))
        simulator = side.known[self.code].simulator
        assert simulator is not None
        headers = await filled_headers(ask, self.secrets)
        body = await filled_body(ask, self.secrets, headers)
        request = SimulatorRequest(
            method=ask.method,
            path=simulator.endpoints[ask.endpoint] + ask.path,
            headers={name.decode().lower(): value.decode() for name, value in headers},
            body=body,
            client_certificate=side.certificates.get(self.code) if ask.client_credential else None,
        )
        book = side.book(self.code)
        reply = simulator.answer(book, request, side.clock(), side.keys, "default")
        for name, value in reply.changes.items():
            if value is None:
                book.pop(name, None)
            else:
                book[name] = value
        if reply.lost or reply.delay_seconds >= ask.timeout_seconds:
            return Answer(name=ask.name, failure=Failure.MAYBE_SENT)
        lower = {name.lower(): value for name, value in reply.headers.items()}
        return Answer(name=ask.name, status=reply.status, headers=lower, body=reply.body)


@dataclass
class World:
    """API, worker, timekeeper and authorities."""

    house: House
    authorities: Authorities
    worker: Worker
    timekeeper: Timekeeper
    caller: Caller

    async def issuer(self, code: str) -> str:
        """The sample issuer of a jurisdiction, with everything that it needs."""
        sample = SAMPLES[code]
        issuer = str((await self.caller.made("/v1/issuers", sample.body))["id"])
        for (jurisdiction, name), make in sample.credentials.items():
            fields = dict(make(self.authorities.keys))
            if "p12" in fields:
                self.authorities.certificates[jurisdiction] = _leaf(fields["p12"])
            body = {"jurisdiction": jurisdiction, "fields": fields}
            answer = await self.caller.send("PUT", f"/v1/issuers/{issuer}/credentials/{name}", json=body)
            assert answer.status_code == 200, answer.text
        return issuer

    async def issued(self, body: Json) -> Json:
        """Drafted, finalized, and worked to its end."""
        draft = await self.caller.made("/v1/invoices", body)
        answer = await self.caller.post(f"/v1/invoices/{draft['id']}/finalize")
        assert answer.status_code == 200, answer.text
        await self.pass_by(minutes=3)
        return await self.read(answer.json())

    async def read(self, invoice: Json) -> Json:
        return dict((await self.caller.get(f"/v1/invoices/{invoice['id']}")).json())

    async def cancelled(self, invoice: Json, **wish: object) -> Json:
        """The cancellation as it was answered at once."""
        answer = await self.caller.post(f"/v1/invoices/{invoice['id']}/cancel", wish)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def pass_by(self, **duration: float) -> None:
        """Time passes in ten steps, and everybody works what is due at each."""
        for _ in range(10):
            self.house.clock.pass_by(seconds=timedelta(**duration).total_seconds() / 10)
            for _ in range(4):
                while await self.timekeeper.turn():
                    await asyncio.sleep(0)
                while await self.worker.turn():
                    await asyncio.sleep(0)

    async def told(self) -> list[str]:
        """The types of all events so far, in order."""
        await self.house.execute("SELECT platform.sequence_committed()")
        return [one["type"] for one in (await self.caller.get("/v1/events", limit=100)).json()["data"]]

    async def cases(self, **narrow: str) -> list[Json]:
        return list((await self.caller.get("/v1/cases", **narrow)).json()["data"])


def _leaf(p12: str) -> bytes:
    _, certificate, _ = pkcs12.load_key_and_certificates(b64decode(p12), PASSWORD.encode())
    assert certificate is not None
    return certificate.public_bytes(Encoding.DER)


@asynccontextmanager
async def open_world(database: str, folder: Path) -> AsyncIterator[World]:
    api = await Store.open(as_role(database, "gateway_api"), role="gateway_api", size=4)
    working = await Store.open(as_role(database, "gateway_worker"), role="gateway_worker", size=4)
    known: dict[str, Any] = dict(installed.load())
    house = await open_house(database, api, known, described=False)
    keys = SandboxAuthority(folder, clock=house.clock)
    for one in known.values():
        for name in one.simulator.signers:
            keys.certificate(name)
    authorities = Authorities(known, keys, house.clock)
    place = WorkerHouse(
        store=working,
        jurisdictions=known,
        lines={"test": authorities},
        vault=house.vault,
        clock=house.clock,
        new_id=new_id,
        metrics=Metrics(CollectorRegistry()),
        sandboxes=authorities.sandboxes(),
        pace=Pace(backoff_base=timedelta(seconds=1)),
        chance=lambda: 1.0,
    )
    yield World(house, authorities, Worker(place), Timekeeper(place), await house.caller())
    await house.client.aclose()
    await working.close()
    await api.close()
