"""Outages on demand, kept in the simulator's book so that they outlast a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from jurisdictions.contract import SimulatorReply

KEY = "outage"
MODES = ("down", "hang", "refuse")
LONGEST_HANG = 600.0
LOOK_EVERY = 0.1

DOWN = SimulatorReply(
    status=503,
    headers={"content-type": "text/plain; charset=utf-8", "retry-after": "30"},
    body=b"Service Unavailable\n",
)


def mode(page: Mapping[str, bytes]) -> str | None:
    """`down` answers 503, `hang` never answers, `refuse` takes no connection; None: all is well."""
    value = page.get(KEY)
    return None if value is None else value.decode("ascii", errors="replace")


async def over(page: Callable[[], Mapping[str, bytes]]) -> None:
    """Wait until the line no longer hangs (at most ten minutes)."""
    for _ in range(int(LONGEST_HANG / LOOK_EVERY)):
        if mode(page()) != "hang":
            return
        await asyncio.sleep(LOOK_EVERY)
