"""Taking in a newer publication of an authority's code lists."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

import jurisdictions as installation
from gateway.cli.words import CommandRefused
from jurisdictions.contract import Codelists


def codelists(
    jurisdiction: Annotated[str, typer.Argument(help="Whose code lists.")],
    files: Annotated[list[Path] | None, typer.Argument(help="The files of the publication.")] = None,
    into: Annotated[
        Path | None, typer.Option(help="The folder of data files to bring up to date. Without it nothing is written.")
    ] = None,
) -> None:
    """Show which code lists are installed, or bring their data files up to date from what the authority published.

    Every file is read and understood before the first is written. The code lists are part of the program: look at the
    difference, run the tests, and put the new files into the next version.

    Examples: `codelists cfdi`, `codelists cfdi catalogues_20260806.sqlite --into jurisdictions/cfdi/codelists/data`.
    """
    lists = _lists(jurisdiction)
    if not files:
        typer.echo(f"{jurisdiction}: {lists.edition}")
        for source in lists.sources:
            typer.echo(f"    {source}")
        return
    made = _refreshed(lists, files)
    for name, content in sorted(made.items()):
        typer.echo(_told(name, content, into))
    if into is not None:
        _write(made, into)


def _lists(jurisdiction: str) -> Codelists:
    having = {code: one.codelists for code, one in installation.load().items() if one.codelists is not None}
    lists = having.get(jurisdiction)
    if lists is None:
        raise CommandRefused(f"{jurisdiction} has no code lists to refresh; {', '.join(having) or 'nobody'} has")
    return lists


def _refreshed(lists: Codelists, files: list[Path]) -> Mapping[str, bytes]:
    try:
        return lists.refresh({file.name: file.read_bytes() for file in files})
    except (OSError, ValueError) as why:
        raise CommandRefused(f"nothing was written: {why}") from why


def _told(name: str, content: bytes, into: Path | None) -> str:
    """How many lines the file will have, and how many of them are new against what lies there."""
    lines = content.splitlines()
    if into is None or not (into / name).is_file():
        return f"{name}: {len(lines)} lines"
    former = (into / name).read_bytes().splitlines()
    new, gone = len(set(lines) - set(former)), len(set(former) - set(lines))
    return f"{name}: {len(lines)} lines, " + (f"{new} new, {gone} gone" if new or gone else "unchanged")


def _write(made: Mapping[str, bytes], into: Path) -> None:
    """All files beside the old ones first, then each into its place."""
    try:
        for name, content in made.items():
            (into / f"{name}.new").write_bytes(content)
        for name in made:
            (into / f"{name}.new").replace(into / name)
    except OSError as why:
        raise CommandRefused(f"the data files cannot be written: {why}") from why
