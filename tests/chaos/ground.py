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

    def __init__(self, child: Child, *, announces: bool) -> None:
        self.name = child.name
        self.kills = 0
        self.deaths = 0
        """How often it ended without our doing: a process has to outlive a database that restarts."""
        self._child = child
        self._announces = announces
        self._killed = False
        self._alive = False
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> Mapping[str, object]:
        await self._child.start()
        facts = await self._child.ready(READY_WITHIN) if self._announces else {}
        self._alive = True
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
            self._alive = False
            self.deaths += not self._killed
            self._killed = False
            await asyncio.sleep(0.05)
            await self._child.start()
            self._alive = True
            if self._announces:
                # Its pipe must be read; whether it comes up or is killed before that, its end is what we wait for.
                with suppress(ChildFailed):
                    await self._child.ready(READY_WITHIN)


class Ground:
    """Everything up below `data`: PostgreSQL, simulators, two workers, one API."""

    def __init__(self, data: Path) -> None:
        self.settings = Settings(data=data)
        self.cluster = EmbeddedPostgres(self.settings.postgres)
        self.restarts = 0
        self.simulators: dict[str, str] = {}
        self.url = f"http://127.0.0.1:{free_port('127.0.0.1')}"
        self._logs = data / "logs"
        self._sandbox = self._ward("sandbox", ["sandbox"])
        self._workers = [self._ward(f"worker-{number}", ["work"]) for number in (1, 2)]
        self._api = self._ward("api", ["serve", "--port", self.url.rpartition(":")[2]], announces=False)

    @property
    def owner(self) -> str:
        """The database as its administrator."""
        return self.cluster.url()

    @property
    def mortals(self) -> tuple[Ward, ...]:
        """Those that chaos may kill: the authorities' simulators are not ours to kill."""
        return (self._api, *self._workers)

    async def start(self) -> None:
        self._logs.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(self.cluster.start)
        await asyncio.to_thread(migrate, self.owner)
        self.settings.master_key()
        facts = await self._sandbox.start()
        self.simulators = {code: str(url) for code, url in facts.items()}
        await asyncio.gather(self._api.start(), *(worker.start() for worker in self._workers))
        await self._answering()

    async def stop(self, *, keep: bool) -> None:
        for ward in (self._api, *self._workers, self._sandbox):
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

    def tails(self) -> dict[str, Path]:
        return {path.stem: path for path in sorted(self._logs.glob("*.log"))}

    def _ward(self, name: str, command: list[str], *, announces: bool = True) -> Ward:
        environment = dict.fromkeys(OPERATORS, "") | {
            "GATEWAY_DATA": str(self.settings.data),
            "GATEWAY_LOG_FORMAT": "json",
            "GATEWAY_LOG_LEVEL": "info",
            "GATEWAY_ENDPOINTS": "",
            "GATEWAY_SANDBOX_PROFILE": "default",
        }
        return Ward(Child(name, command, environment=environment, log=self._logs / f"{name}.log"), announces=announces)

    async def _answering(self) -> None:
        until = time.monotonic() + READY_WITHIN
        async with httpx2.AsyncClient(trust_env=False, timeout=2.0) as client:
            while time.monotonic() < until:
                with suppress(httpx2.HTTPError):
                    if (await client.get(f"{self.url}/readyz")).status_code == httpx2.codes.OK:
                        return
                await asyncio.sleep(0.05)
        raise ChildFailed(f"the API did not answer at {self.url}")
