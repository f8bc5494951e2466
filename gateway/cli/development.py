"""`dev` and `demo`: the whole gateway on this machine."""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from gateway.cli.options import Data, Json, Port
from gateway.logs import configure
from gateway.settings import Settings, prepared_folder

if TYPE_CHECKING:
    from gateway.lifecycle.stack import Running

CONSOLE = Console(stderr=True)
LOG = "gateway.log"


def dev(data: Data = None, port: Port = 8000, as_json: Json = False) -> None:
    """Run everything on this machine: database, API, worker, simulators; print a test key; stay until Ctrl-C.

    With --json one line says where everything is: url, console_url, api_key, live_api_key, issuers, simulators.
    """
    settings = _prepared(Settings.from_environment(data=data))
    status = asyncio.run(_dev(settings, port, as_json))
    raise typer.Exit(status)


async def _dev(settings: Settings, port: int, as_json: bool) -> int:
    from gateway.lifecycle.stack import running

    stop = _told_to_stop()
    with CONSOLE.status("Starting …") as status:
        starting = running(settings, port=port, report=lambda text: status.update(f"{text} …"))
        entering = asyncio.ensure_future(starting.__aenter__())
        stopped = asyncio.ensure_future(stop.wait())
        await asyncio.wait({entering, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not entering.done():
            entering.cancel()
            await asyncio.wait({entering})
            return 130
        house = await entering
    _show(house, as_json)
    try:
        waited: set[asyncio.Future[Any]] = {stopped, house.failed}
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        await _leave(starting)
    if house.failed.done():
        CONSOLE.print(f"gateway: {house.failed.result()}", markup=False)
        return 1
    return 0


async def _leave(starting: AbstractAsyncContextManager[Running]) -> None:
    with CONSOLE.status("Stopping …"):
        await starting.__aexit__(None, None, None)


def _show(house: Running, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(msgspec.json.encode(house.shown()).decode() + "\n")
        sys.stdout.flush()
        return
    table = Table.grid(padding=(0, 2))
    rows: list[tuple[str, str]] = [("API", house.url), ("Console", house.console_url)]
    rows += [("Test key", house.seeded.api_key), ("Live key", f"{house.seeded.live_api_key} (reaches no simulator)")]
    rows += [(f"Issuer, {code}", issuer) for code, issuer in house.seeded.issuers.items()]
    rows += [(f"Simulator, {code}", url) for code, url in house.simulators.items()]
    rows += [("Data", str(house.data)), ("Logs", str(house.logs))]
    for name, value in rows:
        table.add_row(name, value)
    Console().print(Panel(table, title="The gateway is running", subtitle="Ctrl-C stops it", expand=False))


def demo(
    data: Annotated[
        Path | None, typer.Option("--data", help="Where the data lie and stay. [default: a new temporary directory]")
    ] = None,
    port: Port = 0,
    as_json: Json = False,
) -> None:
    """Issue real invoices in each jurisdiction, follow them to the authority's answer, and keep the documents.

    Exit 0 only if every one ended as it should.
    """
    where = data or Path(tempfile.mkdtemp(prefix="gateway-demo-"))
    settings = _prepared(Settings.from_environment(data=where))
    raise typer.Exit(asyncio.run(_demo(settings, port, as_json)))


async def _demo(settings: Settings, port: int, as_json: bool) -> int:
    stop = _told_to_stop()
    work = asyncio.ensure_future(_demonstrated(settings, port, as_json))
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not work.done():
        work.cancel()
        await asyncio.wait({work})
        return 130
    return await work


async def _demonstrated(settings: Settings, port: int, as_json: bool) -> int:
    from gateway.lifecycle.stack import running
    from gateway.samples.demonstration import demonstrate
    from gateway.samples.stage import Stage

    status = CONSOLE.status("Starting …")
    status.start()
    try:
        async with running(settings, port=port, report=lambda text: status.update(f"{text} …")) as house:
            status.stop()
            with Stage(as_json=as_json) as stage:
                endings = await demonstrate(house, stage)
            status = CONSOLE.status("Stopping …")
            status.start()
            wrong = [ending for ending in endings if not ending.well]
    finally:
        status.stop()
    for ending in wrong:
        CONSOLE.print(f"✗ {ending.name}: expected {ending.expected}, got {ending.outcome}: {ending.note}", markup=False)
    where = f"Logs: {house.logs}" if wrong else f"Every invoice ended as it should. Documents: {house.data / 'demo'}"
    CONSOLE.print(where, markup=False, soft_wrap=True)
    return int(bool(wrong))


def _prepared(settings: Settings) -> Settings:
    """The parent's own log goes to a file: the screen belongs to the person in front of it."""
    configure(settings.log_level, "json", file=prepared_folder(settings) / LOG)
    return settings


def _told_to_stop() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop
