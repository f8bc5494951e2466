"""The API as a process: an ASGI application that opens its parts when its server starts, and the server around it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import MutableMapping
from contextlib import AsyncExitStack
from typing import Any

import structlog
from granian.constants import Interfaces
from granian.server.embed import Server

from gateway.app import create_app
from gateway.lifecycle.parts import wired
from gateway.settings import Settings

log = structlog.get_logger(__name__)
Scope = MutableMapping[str, Any]
BACKLOG = 1024


class Service:
    """Starts with the lifespan of its server: database, vault and law are opened then, and closed at its end."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._app: Any = None

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _live(self, scope: Scope, receive: Any, send: Any) -> None:
        first = await receive()
        async with AsyncExitStack() as stack:
            try:
                self._app = create_app(await stack.enter_async_context(wired(self._settings)))
            except Exception as why:
                log.error("service.not_started", error=f"{type(why).__name__}: {why}")
                await send({"type": "lifespan.startup.failed", "message": str(why)})
                return
            pending = [first]

            async def replayed() -> Any:
                return pending.pop() if pending else await receive()

            await self._app(scope, replayed, send)


async def serve(settings: Settings, host: str, port: int) -> None:
    """Serve in this process until SIGTERM or SIGINT; what is under way is answered first."""
    server = Server(
        Service(settings),
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        backlog=BACKLOG,
        log_enabled=False,
        websockets=False,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    log.info("service.listening", address=f"http://{host}:{port}")
    await server.serve()
    log.info("service.ended")
