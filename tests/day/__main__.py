"""`python -m tests.day`: the long form. Exit 1 with what differs, the seed, and the data where they lie."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from gateway.logs import configure
from tests.day.day import Day, Plan, Reckoning

SHOWN = 40


def main() -> int:
    plan = _plan()
    data = Path(tempfile.mkdtemp(prefix="gateway-day-"))
    data.chmod(0o711)  # The server's own user passes through, so that the cluster lies in here too.
    configure("warning", "json", file=data / "day.log")
    print(f"seed {plan.seed}: {plan.invoices} invoices over {plan.span} s; data {data}")
    found = asyncio.run(Day(plan, data, lambda text: print(text, flush=True)).run())
    _show(found)
    if found.wrong:
        print(f"\n✗ {len(found.wrong)} things differ (seed {plan.seed}); data and logs: {data}")
        return 1
    shutil.rmtree(data, ignore_errors=True)
    print("\n✓ every document stamped exactly once, over both certifiers")
    return 0


def _plan() -> Plan:
    default = Plan()
    parser = argparse.ArgumentParser(prog="python -m tests.day", description=__doc__)
    parser.add_argument("--invoices", type=int, default=default.invoices)
    parser.add_argument("--lost", type=float, default=default.lost, help="the share of answers that never arrive")
    parser.add_argument("--outages", type=float, default=default.outages, help="of the time, for each certifier")
    parser.add_argument("--span", type=float, default=default.span, help="seconds over which the invoices are spread")
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument("--minutes", type=float, default=default.minutes, help="after which it counts as failed")
    return Plan(**vars(parser.parse_args()))


def _show(found: Reckoning) -> None:
    print()
    for name, value in found.figures.items():
        print(f"  {name:32} {value}")
    for text in found.wrong[:SHOWN]:
        print(f"  ✗ {text}")


if __name__ == "__main__":
    sys.exit(main())
