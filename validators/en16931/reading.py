"""Bytes to a tree, safely: what the rules judge has no comments, no processing instructions, no entities."""

from __future__ import annotations

from lxml import etree


class Unreadable(ValueError):
    """The bytes are no XML that may be read; the message says why, in a sentence for people."""


def read(document: bytes) -> etree._Element:
    """The root element. Raises `Unreadable`: not well-formed, a DOCTYPE (no e-invoice has one), too deep or too large.

    Comments and processing instructions are left out, so that an element's text is one piece as it is for XPath.
    """
    parser = etree.XMLParser(
        remove_comments=True,
        remove_pis=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as why:
        raise Unreadable(f"The document is not well-formed XML: {why}") from why
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("The document has a DOCTYPE, which no e-invoice may have.")
    return root
