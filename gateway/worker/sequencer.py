"""Gives each tenant's committed events and audit rows consecutive numbers: within 200 ms, by whoever comes first."""

from __future__ import annotations

import asyncio

import structlog

from gateway.metrics import Metrics
from gateway.store.pool import Store

log = structlog.get_logger(__name__)

BUSY_SECONDS = 0.1
IDLE_SECONDS = 0.2


class Sequencer:
    """Calls `platform.sequence_committed` again and again; of many at the same time one does the work."""

    def __init__(self, store: Store, metrics: Metrics) -> None:
        self._store = store
        self._metrics = metrics

    async def once(self) -> int:
        """How many rows were numbered; -1 where another process was at it."""
        async with self._store.connection() as connection:
            numbered: int = await connection.fetchval("SELECT platform.sequence_committed()")
        self._metrics.sequenced.inc(max(0, numbered))
        return numbered

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; whatever the database says, it goes on a moment later."""
        while not stop.is_set():
            pause = IDLE_SECONDS
            try:
                if await self.once() > 0:
                    pause = BUSY_SECONDS
            except Exception as why:
                log.warning("sequencer.failed", error=type(why).__name__)
            await _either(stop, pause)


async def _either(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
