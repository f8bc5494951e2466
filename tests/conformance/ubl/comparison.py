"""Native against official, document by document: the same (flag, rule id) as often, and the same verdict."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .mutations import Mutant
from .official import Told

UNDECIDED = "could not be judged"


@dataclass
class Disagreement:
    """What disagrees about one rule, with the smallest document that shows it."""

    rule: str
    times: int
    native: str
    official: str
    example: Mutant


@dataclass
class Comparison:
    """Counts by rule; `judge` None compares nothing (the official side alone)."""

    judge: Callable[[bytes], Told] | None
    only: str | None = None
    keep: Path | None = None
    documents: int = 0
    disagreeing: int = 0
    found: dict[tuple[str, str], Disagreement] = field(default_factory=dict)

    def compare(self, mutant: Mutant, official: Told) -> list[tuple[str, str, str]]:
        """Judge one document natively and note what differs: (rule, native, official)."""
        if self.judge is None:
            return []
        self.documents += 1
        try:
            native = self.judge(mutant.document)
        except Exception as why:  # a crash of ours is a disagreement to report, not the end of the run
            differing = [(f"crash {type(why).__name__}", str(why)[:200], official.error or "judged")]
        else:
            differing = [
                row
                for row in differences(native, official)
                if self.only in (None, row[0]) or row[0].startswith("verdict")
            ]
        for rule, ours, theirs in differing:
            self.note(rule, ours, theirs, mutant)
        self.disagreeing += bool(differing)
        return differing

    def note(self, rule: str, native: str, official: str, mutant: Mutant) -> None:
        """Keep the smallest document of a rule and direction."""
        key = rule, direction(native, official)
        known = self.found.get(key)
        if known is None:
            self.found[key] = Disagreement(rule, 1, native, official, mutant)
            self.save(self.found[key])
            return
        known.times += 1
        if len(mutant.document) < len(known.example.document):
            known.native, known.official, known.example = native, official, mutant
            self.save(known)

    def save(self, disagreement: Disagreement) -> None:
        """Write the example where a folder was named."""
        if self.keep:
            self.keep.mkdir(parents=True, exist_ok=True)
            way = direction(disagreement.native, disagreement.official)
            name = re.sub(r"[^\w.-]+", "-", f"{disagreement.rule}-{way}")
            (self.keep / f"{name}.xml").write_bytes(disagreement.example.document)

    def report(self) -> str:
        """A table for people, the most frequent first."""
        if not self.found:
            return f"{self.documents} documents compared: no disagreement"
        lines = [
            f"{self.documents} documents compared: {self.disagreeing} disagree",
            "times  rule  native | official | example",
        ]
        for known in sorted(self.found.values(), key=lambda one: (-one.times, one.rule)):
            example = f"{known.example.name} of {known.example.seed}"
            lines.append(f"{known.times:5}  {known.rule}  {known.native} | {known.official} | {example}")
        return "\n".join(lines)


def direction(native: str, official: str) -> str:
    """Who says more."""
    if "judged" in (native, official) or official.startswith(UNDECIDED):
        return "verdict"
    return "native" if native > official else "official"


def shape(error: str) -> str:
    """An error's words without the values of one document, so that errors of one cause stand together."""
    return re.sub(r"\{.*\}|\".*?\"|\(.*?\)", "_", error).strip()[:90]


def differences(native: Told, official: Told) -> list[tuple[str, str, str]]:
    """The rules about which two verdicts differ: (rule, what native says, what official says)."""
    if native.error is not None or official.error is not None:
        if native.error is not None and official.error is not None:
            return []
        sides = [f"{UNDECIDED}: {told.error}" if told.error is not None else "judged" for told in (native, official)]
        return [(f"verdict {shape(native.error or official.error or '')}", sides[0], sides[1])]
    ours, theirs = Counter(dict(native.fired)), Counter(dict(official.fired))
    rows = []
    for flag, rule in sorted(ours.keys() | theirs.keys()):
        mine, other = ours[flag, rule], theirs[flag, rule]
        if mine != other:
            rows.append((rule, f"{mine} {flag}", f"{other} {flag}"))
    return rows
