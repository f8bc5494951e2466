"""The document as it is read: every element with its children by name, whatever prefixes the document uses."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from lxml import etree

from validators.en16931.place import named

_NONE: Mapping[str, Any] = MappingProxyType({})
"""What most elements have for attributes or for children."""

_name = lru_cache(maxsize=1024)(named)


class Node:
    """One element. `children` are by name and in order; `text` is its own text without the blanks around it.

    Extensions of UBL (`ext:`) are not looked into: whatever stands there is no invoice of EN 16931.
    """

    __slots__ = ("attributes", "children", "name", "parent", "position", "text")

    def __init__(self, element: etree._Element, parent: Node | None = None) -> None:
        self.position = 1
        """Which one of its name it is around there."""
        self.name = _name(str(element.tag))
        self.parent = parent
        self.text = (element.text or "").strip()
        self.attributes: Mapping[str, str] = _NONE
        if element.attrib:
            self.attributes = {str(name): str(value).strip() for name, value in element.items()}
        self.children: Mapping[str, list[Node]] = _NONE
        if len(element) and not self.name.startswith("ext:"):
            self.children = self._grown(element)

    def _grown(self, element: etree._Element) -> dict[str, list[Node]]:
        children: dict[str, list[Node]] = {}
        for child in element:
            below = Node(child, self)
            twins = children.setdefault(below.name, [])
            twins.append(below)
            below.position = len(twins)
        return children

    def has(self, name: str) -> bool:
        return name in self.children

    def all(self, *path: str) -> list[Node]:
        """The elements at a path below this one, in document order."""
        found = [self]
        for name in path:
            found = [below for node in found for below in node.children.get(name, ())]
        return found

    def attribute(self, name: str) -> str | None:
        return self.attributes.get(name)

    def words(self) -> str:
        """All that the element and those below it say."""
        inner = (child.words() for children in self.children.values() for child in children)
        return " ".join(word for word in (self.text, *inner) if word)

    @property
    def place(self) -> str:
        """The path of names from the root down to here, without the root's own."""
        return f"{self.parent.place}/{self.name}".removeprefix("/") if self.parent else ""

    @property
    def location(self) -> str:
        """An XPath to this element, for people and for programs that know the usual prefixes."""
        if self.parent is None:
            return f"/{self.name}"
        alone = len(self.parent.children[self.name]) == 1
        step = self.name if alone else f"{self.name}[{self.position}]"
        return f"{self.parent.location}/{step}"
