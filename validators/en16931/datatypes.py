"""Amounts, binary objects and the attributes of UBL's data types (UBL-DT)."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.findings import Severity
from validators.en16931.concerns import AMOUNTS_STAND_OUT
from validators.en16931.contexts import DOCUMENT_SYNTAX, SYNTAX
from validators.en16931.place import Place
from validators.en16931.rulebook import Concern, Difference, Predicate
from validators.en16931.tree import Document, Node, ancestors
from validators.en16931.values import decimals

UNUSED_ATTRIBUTES = {
    "UBL-DT-08": "schemeName",
    "UBL-DT-09": "schemeAgencyName",
    "UBL-DT-10": "schemeDataURI",
    "UBL-DT-11": "schemeURI",
    "UBL-DT-12": "format",
    "UBL-DT-13": "unitCodeListIdentifier",
    "UBL-DT-14": "unitCodeListAgencyIdentifier",
    "UBL-DT-15": "unitCodeListAgencyName",
    "UBL-DT-16": "listAgencyName",
    "UBL-DT-17": "listName",
    "UBL-DT-19": "languageID",
    "UBL-DT-20": "listURI",
    "UBL-DT-21": "listSchemeURI",
    "UBL-DT-22": "languageLocaleID",
    "UBL-DT-23": "uri",
    "UBL-DT-24": "currencyCodeListVersionID",
    "UBL-DT-25": "characterSetCode",
    "UBL-DT-26": "encodingCode",
    "UBL-DT-27": "schemeAgencyID",
    "UBL-DT-28": "listAgencyID",
}
"""Attributes that no element may have, by their rule; `name` (UBL-DT-18) is free on the payment means code."""


def _is_amount(place: Place) -> bool:
    """Whether the elements here are amounts; a price may have more decimals than an amount."""
    return place.amount and not place.name.endswith("PriceAmount")


def _price_has_no_allowance(amount: Node, _document: Document) -> bool:
    """No price around it has an allowance or charge: the artefact asks for the price's child, not for an ancestor."""
    return not any(one.name == "cac:Price" and one.has("cac:AllowanceCharge") for one in ancestors(amount))


AMOUNTS = SYNTAX.context("*", at=lambda place: _is_amount(place) and not place.priced)
AMOUNTS_IN_A_PRICE = SYNTAX.context(
    "*", at=lambda place: _is_amount(place) and place.priced, where=_price_has_no_allowance
)
BINARY_OBJECTS = SYNTAX.context("*", at=lambda place: place.name.endswith("BinaryObject"))


def has_two_decimals(amount: Node, _document: Document) -> bool | Difference:
    return decimals(amount.text) <= 2 or Difference(found=amount.text, expected="at most 2 decimals")


def _has_attribute(name: str) -> Predicate:
    def holds(node: Node, _document: Document) -> bool:
        return node.attribute(name) is not None

    return holds


def _is_nowhere(name: str) -> Predicate:
    """No element of the document has the attribute."""

    def holds(_root: Node, document: Document) -> bool | Difference:
        return name not in document.stray or _carried(document.stray[name], name)

    return holds


def _carried(nodes: Sequence[Node], name: str) -> Difference:
    return Difference(found=f"{nodes[0].location}/@{name}", expected="no such attribute")


def _unused_attributes(document: Document) -> frozenset[str]:
    return frozenset(document.stray).intersection(UNUSED_ATTRIBUTES.values())


def _carries_attribute(name: str) -> Concern:
    return Concern(_unused_attributes, lambda told: name in told)


AMOUNTS.add("UBL-DT-01", has_two_decimals, about=AMOUNTS_STAND_OUT)
AMOUNTS_IN_A_PRICE.add("UBL-DT-01", has_two_decimals)
BINARY_OBJECTS.add("UBL-DT-06", _has_attribute("mimeCode"))
BINARY_OBJECTS.add("UBL-DT-07", _has_attribute("filename"))

for _rule, _attribute in UNUSED_ATTRIBUTES.items():
    DOCUMENT_SYNTAX.add(_rule, _is_nowhere(_attribute), Severity.WARNING, _carries_attribute(_attribute))


@DOCUMENT_SYNTAX.rule("UBL-DT-18", Severity.WARNING)
def only_payment_means_have_a_name(_root: Node, document: Document) -> bool | Difference:
    """The attribute `name` explains the payment means code and nothing else."""
    named = [node for node in document.stray.get("name", ()) if node.name != "cbc:PaymentMeansCode"]
    return not named or _carried(named, "name")
