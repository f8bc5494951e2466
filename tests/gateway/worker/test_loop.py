"""The worker as a process runs it: woken at once, fair, counted, and gone without leaving anything behind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from gateway.worker import House, Worker
from tests.gateway.worker.conftest import QUICK, MakeHouse
from tests.gateway.worker.rows import Rows
from tests.gateway.worker.toy import Authority


@asynccontextmanager
async def running(worker: Worker) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(stop))
    try:
        yield stop
    finally:
        stop.set()
        await task


async def until(rows: Rows, question: str, *arguments: object, within: float = 10.0) -> None:
    async with asyncio.timeout(within):
        while not await rows.value(question, *arguments):
            await asyncio.sleep(0.01)


ALL_ACCEPTED = "SELECT count(*) = $1 FROM gateway.submission WHERE state = 'accepted'"


async def test_a_notification_wakes_it_at_once(house: MakeHouse, rows: Rows) -> None:
    async with running(Worker(house(pace=replace(QUICK, poll_seconds=60)))):
        await asyncio.sleep(0.3)
        await rows.flow(1)
        started = time.monotonic()
        await rows.run("NOTIFY gateway_work")
        await until(rows, ALL_ACCEPTED, 1)
        assert time.monotonic() - started < 5, "long before the next poll"


async def test_without_one_it_polls(house: MakeHouse, rows: Rows) -> None:
    async with running(Worker(house())):
        await asyncio.sleep(0.2)
        await rows.flow(2)
        await until(rows, ALL_ACCEPTED, 2)


async def test_a_great_tenant_does_not_starve_a_small_one(worker: Worker, rows: Rows, authority: Authority) -> None:
    great, _ = await rows.flow(40, max_batch=1)
    for n in range(3):
        await rows.flow(40, max_batch=1, tenant=great, key=f"more {n}")
    _, small = await rows.flow(2, max_batch=1)
    for _ in range(5):
        await worker.turn()
    served = [names[0] for names in authority.sent()]
    assert set(small) <= set(served), "two of five turns are the small one's"


async def test_stopping_lets_a_running_turn_end(house: MakeHouse, rows: Rows, authority: Authority) -> None:
    tenant, _ = await rows.flow(3, max_batch=1)
    authority.hangs["toyland"] = asyncio.Event()
    async with running(Worker(house())) as stop:
        async with asyncio.timeout(5):
            while not authority.heard:
                await asyncio.sleep(0.01)
        stop.set()
        await asyncio.sleep(0.1)
        authority.hangs["toyland"].set()
    assert list((await rows.states(tenant)).values()) == ["accepted", "queued", "queued"]
    assert await rows.value("SELECT lease_token IS NULL FROM gateway.flow")


async def test_a_turn_that_does_not_end_within_the_grace_is_given_back(
    house: MakeHouse, rows: Rows, authority: Authority
) -> None:
    tenant, ids = await rows.flow(1)
    authority.hangs["toyland"] = asyncio.Event()
    async with running(Worker(house(pace=replace(QUICK, grace_seconds=0.1)))) as stop:
        async with asyncio.timeout(5):
            while not authority.heard:
                await asyncio.sleep(0.01)
        stop.set()
    assert await rows.states(tenant) == {ids[0]: "submitting"}
    assert await rows.value("SELECT lease_token IS NULL FROM gateway.flow")


async def test_the_database_may_restart_under_it(house: MakeHouse, rows: Rows, authority: Authority) -> None:
    await rows.flow(30, max_batch=1)
    lapse = "UPDATE gateway.flow SET leased_until = now() - interval '1 second' WHERE lease_token IS NOT NULL"
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'gateway_worker'"
    async with running(Worker(house())):
        for _ in range(3):
            await asyncio.sleep(0.15)
            await rows.fetch(cut)
            await rows.run(lapse)
        await until(rows, ALL_ACCEPTED, 30, within=20)
    assert not authority.again


async def test_it_is_counted(house: MakeHouse, rows: Rows, authority: Authority) -> None:
    made: House = house()
    await rows.flow(2)
    worker = Worker(made)
    await worker.turn()
    await rows.flow(3)
    shown = asyncio.create_task(worker._show())
    await asyncio.sleep(0.3)
    shown.cancel()
    value = made.metrics.outcomes.labels("toyland", "test", "accepted")._value.get()
    assert value == 2
    assert made.metrics.depth.labels("toyland", "test", "queued")._value.get() == 3
    assert made.metrics.age.labels("toyland", "test", "queued")._value.get() > 0
