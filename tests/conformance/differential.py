"""Compare our EN 16931 and Peppol rules with the official ones on many made documents.

    python -m tests.conformance.differential --documents 50000 --seed 1 [--set peppol|sb|en] [--keep DIR] [--only RULE]

Prints the disagreements by rule, each with its smallest document (kept in DIR), and which rules of the catalogue fired.
With `--near` it also proves near misses, at the cost of a second official run. Ends with status 1 on any disagreement.
Verdicts are remembered in the folder that `DIFFERENTIAL_CACHE` names.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import tee
from pathlib import Path
from typing import cast

from tests.conformance.ubl.comparison import Comparison
from tests.conformance.ubl.coverage import Coverage
from tests.conformance.ubl.judged import Judged
from tests.conformance.ubl.mutations import Mutant, directed, mutants, of_nodes, targeted, units
from tests.conformance.ubl.native import judge
from tests.conformance.ubl.official import Official, RuleSetName, Told
from tests.conformance.ubl.remembered import Memory
from tests.conformance.ubl.seeds import seeds

EVERY = 1000
"""Documents between two lines of progress."""
SOURCES = ("mutants", "targeted", "nodes", "published")


def options(words: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="differential", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", type=int, default=50_000, help="how many mutants (default 50000)")
    parser.add_argument("--seed", type=int, default=1, help="the number that everything follows from")
    parser.add_argument("--set", dest="which", choices=("peppol", "sb", "en"), default="peppol", help="the rule set")
    parser.add_argument("--source", choices=SOURCES, default="mutants", help="mutants, or all of one kind")
    parser.add_argument("--keep", type=Path, help="a folder for the smallest document of each disagreement")
    parser.add_argument("--only", help="compare one rule only (and the verdict)")
    parser.add_argument("--processes", type=int, default=2, help="official processes at once")
    parser.add_argument("--near", action="store_true", help="prove near misses too")
    parser.add_argument("--official", action="store_true", help="the official side only: coverage without comparison")
    return parser.parse_args(words)


def source(asked: argparse.Namespace) -> Iterator[Mutant]:
    """The documents that the command asks for."""
    which = cast("RuleSetName", asked.which)
    if asked.source == "targeted":
        return directed(which, targeted(which))
    if asked.source == "nodes":
        return directed(which, list(of_nodes(which)))
    if asked.source == "published":
        return (Mutant(name, name, document) for name, document in {**seeds(which), **units(which)}.items())
    return mutants(which, asked.documents, asked.seed)


def verdicts(official: Official, made: Iterable[Mutant]) -> Iterator[tuple[Mutant, Told]]:
    """Each mutant with its official verdict."""
    kept, asked = tee(made)
    return zip(kept, official.verdicts(mutant.document for mutant in asked), strict=True)


def run(asked: argparse.Namespace) -> tuple[Comparison, Coverage]:
    """Judge every document by both sides."""
    which = cast("RuleSetName", asked.which)
    memory = Memory.from_environment()
    coverage = Coverage(which)
    comparison = Comparison(judge=None if asked.official else judge(which), only=asked.only, keep=asked.keep)
    begun = time.monotonic()
    with Official(which, asked.processes, memory) as official:
        for mutant, told in verdicts(official, source(asked)):
            comparison.compare(mutant, told)
            coverage.count(told)
            if coverage.documents % EVERY == 0:
                rate = coverage.documents / (time.monotonic() - begun)
                found = comparison.disagreeing
                print(f"{coverage.documents} documents, {rate:.0f}/s, {found} disagree", file=sys.stderr, flush=True)
    if asked.near:
        near(asked, coverage, memory)
    return comparison, coverage


def near(asked: argparse.Namespace, coverage: Coverage, memory: Memory | None) -> None:
    """Count the rules that were asked and held, on the same documents."""
    with Judged(cast("RuleSetName", asked.which), asked.processes, memory) as judged:
        for line in judged.lines(mutant.document for mutant in source(asked)):
            coverage.held.update(json.loads(line).get("held", ()))


def main(words: list[str] | None = None) -> int:
    """The command; the status is 1 where anything disagrees."""
    asked = options(words)
    comparison, coverage = run(asked)
    print(coverage.report())
    if not asked.official:
        print(comparison.report())
    return 1 if comparison.disagreeing else 0


if __name__ == "__main__":
    raise SystemExit(main())
