"""Figures as a table in `docs/benchmarks.md`, as they came out."""

from __future__ import annotations

import datetime
import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `make bench`, in one run, medians. Every figure stands beside its peer or ceiling from the same run on the
same machine; the ratio is what counts, absolute numbers are this machine's. Nothing here is asserted by a test.

"""


@dataclass(frozen=True)
class Figure:
    """What was measured, against what, and the ratio that was aimed for (at least, or at most where `below`)."""

    name: str
    found: str
    peer: str
    ratio: float
    aim: float | None = None
    below: bool = False

    @property
    def met(self) -> str:
        if self.aim is None:
            return ""
        return "yes" if (self.ratio <= self.aim if self.below else self.ratio >= self.aim) else "**no**"


def row(figure: Figure) -> str:
    aim = "" if figure.aim is None else f"{'≤' if figure.below else '≥'} {figure.aim:.2f}"
    return f"| {figure.name} | {figure.found} | {figure.peer} | {figure.ratio:.2f} | {aim} | {figure.met} |"


def write(figures: Iterable[Figure]) -> str:
    """The page; also stored."""
    today = datetime.datetime.now(datetime.UTC)
    lines = [
        HEAD,
        f"Run on {today:%Y-%m-%d}, {os.cpu_count()} cores, CPython {platform.python_version()}.\n",
        "| What | Measured | Peer or ceiling | Ratio | Aim | Met |",
        "|---|---|---|---|---|---|",
        *(row(figure) for figure in figures),
        "",
    ]
    text = "\n".join(lines)
    PAGE.write_text(text)
    return text
