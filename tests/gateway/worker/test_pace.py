"""Great numbers: printed, not asserted (`pytest -s`); what is asserted is that all of them end well, once."""

from __future__ import annotations

import time

import pytest

from gateway.clock import system_clock
from gateway.store import flows
from gateway.store.pool import Store
from gateway.worker import Worker
from tests.gateway.worker.patience import drained
from tests.gateway.worker.rows import Rows
from tests.gateway.worker.toy import Authority, Reply, accepted


async def test_five_thousand_records_in_batches_of_a_thousand(worker: Worker, rows: Rows, authority: Authority) -> None:
    tenant, _ = await rows.flow(5000)
    started = time.perf_counter()
    assert await drained(worker, settled=False) == 5
    seconds = time.perf_counter() - started
    print(f"\n5,000 records drained in {seconds:.2f} s: {5000 / seconds:,.0f}/s")
    assert set((await rows.states(tenant)).values()) == {"accepted"}
    assert not authority.again


async def test_a_thousand_refusals_settle_together(worker: Worker, rows: Rows, authority: Authority) -> None:
    _, ids = await rows.flow(1000)
    refusal: Reply = {name: {"state": "rejected", "code": "1105"} for name in ids[::2]}
    authority.answers = refusal | {name: accepted(name) for name in ids[1::2]}
    started = time.perf_counter()
    await worker.turn()
    print(f"\n1,000 outcomes, 500 of them with a case: a turn of {(time.perf_counter() - started) * 1000:.0f} ms")
    assert await rows.value("SELECT count(*) FROM gateway.case_file") == 500
    assert await rows.value("SELECT count(*) FROM gateway.standing") == 500


@pytest.mark.slow
async def test_a_hundred_thousand_waiting_records_cost_no_more_than_one(
    worker: Worker, rows: Rows, worker_store: Store
) -> None:
    tenant, ids = await rows.flow(100_000)
    for _ in range(3):
        started = time.perf_counter()
        lease = await worker._lease()
        leased = time.perf_counter()
        assert lease is not None
        async with worker_store.tenant(tenant, "test") as connection:
            found = await flows.documents(
                connection, lease, unsettled=False, ordered=True, now=system_clock(), limit=1000
            )
        read = time.perf_counter()
        print(
            f"\n100,000 waiting: leased in {(leased - started) * 1e3:.1f} ms, batch in {(read - leased) * 1e3:.1f} ms"
        )
        assert [str(row["id"]) for row in found] == ids[:1000]
        async with worker_store.tenant(tenant, "test") as connection:
            await flows.release(connection, lease)
