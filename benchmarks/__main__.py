"""`make bench`: all figures, or those whose module is named: `python -m benchmarks finalizing leasing`."""

from __future__ import annotations

import importlib
import sys

from benchmarks.report import Figure, row, write

ALL = ("finalizing", "draining", "isolation", "leasing", "judging", "sealing", "records", "verifying")


def main() -> int:
    chosen = sys.argv[1:] or list(ALL)
    figures: list[Figure] = []
    for name in chosen:
        print(f"measuring {name} …", flush=True)
        found: list[Figure] = importlib.import_module(f"benchmarks.{name}").measure()
        figures += found
        for figure in found:
            print(row(figure), flush=True)
    if chosen == list(ALL):
        write(figures)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
