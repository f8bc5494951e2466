"""Documents for the rules that forbid an element or attribute: the UBL-CR and UBL-DT families.

Their tests are paths: the forbidden node is inserted along its path with the parents it lacks. The near misses put the
same name one step higher, one step lower, and in the other namespace, where the rule does not reach.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from lxml import etree

from .catalogue import Rule
from .edits import CBC, NAMES, Edit, add, made, mark, put, spelled, together

FORBIDS = re.compile(r"^not\(((//)?[\w:@/.]+)\)$")
LINES = re.compile(r"\(\s*cac:InvoiceLine\s*\|\s*cac:CreditNoteLine\s*\)")
ANYWHERE = {
    "cac:PartyTaxScheme": "cac:AccountingSupplierParty/cac:Party/",
    "cac:Country": "cac:AccountingSupplierParty/cac:Party/cac:PostalAddress/",
    "cbc:AllowanceChargeReasonCode": "cac:AllowanceCharge/",
    "cac:FinancialInstitution": "cac:PaymentMeans/cac:PayeeFinancialAccount/cac:FinancialInstitutionBranch/",
    "cac:BuyersItemIdentification": "LINE/cac:Item/",
    "cac:SellersItemIdentification": "LINE/cac:Item/",
    "cac:Price": "LINE/",
    "cbc:PrimaryAccountNumberID": "cac:PaymentMeans/cac:CardAccount/",
    "cac:CardAccount": "cac:PaymentMeans/",
    "cac:PaymentMandate": "cac:PaymentMeans/",
    "cac:TaxCategory": "cac:TaxTotal/cac:TaxSubtotal/",
    "cac:ClassifiedTaxCategory": "LINE/cac:Item/",
    "@": "cbc:ID/",
}
"""Where a path that begins anywhere (`//`) is put in a document."""

REFERENCE = "<cac:AdditionalDocumentReference>{}</cac:AdditionalDocumentReference>"
SPECIAL: dict[str, tuple[tuple[Edit, ...], tuple[Edit, ...]]] = {
    "UBL-CR-002": (
        (put("cbc:UBLVersionID", "2.2"), put("cbc:UBLVersionID", " 2.1")),
        (put("cbc:UBLVersionID", "2.1"),),
    ),
    "UBL-CR-412": (
        (put("cac:PaymentMeans/cbc:PaymentDueDate", "2018-03-07"),),
        (put("cbc:PaymentDueDate", "2018-03-07"),),
    ),
    "UBL-CR-665": (
        (add(".", REFERENCE.format("<cbc:ID schemeID='AAA'>1</cbc:ID>")),),
        (
            add(
                ".",
                REFERENCE.format("<cbc:ID schemeID='AAA'>1</cbc:ID><cbc:DocumentTypeCode>130</cbc:DocumentTypeCode>"),
            ),
        ),
    ),
    "UBL-CR-666": (
        (
            add(
                ".",
                REFERENCE.format("<cbc:ID>1</cbc:ID><cbc:DocumentTypeCode>130</cbc:DocumentTypeCode><cac:Attachment/>"),
            ),
        ),
        (
            add(
                ".",
                REFERENCE.format("<cbc:ID>1</cbc:ID><cbc:DocumentTypeCode>131</cbc:DocumentTypeCode><cac:Attachment/>"),
            ),
        ),
    ),
    "UBL-CR-673": (
        (
            add(
                ".",
                REFERENCE.format(
                    "<cbc:ID>1</cbc:ID><cbc:DocumentTypeCode>130</cbc:DocumentTypeCode>"
                    "<cbc:DocumentDescription>d</cbc:DocumentDescription>"
                ),
            ),
        ),
        (add(".", REFERENCE.format("<cbc:ID>1</cbc:ID><cbc:DocumentDescription>d</cbc:DocumentDescription>")),),
    ),
    "UBL-DT-18": ((mark("cbc:ID", "name", "n"),), (mark("cac:PaymentMeans/cbc:PaymentMeansCode", "name", "n"),)),
}


def paths(rule: Rule) -> str | None:
    """The path that the rule forbids, in the language of the edits; None for a rule of another shape."""
    hit = FORBIDS.match(LINES.sub("LINE", rule.test))
    if not hit or not rule.id.startswith("UBL-"):
        return None
    path = hit[1]
    if not path.startswith("//"):
        return path
    rest = path[2:]
    return ANYWHERE.get("@" if rest.startswith("@") else rest.split("/")[0], "") + rest


def insert(path: str) -> Edit:
    """Put the node of a path into the document."""
    return partial(_insert, path=path)


def _insert(root: etree._Element, path: str) -> None:
    owner, _, name = path.rpartition("@")
    if owner:
        made(root, owner.rstrip("/")).set(name, "x")
        return
    holder, _, leaf = spelled(path, root).rpartition("/")
    prefix, local = leaf.split(":")
    parent = made(root, holder) if holder else root
    new = etree.SubElement(parent, f"{{{NAMES[prefix]}}}{local}")
    if prefix == "cbc":
        new.text = "1"
    else:
        etree.SubElement(new, f"{{{CBC}}}ID").text = "1"


def near(path: str) -> Iterator[Edit]:
    """The same name where the rule does not reach."""
    if "@" in path:
        owner, _, name = path.rpartition("@")
        yield insert(f"{owner}@{name}X")
        yield insert(f"{owner.rstrip('/')}/cbc:Name@{name}")
        return
    steps = path.split("/")
    leaf = steps[-1]
    if len(steps) > 2:
        yield insert("/".join([*steps[:-2], leaf]))
    yield insert("/".join([*steps[:-1], "cac:Neighbour", leaf]))
    other = leaf.replace("cbc:", "cac:") if leaf.startswith("cbc:") else leaf.replace("cac:", "cbc:")
    yield insert("/".join([*steps[:-1], other]))


def edits_of(rule: Rule) -> tuple[tuple[Edit, ...], tuple[Edit, ...]] | None:
    """The edits that break a rule and those that nearly do; None for a rule that forbids no path."""
    if rule.id in SPECIAL:
        return SPECIAL[rule.id]
    path = paths(rule)
    if path is None:
        return None
    return (insert(path), together(insert(path), insert(path))), tuple(near(path))
