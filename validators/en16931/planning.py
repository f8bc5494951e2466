"""What is left to ask at a place, once a document has told what it has nothing of.

Documents that answer alike share their plans: an invoice in one currency with one VAT category, for one.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

from validators.en16931.place import Place
from validators.en16931.rulebook import (
    CannotJudge,
    Concern,
    Condition,
    Context,
    Pattern,
    Plainly,
    Question,
    Rule,
    Shortcut,
)
from validators.en16931.tree import Document, Node

Alternatives = tuple[tuple[Condition | None, tuple[Rule, ...], Sequence[Shortcut]], ...]
Answers = tuple[Hashable, ...]


class Plan(NamedTuple):
    """For one place: the rules that judge every node there, those that a shortcut may spare, and of each other pattern
    what may judge a node; the first alternative whose condition holds does."""

    always: tuple[Rule, ...]
    spared: tuple[tuple[Plainly, tuple[Rule, ...]], ...]
    conditional: tuple[Alternatives, ...]


class Concerns:
    """The questions behind every concern of some patterns. Those of a pattern that itself does not concern a document
    are not asked."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._asked: list[tuple[Concern | None, tuple[Question, ...]]] = []
        self._questions: list[Question] = []
        for pattern in patterns:
            within = dict.fromkeys(about.question for about in _within(pattern) if about is not None)
            new = tuple(question for question in within if question not in self._questions)
            if pattern.about is not None and pattern.about.question not in self._questions:
                self._asked.append((None, (pattern.about.question,)))
                self._questions.append(pattern.about.question)
            self._asked.append((pattern.about, new))
            self._questions += new

    def answered(self, document: Document) -> Answers:
        """What the document says to each question; None where it has no answer, or where nobody needs it."""
        told: list[Hashable] = []
        for about, questions in self._asked:
            if about is not None and not about.holds(_answer(about.question, document)):
                told += [None] * len(questions)
            else:
                told += [_answer(question, document) for question in questions]
        return tuple(told)

    def plan(self, place: Place, answers: Answers) -> Plan:
        """What may be judged at a place in documents that answer so."""
        told = dict(zip(self._questions, answers, strict=True))
        always: list[Rule] = []
        spared: list[tuple[Plainly, tuple[Rule, ...]]] = []
        conditional = []
        for pattern, known in place.judged:
            if pattern.about is not None and not pattern.about.holds(told[pattern.about.question]):
                continue
            alternatives = tuple(_alternatives(known, told))
            if alternatives and alternatives[0][0] is None:
                rest = alternatives[0][1]
                for shortcut in alternatives[0][2]:
                    spared.append((shortcut.plainly, tuple(rule for rule in rest if rule.id in shortcut.rules)))
                    rest = tuple(rule for rule in rest if rule.id not in shortcut.rules)
                always += rest
            elif any(rules for _, rules, _ in alternatives):
                conditional.append(alternatives)
        return Plan(tuple(always), tuple(spared), tuple(conditional))


def _within(pattern: Pattern) -> Iterable[Concern | None]:
    for context in pattern.contexts:
        yield context.about
        yield from (rule.about for rule in context.rules)


def _answer(question: Question, document: Document) -> Hashable:
    """A condition that cannot be judged does not match (XSLT 2.0, 5.5.4)."""
    try:
        return document.once(question)
    except CannotJudge:
        return None


def _alternatives(
    contexts: Iterable[Context], told: dict[Question, Hashable]
) -> Iterable[tuple[Condition | None, tuple[Rule, ...], Sequence[Shortcut]]]:
    def concerns(about: Concern | None) -> bool:
        return about is None or about.holds(told[about.question])

    for context in contexts:
        if concerns(context.about):
            yield context.where, tuple(rule for rule in context.rules if concerns(rule.about)), context.shortcuts
            if context.where is None:
                return


def rules_for(alternatives: Alternatives, node: Node, document: Document) -> tuple[Rule, ...]:
    """The rules of the first context that matches a node; again, what cannot be judged does not match."""
    for where, rules, _ in alternatives:
        if where is None:
            return rules
        try:
            if where(node, document):
                return rules
        except CannotJudge:
            continue
    return ()


def holds_plainly(plainly: Plainly, node: Node, document: Document) -> bool:
    """Whether a shortcut spares its rules here; where it has no answer the rules themselves are asked."""
    try:
        return plainly(node, document)
    except CannotJudge:
        return False
