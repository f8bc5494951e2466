"""`dev`: one parent that starts database, sandbox, worker and API, seeds what a first invoice needs, and minds them.

A process that ends by itself is started again; one that keeps ending takes everything down with a reason. Order of the
end: API, worker, sandbox, database, so that nobody loses what it depends on.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import structlog

from gateway.embedded_postgres import EmbeddedPostgres
from gateway.lifecycle.child import Child, ChildFailed
from gateway.samples.seeding import Seeded, seed
from gateway.settings import Settings, prepared_folder
from gateway.store.schema import migrate

log = structlog.get_logger(__name__)
Report = Callable[[str], None]

READY_WITHIN = 60.0
RESTARTS, WITHIN = 5, 60.0


@dataclass(frozen=True, kw_only=True)
class Running:
    """The whole gateway on this machine: where it is reached, and the keys to it."""

    url: str
    console_url: str
    seeded: Seeded
    simulators: Mapping[str, str]
    data: Path
    logs: Path
    failed: asyncio.Future[ChildFailed] = field(compare=False, repr=False)
    """Done when something had to be given up: the reason."""

    def shown(self) -> dict[str, object]:
        """What `dev --json` prints."""
        return {
            "url": self.url,
            "console_url": self.console_url,
            "api_key": self.seeded.api_key,
            "live_api_key": self.seeded.live_api_key,
            "issuers": dict(self.seeded.issuers),
            "simulators": dict(self.simulators),
        }


@asynccontextmanager
async def running(settings: Settings, *, port: int, report: Report = lambda _: None) -> AsyncIterator[Running]:
    """Everything up and seeded; on leaving, everything down in order.

    Raises EmbeddedPostgresUnavailable, ChildFailed, and what a migration raises; what was started is stopped then.
    """
    logs = prepared_folder(settings)
    failed: asyncio.Future[ChildFailed] = asyncio.get_running_loop().create_future()
    async with AsyncExitStack() as stack:
        report("Starting PostgreSQL")
        await _database(stack, settings)
        house = _Children(stack, settings, logs, failed)
        url = f"http://{settings.host}:{port or free_port(settings.host)}"
        settings.master_key()  # Made before two processes would make it.
        report("Starting the authorities' simulators, bringing the database to the newest schema")
        simulators = await house.up(url)
        report("Preparing test issuers")
        seeded = await seed(settings, url)
        yield Running(
            url=url,
            console_url=await _console(url),
            seeded=seeded,
            simulators={name: str(address) for name, address in simulators.items()},
            data=settings.data,
            logs=logs,
            failed=failed,
        )


async def _database(stack: AsyncExitStack, settings: Settings) -> None:
    """The operator's server, or the embedded cluster, which then is ours."""
    if settings.database_url is None:
        cluster = EmbeddedPostgres(settings.postgres)
        stack.push_async_callback(asyncio.to_thread, cluster.stop)
        starting = asyncio.ensure_future(asyncio.to_thread(cluster.start))
        try:
            await asyncio.shield(starting)
        except asyncio.CancelledError:
            await starting  # It is stopped once it stands: never while it starts.
            raise


class _Children:
    """The processes of one stack, in the order in which they were started; they are stopped the other way round."""

    def __init__(
        self, stack: AsyncExitStack, settings: Settings, logs: Path, failed: asyncio.Future[ChildFailed]
    ) -> None:
        self._settings = settings
        self._logs = logs
        self._failed = failed
        self._minders: list[asyncio.Task[None]] = []
        self._children: list[Child] = []
        self._stopping = False
        stack.push_async_callback(self.stop)

    async def up(self, url: str) -> Mapping[str, object]:
        """Everything, side by side as far as one need not wait for the other; the simulators' addresses."""
        try:
            async with asyncio.TaskGroup() as together:
                sandbox = together.create_task(self.start("sandbox"))
                await asyncio.to_thread(migrate, self._settings.administrator)
                together.create_task(self.serve(url))
                simulators = await sandbox
                together.create_task(self.start("worker"))
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None
        return simulators

    async def start(self, name: str, *, within: float = READY_WITHIN) -> Mapping[str, object]:
        """Sandbox or worker: up when it says so."""
        child = self._child(name, {"sandbox": ["sandbox"], "worker": ["work"]}[name])
        await child.start()
        facts = await child.ready(within)
        self._mind(child, within)
        return facts

    async def serve(self, url: str) -> None:
        """The API: up when it answers that it can work."""
        host, _, port = url.removeprefix("http://").rpartition(":")
        child = self._child("api", ["serve", "--host", host, "--port", port])
        await child.start()
        ended = asyncio.create_task(child.ended())
        try:
            await _answers(url, ended, child)
        finally:
            ended.cancel()
        self._mind(child, None)

    async def stop(self) -> None:
        self._stopping = True
        for minder in self._minders:
            minder.cancel()
        await asyncio.gather(*self._minders, return_exceptions=True)
        order = {"api": 0, "worker": 1, "sandbox": 2}
        for child in sorted(self._children, key=lambda child: order[child.name]):
            await child.stop()

    def _child(self, name: str, command: list[str]) -> Child:
        environment = {
            "GATEWAY_DATA": str(self._settings.data),
            "GATEWAY_LOG_FORMAT": "json",
            "GATEWAY_LOG_LEVEL": self._settings.log_level,
        }
        child = Child(name, command, environment=environment, log=self._logs / f"{name}.log")
        self._children.append(child)
        return child

    def _mind(self, child: Child, within: float | None) -> None:
        self._minders.append(asyncio.create_task(self._keep(child, within), name=f"mind {child.name}"))

    async def _keep(self, child: Child, within: float | None) -> None:
        """Start it again whenever it ends, but not for ever."""
        starts: list[float] = []
        while True:
            status = await child.ended()
            now = time.monotonic()
            starts = [at for at in starts if now - at < WITHIN] + [now]
            log.warning("child.ended", child=child.name, status=status, restarts=len(starts))
            if len(starts) > RESTARTS:
                self._give_up(child.failure())
                return
            await asyncio.sleep(0.2 * len(starts))
            await child.start()
            if within is not None:
                try:
                    await child.ready(within)
                except ChildFailed as why:
                    log.warning("child.not_ready", child=child.name, reason=str(why))

    def _give_up(self, why: ChildFailed) -> None:
        if not self._failed.done():
            self._failed.set_result(why)


async def _answers(url: str, ended: asyncio.Task[int], child: Child) -> None:
    deadline = time.monotonic() + READY_WITHIN
    async with httpx2.AsyncClient(trust_env=False, timeout=2.0) as client:
        while time.monotonic() < deadline:
            if ended.done():
                raise child.failure()
            try:
                if (await client.get(f"{url}/readyz")).status_code == httpx2.codes.OK:
                    return
            except httpx2.HTTPError:
                pass
            await asyncio.sleep(0.05)
    raise ChildFailed(f"the API did not answer at {url} within {READY_WITHIN:g} s")


async def _console(url: str) -> str:
    """The console where this installation has one, else the description of the API."""
    async with httpx2.AsyncClient(trust_env=False, timeout=5.0) as client:
        found = (await client.get(f"{url}/console")).status_code < httpx2.codes.NOT_FOUND
    return f"{url}/console" if found else f"{url}/schema"


def free_port(host: str) -> int:
    """A port that nobody listens on now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
