"""What the rules say to people: our sentence for each rule, its business terms, and what to do about it.

The sentences lie in `texts/*.tsv`: rule, terms, sentence, fix. Those about what the core invoice does not use (UBL-CR)
are made from the path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from schemas.findings import Finding, Findings, Severity
from schemas.rules import PublishedRule
from validators.en16931.ruleset import Broken, RuleSet, Unjudged, Verdict
from validators.en16931.unused import read_table

TEXTS = Path(__file__).with_name("texts")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LONGEST = 200
"""Characters of a value that are told; the rest of it helps nobody."""


class Text(NamedTuple):
    """`terms` are BT and BG numbers of EN 16931-1."""

    sentence: str
    fix: str | None = None
    terms: tuple[str, ...] = ()


class Texts:
    """The texts of one or more rule sets, read when the first one is asked for."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders

    @cached_property
    def known(self) -> Mapping[str, Text]:
        """Every text that is written or made, by rule. Raises ValueError for a line of another form."""
        told = {rule: _of_unused(path) for rule, path in read_table().paths.items()}
        for folder in self._folders:
            for file in sorted(folder.glob("*.tsv")):
                told |= _read(file)
        return told

    def of(self, rule: str) -> Text:
        return self.known.get(rule) or Text(f"The document breaks the rule {rule}.")

    def findings(self, verdict: Verdict, source: str) -> Findings:
        """A verdict as findings: what is fatal first, then the warnings, then what could not be judged."""
        broken = sorted(verdict.broken, key=lambda one: one.flag is not Severity.FATAL)
        told = [self.broken(one, source) for one in broken]
        return (*told, *(self.unjudged(one, source) for one in verdict.unjudged))

    def published(self, rules: RuleSet, beside: RuleSet | None = None) -> tuple[PublishedRule, ...]:
        """The rules of an edition in the order of their ids, without those that it shares with the one beside it."""
        shared = beside.rules() if beside else {}
        return tuple(
            PublishedRule(
                rule=rule,
                severity=flag,
                rule_set=rules.name,
                edition=rules.edition,
                valid_from=rules.valid_from,
                valid_until=rules.valid_until,
                terms=self.of(rule).terms,
                sentence=self.of(rule).sentence,
                fix=self.of(rule).fix,
            )
            for rule, flag in sorted(rules.rules().items())
            if rule not in shared
        )

    def broken(self, broken: Broken, source: str) -> Finding:
        text = self.of(broken.rule)
        return Finding(
            rule=broken.rule,
            message=text.sentence,
            severity=broken.flag,
            source=source,
            location=broken.location,
            term=", ".join(text.terms) or None,
            found=_cut(broken.why.found if broken.why.found is not None else broken.text.strip()),
            expected=_cut(broken.why.expected),
            fix=text.fix,
        )

    def unjudged(self, unjudged: Unjudged, source: str) -> Finding:
        """A rule without an answer: the document is neither valid nor invalid."""
        text = self.of(unjudged.rule)
        return Finding(
            rule=unjudged.rule,
            message=f"This rule could not be judged, so the document is undecided: {unjudged.why}.",
            severity=Severity.WARNING,
            source=source,
            location=unjudged.location,
            term=", ".join(text.terms) or None,
            fix="Mend the value that the rule has to read, then judge the document again.",
        )


def _cut(value: str | None) -> str | None:
    if not value:
        return None
    return value if len(value) <= _LONGEST else value[:_LONGEST] + "…"


def _read(file: Path) -> dict[str, Text]:
    told = {}
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = [part.strip() for part in line.split("\t")]
        if len(parts) != 4 or not parts[0] or not parts[2]:
            raise ValueError(f"{file.name}:{number}: not rule, terms, sentence, fix")
        rule, terms, sentence, fix = parts
        told[rule] = Text(sentence, fix or None, tuple(one.strip() for one in terms.split(",") if one.strip()))
    return told


def _of_unused(path: str) -> Text:
    """`cac:InvoicePeriod/cbc:StartTime`: the start time of the invoice period."""
    elements, _, attribute = path.removeprefix("//").partition("@")
    steps = [step.partition(":")[2] or step for step in elements.strip("/").split("/") if step]
    names = ["line" if step == "LINE" else _spelled(step) for step in reversed(steps)]
    what = f"the attribute {attribute}" if attribute else f"the {names.pop(0)}"
    where = "".join(f" of the {name}" for name in names)
    return Text(f"The core invoice does not use {what}{where}.", "Leave it out; the receiver need not read it.")


def _spelled(name: str) -> str:
    """CamelCase as words; what is an abbreviation stays one."""
    return " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in _WORDS.findall(name))
