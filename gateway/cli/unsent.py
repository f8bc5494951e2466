"""`gateway unsent`: what has not reached its authority yet."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
import typer

from gateway.cli.options import Data, Json
from gateway.settings import Settings
from gateway.unsent import UnsentFlow, unsent_flows


def unsent(
    issuer: Annotated[str | None, typer.Option(help="Only of this issuer (iss_…).")] = None,
    jurisdiction: Annotated[str | None, typer.Option(help="Only of this jurisdiction.")] = None,
    environment: Annotated[str | None, typer.Option(help="Only of `test` or `live`.")] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """How many documents of each issuer wait to be sent, since when, and why. Exit 1 while there are any."""
    settings = Settings.from_environment(data=data)
    found = asyncio.run(
        unsent_flows(settings.administrator, environment=environment, jurisdiction=jurisdiction, issuer=issuer)
    )
    for flow in found:
        typer.echo(msgspec.json.encode(flow).decode() if as_json else _told(flow))
    if not found and not as_json:
        typer.echo("Everything has been sent.")
    raise typer.Exit(int(any(flow.unsent or flow.held for flow in found)))


def _told(flow: UnsentFlow) -> str:
    since = f" since {flow.oldest:%Y-%m-%d %H:%M}" if flow.oldest else ""
    head = f"{'✗' if flow.cause else '·'} {flow.environment:4}  {flow.jurisdiction}  {flow.issuer}  {flow.name}"
    why = ""
    if flow.cause is not None and flow.began_at is not None:
        rests = "held" if flow.state == "held" else f"tried {flow.tries} times"
        words = f": {flow.message}" if flow.message else ""
        why = f"\n    {rests} since {flow.began_at:%Y-%m-%d %H:%M} ({flow.cause}{words})"
    held = f", {flow.held} held: see `GET /v1/cases`" if flow.held else ""
    return f"{head}: {flow.unsent} unsent{held}{since}{why}"
