"""Hears of new work at once: LISTEN on a connection of its own, taken anew whenever it is lost."""

from __future__ import annotations

import asyncio

import structlog

from gateway.store.pool import Store

log = structlog.get_logger(__name__)

CHANNEL = "gateway_work"


async def listen(store: Store, wake: asyncio.Event) -> None:
    """Set `wake` at each notification, and once after every (re)connection; runs until it is cancelled."""
    while True:
        lost = asyncio.Event()
        try:
            async with store.connection() as connection:
                connection.add_termination_listener(lambda _, lost=lost: lost.set())
                await connection.add_listener(CHANNEL, _setter(wake))
                wake.set()
                try:
                    await lost.wait()
                finally:
                    await connection.reset()
        except Exception as why:
            log.warning("wakeup.lost", error=type(why).__name__)
        await asyncio.sleep(0.5)


def _setter(wake: asyncio.Event):  # type: ignore[no-untyped-def]
    return lambda *_: wake.set()
