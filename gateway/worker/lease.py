"""Keeping a lease while an exchange takes long, and giving it back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import structlog

from gateway.errors import Busy
from gateway.store import flows
from gateway.store.flows import Lease
from gateway.store.pool import Connection
from gateway.worker.house import House

log = structlog.get_logger(__name__)

TRIES = 6
FIRST_WAIT = 0.1  # seconds, doubled: about three in all, enough for a database that restarts


@asynccontextmanager
async def kept(house: House, lease: Lease) -> AsyncIterator[None]:
    """Renew the lease every third of its time. Where it is lost, the settlement will find out by its token."""
    beat = asyncio.create_task(_renew(house, lease), name=f"lease {lease.jurisdiction}")
    try:
        yield
    finally:
        beat.cancel()
        with suppress(asyncio.CancelledError):
            await beat


async def _renew(house: House, lease: Lease) -> None:
    while True:
        await asyncio.sleep(house.pace.lease.total_seconds() / 3)
        try:
            async with house.store.tenant(lease.tenant, lease.environment) as connection:
                if not await flows.renew(connection, lease, house.pace.lease):
                    log.warning("lease.lost", jurisdiction=lease.jurisdiction, flow=lease.key)
                    return
        except Exception as why:
            log.warning("lease.not_renewed", jurisdiction=lease.jurisdiction, flow=lease.key, error=type(why).__name__)


async def committed(house: House, lease: Lease, work: Callable[[Connection], Awaitable[None]]) -> None:
    """Do `work` in one transaction of the tenant; again while the database is away: an answer in hand is precious.

    Where a commit's own answer was lost, the second time finds its rows moved or its token gone, and changes nothing.
    """
    wait = FIRST_WAIT
    for left in reversed(range(TRIES)):
        try:
            async with house.store.tenant(lease.tenant, lease.environment) as connection:
                await work(connection)
            return
        except Busy:
            if not left:
                raise
        await asyncio.sleep(wait)
        wait *= 2


async def give_back(house: House, lease: Lease, rest: flows.Rest | None = None) -> None:
    """Let the flow go after a turn that did not end well; where that fails too, the lease runs out by itself."""
    try:
        async with asyncio.timeout(3), house.store.tenant(lease.tenant, lease.environment) as connection:
            await flows.release(connection, lease, rest)
    except Exception as why:
        log.warning("lease.not_released", jurisdiction=lease.jurisdiction, flow=lease.key, error=type(why).__name__)
