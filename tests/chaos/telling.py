"""How a long form is run from the command line and how it ends: one for the storm and for the days."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.logs import configure

SHOWN = 40
Say = Callable[[str], None]


@dataclass
class Reckoning:
    """How it ended: the figures of the final table, and what is wrong."""

    figures: dict[str, object] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def long_form(
    name: str, plan: str, seed: int, run: Callable[[Path, Say], Coroutine[Any, Any, Reckoning]], proved: str
) -> int:
    """Run it on data of its own; 0 where nothing is wrong, else 1 with what differs, the seed, and the data kept."""
    data = Path(tempfile.mkdtemp(prefix=f"gateway-{name}-"))
    data.chmod(0o711)  # The server's own user passes through, so that the cluster lies in here too.
    configure("warning", "json", file=data / f"{name}.log")
    print(f"seed {seed}: {plan}; data {data}")
    found = asyncio.run(run(data, lambda text: print(text, flush=True)))
    show(found)
    if found.wrong:
        print(f"\n✗ {len(found.wrong)} things differ (seed {seed}); data and logs: {data}")
        return 1
    shutil.rmtree(data, ignore_errors=True)
    print(f"\n✓ {proved}")
    return 0


def show(found: Reckoning) -> None:
    """The table of figures, and the first things that are wrong."""
    print()
    width = max(map(len, found.figures), default=0) + 1
    for name, value in found.figures.items():
        print(f"  {name:{width}} {value}")
    for text in found.wrong[:SHOWN]:
        print(f"  ✗ {text}")
