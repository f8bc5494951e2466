"""Several API processes on one port, under a supervisor of their own."""

from __future__ import annotations

from granian.constants import Interfaces, Loops
from granian.server.mp import MPServer

from gateway.lifecycle.service import BACKLOG


def serve_many(host: str, port: int, workers: int) -> None:
    """Serve until SIGTERM; each process reads the environment by itself. One that dies is started again."""
    MPServer(
        "gateway.lifecycle:app_from_environment",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        loop=Loops.uvloop,
        backlog=BACKLOG,
        log_enabled=False,
        websockets=False,
        factory=True,
        respawn_failed_workers=True,
    ).serve()
