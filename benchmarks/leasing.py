"""Leasing and batching a flow with 100,000 waiting records."""

from __future__ import annotations

import asyncio
import statistics
import time
from datetime import timedelta
from uuid import UUID

import asyncpg

from benchmarks import ground
from benchmarks.report import Figure
from gateway.clock import system_clock
from gateway.store import flows
from gateway.store.pool import Store
from gateway.store.schema import as_role
from jurisdictions import INSTALLED

WAITING = 100_000
ROUNDS = 9

COPIES = """
    INSERT INTO gateway.submission (tenant_id, environment, id, invoice_id, issuer_id, jurisdiction, instruction, state,
        flow_key, position, document_id, attributes, facts, fingerprint, edition, sealed_at, updated_at)
    SELECT s.tenant_id, s.environment, gen_random_uuid(), s.invoice_id, s.issuer_id, s.jurisdiction, s.instruction,
        'queued', s.flow_key, s.position + n, s.document_id, s.attributes, s.facts, s.fingerprint, s.edition,
        s.sealed_at, s.updated_at
    FROM gateway.submission s CROSS JOIN generate_series(1, $1::int) n
"""


async def _waiting(place: ground.Ground) -> None:
    async with ground.wired(place) as wiring:
        issuer = await ground.add_issuer(wiring, place, ground.spanish_issuer("bench"))
        invoice = await ground.draft(wiring, place, ground.spanish_invoice(issuer))
        await ground.finalized(wiring, place, invoice)
    owner = await asyncpg.connect(place.url)
    await owner.execute("SET ROLE gateway_owner")
    await owner.execute(COPIES, WAITING)
    await owner.execute("RESET ROLE")
    await owner.execute("VACUUM ANALYZE gateway.submission")
    await owner.close()


async def _turn(store: Store, tenant: UUID) -> float:
    now, lease_for = system_clock(), timedelta(seconds=30)
    begin = time.perf_counter()
    async with store.connection() as connection:
        lease = await flows.lease(connection, ["test"], INSTALLED, lease_for, now)
    assert lease is not None
    async with store.tenant(tenant, "test") as connection:
        rows = await flows.documents(connection, lease, unsettled=False, ordered=True, now=now, limit=1000)
    elapsed = time.perf_counter() - begin
    assert len(rows) == 1000
    async with store.tenant(tenant, "test") as connection:
        await flows.release(connection, lease)
    return elapsed


async def _measure(place: ground.Ground) -> float:
    await _waiting(place)
    store = await Store.open(as_role(place.url, "gateway_worker"), role="gateway_worker", size=2)
    try:
        await _turn(store, place.tenant)
        return statistics.median([await _turn(store, place.tenant) for _ in range(ROUNDS)])
    finally:
        await store.close()


def measure() -> list[Figure]:
    """The median of several leases, each with the first thousand records of the flow."""
    with ground.ground() as place:
        seconds = asyncio.run(_measure(place))
    name = f"lease and batch 1,000 of {WAITING:,} waiting in one flow"
    return [Figure(name, f"{seconds * 1000:.1f} ms", "limit 20 ms", seconds / 0.020, 1.0, below=True)]
