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


def key(endpoint: str | None = None) -> str:
    """The key in the book: of the whole simulator, or of one of its endpoints."""
    return KEY if endpoint is None else f"{KEY}/{endpoint}"


def mode(page: Mapping[str, bytes], endpoint: str | None = None) -> str | None:
    """`down` answers 503, `hang` never answers, `refuse` takes no connection; None: all is well.

    With `endpoint`: of the whole simulator or else of that endpoint. All endpoints share a port, so that one of them
    that refuses takes the connection and drops it once it has read the request."""
    value = page.get(KEY)
    if value is None and endpoint is not None:
        value = page.get(key(endpoint))
    return None if value is None else value.decode("ascii", errors="replace")


def endpoint_of(path: str, endpoints: Mapping[str, str]) -> str | None:
    """The endpoint that serves the path: the one with the longest prefix."""
    found = [(len(prefix), name) for name, prefix in endpoints.items() if f"{path}/".startswith(f"{prefix}/")]
    return max(found)[1] if found else None


async def over(page: Callable[[], Mapping[str, bytes]], endpoint: str | None = None) -> None:
    """Wait until the line no longer hangs (at most ten minutes)."""
    for _ in range(int(LONGEST_HANG / LOOK_EVERY)):
        if mode(page(), endpoint) != "hang":
            return
        await asyncio.sleep(LOOK_EVERY)
