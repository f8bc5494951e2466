"""What the demo shows while it runs: a table that fills, or JSON lines for programs."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

import msgspec
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from gateway.samples.ending import Ending


class Stage:
    """`begin` a story, `tell` how far it is, and `end` it; also as a context."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._rows: dict[str, tuple[str, str]] = {}
        self._endings: dict[str, Ending] = {}
        self._live = None if as_json else Live(console=Console(), get_renderable=self._table, refresh_per_second=8)

    def begin(self, name: str, title: str) -> None:
        self._rows[name] = title, "waiting"

    def tell(self, name: str, progress: str) -> None:
        self._rows[name] = self._rows[name][0], progress

    def end(self, ending: Ending) -> None:
        self._endings[ending.name] = ending
        if self._as_json:
            sys.stdout.write(msgspec.json.encode(ending.shown()).decode() + "\n")
            sys.stdout.flush()

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start(refresh=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
            if not self._live.console.is_terminal:
                self._live.console.print()

    def _table(self) -> Table:
        table = Table(title="Invoices of the demo", title_justify="left", expand=False, show_lines=True)
        table.add_column("")
        table.add_column("Invoice", overflow="fold", max_width=26)
        table.add_column("Outcome, with the authority's identifier", overflow="fold")
        for name, (title, progress) in self._rows.items():
            ending = self._endings.get(name)
            if ending is None:
                table.add_row("…", title, Text(progress, style="dim"))
                continue
            sign = Text("✓", style="green") if ending.well else Text("✗", style="red")
            invoice = Text(title).append(f"\n{ending.number}" if ending.number else "", style="bold")
            table.add_row(sign, invoice, _outcome(ending))
        return table


def _outcome(ending: Ending) -> Text:
    told = Text(ending.outcome, style="bold")
    for code, identifier in ending.authority_ids.items():
        told.append(f"\n{code} {identifier}", style="not bold")
    if ending.note:
        told.append(f"\n{ending.note}", style="not bold dim")
    return told
