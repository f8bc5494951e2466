"""VAT of the document as a whole: a category that is used stands in the breakdown, and the parties have the numbers
that it needs (BR-S, BR-Z, BR-E, BR-AE, BR-IC, BR-G, BR-O, BR-AF, BR-AG, BR-B)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from validators.en16931.concerns import category as uses_category
from validators.en16931.contexts import DOCUMENT
from validators.en16931.rulebook import Difference, Predicate
from validators.en16931.tree import Document, Node
from validators.en16931.values import all_hold, is_vat, normalized, one_holds, text
from validators.en16931.vat_facts import (
    broken_down,
    buyer_has_vat_number,
    buyer_is_identified,
    category,
    charged_categories,
    charges,
    document_charges,
    line_categories,
    names,
    nobody_has_vat_number,
    of_vat,
    says,
    seller_has_tax_number,
    seller_has_vat_number,
    tax_categories,
)

Party = Callable[[Document], bool]
Selection = Callable[[Node, str], bool]


def _seller_and_buyer(document: Document) -> bool:
    return all_hold(lambda: seller_has_tax_number(document), lambda: buyer_is_identified(document))


def _both_by_vat_number(document: Document) -> bool:
    return all_hold(lambda: seller_has_vat_number(document), lambda: buyer_has_vat_number(document))


def in_category(node: Node, wanted: str) -> bool:
    """`[normalize-space(cbc:ID) = '…']`, whatever the tax."""
    return category(node) == wanted


def says_of_vat(node: Node, wanted: str) -> bool:
    """`[cbc:ID = '…'][cac:TaxScheme/…]`"""
    return says(node, wanted) and is_vat(node)


@dataclass(frozen=True)
class Family:
    """The rules 02 to 04 of a category: where it is used (in lines, allowances, charges), the parties are identified.

    `used` selects the elements in the first half of the test (used, and identified), `unused` those in the second (or
    not used): three rules of the artefacts differ in the two.
    """

    prefix: str
    category: str
    identified: Party
    charges: Callable[[Document], list[Node]] = charges
    used: tuple[Selection, Selection, Selection] = (of_vat, of_vat, of_vat)
    unused: tuple[Selection, Selection, Selection] = (of_vat, of_vat, of_vat)


FAMILIES = (
    Family("BR-S", "S", seller_has_tax_number, unused=(in_category, of_vat, of_vat)),
    Family("BR-Z", "Z", seller_has_tax_number),
    Family("BR-E", "E", seller_has_tax_number),
    Family("BR-AE", "AE", _seller_and_buyer),
    Family("BR-IC", "K", _both_by_vat_number),
    Family("BR-G", "G", seller_has_vat_number, used=(of_vat, in_category, in_category)),
    Family("BR-O", "O", nobody_has_vat_number, charges=document_charges),
    Family("BR-AF", "L", seller_has_tax_number, unused=(of_vat, of_vat, says_of_vat)),
    Family("BR-AG", "M", seller_has_tax_number),
)
_USES = ("02", "03", "04")


def _categories(family: Family, rule: str, document: Document) -> Iterator[Node]:
    """The categories that a rule is about: of lines, of allowances, of charges."""
    if rule == "02":
        return iter(document.once(line_categories))
    return charged_categories(document.once(family.charges), rule == "04")


def _parties_identified(family: Family, rule: str) -> Predicate:
    used, unused = family.used[_USES.index(rule)], family.unused[_USES.index(rule)]

    def holds(_root: Node, document: Document) -> bool:
        def selected(by: Selection) -> bool:
            return any(by(node, family.category) for node in _categories(family, rule, document))

        if used is unused:
            return not selected(used) or family.identified(document)
        return (selected(used) and family.identified(document)) or not selected(unused)

    return holds


def _once_in_breakdown(wanted: str) -> Predicate:
    """01: used anywhere, and exactly one row of the breakdown; or used nowhere."""

    def holds(_root: Node, document: Document) -> bool | Difference:
        used = one_holds(
            lambda: any(names(node, wanted) for node in document.once(tax_categories)),
            lambda: any(names(node, wanted) for node in document.once(line_categories)),
        )
        if not used:
            return True
        rows = _count_of_names(broken_down(document), wanted)
        return rows == 1 or Difference(found=f"{rows} rows of category {wanted}", expected="exactly 1 row")

    return holds


def _count_of_names(nodes: Iterable[Node], wanted: str) -> int:
    return sum(normalized([one]) == wanted for node in nodes if is_vat(node) for one in node.all("cbc:ID"))


def _in_breakdown_where_used(wanted: str, selected: Selection, row: Selection, used_row: Selection) -> Predicate:
    """01 of S, L and M: used in lines, allowances or charges, and a row of the breakdown; or neither."""

    def holds(_root: Node, document: Document) -> bool | Difference:
        charged = [one for charge in document.once(charges) for one in charge.all("cac:TaxCategory")]
        used = sum(selected(node, wanted) for node in (*charged, *document.once(line_categories))) > 0
        rows = broken_down(document)
        if used:
            return any(used_row(node, wanted) for node in rows) or Difference("no row", f"a row of category {wanted}")
        return not any(row(node, wanted) for node in rows) or Difference(
            f"a row of category {wanted}", "no row: no line, allowance or charge uses it"
        )

    return holds


for _family in FAMILIES:
    _about = uses_category(_family.category)
    for _rule in _USES:
        DOCUMENT.add(f"{_family.prefix}-{_rule}", _parties_identified(_family, _rule), about=_about)
    if _family.category not in ("S", "L", "M"):
        DOCUMENT.add(f"{_family.prefix}-01", _once_in_breakdown(_family.category), about=_about)
DOCUMENT.add("BR-S-01", _in_breakdown_where_used("S", in_category, in_category, in_category))
DOCUMENT.add("BR-AF-01", _in_breakdown_where_used("L", of_vat, of_vat, says), about=uses_category("L"))
DOCUMENT.add("BR-AG-01", _in_breakdown_where_used("M", of_vat, of_vat, says_of_vat), about=uses_category("M"))


def _has_row(document: Document, wanted: str) -> bool:
    return any(names(node, wanted) for node in broken_down(document))


@DOCUMENT.rule("BR-IC-11", about=uses_category("K"))
def intra_community_supply_has_a_date(root: Node, document: Document) -> bool:
    if not _has_row(document, "K"):
        return True
    return any(period.children for period in root.all("cac:InvoicePeriod")) or (
        len(text(root.all("cac:Delivery", "cbc:ActualDeliveryDate"))) > 1
    )


@DOCUMENT.rule("BR-IC-12", about=uses_category("K"))
def intra_community_supply_has_a_country(root: Node, document: Document) -> bool:
    path = ("cac:Delivery", "cac:DeliveryLocation", "cac:Address", "cac:Country", "cbc:IdentificationCode")
    return not _has_row(document, "K") or len(text(root.all(*path))) > 1


def _only_outside_scope(where: Callable[[Document], Iterable[Node]]) -> Predicate:
    """11 to 14 of O: a breakdown outside the scope of VAT leaves no room for another category."""

    def holds(_root: Node, document: Document) -> bool | Difference:
        if not _has_row(document, "O"):
            return True
        other = next((node for node in where(document) if category(node) != "O" and is_vat(node)), None)
        return other is None or Difference(found=f"category {category(other)} at {other.location}", expected="only O")

    return holds


DOCUMENT.add("BR-O-11", _only_outside_scope(broken_down), about=uses_category("O"))
DOCUMENT.add("BR-O-12", _only_outside_scope(lambda document: document.once(line_categories)), about=uses_category("O"))
DOCUMENT.add(
    "BR-O-13",
    _only_outside_scope(lambda document: charged_categories(document.once(charges), False)),
    about=uses_category("O"),
)
DOCUMENT.add(
    "BR-O-14",
    _only_outside_scope(lambda document: charged_categories(document.once(charges), True)),
    about=uses_category("O"),
)


@DOCUMENT.rule("BR-B-01", about=uses_category("B"))
def split_payment_is_domestic(root: Node, document: Document) -> bool | Difference:
    """Every country of the document is Italy, where a category of the document is B."""
    used = any(says(node, "B") for question in (tax_categories, line_categories) for node in document.once(question))
    foreign = next((one for one in _countries(root) if one.text != "IT"), None) if used else None
    return foreign is None or Difference(found=f"{foreign.text} at {foreign.location}", expected="IT alone")


def _countries(node: Node) -> Iterator[Node]:
    """`//cbc:IdentificationCode`"""
    pending = [node]
    while pending:
        for name, below in pending.pop().children.items():
            if name == "cbc:IdentificationCode":
                yield from below
            pending += below


@DOCUMENT.rule("BR-B-02", about=uses_category("B"))
def split_payment_stands_alone(root: Node, document: Document) -> bool:
    """No standard rate beside split payment."""
    return not _used_anywhere(root, document, "B") or not _used_anywhere(root, document, "S")


def _used_anywhere(root: Node, document: Document, wanted: str) -> bool:
    places = (
        broken_down(document),
        root.all("cac:AllowanceCharge", "cac:TaxCategory"),
        document.once(line_categories),
    )
    return any(says(node, wanted) for found in places for node in found)
