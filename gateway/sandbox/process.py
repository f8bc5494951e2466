"""The sandbox as a process: a server for each jurisdiction that has a simulator, until it is told to stop."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import structlog

import jurisdictions as installation
from gateway.sandbox.authority import SandboxAuthority
from gateway.sandbox.book import Book, MemoryBook
from gateway.sandbox.postgres_book import PostgresBook
from gateway.sandbox.server import SimulatorServer
from jurisdictions.contract import Jurisdiction

log = structlog.get_logger(__name__)

URLS = "urls.json"


def _now() -> datetime:
    return datetime.now(UTC)


class SandboxRunning(RuntimeError):
    """Another process serves the sandbox of this directory: a book has one writer."""


@dataclass(frozen=True)
class SandboxSettings:
    """`directory` keeps the authority and the addresses. `ports` by jurisdiction code (absent: the last one that it
    had, else any). `profile`: `default` is quick, `strict` keeps the authorities' own pace. Without `database_url` the
    books are forgotten at the end."""

    directory: Path
    host: str = "127.0.0.1"
    ports: Mapping[str, int] = field(default_factory=dict)
    profile: str = "default"
    database_url: str | None = None


async def serve_sandbox(
    settings: SandboxSettings,
    *,
    jurisdictions: Mapping[str, Jurisdiction] | None = None,
    ready: Callable[[Mapping[str, str]], None] | None = None,
    stop: asyncio.Event | None = None,
    clock: Callable[[], datetime] = _now,
) -> None:
    """Serve every simulator of `jurisdictions` (default: the installed ones) until SIGTERM, SIGINT or `stop`.

    When all listen, their addresses by code are in DIR/urls.json and given to `ready`. Raises SandboxRunning and
    BookUnavailable.
    """
    if jurisdictions is None:
        jurisdictions = installation.load()
    stop = stop or asyncio.Event()
    with _only_one(settings.directory), _stopped_by_signals(stop):
        keys = await asyncio.to_thread(SandboxAuthority, settings.directory, clock=clock)
        book: Book = PostgresBook(settings.database_url) if settings.database_url else MemoryBook()
        ports = {**remembered_ports(settings.directory), **settings.ports}
        async with AsyncExitStack() as stack:
            stack.push_async_callback(book.close)
            urls: dict[str, str] = {}
            for code, one in jurisdictions.items():
                if one.simulator is None:
                    continue
                server = SimulatorServer(
                    code,
                    one.simulator,
                    book=book,
                    keys=keys,
                    clock=clock,
                    profile=settings.profile,
                    host=settings.host,
                    port=ports.get(code, 0),
                )
                stack.push_async_callback(server.close)
                urls[code] = await server.start()
            _publish(settings.directory, urls)
            if ready is not None:
                ready(urls)
            await stop.wait()
            log.info("sandbox.stopping")


def published_urls(directory: Path) -> Mapping[str, str]:
    """The simulators' addresses by code, as the sandbox of this directory last told them; empty if it never ran."""
    try:
        return msgspec.json.decode((directory / URLS).read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError):
        return {}


def remembered_ports(directory: Path) -> Mapping[str, int]:
    """The ports of the last run: what was told an address finds its simulator there after a restart."""
    ports = {code: urlsplit(url).port for code, url in published_urls(directory).items()}
    return {code: port for code, port in ports.items() if port}


def _publish(directory: Path, urls: Mapping[str, str]) -> None:
    draft = directory / f".{URLS}.{os.getpid()}"
    draft.write_bytes(msgspec.json.encode(dict(urls)) + b"\n")
    draft.replace(directory / URLS)


@contextmanager
def _only_one(directory: Path) -> Iterator[None]:
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(directory / ".serving", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SandboxRunning(f"another process serves the sandbox of {directory}") from None
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _stopped_by_signals(stop: asyncio.Event) -> Iterator[None]:
    """SIGTERM and SIGINT set `stop`, where this loop may handle signals (only the main thread's can)."""
    loop = asyncio.get_running_loop()
    handled: list[signal.Signals] = []
    try:
        with suppress(NotImplementedError, RuntimeError, ValueError):
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, stop.set)
                handled.append(number)
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)
