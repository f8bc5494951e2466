"""One simulator behind one HTTPS port."""

from __future__ import annotations

import asyncio
import errno
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import structlog

from gateway.sandbox import outage
from gateway.sandbox.admin import ADMIN, administer
from gateway.sandbox.authority import SandboxAuthority
from gateway.sandbox.book import Book, BookUnavailable, Changes, apply
from gateway.sandbox.http import HttpConnection, Refusal
from jurisdictions.contract import Simulator, SimulatorReply, SimulatorRequest

log = structlog.get_logger(__name__)

BACKLOG = 512
HANDSHAKE_SECONDS = 20.0


def _now() -> datetime:
    return datetime.now(UTC)


class SimulatorServer:
    """Serves `simulator` at https://127.0.0.1:port (0 picks one), with its memory in `book` under `code`.

    Requests are answered one after the other, each upon what the one before has changed. Changes are stored before the
    answer leaves; where they cannot be stored the line drops. A slow answer holds nobody else up.
    """

    def __init__(
        self,
        code: str,
        simulator: Simulator,
        *,
        book: Book,
        keys: SandboxAuthority,
        clock: Callable[[], datetime] = _now,
        profile: str = "default",
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.code = code
        self._simulator = simulator
        self._book = book
        self._keys = keys
        self._clock = clock
        self._profile = profile
        self._host = host
        self._port = port
        self._page: dict[str, bytes] = {}
        self._stale = False
        self._turn = asyncio.Lock()
        self._storing = 0
        self._server: asyncio.Server | None = None
        self._clients: dict[asyncio.Task[None], HttpConnection] = {}

    @property
    def url(self) -> str:
        """The base address. Raises RuntimeError before `start`."""
        if self._server is None:
            raise RuntimeError(f"the simulator {self.code} is not served")
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"https://{host}:{self._port}"

    async def start(self) -> str:
        """Read the book (founding it where it is empty), make the signers, listen; the base address.

        A port that is taken gives way to a free one. Raises BookUnavailable."""
        self._page = await self._book.load(self.code)
        founding = {key: value for key, value in self._simulator.founding.items() if key not in self._page}
        await self._book.store(self.code, founding)
        apply(self._page, founding)
        for name in self._simulator.signers:
            await asyncio.to_thread(self._keys.certificate, name)
        tls = self._keys.server_context(client_certificate=self._simulator.client_certificate)
        tls.sni_callback = self._greet
        self._server = await self._listen(tls)
        self._port = self._server.sockets[0].getsockname()[1]
        log.info("sandbox.serving", simulator=self.code, url=self.url, keys=len(self._page))
        return self.url

    async def close(self, *, grace: float = 2.0) -> None:
        """Let the requests that are being answered end (for `grace` seconds), then cut every line."""
        if self._server is None:
            return
        self._server.close()
        self._drop_idle()
        if self._clients:
            await asyncio.wait(list(self._clients), timeout=grace)
        leftover = list(self._clients)
        for task in leftover:
            task.cancel()
        await asyncio.gather(*leftover, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    async def _listen(self, tls: ssl.SSLContext) -> asyncio.Server:
        try:
            return await self._listen_at(self._port, tls)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            log.warning("sandbox.port_taken", simulator=self.code, port=self._port)
            return await self._listen_at(0, tls)

    async def _listen_at(self, port: int, tls: ssl.SSLContext) -> asyncio.Server:
        return await asyncio.start_server(
            self._connected,
            self._host,
            port,
            ssl=tls,
            backlog=BACKLOG,
            ssl_handshake_timeout=HANDSHAKE_SECONDS,
            limit=1 << 20,
        )

    def _greet(self, _: ssl.SSLObject, server_name: str | None, __: ssl.SSLContext) -> int | None:
        """Called within each handshake. Who names the server `localhost` is the administrator, and always gets in."""
        if server_name is None and outage.mode(self._page) == "refuse":
            return int(ssl.ALERT_DESCRIPTION_INTERNAL_ERROR)
        return None

    # ------------------------------------------------------------------------ connections

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  asyncio runs every connection in a task
        connection = HttpConnection(reader, writer)
        self._clients[task] = connection
        try:
            await self._converse(connection)
        except (OSError, TimeoutError, ssl.SSLError):
            connection.drop()
        except asyncio.CancelledError:
            connection.drop()  # We are closing; the task ends quietly.
        finally:
            self._clients.pop(task, None)
            with suppress(Exception):
                await connection.close()

    async def _converse(self, connection: HttpConnection) -> None:
        while True:
            try:
                request = await connection.receive()
            except Refusal as refusal:
                await connection.refuse(refusal)
                return
            if request is None:
                return
            reply = await self._reply(request)
            if reply is None:
                connection.drop()
                return
            if not await connection.send(reply):
                return

    def _drop_idle(self) -> None:
        for connection in list(self._clients.values()):
            if connection.idle:
                connection.drop()

    # ------------------------------------------------------------------------ answers

    async def _reply(self, request: SimulatorRequest) -> SimulatorReply | None:
        """The reply, None to drop the line."""
        try:
            if request.path.startswith(ADMIN):
                return await self._administered(request)
            endpoint = outage.endpoint_of(request.path.partition("?")[0], self._simulator.endpoints)
            if await self._out(endpoint):
                return None
            if outage.mode(self._page, endpoint) == "down":
                return outage.DOWN
            reply = await self._answered(request)
        except BookUnavailable as error:
            log.error("sandbox.book_unavailable", simulator=self.code, error=str(error))
            return None
        if reply.delay_seconds > 0:
            await asyncio.sleep(reply.delay_seconds)
        return None if reply.lost else reply

    async def _out(self, endpoint: str | None) -> bool:
        """Whether an outage swallows the request: at once, or after it has hung as long as the outage lasts."""
        if outage.mode(self._page, endpoint) == "hang":
            await outage.over(lambda: self._page, endpoint)
            return True
        return outage.mode(self._page, endpoint) == "refuse"

    async def _answered(self, request: SimulatorRequest) -> SimulatorReply:
        async with self._turn:
            await self._refresh()
            try:
                reply = self._simulator.answer(self._page, request, self._clock(), self._keys, self._profile)
            except Exception:
                # A simulator that fails on a request is a defect of ours: say it loudly, change nothing.
                log.exception("sandbox.simulator_failed", simulator=self.code, path=request.path)
                return SimulatorReply(status=500, headers={"content-type": "text/plain"}, body=b"simulator failed\n")
            stored = self._change(reply.changes)
        if stored is not None:
            await asyncio.shield(stored)
        return reply

    async def _administered(self, request: SimulatorRequest) -> SimulatorReply:
        reply = administer(self.code, self._page, request, self._simulator.endpoints)
        async with self._turn:
            await self._refresh()
            stored = self._change(reply.changes)
        if stored is not None:
            await asyncio.shield(stored)
        if outage.mode(self._page) == "refuse":
            self._drop_idle()
        return reply

    def _change(self, changes: Changes) -> asyncio.Task[None] | None:
        """Apply now, so that the next request builds upon it; the task ends when it is stored."""
        if not changes:
            return None
        apply(self._page, changes)
        self._storing += 1
        # A task, so that the order of writes is the order of turns, and a client that leaves does not undo it.
        stored = asyncio.create_task(self._book.store(self.code, changes))
        stored.add_done_callback(self._stored)
        return stored

    def _stored(self, task: asyncio.Task[None]) -> None:
        self._storing -= 1
        if task.cancelled() or task.exception() is not None:
            self._stale = True

    async def _refresh(self) -> None:
        """After a failed write the page in memory tells what never was: read the book anew."""
        if self._stale and not self._storing:
            self._page = await self._book.load(self.code)
            self._stale = False
        elif self._stale:
            raise BookUnavailable("waiting for the writes that are on their way")
