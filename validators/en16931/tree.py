"""The document as the rules see it: read once, in document order, every element with its children by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from lxml import etree

from validators.en16931.place import Place, Places

WHITESPACE = " \t\r\n"
"""What XML calls white space; a no-break space is none."""

ORDINARY_ATTRIBUTES = frozenset(
    ("currencyID", "unitCode", "schemeID", "listID", "listVersionID", "mimeCode", "filename")
)
_CURRENCY_ALONE = ["currencyID"]
LISTED = frozenset(
    (
        "cac:AccountingCustomerParty",
        "cac:AccountingSupplierParty",
        "cac:AdditionalDocumentReference",
        "cac:AllowanceCharge",
        "cac:ClassifiedTaxCategory",
        "cac:CreditNoteLine",
        "cac:InvoiceLine",
        "cac:PartyIdentification",
        "cac:PaymentMeans",
        "cac:TaxCategory",
        "cac:TaxRepresentativeParty",
        "cac:TaxTotal",
        "cbc:PaymentID",
        "cbc:PaymentMeansCode",
    )
)
"""Elements that a rule looks for anywhere in the document (`//` in its words)."""

Told = TypeVar("Told")


class Node:
    """One element. `children` are by name and in order; `text` is its string value (empty for a group)."""

    __slots__ = ("children", "element", "parent", "place", "text")

    def __init__(self, element: etree._Element, parent: Node | None, place: Place) -> None:
        self.element = element
        self.parent = parent
        self.place = place
        self.children: dict[str, list[Node]] = _NOTHING
        self.text = ""

    @property
    def name(self) -> str:
        return self.place.name

    def has(self, name: str) -> bool:
        return name in self.children

    def all(self, *path: str) -> list[Node]:
        """The elements at a path below this one, in document order."""
        found = self.children.get(path[0], _NONE)
        for name in path[1:]:
            if not found:
                return _NONE
            if len(found) == 1:
                found = found[0].children.get(name, _NONE)
            else:
                found = [below for node in found for below in node.children.get(name, _NONE)]
        return found

    def attribute(self, name: str) -> str | None:
        return self.element.get(name)

    @property
    def location(self) -> str:
        """An XPath to this element, for people and for programs that know the usual prefixes."""
        steps = []
        node: Node | None = self
        while node is not None:
            twins = node.parent.children[node.name] if node.parent else [node]
            steps.append(f"{node.name}[{twins.index(node) + 1}]" if len(twins) > 1 else node.name)
            node = node.parent
        return "/" + "/".join(reversed(steps))

    def __repr__(self) -> str:
        return f"<{self.location}>"


_NOTHING: dict[str, list[Node]] = {}
_NONE: list[Node] = []


class Document:
    """What one pass over the tree finds: the nodes that a rule may judge, and what stands out on the way.

    `refused` maps a rule of the UBL-CR family to the first element that breaks it, `stray` an unusual attribute's
    name to the elements that carry it, `empty` are elements without content.
    """

    def __init__(self, places: Places, root: etree._Element) -> None:
        self.judged: list[Node] = []
        self.refused: dict[str, Node] = {}
        self.stray: dict[str, list[Node]] = {}
        self.empty: list[Node] = []
        self._places = places
        self._groups: list[Node] = []
        self._listed: dict[str, list[Node]] = {}
        self._told: dict[Callable[[Document], object], object] = {}
        self.root = self._grown(root, places.root(str(root.tag)))

    @property
    def name(self) -> str:
        """`ubl:Invoice` or `cn:CreditNote`, or what else the root may be."""
        return self.root.place.name

    def everywhere(self, name: str) -> list[Node]:
        """Every element of a name in the whole document, in order: `//` in XPath. The name must be in `LISTED`."""
        return self._listed.get(name, _NONE)

    def once(self, question: Callable[[Document], Told]) -> Told:
        """What a question about the whole document was answered, asked once."""
        if question not in self._told:
            self._told[question] = question(self)
        return self._told[question]  # type: ignore[return-value]  # stored under its own question

    def release(self) -> None:
        """Let go of the tree: parents and children hold each other, and nobody should wait for a collector."""
        for group in self._groups:
            group.children = _NOTHING

    def _grown(self, root: etree._Element, place: Place) -> Node:
        node = Node(root, None, place)
        self._stand_out(node, root.keys())
        self._grow(node)
        return node

    def _grow(self, node: Node) -> None:
        """The children of a node, with all that is below them: the hot loop of the whole validation."""
        place = node.place
        steps = place.steps
        children: dict[str, list[Node]] = {}
        for element in node.element:
            tag = element.tag
            step = steps.get(tag) or self._places.step(place, tag)
            below = Node(element, node, step)
            names = element.keys()
            if names or step.marked:
                self._stand_out(below, names)
            if len(element):
                self._grow(below)
            else:
                below.text = text = element.text or ""
                if not text or text.isspace():
                    self._stand_empty(below)
            name = step.name
            if name in children:
                children[name].append(below)
            else:
                children[name] = [below]
        if children:
            self._groups.append(node)
            node.children = children
            if not place.group:
                node.text = "".join(map(str, node.element.itertext()))

    def _stand_empty(self, node: Node) -> None:
        if not node.text.strip(WHITESPACE):
            self.empty.append(node)

    def _stand_out(self, node: Node, names: Sequence[str | bytes]) -> None:
        """Keep what a rule will ask for: judged and listed nodes, refused ones, unusual attributes."""
        place = node.place
        if place.judged:
            self.judged.append(node)
        if place.listed:
            self._listed.setdefault(place.name, []).append(node)
        for rule in place.refused:
            self.refused.setdefault(rule, node)
        if names != _CURRENCY_ALONE:
            self._look_at_attributes(node, names)

    def _look_at_attributes(self, node: Node, names: Sequence[str | bytes]) -> None:
        refused = node.place.refused_attributes
        for name in map(str, names):
            if name not in ORDINARY_ATTRIBUTES:
                self.stray.setdefault(name, []).append(node)
            if name in refused:
                for rule in refused[name]:
                    self.refused.setdefault(rule, node)


def ancestors(node: Node) -> Iterator[Node]:
    """The elements around this one, the nearest first."""
    above = node.parent
    while above is not None:
        yield above
        above = above.parent
