"""The HTTP clients of an environment: one per endpoint and client certificate, kept while it is used."""

from __future__ import annotations

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2

ClientKey = tuple[str, str, str]
"""(jurisdiction, endpoint, version of the client credential or "")."""


@dataclass
class _Held:
    client: httpx2.AsyncClient
    in_use: int = 0


class ClientPool:
    """At most `capacity` clients; the longest unused one is closed, never one that somebody is using.

    `build(context)` makes a client; contexts are made once per key.
    """

    def __init__(self, capacity: int, build: Callable[[ssl.SSLContext], httpx2.AsyncClient]) -> None:
        self._capacity = capacity
        self._build = build
        self._held: OrderedDict[ClientKey, _Held] = OrderedDict()
        self._making = asyncio.Lock()
        self._closed = False

    @asynccontextmanager
    async def client(
        self, key: ClientKey, context: Callable[[], Awaitable[ssl.SSLContext]]
    ) -> AsyncIterator[httpx2.AsyncClient]:
        """The client of that key. What `context` raises passes through."""
        held = self._held.get(key) or await self._make(key, context)
        self._held.move_to_end(key)
        held.in_use += 1
        try:
            yield held.client
        finally:
            held.in_use -= 1
            await self._shrink()

    async def aclose(self) -> None:
        """Close every connection; who is still asking gets a failure."""
        self._closed = True
        while self._held:
            _, held = self._held.popitem()
            await held.client.aclose()

    async def _make(self, key: ClientKey, context: Callable[[], Awaitable[ssl.SSLContext]]) -> _Held:
        async with self._making:
            if self._closed:
                raise RuntimeError("the transport is closed")
            if key not in self._held:
                self._held[key] = _Held(self._build(await context()))
            return self._held[key]

    async def _shrink(self) -> None:
        idle = [key for key, held in self._held.items() if not held.in_use]
        for key in idle[: max(0, len(self._held) - self._capacity)]:
            await self._held.pop(key).client.aclose()
