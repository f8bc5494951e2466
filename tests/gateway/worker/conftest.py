"""A worker over the real database with the toy's authority behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

import jurisdictions as installed
from gateway.clock import new_id, system_clock
from gateway.metrics import Metrics
from gateway.sandbox import MemoryBook, SandboxAuthority, SimulatorServer
from gateway.store.credentials import platform_context
from gateway.store.pool import Store
from gateway.transport import Transport, endpoints_for
from gateway.vault import Vault
from gateway.worker import House, Pace, Worker
from jurisdictions.contract import Jurisdiction
from tests.gateway.worker.network import CODE, Network
from tests.gateway.worker.rows import Rows, owner
from tests.gateway.worker.toy import Authority, jurisdiction

MASTER = bytes(range(32))
QUICK = Pace(
    lease=timedelta(seconds=5),
    poll_seconds=0.05,
    grace_seconds=5,
    backoff_base=timedelta(milliseconds=20),
    backoff_cap=timedelta(milliseconds=40),
    unhurried_poll=timedelta(milliseconds=20),
    breaker_base=timedelta(milliseconds=50),
    breaker_cap=timedelta(milliseconds=200),
)

MakeHouse = Callable[..., House]


@pytest.fixture
async def rows(database: str) -> AsyncIterator[Rows]:
    async with owner(database) as found:
        yield found


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
def house(worker_store: Store, authority: Authority) -> MakeHouse:
    """A house with the toy; keywords replace parts of it."""

    def make(
        *, jurisdictions: Mapping[str, Jurisdiction] | None = None, pace: Pace = QUICK, store: Store = worker_store
    ) -> House:
        return House(
            store=store,
            jurisdictions=jurisdictions or {"toyland": jurisdiction()},
            lines={"test": authority},
            vault=Vault(MASTER),
            clock=system_clock,
            new_id=new_id,
            metrics=Metrics(CollectorRegistry()),
            pace=pace,
            chance=lambda: 1.0,
        )

    return make


@pytest.fixture
def worker(house: MakeHouse) -> Worker:
    return Worker(house())


@pytest.fixture
async def network(house: MakeHouse, rows: Rows, tmp_path: Path) -> AsyncIterator[Network]:
    known = {CODE: installed.load()[CODE]}
    authority, book = SandboxAuthority(tmp_path / "sandbox"), MemoryBook()
    simulator = known[CODE].simulator
    assert simulator is not None
    server = SimulatorServer(CODE, simulator, book=book, keys=authority)
    url = await server.start()
    await rows.run("DELETE FROM platform.credential WHERE environment = 'test' AND jurisdiction = $1", CODE)
    sealed = Vault(MASTER).seal({"token": "sandbox-token"}, platform_context("test", CODE, "access_point"))
    await rows.run(
        "INSERT INTO platform.credential (environment, jurisdiction, name, sealed) VALUES ('test', $1, $2, $3)",
        *(CODE, "access_point", sealed),
    )
    places = endpoints_for("test", known, {CODE: url})
    async with Transport("test", places, sandbox_trust=authority.certificate_pem) as transport:
        made = replace(house(jurisdictions=known), lines={"test": transport}, sandboxes=transport.sandboxes())
        yield Network(made, book, rows)
    await server.close(grace=0.1)
