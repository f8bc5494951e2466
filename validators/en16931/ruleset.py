"""An edition of rules, and the pass of a document through it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Context as Precision
from decimal import localcontext

from lxml import etree

from schemas.findings import Severity
from validators.en16931.place import Place, Places
from validators.en16931.planning import Concerns, holds_plainly, rules_for
from validators.en16931.predicates import always
from validators.en16931.rulebook import CannotJudge, ContextIndex, Difference, Pattern, Rule
from validators.en16931.tree import LISTED, Document, Node
from validators.en16931.unused import Unused

EXACT = Precision(prec=400)
"""xs:decimal has no upper precision; no amount of an invoice comes near this one."""

NO_DIFFERENCE = Difference()


@dataclass(frozen=True)
class Broken:
    """A rule that an element breaks, and where: `location` is an XPath, `text` what a leaf says."""

    rule: str
    flag: Severity
    location: str
    text: str = ""
    why: Difference = NO_DIFFERENCE


@dataclass(frozen=True)
class Unjudged:
    """A rule without an answer at an element, and the reason."""

    rule: str
    location: str
    why: str


@dataclass(frozen=True)
class Verdict:
    """What the rules say. Where a rule could not be judged the document is neither valid nor invalid."""

    broken: tuple[Broken, ...]
    unjudged: tuple[Unjudged, ...] = ()

    @property
    def undecided(self) -> str | None:
        """Why nothing may be said of the document, or None where every rule was judged."""
        return f"{self.unjudged[0].rule}: {self.unjudged[0].why}" if self.unjudged else None

    @property
    def fatal(self) -> bool:
        return any(one.flag is Severity.FATAL for one in self.broken)


Sweep = tuple[Rule, Callable[[Document], Iterable[Node]]]
"""A rule about every element: the elements that break it come from the one pass over the tree."""


@dataclass(frozen=True, eq=False)
class RuleSet:
    """One edition of the rules of one specification. `valid_until` is the last day, None while it is open."""

    name: str
    edition: str
    valid_from: date
    patterns: tuple[Pattern, ...]
    valid_until: date | None = None
    unused: Unused = field(default_factory=Unused)
    sweeps: tuple[Sweep, ...] = ()
    _places: Places = field(init=False, repr=False)
    _concerns: Concerns = field(init=False, repr=False)
    _index: ContextIndex = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_places", Places(self._found_out))
        object.__setattr__(self, "_concerns", Concerns(self.patterns))
        object.__setattr__(self, "_index", ContextIndex(self.patterns))

    def rules(self) -> Mapping[str, Severity]:
        """Every rule of this edition with its flag."""
        told = {rule.id: rule.flag for pattern in self.patterns for rule in pattern.rules()}
        told |= {rule.id: rule.flag for rule, _ in self.sweeps}
        return told | self.unused.flags()

    def flag(self, rule: str) -> str:
        """`fatal` or `warning`. Raises KeyError for a rule that is not of this edition."""
        return str(self.rules()[rule])

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    def judge(self, root: etree._Element) -> Verdict:
        """Every rule on every node. The tree must come from `reading.read`."""
        with localcontext(EXACT), _uncollected():
            return self._judged(root)

    def _judged(self, root: etree._Element) -> Verdict:
        """On its own, so that the whole tree is gone before the collector is back and would go through it once more."""
        document = Document(self._places, root)
        try:
            return self._verdict(document)
        finally:
            document.release()

    def _verdict(self, document: Document) -> Verdict:
        broken: list[Broken] = []
        unjudged: list[Unjudged] = []
        answers = self._concerns.answered(document)
        plans = self._places.plans(answers)
        for node in document.judged:
            plan = plans.get(node.place)
            if plan is None:
                plan = plans[node.place] = self._concerns.plan(node.place, answers)
            rules = plan.always
            for plainly, spared in plan.spared:
                if not holds_plainly(plainly, node, document):
                    rules += spared
            for alternatives in plan.conditional:
                rules += rules_for(alternatives, node, document)
            for rule in rules:
                try:
                    told = rule.holds(node, document)
                except CannotJudge as why:
                    unjudged.append(Unjudged(rule.id, node.location, str(why)))
                    continue
                if told is not True:
                    broken.append(_broken(rule, node, told))
        for rule, found in self.sweeps:
            broken += [_broken(rule, node) for node in found(document)]
        broken += [_broken(Rule(rule, always, Severity.WARNING), node) for rule, node in document.refused.items()]
        return Verdict(tuple(broken), tuple(unjudged))

    def _found_out(self, place: Place) -> None:
        """Fill a new place with what this edition says of its path."""
        place.listed = place.name in LISTED
        place.refused, place.refused_attributes = self.unused.at(place)
        judged = []
        for pattern, contexts in self._index.at(place):
            known = []
            for context in contexts:
                if context.knows(place):
                    known.append(context)
                    if not context.is_conditional:
                        break
            if any(context.rules for context in known):
                judged.append((pattern, tuple(known)))
        place.judged = tuple(judged)
        place.marked = bool(place.listed or place.refused or place.amount)


def _broken(rule: Rule, node: Node, told: bool | Difference = False) -> Broken:
    why = told if isinstance(told, Difference) else NO_DIFFERENCE
    return Broken(rule.id, rule.flag, node.location, node.text, why)


@contextmanager
def _uncollected() -> Iterator[None]:
    """No cycle collector while a tree grows: it would visit every node again and again (measured: 2.5 times slower
    at a thousand lines), and finds nothing, for the tree is released by hand."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
