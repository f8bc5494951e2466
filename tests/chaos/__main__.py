"""`python -m tests.chaos`: the long form. Exit 1 with what differs, the seed, and the data where they lie."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from gateway.logs import configure
from tests.chaos.storm import Plan, Reckoning, Storm

SHOWN = 40


def main() -> int:
    plan = _plan()
    data = Path(tempfile.mkdtemp(prefix="gateway-chaos-"))
    data.chmod(0o711)  # The server's own user passes through, so that the cluster lies in here too.
    configure("warning", "json", file=data / "chaos.log")
    print(f"seed {plan.seed}: {plan.invoices} invoices, {plan.kills} kills, {plan.restarts} restarts; data {data}")
    found = asyncio.run(Storm(plan, data, lambda text: print(text, flush=True)).run())
    _show(found)
    if found.wrong:
        print(f"\n✗ {len(found.wrong)} things differ (seed {plan.seed}); data and logs: {data}")
        return 1
    shutil.rmtree(data, ignore_errors=True)
    print("\n✓ each invoice numbered once, chained once, accepted exactly once; the authorities' books equal ours")
    return 0


def _plan() -> Plan:
    default = Plan()
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--invoices", type=int, default=default.invoices)
    parser.add_argument("--kills", type=int, default=default.kills, help="of API and workers, with SIGKILL")
    parser.add_argument("--restarts", type=int, default=default.restarts, help="of PostgreSQL, without a checkpoint")
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument("--minutes", type=float, default=default.minutes, help="after which it counts as failed")
    parser.add_argument("--spacing", type=float, default=default.spacing, help="seconds between two kills, on average")
    return Plan(**vars(parser.parse_args()))


def _show(found: Reckoning) -> None:
    print()
    for name, value in found.figures.items():
        print(f"  {name:30} {value}")
    for text in found.wrong[:SHOWN]:
        print(f"  ✗ {text}")


if __name__ == "__main__":
    sys.exit(main())
