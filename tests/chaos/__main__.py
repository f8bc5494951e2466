"""`python -m tests.chaos`: the long form. Exit 1 with what differs, the seed, and the data where they lie."""

from __future__ import annotations

import argparse
import sys

from tests.chaos.storm import Plan, Storm
from tests.chaos.telling import long_form


def main() -> int:
    plan = _plan()
    many = f"{plan.invoices} invoices, {plan.kills} kills, {plan.restarts} restarts"
    proved = "each invoice numbered once, chained once, accepted exactly once; the authorities' books equal ours"
    return long_form("chaos", many, plan.seed, lambda data, say: Storm(plan, data, say).run(), proved)


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


if __name__ == "__main__":
    sys.exit(main())
