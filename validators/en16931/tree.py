"""The document as the rules see it: read once, in document order, every element with its children by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import msgspec
from lxml import etree

from validators.en16931.place import Place, Places

WHITESPACE = " \t\r\n"
"""What XML calls white space; a no-break space is none."""

ORDINARY_ATTRIBUTES = frozenset(
    ("currencyID", "unitCode", "schemeID", "listID", "listVersionID", "mimeCode", "filename")
)
LISTED = frozenset(
    (
        "cac:AccountingCustomerParty",
        "cac:AccountingSupplierParty",
        "cac:AdditionalDocumentReference",
        "cac:AllowanceCharge",
        "cac:ClassifiedTaxCategory",
        "cac:Country",
        "cac:DocumentReference",
        "cac:CreditNoteLine",
        "cac:InvoiceLine",
        "cac:PartyIdentification",
        "cac:PartyTaxScheme",
        "cac:PaymentMeans",
        "cac:TaxCategory",
        "cac:TaxRepresentativeParty",
        "cac:TaxTotal",
        "cbc:BaseQuantity",
        "cbc:CompanyID",
        "cbc:EndpointID",
        "cbc:PaymentID",
        "cbc:PaymentMeansCode",
    )
)
"""Elements that a rule looks for anywhere in the document (`//` in its words)."""

Told = TypeVar("Told")


class Node(msgspec.Struct, gc=False, eq=False):
    """One element. `children` are by name and in order; `text` is its string value (empty for a group).

    A struct of msgspec, because thousands are made for a document: it is built in C and no collector visits it.
    """

    element: etree._Element
    parent: Node | None
    place: Place
    children: dict[str, list[Node]]
    text: str = ""

    @property
    def name(self) -> str:
        return self.place.name

    def has(self, name: str) -> bool:
        return name in self.children

    def all(self, *path: str) -> list[Node]:
        """The elements at a path below this one, in document order."""
        node, found = self, _NONE
        for depth, name in enumerate(path, 1):
            found = node.children.get(name, _NONE)
            if len(found) != 1:
                return _below(found, path[depth:]) if found else _NONE
            node = found[0]
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


def _below(found: list[Node], path: tuple[str, ...]) -> list[Node]:
    for name in path:
        found = [below for node in found for below in node.children.get(name, _NONE)]
    return found


_NOTHING: dict[str, list[Node]] = {}
_NONE: list[Node] = []
_UNASKED = object()


class Document:
    """What one pass over the tree finds: the nodes that a rule may judge, and what stands out on the way.

    `refused` maps a rule of the UBL-CR family to the first element that breaks it, `stray` an unusual attribute's
    name to the elements that carry it, `empty` are elements without content, `amounts` all amounts, and `repeated` the
    names that stand more than once in one place.
    """

    def __init__(self, places: Places, root: etree._Element) -> None:
        self.judged: list[Node] = []
        self.refused: dict[str, Node] = {}
        self.stray: dict[str, list[Node]] = {}
        self.empty: list[Node] = []
        self.amounts: list[Node] = []
        self.repeated: set[str] = set()
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
        told = self._told.get(question, _UNASKED)
        if told is _UNASKED:
            told = self._told[question] = question(self)
        return told  # type: ignore[return-value]  # stored under its own question

    def release(self) -> None:
        """Let go of the tree: parents and children hold each other, and nobody should wait for a collector."""
        for group in self._groups:
            group.children = _NOTHING

    def _grown(self, root: etree._Element, place: Place) -> Node:
        node = Node(root, None, place, _NOTHING)
        if place.judged:
            self.judged.append(node)
        self._stand_out(node)
        self._look_at_attributes(node, root.keys())
        self._grow(node)
        return node

    def _grow(self, node: Node) -> None:
        """The children of a node, with all that is below them: the hot loop of the whole validation."""
        place = node.place
        steps = place.steps
        children: dict[str, list[Node]] = {}
        repeated, judged = self.repeated, self.judged
        for element in node.element:
            tag = element.tag
            step = steps.get(tag) or self._places.step(place, tag)
            below = Node(element, node, step, _NOTHING)
            if step.judged:
                judged.append(below)
            if step.marked:
                self._stand_out(below)
            names = element.keys()
            if names and (len(names) > 1 or names[0] not in ORDINARY_ATTRIBUTES or names[0] in step.refused_attributes):
                self._look_at_attributes(below, names)
            if len(element):
                self._grow(below)
            else:
                below.text = text = element.text or ""
                if not text or text.isspace():
                    self._stand_empty(below)
            name = step.name
            if name in children:
                children[name].append(below)
                repeated.add(name)
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

    def _stand_out(self, node: Node) -> None:
        """Keep what a rule will ask for: amounts, listed nodes, refused ones."""
        place = node.place
        if place.amount:
            self.amounts.append(node)
        if place.listed:
            self._listed.setdefault(place.name, []).append(node)
        for rule in place.refused:
            self.refused.setdefault(rule, node)

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
