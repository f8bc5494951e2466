"""Changes of one node, as the systematic and the blind mutations make them."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal, InvalidOperation

from lxml import etree

from .edits import CAC, CBC

Element = etree._Element
Change = Callable[[Element], None]
NUMBER = re.compile(r"^\s*-?\d+(\.\d+)?\s*$")
DATE = re.compile(r"^\d{4}-\d\d-\d\d$")


def remove(node: Element) -> None:
    """Take the node away."""
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)


def double(node: Element) -> None:
    """Put a copy beside the node."""
    if node.getparent() is not None:
        node.addnext(deepcopy(node))


def double_afar(node: Element) -> None:
    """Put a copy at the end of its parent, with another value."""
    parent = node.getparent()
    if parent is not None:
        copy = deepcopy(node)
        copy.tail = None
        if not len(copy):
            copy.text = f"{copy.text or ''}7"
        parent.append(copy)


def clear(node: Element) -> None:
    """Leave the node with neither text nor children."""
    for child in list(node):
        node.remove(child)
    node.text = None


def blank(node: Element) -> None:
    """Leave white space only."""
    clear(node)
    node.text = " \n\t"


def pad(node: Element) -> None:
    """White space around the value."""
    node.text = f"\n  {node.text or ''}\t "


def garble(node: Element) -> None:
    """A value that is on no list and no number."""
    node.text = f"{node.text or ''}~"


def lower(node: Element) -> None:
    """The other case."""
    text = node.text or ""
    node.text = text.lower() if text != text.lower() else text.upper()


def spread(node: Element) -> None:
    """A space inside the value."""
    text = node.text or ""
    node.text = f"{text[:1]} {text[1:]}"


def repeat_text(node: Element) -> None:
    """The value twice, as a list."""
    node.text = f"{node.text or ''} {node.text or ''}"


def lengthen(node: Element) -> None:
    """A third or fourth decimal."""
    text = node.text or ""
    node.text = f"{text}1" if "." in text else f"{text}.001"


def zeros(node: Element) -> None:
    """The same number with more decimals, all zero."""
    text = node.text or ""
    node.text = f"{text}000" if "." in text else f"{text}.000"


def shifted(step: str) -> Change:
    """Change a number by a step; a date by a day; anything else not at all."""

    def shift(node: Element) -> None:
        text = (node.text or "").strip()
        if DATE.match(text):
            node.text = f"{text[:8]}{(int(text[8:]) + 1) % 28 + 1:02}"
            return
        try:
            node.text = str(Decimal(text) + Decimal(step))
        except InvalidOperation:
            return

    return shift


def negate(node: Element) -> None:
    """The other sign."""
    text = (node.text or "").strip()
    if NUMBER.match(text):
        node.text = text[1:] if text.startswith("-") else f"-{text}"


def valued(text: str) -> Change:
    """Set a value."""

    def change(node: Element) -> None:
        node.text = text

    return change


def respell(node: Element) -> None:
    """A name that is not known."""
    name = etree.QName(node)
    node.tag = f"{{{name.namespace}}}{name.localname}X"


def change_namespace(node: Element) -> None:
    """The same local name in the other namespace."""
    name = etree.QName(node)
    node.tag = f"{{{CAC if name.namespace == CBC else CBC}}}{name.localname}"


def foreign(node: Element) -> None:
    """The same local name in a namespace of no meaning."""
    node.tag = f"{{urn:example:other}}{etree.QName(node).localname}"


def remark(node: Element) -> None:
    """A comment inside the value, which splits its text node."""
    text = node.text or ""
    half = len(text) // 2
    node.text = text[:half]
    comment = etree.Comment("in between")
    comment.tail = text[half:]
    node.insert(0, comment)


def instruct(node: Element) -> None:
    """A processing instruction before the value."""
    instruction = etree.ProcessingInstruction("note", "in between")
    instruction.tail = node.text
    node.text = None
    node.insert(0, instruction)


def nest(node: Element) -> None:
    """An element inside the value."""
    child = etree.SubElement(node, f"{{{CBC}}}Note")
    child.text = "7"


def enclose(node: Element) -> None:
    """A CDATA section around the value."""
    if node.text and "]]>" not in node.text:
        node.text = etree.CDATA(node.text)


def turn(node: Element) -> None:
    """The children in reverse order."""
    node[:] = list(reversed(node))


SIMPLE: dict[str, Change] = {
    "remove": remove, "double": double, "double-afar": double_afar, "clear": clear, "blank": blank, "pad": pad,
    "garble": garble, "lower": lower, "spread": spread, "repeat-text": repeat_text, "lengthen": lengthen,
    "zeros": zeros, "cent": shifted("0.01"), "less": shifted("-0.02"), "one": shifted("1"), "ten": shifted("10"),
    "negate": negate, "zero": valued("0"), "nan": valued("NaN"), "exponent": valued("1E2"), "plus": valued("+1"),
    "dot": valued("."), "date-zone": valued("2018-02-08Z"), "date-time": valued("2018-02-08T00:00:00"),
    "date-wrong": valued("2018-02-30"), "true": valued("true"), "one-as-true": valued("1"),
    "respell": respell, "namespace": change_namespace, "foreign": foreign, "comment": remark,
    "instruction": instruct, "nest": nest, "cdata": enclose,
}  # fmt: skip
"""Changes of an element that holds a value, by name."""

GROUPS: dict[str, Change] = {
    "remove": remove, "double": double, "clear": clear, "blank": blank, "respell": respell,
    "namespace": change_namespace, "foreign": foreign, "turn": turn,
}  # fmt: skip
"""Changes of an element that holds elements, by name."""

ATTRIBUTE: dict[str, Callable[[str], str]] = {
    "remove": str, "blank": lambda _: "", "garble": lambda value: f"{value}~", "pad": lambda value: f" {value} ",
    "lower": lambda value: value.lower() if value != value.lower() else value.upper(),
    "repeat-text": lambda value: f"{value} {value}", "spread": lambda value: f"{value[:1]} {value[1:]}",
}  # fmt: skip
"""Changes of an attribute's value, by name."""
