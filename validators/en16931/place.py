"""A place is a path of element names from the root down. What is true of every element at a path is found once per
path, not once per element: which rules may judge it, and whether the core invoice uses it at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from sys import intern
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from validators.en16931.planning import Answers, Plan
    from validators.en16931.rulebook import Context, Pattern

INVOICE_NAMESPACE = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
CREDIT_NOTE_NAMESPACE = "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"
PREFIXES = {
    INVOICE_NAMESPACE: "ubl",
    CREDIT_NOTE_NAMESPACE: "cn",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2": "cac",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2": "cbc",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2": "ext",
}
INVOICE = "ubl:Invoice"
CREDIT_NOTE = "cn:CreditNote"


def named(tag: str) -> str:
    """`cbc:ID` for an element of UBL, whatever prefix the document uses; any other element keeps its `{…}` name."""
    namespace, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    prefix = PREFIXES.get(namespace)
    return intern(f"{prefix}:{local}" if prefix else tag)


class Place:
    """One path. `judged`, `refused` and `refused_attributes` are what the rule set found out about it."""

    __slots__ = (
        "amount",
        "group",
        "judged",
        "listed",
        "marked",
        "name",
        "parent",
        "priced",
        "refused",
        "refused_attributes",
        "steps",
    )

    def __init__(self, name: str, parent: Place | None) -> None:
        self.name = name
        self.parent = parent
        self.steps: dict[str, Place] = {}
        self.group = parent is None or name.startswith("cac:")
        self.judged: tuple[tuple[Pattern, tuple[Context, ...]], ...] = ()
        """For each pattern that knows this path: its contexts, the first one first."""
        self.refused: tuple[str, ...] = ()
        self.refused_attributes: dict[str, tuple[str, ...]] = {}
        self.amount = name.endswith("Amount")
        self.priced = "cac:Price" in self.upwards()
        """Whether it is part of a price, which may have more decimals than an amount."""
        self.listed = False
        self.marked = False
        """Whether elements here are to be kept for questions about the whole document."""

    def upwards(self) -> Iterator[str]:
        """The names from here to the root."""
        place: Place | None = self
        while place is not None:
            yield place.name
            place = place.parent


class Places:
    """Every path that documents have shown so far, filled once each by `found_out`, and the plans made for them.

    A hostile document has endless paths: once there are `MOST`, the next document begins anew, so that nobody's paths
    are kept longer than that and nobody pays for another's. Plans go with the paths that they are for.
    """

    MOST = 4000
    MOST_PLANS = 256

    def __init__(self, found_out: Callable[[Place], None]) -> None:
        self._found_out = found_out
        self._roots: dict[str, Place] = {}
        self._plans: dict[Answers, dict[Place, Plan]] = {}
        self._kept = 0

    def root(self, tag: str) -> Place:
        """Where a document begins."""
        if self._kept >= self.MOST:
            self._roots, self._plans, self._kept = {}, {}, 0
        return self._roots.get(tag) or self._made(tag, None, self._roots)

    def step(self, place: Place, tag: str) -> Place:
        """The place of a child that `place.steps` does not know yet."""
        return self._made(tag, place, place.steps)

    def plans(self, answers: Answers) -> dict[Place, Plan]:
        """What is planned so far for documents that answer so; to be added to."""
        if len(self._plans) >= self.MOST_PLANS and answers not in self._plans:
            self._plans = {}
        return self._plans.setdefault(answers, {})

    def _made(self, tag: str, parent: Place | None, kept: dict[str, Place]) -> Place:
        place = Place(named(tag), parent)
        self._found_out(place)
        self._kept += 1
        kept[tag] = place
        return place
