"""A rule is a value: a permanent id, one sentence, and (where it can be asked by itself) a named predicate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import msgspec

from schemas.findings import Finding, Findings, Severity

Subject = TypeVar("Subject")


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """A place where a rule is broken. `message` is only for what the rule's own sentence cannot say."""

    pointer: str | None = None
    location: str | None = None
    found: str | None = None
    expected: str | None = None
    message: str | None = None
    fix: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rule(Generic[Subject]):
    """One rule about a `Subject`.

    `sentence` stands alone and says what must hold. `term` is the field's own name (BT-131). `law` says where it is
    written. `predicate` yields the spots that break it; a rule without one is found on the way by code that computes.
    """

    id: str
    sentence: str
    severity: Severity = Severity.FATAL
    source: str = "gateway"
    term: str | None = None
    law: str | None = None
    fix: str | None = None
    predicate: Callable[[Subject], Iterable[Spot]] | None = field(default=None, compare=False)

    def at(
        self,
        pointer: str | None = None,
        *,
        found: object = None,
        expected: object = None,
        message: str | None = None,
        location: str | None = None,
        fix: str | None = None,
    ) -> Finding:
        """The finding that this rule is broken at `pointer` (caller's JSON) or `location` (XPath)."""
        return Finding(
            rule=self.id,
            message=message or self.sentence,
            severity=self.severity,
            source=self.source,
            pointer=pointer,
            location=location,
            term=self.term,
            found=None if found is None else str(found),
            expected=None if expected is None else str(expected),
            fix=fix or self.fix,
        )

    def check(self, subject: Subject) -> Iterator[Finding]:
        """One finding for each spot of `subject` that breaks the rule."""
        for spot in self.predicate(subject) if self.predicate else ():
            yield self.at(
                spot.pointer,
                found=spot.found,
                expected=spot.expected,
                message=spot.message,
                location=spot.location,
                fix=spot.fix,
            )


class Catalogue(Generic[Subject]):
    """Rules by id, in their order. Two rules of one id are a defect of ours: `ValueError` when the module is read."""

    def __init__(self, rules: Iterable[Rule[Subject]]) -> None:
        self._rules: dict[str, Rule[Subject]] = {}
        for rule in rules:
            if rule.id in self._rules:
                raise ValueError(f"rule {rule.id} is declared twice")
            self._rules[rule.id] = rule

    def __getitem__(self, rule_id: str) -> Rule[Subject]:
        return self._rules[rule_id]

    def __iter__(self) -> Iterator[Rule[Subject]]:
        return iter(self._rules.values())

    def __len__(self) -> int:
        return len(self._rules)

    def __contains__(self, rule_id: object) -> bool:
        return rule_id in self._rules

    def check(self, subject: Subject) -> Findings:
        """Every finding of every rule that has a predicate, in the catalogue's order."""
        return tuple(finding for rule in self for finding in rule.check(subject))
