"""The proof of a reading: the document that the invoice would become, held against the document that was read.

Whatever the two do not share is told: what got lost, what would be written otherwise, what would be written beside it.
So nothing that the neutral invoice cannot hold disappears in silence, and every sum is compared with its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Literal

import msgspec

from jurisdictions.peppol.reading_tree import Node

_NUMERIC = ("Amount", "Quantity", "Percent", "Numeric")
_OPTIONAL_TOTALS = frozenset(
    ("cbc:AllowanceTotalAmount", "cbc:ChargeTotalAmount", "cbc:PrepaidAmount", "cbc:PayableRoundingAmount")
)
"""Totals that say no more at zero than by their absence (BT-107, BT-108, BT-113, BT-114)."""

Key = tuple[object, ...]
Kind = Literal["lost", "changed", "added"]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the two documents do not share. `place` is the path of names, `location` an XPath into the one
    that was read (of the element around it where it has none itself)."""

    kind: Kind
    place: str
    location: str
    found: str | None = None
    expected: str | None = None


def differences(theirs: Node, ours: Node) -> Iterator[Difference]:
    """What the document that was read and the one that would be written do not share."""
    keys: dict[int, Key] = {}
    yield from _compared(theirs, ours, partial(_key, keys=keys))


def _compared(theirs: Node, ours: Node, key: Callable[[Node], Key]) -> Iterator[Difference]:
    if not theirs.children and not ours.children and _text(theirs) != _text(ours):
        yield _difference("changed", theirs, theirs.text, ours.text)
    yield from _attributes(theirs, ours)
    for name in dict.fromkeys((*theirs.children, *ours.children)):
        yield from _groups(theirs, theirs.children.get(name, []), ours.children.get(name, []), key)


def _attributes(theirs: Node, ours: Node) -> Iterator[Difference]:
    before, after = _attributes_of(theirs), _attributes_of(ours)
    for name in sorted(before.keys() | after.keys()):
        found, expected = before.get(name), after.get(name)
        if found != expected:
            kind: Kind = "changed" if found and expected else "lost" if found else "added"
            one = _difference(kind, theirs, found, expected)
            yield msgspec.structs.replace(one, place=f"{one.place}/@{name}", location=f"{one.location}/@{name}")


def _attributes_of(node: Node) -> dict[str, str]:
    """The attributes but for those of other namespaces, which say nothing of the invoice (`xsi:schemaLocation`)."""
    return {name: value for name, value in node.attributes.items() if not name.startswith("{")}


def _groups(around: Node, theirs: list[Node], ours: list[Node], key: Callable[[Node], Key]) -> Iterator[Difference]:
    """Elements of one name: the equal ones belong together wherever they stand, the others in their order."""
    if len(theirs) == len(ours) == 1:
        yield from _compared(theirs[0], ours[0], key)
        return
    before, after = list(map(key, theirs)), list(map(key, ours))
    if before == after:
        return
    left, right = _unmatched(theirs, before, after), _unmatched(ours, after, before)
    for one, other in zip(left, right, strict=False):
        yield from _compared(one, other, key)
    for one in left[len(right) :]:
        if not _is_silent(one):
            yield _difference("lost", one, _shown(one), None)
    for one in right[len(left) :]:
        if not _is_silent(one):
            yield Difference(kind="added", place=one.place, location=around.location, found=None, expected=_shown(one))


def _unmatched(nodes: list[Node], keys: list[Key], others: list[Key]) -> list[Node]:
    """The nodes that have no equal among the others."""
    there = Counter(others)
    left = []
    for node, key in zip(nodes, keys, strict=True):
        if there[key] > 0:
            there[key] -= 1
        else:
            left.append(node)
    return left


def _key(node: Node, keys: dict[int, Key]) -> Key:
    """What makes two elements the same: text, attributes, and children in any order."""
    known = keys.get(id(node))
    if known is None:
        inner = sorted(_key(child, keys) for children in node.children.values() for child in children)
        text = "" if node.children else _text(node)
        known = keys[id(node)] = (node.name, text, tuple(sorted(_attributes_of(node).items())), tuple(inner))
    return known


def _text(node: Node) -> str:
    """The text as it is compared: numbers and truth by their value, encoded files without white space."""
    text = node.text
    if node.name == "cbc:EmbeddedDocumentBinaryObject":
        return "".join(text.split())
    if node.name == "cbc:ChargeIndicator":
        return {"1": "true", "0": "false"}.get(text, text)
    if node.name.endswith(_NUMERIC):
        try:
            return str(Decimal(text).normalize() + 0)
        except InvalidOperation:
            return text
    return text


def _is_silent(node: Node) -> bool:
    return node.name in _OPTIONAL_TOTALS and _text(node) == "0"


def _shown(node: Node) -> str:
    """The element's words, as far as they help to find it."""
    text = node.words()
    return text if len(text) <= 200 else f"{text[:200]}…"


def _difference(kind: Kind, at: Node, found: str | None, expected: str | None) -> Difference:
    return Difference(kind=kind, place=at.place, location=at.location, found=found, expected=expected)
