"""Predicates that many rules share; a rule is a name and one of these, or a function of its own."""

from __future__ import annotations

from validators.en16931.rulebook import Difference, Predicate
from validators.en16931.tree import WHITESPACE, Document, Node
from validators.en16931.values import decimals, text


def exists(*alternatives: str) -> Predicate:
    """One of the paths leads somewhere."""
    paths = [tuple(path.split("/")) for path in alternatives]
    if all(len(path) == 1 for path in paths):
        names = frozenset(alternatives)
        return lambda node, _document: not names.isdisjoint(node.children)

    def holds(node: Node, _document: Document) -> bool:
        return any(node.all(*path) for path in paths)

    return holds


def filled(path: str) -> Predicate:
    """The one element at the path has text that is not only white space."""
    steps = tuple(path.split("/"))

    def holds(node: Node, _document: Document) -> bool:
        return bool(text(node.all(*steps)).strip(WHITESPACE))

    return holds


def at_most(most: int, path: str) -> Predicate:
    """No more than so many elements at the path."""
    steps = tuple(path.split("/"))

    def holds(node: Node, _document: Document) -> bool | Difference:
        count = len(node.all(*steps))
        return count <= most or Difference(found=f"{count} times", expected=f"at most {most}")

    return holds


def two_decimals(path: str) -> Predicate:
    """No more than two decimals in the one element at the path."""
    steps = tuple(path.split("/"))

    def holds(node: Node, _document: Document) -> bool | Difference:
        value = text(node.all(*steps))
        return decimals(value) <= 2 or Difference(found=value, expected="at most 2 decimals")

    return holds


def always(_node: Node, _document: Document) -> bool:
    """A rule that the artefacts publish without a test of its own (`true()`)."""
    return True
