"""Rules as the artefacts publish them: patterns, their contexts in order, and what must hold at a context.

Of a pattern's contexts only the first that matches a node judges it (ISO 19757-3: a rule shadows the later ones).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

from schemas.findings import Severity
from validators.en16931.place import CREDIT_NOTE, INVOICE, Place
from validators.en16931.tree import Document, Node


class CannotJudge(ArithmeticError):
    """The rule has no answer on this document: its XPath would raise. Neither broken nor held."""


@dataclass(frozen=True)
class Difference:
    """Why a rule is broken, where more can be said than that it is: both sides of a sum, a code and its list."""

    found: str | None = None
    expected: str | None = None

    def __bool__(self) -> bool:
        return False


Predicate = Callable[[Node, Document], "bool | Difference"]
"""True: the rule holds here. False or a `Difference`: it is broken. Raises `CannotJudge`."""

Condition = Callable[[Node, Document], bool]


Question = Callable[[Document], Hashable]
"""Something about the whole document; asked once, and documents that answer all alike are judged by one plan."""


@dataclass(frozen=True)
class Concern:
    """Whether a document can have anything to do with a rule, a context, a pattern: what it answers to a question, and
    which answers count (None, no answer, never does)."""

    question: Question
    counts: Callable[[Any], bool] = bool

    def holds(self, answer: Hashable) -> bool:
        return answer is not None and self.counts(answer)


@dataclass(frozen=True)
class Rule:
    """`about` spares a rule that holds trivially: a document without the VAT category that it speaks of."""

    id: str
    holds: Predicate
    flag: Severity = Severity.FATAL
    about: Concern | None = None


Plainly = Callable[[Node, Document], bool]
"""True: none of some rules is broken at this node, and each has an answer. False says nothing."""


@dataclass(frozen=True)
class Shortcut:
    """One look at the usual element in place of the rules that it names."""

    rules: frozenset[str]
    plainly: Plainly


@dataclass
class Context:
    """Where rules apply: paths (any of them), a condition on the document (`about`), and one on the node (`where`).

    A path is `cac:Party/cbc:ID` at any depth, `/cac:TaxTotal` below the root of an invoice or a credit note, `/*/…`
    below any root, `/` the root of either. `*` stands for any one element.
    """

    paths: tuple[str, ...]
    where: Condition | None = None
    at: Callable[[Place], bool] | None = None
    about: Concern | None = None
    rules: list[Rule] = field(default_factory=list)
    shortcuts: list[Shortcut] = field(default_factory=list)

    @property
    def is_conditional(self) -> bool:
        """Whether a node at a path of this context may still be another context's."""
        return self.where is not None or self.about is not None

    def knows(self, place: Place) -> bool:
        """Whether nodes at this place may be judged here (the condition is another matter)."""
        return any(_reaches(path, place) for path in self.paths) and (self.at is None or self.at(place))

    def rule(
        self, name: str, flag: Severity = Severity.FATAL, about: Concern | None = None
    ) -> Callable[[Predicate], Predicate]:
        """A decorator for the predicate of one rule."""

        def kept(predicate: Predicate) -> Predicate:
            self.rules.append(Rule(name, predicate, flag, about))
            return predicate

        return kept

    def add(
        self, name: str, predicate: Predicate, flag: Severity = Severity.FATAL, about: Concern | None = None
    ) -> None:
        """One rule whose predicate is made elsewhere."""
        self.rules.append(Rule(name, predicate, flag, about))

    def spares(self, *names: str) -> Callable[[Plainly], Plainly]:
        """A decorator for a shortcut past the rules of these names. Heeded where the context has no condition."""

        def kept(plainly: Plainly) -> Plainly:
            self.shortcuts.append(Shortcut(frozenset(names), plainly))
            return plainly

        return kept


@dataclass
class Pattern:
    """A pattern with its contexts in the order of the artefact. `about` spares it whole: rules of another country."""

    name: str
    contexts: list[Context] = field(default_factory=list)
    about: Concern | None = None

    def context(
        self,
        *paths: str,
        where: Condition | None = None,
        at: Callable[[Place], bool] | None = None,
        about: Concern | None = None,
    ) -> Context:
        """The next context. `where` looks at a node, `at` at its path alone (asked once per path), `about` at the
        document (asked once)."""
        made = Context(paths, where, at, about)
        self.contexts.append(made)
        return made

    def rules(self) -> Iterable[Rule]:
        return (rule for context in self.contexts for rule in context.rules)


class ContextIndex:
    """The contexts by the last step of their paths: few can know a place, and a document may show many places."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._patterns = tuple(patterns)
        ends = {_end(path) for pattern in self._patterns for context in pattern.contexts for path in context.paths}
        self._by_name = {end: self._ending_in(end) for end in ends | {INVOICE, CREDIT_NOTE}}
        self._others = self._ending_in("*")

    def at(self, place: Place) -> Iterable[tuple[Pattern, tuple[Context, ...]]]:
        """Of each pattern the contexts that may know the place, in order."""
        return self._by_name.get(place.name, self._others)

    def _ending_in(self, name: str) -> tuple[tuple[Pattern, tuple[Context, ...]], ...]:
        wanted = {name, "*", *(("",) if name in (INVOICE, CREDIT_NOTE) else ())}
        found = (
            (pattern, tuple(one for one in pattern.contexts if not wanted.isdisjoint(map(_end, one.paths))))
            for pattern in self._patterns
        )
        return tuple((pattern, contexts) for pattern, contexts in found if contexts)


def _end(path: str) -> str:
    return path.rpartition("/")[2]


def _reaches(path: str, place: Place) -> bool:
    upwards = list(place.upwards())
    if path == "/":
        return len(upwards) == 1 and place.name in (INVOICE, CREDIT_NOTE)
    rooted = path.startswith("/")
    steps = path.strip("/").split("/")[::-1]
    if rooted and steps[-1] not in ("*", INVOICE, CREDIT_NOTE):
        if upwards[-1] not in (INVOICE, CREDIT_NOTE):
            return False
        upwards = upwards[:-1]
    if len(upwards) < len(steps) or (rooted and len(upwards) != len(steps)):
        return False
    return all(step in ("*", name) for step, name in zip(steps, upwards, strict=False))
