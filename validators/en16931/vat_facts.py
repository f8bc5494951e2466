"""What the VAT rules ask of the whole document, told once: which categories it uses where, and who has a VAT number.

An answer stands for one XPath expression and is lazy as XPath is: a search that finds what it looks for does not see
the faulty element after it, and of two questions joined by `and` or `or` a fault in one does not matter where the
other decides. Categories that look alike to every rule are asked once, so that cost does not grow with
the lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from validators.en16931.indicators import indicated
from validators.en16931.tree import Document, Node
from validators.en16931.values import is_vat, normalized, one_holds
from validators.en16931.vat_schemes import is_vat_alone

_Shape = tuple[str, str] | tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]


def category(node: Node) -> str:
    """`normalize-space(cbc:ID)`"""
    return normalized(node.all("cbc:ID"))


def of_vat(node: Node, wanted: str) -> bool:
    """`[normalize-space(cbc:ID) = '…'][cac:TaxScheme/normalize-space(upper-case(cbc:ID)) = 'VAT']`"""
    codes = node.children.get("cbc:ID", ())
    if len(codes) == 1 and codes[0].text == wanted:
        return is_vat(node)
    return category(node) == wanted and is_vat(node)


def names(node: Node, wanted: str) -> bool:
    """`[cac:TaxScheme/…]/cbc:ID[normalize-space(.) = '…']`"""
    return is_vat(node) and any(normalized([one]) == wanted for one in node.all("cbc:ID"))


def says(node: Node, wanted: str) -> bool:
    """`cbc:ID = '…'`, as it stands."""
    return any(one.text == wanted for one in node.all("cbc:ID"))


def _shape(node: Node) -> _Shape:
    """All that a rule about categories looks at; mostly one code and one scheme."""
    codes, schemes = node.children.get("cbc:ID", ()), node.children.get("cac:TaxScheme", ())
    if len(codes) == 1 and len(schemes) == 1:
        found = schemes[0].children.get("cbc:ID", ())
        if len(found) == 1:
            return codes[0].text, found[0].text
    return _texts(codes), tuple(_texts(scheme.children.get("cbc:ID", ())) for scheme in schemes)


def _texts(nodes: Sequence[Node]) -> tuple[str, ...]:
    return (nodes[0].text,) if len(nodes) == 1 else tuple(node.text for node in nodes)


def _distinct(nodes: Iterable[Node]) -> dict[_Shape, Node]:
    """The first of each shape, in document order."""
    found: dict[_Shape, Node] = {}
    for node in nodes:
        found.setdefault(_shape(node), node)
    return found


def _distinct_charges(charges: Iterable[Node]) -> list[Node]:
    """The first allowance or charge of each indicator and list of categories."""
    found: dict[object, Node] = {}
    for node in charges:
        shape = _texts(node.all("cbc:ChargeIndicator")), tuple(map(_shape, node.all("cac:TaxCategory")))
        found.setdefault(shape, node)
    return list(found.values())


def _on_lines(document: Document) -> dict[_Shape, Node]:
    return _distinct(document.everywhere("cac:ClassifiedTaxCategory"))


def _elsewhere(document: Document) -> dict[_Shape, Node]:
    return _distinct(document.everywhere("cac:TaxCategory"))


def line_categories(document: Document) -> list[Node]:
    """`//cac:ClassifiedTaxCategory`"""
    return list(document.once(_on_lines).values())


def tax_categories(document: Document) -> list[Node]:
    """`//cac:TaxCategory`"""
    return list(document.once(_elsewhere).values())


def category_codes(document: Document) -> set[str] | None:
    """The code of every VAT category as it stands; None where one has not exactly one code, one tax scheme and one
    identifier of that."""
    found = set()
    for shape in (*document.once(_elsewhere), *document.once(_on_lines)):
        if not isinstance(shape[0], str):
            return None
        found.add(shape[0])
    return found


def charges(document: Document) -> list[Node]:
    """`//cac:AllowanceCharge`"""
    return _distinct_charges(document.everywhere("cac:AllowanceCharge"))


def document_charges(document: Document) -> list[Node]:
    """`/*/cac:AllowanceCharge`"""
    return _distinct_charges(document.root.all("cac:AllowanceCharge"))


def broken_down(document: Document) -> list[Node]:
    """`/*/cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory`, every one: they are counted."""
    return document.root.all("cac:TaxTotal", "cac:TaxSubtotal", "cac:TaxCategory")


def charged_categories(found: Iterable[Node], said: bool) -> Iterator[Node]:
    """`[cbc:ChargeIndicator = …]/cac:TaxCategory`"""
    for one in found:
        if indicated(one, said):
            yield from one.all("cac:TaxCategory")


def _identified(parties: Iterable[Node], *, by_vat: bool) -> bool:
    """`cac:PartyTaxScheme[cac:TaxScheme/(… = 'VAT')]/cbc:CompanyID`, or with any scheme."""
    return any(
        scheme.has("cbc:CompanyID")
        for party in parties
        for scheme in party.all("cac:PartyTaxScheme")
        if not by_vat or is_vat_alone(scheme)
    )


def _parties(document: Document, role: str) -> Iterator[Node]:
    return (party for around in document.everywhere(role) for party in around.all("cac:Party"))


def _seller_has_number(document: Document) -> bool:
    return _identified(_parties(document, "cac:AccountingSupplierParty"), by_vat=False)


def _seller_has_vat_number(document: Document) -> bool:
    return _identified(_parties(document, "cac:AccountingSupplierParty"), by_vat=True)


def _representative_has_vat_number(document: Document) -> bool:
    return _identified(document.everywhere("cac:TaxRepresentativeParty"), by_vat=True)


def _buyer_has_vat_number(document: Document) -> bool:
    return _identified(_parties(document, "cac:AccountingCustomerParty"), by_vat=True)


def _buyer_is_registered(document: Document) -> bool:
    buyers = _parties(document, "cac:AccountingCustomerParty")
    return any(buyer.all("cac:PartyLegalEntity", "cbc:CompanyID") for buyer in buyers)


def seller_has_tax_number(document: Document) -> bool:
    """The seller's VAT or tax number (BT-31, BT-32), or its representative's (BT-63)."""
    return one_holds(
        lambda: _seller_has_number(document),
        lambda: _representative_has_vat_number(document),
    )


def seller_has_vat_number(document: Document) -> bool:
    """The seller's VAT number (BT-31), or its representative's (BT-63)."""
    return one_holds(
        lambda: _seller_has_vat_number(document),
        lambda: _representative_has_vat_number(document),
    )


def buyer_has_vat_number(document: Document) -> bool:
    """The buyer's VAT number (BT-48)."""
    return document.once(_buyer_has_vat_number)


def buyer_is_identified(document: Document) -> bool:
    """The buyer's VAT number or registration (BT-48, BT-47)."""
    return one_holds(lambda: _buyer_has_vat_number(document), lambda: _buyer_is_registered(document))


def nobody_has_vat_number(document: Document) -> bool:
    """Neither seller nor representative nor buyer (BT-31, BT-63, BT-48)."""
    return not one_holds(
        lambda: _seller_has_vat_number(document),
        lambda: _representative_has_vat_number(document),
        lambda: _buyer_has_vat_number(document),
    )
