"""Which tax scheme a party's registration or a category belongs to, in the two ways in which the artefacts ask."""

from __future__ import annotations

from validators.en16931.rulebook import CannotJudge
from validators.en16931.tree import Node
from validators.en16931.values import is_vat, normalized


def is_vat_alone(holder: Node) -> bool:
    """`[cac:TaxScheme/(normalize-space(upper-case(cbc:ID)) = 'VAT')]`: several schemes have no truth (FORG0006)."""
    schemes = holder.all("cac:TaxScheme")
    if len(schemes) > 1:
        raise CannotJudge(f"{schemes[0].location} is repeated where the rule can take one only")
    return bool(schemes) and normalized(schemes[0].all("cbc:ID")).upper() == "VAT"


def vat_categories(node: Node) -> list[Node]:
    """`cac:TaxCategory[$V]`: the VAT categories of an allowance, a charge or a subtotal."""
    return [category for category in node.all("cac:TaxCategory") if is_vat(category)]
