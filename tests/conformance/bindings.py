"""The official syntax binding of Peppol BIS Billing: which business term each path of a document carries, and a
document that has every one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from lxml import etree

from tests.official import official

FOLDER = "peppol/peppol-bis-3.0.19/structure/syntax"
UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
PREFIXES = {f"{UBL}CommonAggregateComponents-2": "cac", f"{UBL}CommonBasicComponents-2": "cbc"}
NAMESPACES = {prefix: namespace for namespace, prefix in PREFIXES.items()}
_STRUCTURE = "{urn:fdc:difi.no:2017:vefa:structure-1}"


@dataclass
class Bound:
    """An element of the binding: its term as written there (`BT-29, BT-90`), its example, and what lies below it."""

    name: str
    terms: str = ""
    example: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Bound] = field(default_factory=list)


def binding(document: str) -> Bound:
    """The binding of `ubl-invoice` or of `ubl-creditnote`."""
    folder = official(*FOLDER.split("/"))
    return _bound(next(etree.parse(folder / f"{document}.xml").getroot().iter(f"{_STRUCTURE}Document")), folder)


def _bound(element: etree._Element, folder: Path) -> Bound:
    terms = [ref.text or "" for ref in element.iterfind(f"{_STRUCTURE}Reference[@type='BUSINESS_TERM']")]
    made = Bound(_said(element, "Term"), ", ".join(terms), _said(element, "Value"))
    for child in element:
        if child.tag == f"{_STRUCTURE}Attribute":
            made.attributes[_said(child, "Term")] = _said(child, "Value")
        elif child.tag == f"{_STRUCTURE}Element":
            made.children.append(_bound(child, folder))
        elif child.tag == f"{_STRUCTURE}Include":
            included = etree.parse(folder / str(child.text).strip()).getroot()
            parts = [included] if included.tag == f"{_STRUCTURE}Element" else list(included)
            made.children += [_bound(part, folder) for part in parts]
    return made


def _said(element: etree._Element, name: str) -> str:
    return (element.findtext(f"{_STRUCTURE}{name}") or "").strip()


def terms_of(bound: Bound, path: str = "") -> dict[str, str]:
    """Path to terms; a path without a term of its own has an empty one."""
    found = {}
    for child in bound.children:
        below = f"{path}/{child.name}".lstrip("/")
        found[below] = child.terms
        found |= {f"{below}/@{name}": child.terms for name in child.attributes}
        found |= terms_of(child, below)
    return found


Told = tuple[object, ...]


SILENT = ("AllowanceTotalAmount", "ChargeTotalAmount", "PrepaidAmount", "PayableRoundingAmount")
"""Totals that say no more at zero than by their absence (BT-107, BT-108, BT-113, BT-114)."""


def told(document: bytes, terms: dict[str, str]) -> Counter[Told]:
    """What a document says: each leaf as (term, path, value), and each group that may be repeated as a whole.

    Numbers count by their value, and white space at the ends not at all. The order of repeated elements is left out.
    """
    parser = etree.XMLParser(remove_comments=True, remove_pis=True)
    root = etree.fromstring(document, parser)
    for name in SILENT:
        for total in root.findall(f"cac:LegalMonetaryTotal/cbc:{name}", NAMESPACES):
            around = total.getparent()
            if around is not None and _value(total) == "0":
                around.remove(total)
    found: Counter[Told] = Counter()
    for child in root:
        found += Counter(_leaves(child, "", terms))
        found[_whole(child)] += 1
    return found


def _leaves(element: etree._Element, path: str, terms: dict[str, str]) -> Iterator[Told]:
    at = f"{path}/{_name(element)}".lstrip("/")
    for name, value in _attributes(element):
        yield terms.get(f"{at}/@{name}", "?"), f"{at}/@{name}", value
    if len(element) == 0:
        yield terms.get(at, "?"), at, _value(element)
    for child in element:
        yield from _leaves(child, at, terms)


def _whole(element: etree._Element) -> Told:
    inner = tuple(sorted(map(_whole, element), key=repr))
    return _name(element), _attributes(element), inner or _value(element)


def _attributes(element: etree._Element) -> tuple[tuple[str, str], ...]:
    """Those without a namespace; the others say nothing of the invoice."""
    pairs = ((str(name), str(value).strip()) for name, value in element.items())
    return tuple(sorted(pair for pair in pairs if not pair[0].startswith("{")))


def _name(element: etree._Element) -> str:
    name = etree.QName(element)
    return f"{PREFIXES.get(str(name.namespace), '?')}:{name.localname}"


def _value(element: etree._Element) -> str:
    text = (element.text or "").strip()
    name = etree.QName(element).localname
    if name == "EmbeddedDocumentBinaryObject":
        return "".join(text.split())
    if name.endswith(("Amount", "Quantity", "Percent", "Numeric")):
        try:
            return f"{Decimal(text).normalize():f}"
        except InvalidOperation:
            return text
    return text


def whole_document(document: str, values: dict[str, str]) -> bytes:
    """A document with every element and attribute of the binding: `values` by path, else the binding's examples."""
    bound = binding(document)
    local = bound.name.partition(":")[2]
    root = etree.Element(f"{{{UBL}{local}-2}}{local}", nsmap=NAMESPACES)
    for child in bound.children:
        _grown(root, child, "", values)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _grown(parent: etree._Element, bound: Bound, path: str, values: dict[str, str]) -> None:
    at = f"{path}/{bound.name}".lstrip("/")
    if values.get(at) == "":
        return
    prefix, _, local = bound.name.partition(":")
    element = etree.SubElement(parent, f"{{{NAMESPACES[prefix]}}}{local}")
    for name, example in bound.attributes.items():
        value = values.get(f"{at}/@{name}", values.get(f"@{name}", example))
        if value:
            element.set(name, value)
    if not bound.children:
        element.text = values.get(at, bound.example) or "1"
    for child in bound.children:
        _grown(element, child, at, values)
