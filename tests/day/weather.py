"""When which service of an authority fails, and how: drawn before the day begins, and served to the sandbox hour by
hour. Mexico's certifiers are the services of its own day; another one names its own."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from types import TracebackType
from urllib.parse import urlsplit

import httpx2

from gateway.sandbox import SandboxAuthority
from tests.chaos.ground import Ground

CERTIFIERS = ("sw", "finkok")
MODES = ("down", "hang", "refuse")
_LONGEST = 6.0
_FEWEST = 3


@dataclass(frozen=True, kw_only=True)
class Outage:
    """One service fails in one way, from `begin` on, for `seconds`."""

    service: str
    mode: str
    begin: float
    seconds: float


def forecast(
    span: float,
    share: float,
    chance: Random,
    services: Sequence[str] = CERTIFIERS,
    ways: Sequence[str] = MODES,
) -> list[Outage]:
    """Outages that take `share` of the span from each service, in each way alike, none over another of its own."""
    found: list[Outage] = []
    for service in services:
        bad = span * share
        many = max(_FEWEST, round(bad / _LONGEST)) if bad else 0
        modes = [ways[place % len(ways)] for place in range(many)]
        chance.shuffle(modes)
        for place, mode in enumerate(modes):
            room = span / many
            seconds = bad / many
            found.append(
                Outage(
                    service=service,
                    mode=mode,
                    begin=place * room + chance.uniform(0, room - seconds),
                    seconds=seconds,
                )
            )
    return sorted(found, key=lambda one: one.begin)


class Weather:
    """The sandbox's administrator. `served` is how long each service has failed so far, by name, in seconds."""

    def __init__(
        self,
        ground: Ground,
        simulator: str = "cfdi",
        services: Sequence[str] = CERTIFIERS,
        ways: Sequence[str] = MODES,
    ) -> None:
        self._ways = ways
        self.served = dict.fromkeys(services, 0.0)
        self.many = 0
        authority = SandboxAuthority(ground.settings.sandbox)
        trust = ssl.create_default_context(cadata=authority.certificate_pem.decode())
        url = f"https://localhost:{urlsplit(ground.simulators[simulator]).port}"
        self._http = httpx2.AsyncClient(base_url=url, verify=trust, trust_env=False, timeout=30.0)

    async def __aenter__(self) -> Weather:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def serve(self, span: float, share: float, seed: str) -> None:
        """One span after the other, each with a forecast of its own, until cancelled; then clear the sky."""
        try:
            for turn in count():
                began = time.monotonic()
                async with asyncio.TaskGroup() as group:
                    for outage in forecast(span, share, Random(f"{seed}:{turn}"), tuple(self.served), self._ways):
                        group.create_task(self._happen(outage, began))
                await asyncio.sleep(max(0.0, began + span - time.monotonic()))
        finally:
            for service in self.served:
                await self._delete(service)

    async def _happen(self, outage: Outage, began: float) -> None:
        await asyncio.sleep(max(0.0, began + outage.begin - time.monotonic()))
        await self._put(outage)
        start = time.monotonic()
        self.many += 1
        try:
            await asyncio.sleep(outage.seconds)
        finally:
            self.served[outage.service] += time.monotonic() - start
        await self._delete(outage.service)

    async def _put(self, outage: Outage) -> None:
        path = f"/_sandbox/outage?endpoint={outage.service}&mode={outage.mode}"
        (await self._http.put(path)).raise_for_status()

    async def _delete(self, service: str) -> None:
        (await self._http.delete(f"/_sandbox/outage?endpoint={service}")).raise_for_status()
