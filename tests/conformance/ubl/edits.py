"""A small language of edits on a UBL tree, in which the directed mutations and the richer seeds are written.

A path is XPath 1.0 with the prefixes cbc, cac and ext, relative to the root element. Two names stand for what differs
between the two documents: `LINE` (InvoiceLine or CreditNoteLine), `QUANTITY` and `TYPE` (the document type code).
Edits change the tree in place; an edit that finds nothing to change does nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from copy import deepcopy
from functools import partial

from lxml import etree

CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
EXT = "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"
NAMES = {"cbc": CBC, "cac": CAC, "ext": EXT}
STEP = re.compile(r"(cbc|cac|ext):(\w+)")
WORDS = {
    "Invoice": {"LINE": "cac:InvoiceLine", "QUANTITY": "cbc:InvoicedQuantity", "TYPE": "cbc:InvoiceTypeCode"},
    "CreditNote": {"LINE": "cac:CreditNoteLine", "QUANTITY": "cbc:CreditedQuantity", "TYPE": "cbc:CreditNoteTypeCode"},
}

Edit = Callable[[etree._Element], None]


def kind(root: etree._Element) -> str:
    """Invoice or CreditNote; anything else is treated as an invoice."""
    name = etree.QName(root).localname
    return name if name in WORDS else "Invoice"


def spelled(path: str, root: etree._Element) -> str:
    """The path with the words of this kind of document."""
    return re.sub(r"\b(LINE|QUANTITY|TYPE)\b", lambda word: WORDS[kind(root)][word[1]], path)


def found(root: etree._Element, path: str) -> list[etree._Element]:
    """The elements at a path."""
    hits = root.xpath(spelled(path, root), namespaces=NAMES)
    return [hit for hit in hits if isinstance(hit, etree._Element)] if isinstance(hits, list) else []


def made(parent: etree._Element, path: str) -> etree._Element:
    """The first element at a plain path, made with its missing parents at the end of each."""
    here = parent
    for prefix, name in STEP.findall(spelled(path, parent.getroottree().getroot())):
        tag = f"{{{NAMES[prefix]}}}{name}"
        child = here.find(tag)
        here = child if child is not None else etree.SubElement(here, tag)
    return here


def put(path: str, text: str) -> Edit:
    """Set the text at a path everywhere; a plain path that is missing is made."""
    return partial(_put, path=path, text=text)


def _put(root: etree._Element, path: str, text: str) -> None:
    hits = found(root, path)
    if not hits and not re.search(r"//|\[|\*|\.\.", path):
        hits = [made(root, path)]
    for hit in hits:
        hit.text = text


def drop(path: str) -> Edit:
    """Remove the elements at a path."""
    return partial(_drop, path=path)


def _drop(root: etree._Element, path: str) -> None:
    for hit in found(root, path):
        parent = hit.getparent()
        if parent is not None:
            parent.remove(hit)


def mark(path: str, name: str, value: str | None) -> Edit:
    """Set an attribute on the elements at a path; None removes it."""
    return partial(_mark, path=path, name=name, value=value)


def _mark(root: etree._Element, path: str, name: str, value: str | None) -> None:
    for hit in found(root, path):
        if value is None:
            hit.attrib.pop(name, "")
        else:
            hit.set(name, value)


def repeat(path: str) -> Edit:
    """Put a copy of the first element at a path beside it."""
    return partial(_repeat, path=path)


def _repeat(root: etree._Element, path: str) -> None:
    for hit in found(root, path)[:1]:
        hit.addnext(deepcopy(hit))


def add(parent: str, content: str, first: bool = False) -> Edit:
    """Add elements, written as XML with our prefixes, to the first element at a path (made where missing)."""
    return partial(_add, parent=parent, content=content, first=first)


def _add(root: etree._Element, parent: str, content: str, first: bool) -> None:
    hits = [root] if parent == "." else found(root, parent)
    if not hits and not re.search(r"//|\[|\*|\.\.", parent):
        hits = [made(root, parent)]
    for hit in hits[:1]:
        for number, new in enumerate(fragment(spelled(content, root))):
            if first:
                hit.insert(number, new)
            else:
                hit.append(new)


def fragment(content: str) -> list[etree._Element]:
    """The elements of a piece of XML with our prefixes."""
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMES.items())
    return list(etree.fromstring(f"<x {spaces}>{content}</x>"))


def together(*edits: Edit) -> Edit:
    """Several edits as one."""
    return partial(_together, edits=edits)


def _together(root: etree._Element, edits: Iterable[Edit]) -> None:
    for edit in edits:
        edit(root)


def edited(seed: bytes, edits: Iterable[Edit]) -> bytes:
    """The document that the edits make of a seed."""
    root = etree.fromstring(seed)
    _together(root, edits)
    return written(root)


def written(root: etree._Element) -> bytes:
    """A tree as bytes, with the namespaces that its new elements need declared once."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
