"""From a place below a record to its XPath in the document, and from a path of the schema's to its element."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree


def located(around: etree._Element, place: str) -> str:
    """The XPath of a place (`Desglose/DetalleDesglose[2]/TipoImpositivo`) below an element of a document.

    What is not there is told by the nearest element that is.
    """
    here = around
    for step in place.split("/") if place else ():
        name, _, number = step.rstrip("]").partition("[")
        children = [child for child in here.iterchildren("*") if child.tag.rpartition("}")[2] == name]
        at = int(number or 1) - 1
        if at >= len(children):
            break
        here = children[at]
    return here.getroottree().getpath(here)


def element_at(content: etree._Element, path: str, prefixes: Mapping[str, str]) -> etree._Element | None:
    """The element that a path of libxml2's names, in `prefixes` of the document; None where it names none.

    The validator takes the element that it judges for the root of a document: the path begins with it.
    """
    _, _, below = path.removeprefix("/").partition("/")
    if not path or not below:
        return content if path else None
    try:
        found = content.xpath(f"./{below}", namespaces=dict(prefixes))
    except etree.XPathError:
        return None
    if isinstance(found, list) and found and isinstance(found[0], etree._Element):
        return found[0]
    return None


def prefixes_of(content: etree._Element) -> dict[str, str]:
    """Every prefix that is declared in or around the element."""
    return {prefix: uri for one in content.iter("*") for prefix, uri in one.nsmap.items() if prefix}
