"""Bytes to a tree, safely: what the rules judge has no comments, no processing instructions, no entities.

For XPath a comment divides the text around it in two, and some rules take one text only. So an element of a document
with such a comment remembers its `pieces`.
"""

from __future__ import annotations

from lxml import etree

_DECLARATION = len("<?xml")


class Unreadable(ValueError):
    """The bytes are no XML that may be read; the message says why, in a sentence for people."""


class Pieced(etree.ElementBase):
    """An element of a document in which a comment divides a text. `pieces` are its own texts one by one where it is
    divided; `kept`, of the root, holds on to those elements, which forget what nobody holds on to."""

    pieces: tuple[str, ...] | None = None
    kept: tuple[etree._Element, ...] = ()


_PIECED = etree.ElementDefaultClassLookup(element=Pieced)


def read(document: bytes) -> etree._Element:
    """The root element. Raises `Unreadable`: not well-formed, a DOCTYPE (no e-invoice has one), too deep or too large.

    Comments and processing instructions are left out, so that an element's text is one piece for whoever reads it.
    """
    marked = b"<!--" in document or document.find(b"<?", _DECLARATION) > 0
    try:
        root = etree.fromstring(document, _PARSERS[marked])
        if marked and any(_pieces(one) for one in _around_marks(root)):
            root = _pieced(document)
    except (etree.XMLSyntaxError, ValueError) as why:
        raise Unreadable(f"The document is not well-formed XML: {why}") from why
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("The document has a DOCTYPE, which no e-invoice may have.")
    if marked:
        etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, with_tail=False)
    return root


def pieces_of(element: etree._Element) -> tuple[str, ...]:
    """`text()`: the element's own texts, as they stood in the document."""
    if isinstance(element, Pieced) and element.pieces is not None:
        return element.pieces
    if not len(element):
        return (element.text,) if element.text else ()
    return tuple(text for text in (element.text, *(below.tail for below in element)) if text)


def _parser(*, marks: bool) -> etree.XMLParser:
    return etree.XMLParser(
        remove_comments=not marks,
        remove_pis=not marks,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )


_PARSERS = {marks: _parser(marks=marks) for marks in (False, True)}
"""Kept, for making one takes as long as parsing a short invoice. lxml lets one thread into each at a time."""


def _pieced(document: bytes) -> etree._Element:
    """The tree, its marks still in it, whose elements remember."""
    parser = _parser(marks=True)
    parser.set_element_class_lookup(_PIECED)
    root = etree.fromstring(document, parser)
    kept = tuple(element for element in _around_marks(root) if isinstance(element, Pieced))
    for element in kept:
        element.pieces = _pieces(element)
    if isinstance(root, Pieced):
        root.kept = kept
    return root


def _around_marks(root: etree._Element) -> list[etree._Element]:
    """The elements with a comment or a processing instruction right below them."""
    around = (mark.getparent() for mark in root.iter(etree.Comment, etree.ProcessingInstruction))
    return list(dict.fromkeys(element for element in around if element is not None))


def _pieces(element: etree._Element) -> tuple[str, ...] | None:
    """The texts of an element that are more than white space between elements, None where nothing is divided."""
    told = tuple(text for text in (element.text, *(below.tail for below in element)) if text)
    alone = all(not isinstance(below.tag, str) for below in element)
    return told if len(told) > 1 and (alone or any(not text.isspace() for text in told)) else None
