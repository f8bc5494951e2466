"""What was sealed, as files; and letting go of it once the time of keeping is over."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

import jurisdictions as installation
from gateway.cli.books import Issuer, day
from gateway.cli.options import Data
from gateway.clock import new_id, system_clock
from gateway.exporting import MANIFEST, Order
from gateway.exporting import export as exported
from gateway.retention import forget as forgotten
from gateway.settings import Settings


def export(
    issuer: Issuer,
    first: Annotated[str, typer.Option("--from", help="The first month of issue, YYYY-MM (or a day).")],
    last: Annotated[str, typer.Option("--to", help="The last month of issue, YYYY-MM (or a day).")],
    out: Annotated[Path, typer.Option(help="A new or empty folder.")],
    jurisdiction: Annotated[str | None, typer.Option(help="Only documents of this jurisdiction.")] = None,
    data: Data = None,
) -> None:
    """Write an issuer's sealed documents, and what the authority gave for them, byte for byte, with a list of them.

    Exit 1 where a stored document is not the one that was sealed; it is named and left out.
    """
    order = Order(issuer=issuer, first=day(first), last=day(last, at_the_end=True), jurisdiction=jurisdiction)
    done = asyncio.run(exported(Settings.from_environment(data=data).administrator, order, out))
    typer.echo(f"{done.documents} documents are in {out}, listed in {MANIFEST}")
    for name in done.changed:
        typer.echo(f"✗ {name}: the stored document is not the one that was sealed; left out")
    raise typer.Exit(int(bool(done.changed)))


def forget(
    issuer: Issuer,
    before: Annotated[str, typer.Option(help="Invoices issued before this day, YYYY-MM-DD (or month).")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: Data = None,
) -> None:
    """Let go of stored evidence whose time of keeping is over; refused as a whole before.

    What stands in a chain, and any sealed document of live, is kept for ever. Export first what you want to keep.
    """
    limit = day(before)
    if not yes:
        typer.confirm(f"What belongs to invoices issued before {limit} is deleted. Go on?", abort=True)
    url = Settings.from_environment(data=data).administrator
    done = asyncio.run(forgotten(url, issuer, limit, installation.load(), system_clock, new_id))
    typer.echo(f"{done.documents} documents were let go; {done.kept} are kept for ever")
