"""How far the submissions of a day are, and waiting until nothing is on its way any more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import asyncpg

from tests.chaos.telling import Say

UNSETTLED = ("queued", "submitting", "waiting", "retry_scheduled", "outcome_unknown", "held")


async def on_their_way(owner: str) -> dict[str, int]:
    """How many submissions are in each state that is no end; `owner` is the database as its administrator."""
    connection = await asyncpg.connect(owner, timeout=10)
    try:
        rows = await connection.fetch("SELECT state, count(*) FROM gateway.submission GROUP BY 1 ORDER BY 1")
    finally:
        await connection.close()
    return {row["state"]: row["count"] for row in rows if row["state"] in UNSETTLED}


async def calm(owner: str, until: float, hopeless: Callable[[], bool] = lambda: False) -> list[str]:
    """Wait until nothing is on its way; what is then wrong."""
    counts: dict[str, int] = {}
    while time.monotonic() < until and not hopeless():
        counts = await on_their_way(owner)
        if not counts:
            return []
        await asyncio.sleep(0.5)
    return [f"not settled in time: {counts}"]


async def watch(owner: str, say: Say, began: float, issued: Callable[[], str]) -> None:
    """Say how far everything is, every five seconds, until cancelled."""
    while True:
        unsettled = await on_their_way(owner)
        say(f"{time.monotonic() - began:6.1f} s  {issued()} issued, on their way: {unsettled or 'none'}")
        await asyncio.sleep(5.0)
