"""The worker: leases due flows while a place is free, and runs their turns side by side.

Each jurisdiction has places of its own, so that an authority that hangs keeps nobody waiting but its own flows.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress

import structlog

from gateway.store import breakers, flows
from gateway.store.flows import Lease
from gateway.worker.house import House
from gateway.worker.turn import carry
from gateway.worker.wakeup import listen

log = structlog.get_logger(__name__)

SHOWN_EVERY = 5.0  # seconds between looks at the queues, for metrics


class Worker:
    """Any number of these may run in any number of processes; a flow is in one hand at a time.

    `slots`: how many turns of a jurisdiction may run at once here (default: what the jurisdiction says of itself).
    """

    def __init__(self, house: House, *, slots: Mapping[str, int] | None = None) -> None:
        self._house = house
        self._slots = {code: (slots or {}).get(code, one.about.slots) for code, one in house.jurisdictions.items()}
        self._running: Counter[str] = Counter()
        self._turns: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()

    async def turn(self) -> bool:
        """Lease one flow and take it as far as one exchange goes; False where nothing was due."""
        lease = await self._lease()
        if lease is None:
            return False
        await self._carry(lease)
        return True

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`: then lease nothing more, let running turns end within the grace, and give their flows back."""
        others = [
            asyncio.create_task(listen(self._house.store, self._wake), name="wakeup"),
            asyncio.create_task(self._show(), name="queue metrics"),
            asyncio.create_task(_wake_at(stop, self._wake), name="stop"),
        ]
        try:
            while not stop.is_set():
                self._wake.clear()
                if not await self._start_one(stop):
                    await self._rest()
        finally:
            await _ended(others)
            await self._finish()

    async def _start_one(self, stop: asyncio.Event) -> bool:
        """Start a turn if one is due; False where there is a reason to wait."""
        try:
            lease = await self._lease()
        except Exception as why:
            log.warning("worker.no_lease", error=type(why).__name__)
            return False
        if lease is None:
            return False
        task = asyncio.create_task(self._carry(lease), name=f"turn {lease.jurisdiction}")
        self._turns.add(task)
        task.add_done_callback(self._ended)
        return not stop.is_set()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._turns.discard(task)
        self._wake.set()
        if not task.cancelled() and (why := task.exception()) is not None:
            log.error("turn.broken", error=repr(why))

    async def _rest(self) -> None:
        """Until somebody wakes us, or a while: jitter keeps the workers of one house out of step."""
        seconds = self._house.pace.poll_seconds * (0.75 + 0.5 * self._house.chance())
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()

    async def _lease(self) -> Lease | None:
        free = [code for code, slots in self._slots.items() if self._running[code] < slots]
        if not free:
            return None
        house = self._house
        async with house.store.connection() as connection:
            lease = await flows.lease(connection, list(house.lines), free, house.pace.lease, house.now())
        if lease is not None:
            self._running[lease.jurisdiction] += 1
        return lease

    async def _carry(self, lease: Lease) -> None:
        gauge = self._house.metrics.turns.labels(lease.jurisdiction)
        gauge.inc()
        try:
            await carry(self._house, lease)
        finally:
            self._running[lease.jurisdiction] -= 1
            gauge.dec()

    async def _finish(self) -> None:
        if self._turns:
            _, late = await asyncio.wait(self._turns, timeout=self._house.pace.grace_seconds)
            await _ended(late)

    async def _show(self) -> None:
        house = self._house
        while True:
            try:
                async with house.store.connection() as connection:
                    at = house.now()
                    house.metrics.show_queues(await connection.fetch("SELECT * FROM platform.queue_depths()"), at)
                    house.metrics.show_flows(await connection.fetch("SELECT * FROM platform.flows_at_rest($1)", at))
                    house.metrics.show_tasks(await connection.fetch("SELECT * FROM platform.tasks_overdue($1)", at))
                    house.metrics.show_breakers(await breakers.every(connection), at)
            except Exception as why:
                log.warning("worker.no_metrics", error=type(why).__name__)
            await asyncio.sleep(SHOWN_EVERY)


async def _wake_at(stop: asyncio.Event, wake: asyncio.Event) -> None:
    await stop.wait()
    wake.set()


async def _ended(tasks: set[asyncio.Task[None]] | list[asyncio.Task[None]]) -> None:
    """Cancel and wait until each has cleaned up behind itself."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
