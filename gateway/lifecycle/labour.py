"""The worker as a process: delivery, the sequencer and the timekeeper, side by side, until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

import structlog
from prometheus_client import start_http_server

from gateway.lifecycle.parts import housed
from gateway.settings import Settings
from gateway.worker import Sequencer, Timekeeper, Worker

log = structlog.get_logger(__name__)


async def work(settings: Settings, *, ready: Callable[[], None], metrics_port: int | None = None) -> None:
    """Until SIGTERM or SIGINT: then nothing new is leased, and running exchanges are seen to their end."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if metrics_port is not None:
        start_http_server(metrics_port, "127.0.0.1")
    async with housed(settings) as house:
        log.info("worker.started")
        ready()
        await asyncio.gather(
            Worker(house).run(stop), Sequencer(house.store, house.metrics).run(stop), Timekeeper(house).run(stop)
        )
    log.info("worker.ended")
