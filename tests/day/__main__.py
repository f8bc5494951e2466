"""`python -m tests.day`: the long form. Exit 1 with what differs, the seed, and the data where they lie."""

from __future__ import annotations

import argparse
import sys

from tests.chaos.telling import long_form
from tests.day.day import Day, Plan


def main() -> int:
    plan = _plan()
    proved = "every document stamped exactly once, over both certifiers"
    many = f"{plan.invoices} invoices over {plan.span} s"
    return long_form("day", many, plan.seed, lambda data, say: Day(plan, data, say).run(), proved)


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


if __name__ == "__main__":
    sys.exit(main())
