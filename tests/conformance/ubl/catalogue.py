"""The official catalogue: every rule of a rule set with its context and test, read from the published Schematron."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lxml import etree

from tests.official import official

from .official import RuleSetName

SCHEMATRON = "{http://purl.oclc.org/dsdl/schematron}"
BIS = "peppol-bis-2026.5"
EN = f"{BIS}/{{}}/CEN-EN16931-UBL.{{}}"
SHEETS: dict[RuleSetName, tuple[str, ...]] = {
    "en": (EN,),
    "peppol": (EN, f"{BIS}/{{}}/PEPPOL-EN16931-UBL.{{}}"),
    "sb": (EN, f"{BIS}/{{}}/PEPPOL-EN16931-UBL-SB.{{}}"),
}
"""Peppol ships EN 16931 1.3.16 in one file with the same rules as the original, which lies in many."""


@dataclass(frozen=True)
class Rule:
    """One published assertion; `sheet` and `pattern` are counted from 0."""

    id: str
    flag: str
    context: str
    test: str
    sheet: int
    pattern: int


def files(which: RuleSetName, kind: str) -> list[Path]:
    """The published files of a rule set; `kind` is sch or xslt."""
    return [official("peppol", *name.format(kind, kind).split("/")) for name in SHEETS[which]]


@cache
def catalogue(which: RuleSetName) -> tuple[Rule, ...]:
    """Every rule of the set, in the published order."""
    return tuple(rule for sheet, path in enumerate(files(which, "sch")) for rule in of_file(path, sheet))


def of_file(path: Path, sheet: int) -> Iterator[Rule]:
    """The rules of one Schematron file."""
    for pattern, held in enumerate(etree.parse(path).getroot().iter(f"{SCHEMATRON}pattern")):
        for rule in held.iter(f"{SCHEMATRON}rule"):
            for stated in rule.iter(f"{SCHEMATRON}assert"):
                yield Rule(
                    id=stated.get("id", ""),
                    flag=stated.get("flag", "fatal"),
                    context=" ".join(rule.get("context", "").split()),
                    test=" ".join(stated.get("test", "").split()),
                    sheet=sheet,
                    pattern=pattern,
                )
