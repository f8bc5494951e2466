"""When which certifier fails, and how: drawn before the day begins, and served to the sandbox hour by hour."""

from __future__ import annotations

import asyncio
import ssl
import time
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
    """One certifier fails in one way, from `begin` on, for `seconds`."""

    certifier: str
    mode: str
    begin: float
    seconds: float


def forecast(span: float, share: float, chance: Random) -> list[Outage]:
    """Outages that take `share` of the span from each certifier, in each way alike, none over another of its own."""
    found: list[Outage] = []
    for certifier in CERTIFIERS:
        bad = span * share
        many = max(_FEWEST, round(bad / _LONGEST)) if bad else 0
        modes = [MODES[place % len(MODES)] for place in range(many)]
        chance.shuffle(modes)
        for place, mode in enumerate(modes):
            room = span / many
            seconds = bad / many
            found.append(
                Outage(
                    certifier=certifier,
                    mode=mode,
                    begin=place * room + chance.uniform(0, room - seconds),
                    seconds=seconds,
                )
            )
    return sorted(found, key=lambda one: one.begin)


class Weather:
    """The sandbox's administrator. `served` is how long each certifier has failed so far, by name, in seconds."""

    def __init__(self, ground: Ground) -> None:
        self.served = dict.fromkeys(CERTIFIERS, 0.0)
        self.many = 0
        authority = SandboxAuthority(ground.settings.sandbox)
        trust = ssl.create_default_context(cadata=authority.certificate_pem.decode())
        url = f"https://localhost:{urlsplit(ground.simulators['cfdi']).port}"
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
                    for outage in forecast(span, share, Random(f"{seed}:{turn}")):
                        group.create_task(self._happen(outage, began))
                await asyncio.sleep(max(0.0, began + span - time.monotonic()))
        finally:
            for certifier in CERTIFIERS:
                await self._delete(certifier)

    async def _happen(self, outage: Outage, began: float) -> None:
        await asyncio.sleep(max(0.0, began + outage.begin - time.monotonic()))
        await self._put(outage)
        start = time.monotonic()
        self.many += 1
        try:
            await asyncio.sleep(outage.seconds)
        finally:
            self.served[outage.certifier] += time.monotonic() - start
        await self._delete(outage.certifier)

    async def _put(self, outage: Outage) -> None:
        path = f"/_sandbox/outage?endpoint={outage.certifier}&mode={outage.mode}"
        (await self._http.put(path)).raise_for_status()

    async def _delete(self, certifier: str) -> None:
        (await self._http.delete(f"/_sandbox/outage?endpoint={certifier}")).raise_for_status()
