"""Processes that die, leases that are lost, and many workers at once: nothing is sent twice, nothing stays behind."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from gateway.store.pool import Store
from gateway.store.schema import as_role
from gateway.worker import Worker
from tests.gateway.worker.conftest import QUICK, MakeHouse
from tests.gateway.worker.patience import drained, dying
from tests.gateway.worker.rows import Rows
from tests.gateway.worker.toy import Authority, jurisdiction

LAPSE = "UPDATE gateway.flow SET leased_until = now() - interval '1 second', backoff_until = NULL WHERE state = 'open'"


@pytest.mark.parametrize("line", ["answers", "loses the first answer"])
async def test_a_process_killed_at_any_point_of_a_turn_loses_and_doubles_nothing(
    line: str, database: str, house: MakeHouse, rows: Rows, authority: Authority
) -> None:
    authority.slow = 0.002
    survivor, ended = Worker(house(pace=replace(QUICK, lease=timedelta(seconds=60)))), 0
    for point in count(1):
        tenant, _ = await rows.flow(3, key=f"flow {point}", max_batch=2)
        authority.behaviours = [] if line == "answers" else ["lost"]
        ended += await asyncio.to_thread(dying, database, lambda store: Worker(house(store=store)).turn(), point)
        authority.behaviours = []
        async with asyncio.timeout(10):
            while set((await rows.states(tenant)).values()) != {"accepted"}:
                await rows.run(LAPSE)
                await drained(survivor, settled=False)
        assert not authority.again, f"killed at {point}"
        if ended == 2:
            break
    assert point > 20, "a turn has many points at which it may be killed"
    assert await rows.value("SELECT count(*) FROM gateway.case_file") == 0
    twice = "SELECT 1 FROM gateway.event WHERE type = 'submission.accepted' GROUP BY object_id HAVING count(*) > 1"
    assert not await rows.fetch(twice)


async def test_a_turn_that_is_cancelled_gives_its_flow_back(house: MakeHouse, rows: Rows, authority: Authority) -> None:
    tenant, ids = await rows.flow(1)
    authority.hangs["toyland"] = asyncio.Event()
    turn = asyncio.create_task(Worker(house()).turn())
    while not authority.heard:
        await asyncio.sleep(0.01)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert await rows.value("SELECT lease_token IS NULL FROM gateway.flow")
    assert await rows.states(tenant) == {ids[0]: "submitting"}
    authority.hangs["toyland"].set()
    await drained(Worker(house()))
    assert [ask for _, ask, _ in authority.heard] == ["send", "look", "send"]


async def test_a_long_exchange_keeps_its_lease(house: MakeHouse, rows: Rows, authority: Authority) -> None:
    await rows.flow(1)
    authority.slow = 1.2
    short = replace(QUICK, lease=timedelta(seconds=0.3))
    first, second = Worker(house(pace=short)), Worker(house(pace=short))
    turn = asyncio.create_task(first.turn())
    while not authority.heard:
        await asyncio.sleep(0.01)
    while not turn.done():
        assert not await second.turn()
        await asyncio.sleep(0.05)
    assert len(authority.heard) == 1


async def test_a_worker_whose_lease_was_taken_over_settles_nothing(
    house: MakeHouse, rows: Rows, authority: Authority
) -> None:
    tenant, ids = await rows.flow(1)
    authority.hangs["toyland"] = asyncio.Event()
    slow = asyncio.create_task(Worker(house()).turn())
    while not authority.heard:
        await asyncio.sleep(0.01)
    await rows.run(
        "UPDATE gateway.flow SET leased_until = now() - interval '1 second', lease_token = gen_random_uuid()"
    )
    authority.hangs.pop("toyland").set()
    await slow
    assert await rows.states(tenant) == {ids[0]: "submitting"}, "its answer is kept as evidence only"
    assert await rows.value("SELECT count(*) FROM gateway.exchange_answer") == 1
    await drained(Worker(house()))
    assert await rows.states(tenant) == {ids[0]: "accepted"}
    assert not authority.again


async def test_many_workers_send_every_record_once(
    database: str, house: MakeHouse, rows: Rows, authority: Authority
) -> None:
    authority.slow = 0.005
    tenants = [(await rows.flow(20, max_batch=3, ordered=bool(n % 2)))[0] for n in range(6)]
    stores = [await Store.open(as_role(database, "gateway_worker"), role="gateway_worker", size=5) for _ in range(3)]
    workers = [Worker(house(store=store)) for store in stores for _ in range(2)]
    await asyncio.gather(*(drained(worker) for worker in workers))
    for store in stores:
        await store.close()
    for tenant in tenants:
        assert set((await rows.states(tenant)).values()) == {"accepted"}
    assert not authority.again
    assert sum(len(names) for names in authority.sent()) == 120


async def test_a_hanging_authority_delays_no_other(house: MakeHouse, rows: Rows, authority: Authority) -> None:
    authority.hangs["slowland"] = asyncio.Event()
    lands = {"slowland": jurisdiction("slowland", slots=2), "toyland": jurisdiction()}
    for _ in range(5):
        await rows.flow(1, jurisdiction="slowland")
    tenant, _ = await rows.flow(30, max_batch=3)
    stop = asyncio.Event()
    running = asyncio.create_task(Worker(house(jurisdictions=lands)).run(stop))
    async with asyncio.timeout(10):
        while set((await rows.states(tenant)).values()) != {"accepted"}:
            await asyncio.sleep(0.02)
    assert authority.running["slowland"] == 2, "no more than its own places"
    authority.hangs["slowland"].set()
    async with asyncio.timeout(10):
        while await rows.value("SELECT count(*) FROM gateway.submission WHERE state <> 'accepted'"):
            await asyncio.sleep(0.02)
    stop.set()
    await running
