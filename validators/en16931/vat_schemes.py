"""Which tax scheme a party's registration or a category belongs to, in the two ways in which the artefacts ask."""

from __future__ import annotations

from validators.en16931.rulebook import CannotJudge
from validators.en16931.tree import Node
from validators.en16931.values import is_vat, normalized


def is_vat_alone(holder: Node) -> bool:
    """`[cac:TaxScheme/(normalize-space(upper-case(cbc:ID)) = 'VAT')]`: several schemes have no truth (FORG0006)."""
    schemes = holder.children.get("cac:TaxScheme", ())
    if len(schemes) > 1:
        raise CannotJudge(f"{schemes[0].location} is repeated where the rule can take one only")
    if not schemes:
        return False
    found = schemes[0].children.get("cbc:ID", ())
    return (len(found) == 1 and found[0].text == "VAT") or normalized(found).upper() == "VAT"


def vat_categories(node: Node) -> list[Node]:
    """`cac:TaxCategory[$V]`: the VAT categories of an allowance, a charge or a subtotal."""
    return [category for category in node.all("cac:TaxCategory") if is_vat(category)]
