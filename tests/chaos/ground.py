"""The ground on which chaos happens: a cluster of our own, and processes that are started again whenever they die."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from random import Random

import httpx2

from gateway.embedded_postgres import EmbeddedPostgres
from gateway.lifecycle.child import Child, ChildFailed
from gateway.lifecycle.stack import free_port
from gateway.settings import Settings
from gateway.store.schema import migrate

READY_WITHIN = 60.0
OPERATORS = ("DATABASE_URL", "GATEWAY_API_DATABASE_URL", "GATEWAY_WORKER_DATABASE_URL", "GATEWAY_MASTER_KEY")
"""What must not reach our processes from the caller's environment."""


class Ward:
    """One process that is started again at once, however it ended."""

    def __init__(self, child: Child, address: str | None = None) -> None:
        """`address`: where it answers once it is up; without one it announces itself."""
        self.name = child.name
        self.kills = 0
        self.deaths = 0
        """How often it was up and ended without our doing: a process has to outlive a database that restarts."""
        self.vain = 0
        """How often it did not come up, because the database was away just then: it says so and ends."""
        self._child = child
        self._address = address
        self._killed = False
        self._alive = False
        self._up = False
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> Mapping[str, object]:
        await self._child.start()
        facts = await self._ready()
        self._alive = self._up = True
        self._keeper = asyncio.create_task(self._keep(), name=f"keep {self.name}")
        return facts

    def kill(self) -> bool:
        """SIGKILL, wherever it is; False where it is dead already."""
        if not self._alive:
            return False
        self._alive, self._killed = False, True
        with suppress(ProcessLookupError):
            os.kill(self._child.pid, signal.SIGKILL)
        self.kills += 1
        return True

    async def stop(self) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        await self._child.stop()

    async def _keep(self) -> None:
        while True:
            await self._child.ended()
            self.deaths += self._up and not self._killed
            self.vain += not self._up and not self._killed
            self._alive = self._up = self._killed = False
            await asyncio.sleep(0.05)
            await self._child.start()
            self._alive = True
            with suppress(ChildFailed):
                await self._ready()
                self._up = True

    async def _ready(self) -> Mapping[str, object]:
        """Wait until it is up. Raises ChildFailed where it ends before that, by our hand or not."""
        if self._address is None:
            return await self._child.ready(READY_WITHIN)
        ended = asyncio.create_task(self._child.ended())
        try:
            await _answering(self._address, ended)
        finally:
            ended.cancel()
        return {}


class Ground:
    """Everything up below `data`: PostgreSQL, simulators, two workers, one API, or as many as are asked for.

    `environment` is what our processes are told beside the usual."""

    def __init__(
        self, data: Path, *, apis: int = 1, workers: int = 2, environment: Mapping[str, str] | None = None
    ) -> None:
        self._environment = environment or {}
        self.settings = Settings(data=data)
        self.cluster = EmbeddedPostgres(self.settings.postgres)
        self.restarts = 0
        self.simulators: dict[str, str] = {}
        self.urls = tuple(f"http://127.0.0.1:{free_port('127.0.0.1')}" for _ in range(apis))
        self._logs = data / "logs"
        self._sandbox = self._ward("sandbox", ["sandbox"])
        self._workers = [self._ward(f"worker-{number}", ["work"]) for number in range(1, workers + 1)]
        names = ["api"] if apis == 1 else [f"api-{number}" for number in range(1, apis + 1)]
        self._apis = [
            self._ward(name, ["serve", "--port", url.rpartition(":")[2]], url)
            for name, url in zip(names, self.urls, strict=True)
        ]

    @property
    def url(self) -> str:
        """The first API's address."""
        return self.urls[0]

    @property
    def owner(self) -> str:
        """The database as its administrator."""
        return self.cluster.url()

    @property
    def mortals(self) -> tuple[Ward, ...]:
        """Those that chaos may kill: the authorities' simulators are not ours to kill."""
        return (*self._apis, *self._workers)

    @property
    def wards(self) -> tuple[Ward, ...]:
        return (*self.mortals, self._sandbox)

    async def start(self) -> None:
        self._logs.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(self.cluster.start)
        await asyncio.to_thread(migrate, self.owner)
        self.settings.master_key()
        facts = await self._sandbox.start()
        self.simulators = {code: str(url) for code, url in facts.items()}
        await asyncio.gather(*(one.start() for one in self.mortals))

    async def stop(self, *, keep: bool) -> None:
        for ward in self.wards:
            await ward.stop()
        await asyncio.to_thread(self.cluster.stop if keep else self.cluster.discard)

    async def restart_database(self) -> None:
        """As a crash would: no checkpoint, every session cut."""
        await asyncio.to_thread(self.cluster.restart)
        self.restarts += 1

    async def kill_one(self, chance: Random) -> None:
        """Kill one of the mortals; where the chosen one is just dead, as soon as it lives."""
        ward = chance.choice(self.mortals)
        while not ward.kill():
            await asyncio.sleep(0.02)

    def _ward(self, name: str, command: list[str], address: str | None = None) -> Ward:
        environment = dict.fromkeys(OPERATORS, "") | {
            "GATEWAY_DATA": str(self.settings.data),
            "GATEWAY_LOG_FORMAT": "json",
            "GATEWAY_LOG_LEVEL": "info",
            "GATEWAY_ENDPOINTS": "",
            "GATEWAY_SANDBOX_PROFILE": "default",
            **self._environment,
        }
        return Ward(Child(name, command, environment=environment, log=self._logs / f"{name}.log"), address)


async def _answering(url: str, ended: asyncio.Task[int]) -> None:
    until = time.monotonic() + READY_WITHIN
    async with httpx2.AsyncClient(trust_env=False, timeout=2.0) as client:
        while time.monotonic() < until and not ended.done():
            with suppress(httpx2.HTTPError):
                if (await client.get(f"{url}/readyz")).status_code == httpx2.codes.OK:
                    return
            await asyncio.sleep(0.1)
    raise ChildFailed(f"nothing answers at {url}")
