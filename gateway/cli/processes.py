"""The processes of a deployment, one command each, and `doctor`, which says why one of them cannot work."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine
from typing import TYPE_CHECKING, Annotated, Any

import typer
import uvloop

from gateway.cli.options import Data, Json
from gateway.lifecycle.child import announce, follow_parent
from gateway.logs import configure
from gateway.settings import Settings

if TYPE_CHECKING:
    from gateway.checkup import Finding


def prepared(settings: Settings) -> Settings:
    """Logs set up, and the parent minded where there is one."""
    configure(settings.log_level, settings.log_format)
    follow_parent()
    return settings


def run(work: Coroutine[Any, Any, None]) -> None:
    """On uvloop, as in production."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on. [default: GATEWAY_HOST, 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on. [default: GATEWAY_PORT, 8000]")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that share the port.")] = 1,
    data: Data = None,
) -> None:
    """Serve the HTTP API until SIGTERM. Run `migrate` before; it is never done in passing."""
    settings = prepared(Settings.from_environment(data=data))
    address, number = host or settings.host, settings.port if port is None else port
    check_schema(settings)
    if workers == 1:
        from gateway.lifecycle.service import serve as alone

        run(alone(settings, address, number))
    else:
        from gateway.lifecycle.many import serve_many

        os.environ["GATEWAY_DATA"] = str(settings.data)  # Its processes read their own environment.
        serve_many(address, number, workers)


def work(
    data: Data = None,
    metrics_port: Annotated[
        int | None, typer.Option(help="Serve this worker's Prometheus metrics on 127.0.0.1 at this port.")
    ] = None,
) -> None:
    """Deliver what waits, and number events and audit rows, until SIGTERM. As many workers as you like."""
    from gateway.lifecycle.labour import work as labour

    settings = prepared(Settings.from_environment(data=data))
    check_schema(settings)
    run(labour(settings, ready=announce, metrics_port=metrics_port))


def migrate(data: Data = None) -> None:
    """Bring the database to the newest schema, and make the roles that the processes log in as."""
    from gateway.store import schema

    settings = Settings.from_environment(data=data)
    configure("warning", "console")
    schema.migrate(settings.administrator)
    typer.echo(f"The database is at revision {schema.head()}.")


def sandbox(
    data: Data = None,
    profile: Annotated[
        str | None, typer.Option(help="`default` (quick) or `strict` (the authorities' own pace).")
    ] = None,
    forget: Annotated[bool, typer.Option(help="Keep the simulators' books in memory, without a database.")] = False,
) -> None:
    """Serve a simulator of each authority over HTTPS on this machine, until SIGTERM."""
    from gateway.sandbox import SandboxSettings, serve_sandbox

    settings = prepared(Settings.from_environment(data=data))

    def ready(urls: Any) -> None:
        announce(**urls)
        if not _is_supervised():
            for code, url in urls.items():
                typer.echo(f"{code:12} {url}")

    run(
        serve_sandbox(
            SandboxSettings(
                directory=settings.sandbox,
                profile=profile or settings.sandbox_profile,
                database_url=None if forget else settings.administrator,
            ),
            ready=ready,
        )
    )


def doctor(data: Data = None, as_json: Json = False) -> None:
    """Look whether everything that the gateway needs is there; say what to do where it is not. Exit 1 then."""
    import msgspec

    from gateway.checkup import examine

    settings = Settings.from_environment(data=data)
    wrong = False
    for found in asyncio.run(_collected(examine(settings))):
        wrong = wrong or not found.well
        if as_json:
            typer.echo(msgspec.json.encode(found).decode())
        else:
            typer.echo(f"{'✓' if found.well else '✗'} {found.name}: {found.found}")
            if not found.well and found.remedy:
                typer.echo(f"    {found.remedy}")
    raise typer.Exit(int(wrong))


async def _collected(findings: AsyncIterator[Finding]) -> list[Finding]:
    return [found async for found in findings]


def check_schema(settings: Settings) -> None:
    """Say so where the database is behind this code; whoever must not see that (the roles) cannot be asked."""
    from gateway.checkup import SchemaBehind, demand_schema

    try:
        asyncio.run(demand_schema(settings))
    except SchemaBehind as why:
        typer.echo(f"gateway: {why}", err=True)
        raise typer.Exit(2) from why


def _is_supervised() -> bool:
    from gateway.lifecycle.child import supervised

    return supervised()
