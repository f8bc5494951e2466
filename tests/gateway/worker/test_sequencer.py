"""Consecutive numbers for what was committed, however the writers are interleaved."""

from __future__ import annotations

import asyncio
from uuid import UUID

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from gateway.clock import new_id, system_clock
from gateway.metrics import Metrics
from gateway.store.pool import Store, to_json
from gateway.worker import Sequencer
from tests.gateway.worker.rows import Rows

WRITERS, MOVES = 6, 15


@pytest.fixture
def sequencer(worker_store: Store) -> Sequencer:
    return Sequencer(worker_store, Metrics(CollectorRegistry()))


async def record(store: Store, tenant: UUID, many: int = 2, *, pause: float = 0.0) -> None:
    events = [
        {"id": new_id(), "type": "toy", "object_type": "toy", "object_id": "1", "version": n} for n in range(many)
    ]
    audits = [
        {"id": new_id(), "actor": "toy", "action": "toy", "object_type": "toy", "object_id": "1", "detail": {"n": n}}
        for n in range(many)
    ]
    async with store.tenant(tenant, "test") as connection:
        await connection.execute(
            "SELECT gateway.record($1, 'test', $2, $3, $4)", tenant, system_clock(), to_json(events), to_json(audits)
        )
        await asyncio.sleep(pause)


async def test_concurrent_writers_get_consecutive_numbers_and_an_unbroken_hash(
    sequencer: Sequencer, worker_store: Store, rows: Rows
) -> None:
    tenants = [new_id(), new_id()]
    stop = asyncio.Event()
    running = [asyncio.create_task(sequencer.run(stop)) for _ in range(2)]

    async def write(number: int) -> None:
        for n in range(MOVES):
            await record(worker_store, tenants[(number + n) % 2], pause=0.001 * (number % 3))

    await asyncio.gather(*(write(number) for number in range(WRITERS)))
    await asyncio.sleep(0.5)
    stop.set()
    await asyncio.gather(*running)
    for tenant in tenants:
        for stream in ("event", "audit"):
            numbers = await rows.fetch(
                f"SELECT sequence FROM gateway.{stream}_sequence WHERE tenant_id = $1 ORDER BY 1", tenant
            )
            assert [row["sequence"] for row in numbers] == list(range(1, WRITERS * MOVES + 1))
        broken = await rows.fetch(
            """
            SELECT s.sequence FROM gateway.audit_sequence s JOIN gateway.audit a ON a.id = s.audit_id
            LEFT JOIN gateway.audit_sequence p ON p.tenant_id = s.tenant_id AND p.sequence = s.sequence - 1
            WHERE s.tenant_id = $1 AND s.hash <> sha256(coalesce(p.hash, '') || platform.audit_content(a.id, a.at,
                a.actor, a.action, a.object_type, a.object_id, a.request_id, a.detail))
            """,
            tenant,
        )
        assert not broken


async def test_what_commits_late_is_not_lost(
    sequencer: Sequencer, worker_store: Store, database: str, rows: Rows
) -> None:
    tenant = new_id()
    late = asyncio.create_task(record(worker_store, tenant, pause=0.4))
    await asyncio.sleep(0.1)
    await record(worker_store, tenant)
    await sequencer.once()
    assert await rows.value("SELECT count(*) FROM gateway.event_sequence") == 0, "an older one may still commit"
    await late
    assert await sequencer.once() == 8
    assert await rows.value("SELECT max(sequence) FROM gateway.event_sequence") == 4
    assert await sequencer.once() == 0


async def test_one_at_a_time(sequencer: Sequencer, database: str) -> None:
    other = await asyncpg.connect(database)
    async with other.transaction():
        await other.execute("SELECT pg_advisory_xact_lock(7203100)")
        assert await sequencer.once() == -1
    await other.close()


async def test_after_a_long_rest_it_catches_up_in_parts(sequencer: Sequencer, worker_store: Store, rows: Rows) -> None:
    tenant = new_id()
    for _ in range(3):
        await record(worker_store, tenant, 8_000)
    numbered = [await sequencer.once() for _ in range(4)]
    assert sum(numbered) == 48_000
    assert numbered[0] < 48_000
    assert await rows.value("SELECT count(*) = max(sequence) FROM gateway.audit_sequence")
