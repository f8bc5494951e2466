"""The way back: a UBL Invoice or CreditNote of Peppol BIS Billing, or of its self-billing, as a neutral invoice.

What the document says is read field by field, then proved: the invoice is written again and held against what was
read. The number (BT-1) becomes the business event, since the gateway numbers from the issuer's own series.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from jurisdictions.contract import UNASSIGNED, Issuer, Reading
from jurisdictions.peppol import reading_header, reading_parties, reading_rows, xsd
from jurisdictions.peppol.document import ubl
from jurisdictions.peppol.extension import extension_of
from jurisdictions.peppol.reading_fields import Form, laid_out
from jurisdictions.peppol.reading_proof import Difference, differences
from jurisdictions.peppol.reading_rules import RULES
from jurisdictions.peppol.reading_tree import Node
from schemas.document import Invoice
from schemas.findings import Finding, Findings, is_fatal
from schemas.invoice import InvoiceInput
from schemas.party import Party
from validators.arithmetic import RoundingPolicy
from validators.composition import compose
from validators.en16931.reading import Unreadable
from validators.en16931.reading import read as read_xml

T = TypeVar("T")

MOST_FINDINGS = 200
"""A document of another making differs everywhere; more findings than these help nobody."""

MOST_ELEMENTS = 400_000
"""5000 lines with all that EN 16931 knows of a line are fewer."""

_COMPLAINT = re.compile(r" - at `(?:key in )?\$(?P<path>[^`]*)`$")
_STEP = re.compile(r"\.(?P<name>[^.\[\]]+)|\[(?P<index>[0-9]+)\]")
_RECKONED = re.compile(
    r"cac:LegalMonetaryTotal/cbc:\w+Amount$|cac:TaxTotal(/cac:TaxSubtotal)?(/cbc:\w+Amount)?$"
    r"|cac:(Invoice|CreditNote)Line/cbc:LineExtensionAmount$|/@currencyID$"
)
"""What is reckoned and never carried over, and the currency that it is reckoned in."""


def read(document: bytes) -> Reading:
    """Read any bytes; another kind of document is not recognised, and never raises."""
    try:
        xml = read_xml(document)
    except Unreadable as why:
        return Reading(recognised=False, findings=(RULES["PEPPOL-READ-UNREADABLE"].at(location="/", message=str(why)),))
    if not xsd.knows(xml):
        return Reading(recognised=False)
    if sum(1 for _ in xml.iter()) > MOST_ELEMENTS:
        finding = RULES["PEPPOL-READ-SIZE"].at(location="/", expected=f"at most {MOST_ELEMENTS}")
        return Reading(recognised=True, findings=(finding,))
    broken = xsd.violations(xml)[:MOST_FINDINGS]
    if broken:
        rule = RULES["PEPPOL-READ-XSD"]
        findings = tuple(rule.at(location=path, message=message) for path, message in broken)
        return Reading(recognised=True, findings=findings)
    return _reading(Node(xml))


def _reading(root: Node) -> Reading:
    debited = reading_header.is_debited(root)
    locations: dict[str, str] = {}
    plain = laid_out(_form(root, debited=debited), "", locations)
    seller = laid_out(reading_parties.seller(root, debited=debited), "/issuer", locations)
    invoice, wrong = _shaped(plain, InvoiceInput, "", locations)
    issuer, wrong_issuer = _shaped(seller, Party, "/issuer", locations)
    findings = (*wrong, *wrong_issuer)
    if invoice is None or issuer is None or is_fatal(findings):
        return Reading(recognised=True, findings=findings, locations=locations)
    made = composed(invoice, issuer)
    invoice = _without_computed_nets(invoice, made)
    proved = tuple(_proved(root, made, issuer))
    return Reading(
        recognised=True,
        invoice=None if is_fatal(proved) else invoice,
        issuer=issuer,
        findings=(*findings, *_numbered(root), *proved),
        locations=locations,
    )


def _form(root: Node, *, debited: bool) -> dict[str, Form]:
    why = reading_rows.exemptions(root)
    return {
        "issuer": UNASSIGNED,
        "customer": reading_parties.buyer(root),
        "payee": reading_parties.payee(root, debited=debited),
        "tax_representative": reading_parties.tax_representative(root),
        "delivery": reading_parties.delivery(root),
        "references": reading_header.references(root),
        "attachments": reading_header.attachments(root),
        "allowances": reading_rows.allowances(root, why, charges=False),
        "charges": reading_rows.allowances(root, why, charges=True),
        "lines": reading_rows.lines(root, why),
        **reading_header.header(root),
        **reading_header.payment(root),
    }


def _shaped(plain: object, kind: type[T], at: str, locations: dict[str, str]) -> tuple[T | None, Findings]:
    """The values in their type; what does not fit it is told and left out, so that everything is told at once."""
    findings: list[Finding] = []
    for _ in range(MOST_FINDINGS):
        try:
            return msgspec.convert(plain, kind), tuple(findings)
        except msgspec.ValidationError as why:
            complaint = _COMPLAINT.search(str(why))
            steps = [step["name"] or step["index"] for step in _STEP.finditer(complaint["path"])] if complaint else []
            findings.append(_misshapen(str(why), at, steps, plain, locations))
            if not _removed(plain, steps):
                break
    return None, tuple(findings)


def _misshapen(complaint: str, at: str, steps: list[str], plain: object, locations: dict[str, str]) -> Finding:
    pointer = "".join(f"/{step}" for step in (*at.split("/")[1:], *steps))
    around = pointer
    while around and around not in locations:
        around = around.rpartition("/")[0]
    value = _within(plain, steps)
    return RULES["PEPPOL-READ-SHAPE"].at(
        pointer,
        location=locations.get(around, "/"),
        message=_COMPLAINT.sub("", complaint),
        found=value[:200] if isinstance(value, str) else None,
    )


def _removed(plain: object, steps: list[str]) -> bool:
    """Take the value at these steps out, if it can be done without moving others."""
    *above, last = steps or [""]
    around = _within(plain, above)
    return isinstance(around, dict) and around.pop(last, None) is not None


def _within(plain: object, steps: list[str]) -> object:
    """The value at these steps, None where there is none."""
    for step in steps:
        if isinstance(plain, dict):
            plain = plain.get(step)
        else:
            plain = plain[int(step)] if isinstance(plain, list) and step.isdigit() and int(step) < len(plain) else None
    return plain


def _numbered(root: Node) -> Iterator[Finding]:
    for one in root.all("cbc:ID"):
        yield RULES["PEPPOL-READ-NUMBER"].at("/source_ref", location=one.location, found=one.text)


def _without_computed_nets(invoice: InvoiceInput, made: Invoice) -> InvoiceInput:
    """The invoice with the nets (BT-131) of those lines only of which another one would be computed."""
    lines = (
        one if line.stated_net is not None else replace(one, net=None)
        for one, line in zip(invoice.lines, made.lines, strict=True)
    )
    return replace(invoice, lines=tuple(lines))


def _proved(root: Node, made: Invoice, seller: Party) -> Iterator[Finding]:
    """What the document would become, held against what it is."""
    written = _written(made, seller, root.all("cbc:ID")[0].text)
    # What stops the invoice comes first: nothing of it may fall behind the bound.
    found = sorted(map(_told, differences(root, Node(read_xml(written)))), key=lambda one: not is_fatal((one,)))
    yield from found[:MOST_FINDINGS]
    if len(found) > MOST_FINDINGS:
        rest = f"{len(found) - MOST_FINDINGS} more differences"
        yield RULES["PEPPOL-READ-CHANGED"].at(location=root.location, found=rest)


def written_again(invoice: InvoiceInput, seller: Party, number: str) -> bytes:
    """The document that the invoice becomes if the seller issues it under a number."""
    return _written(composed(invoice, seller), seller, number)


def composed(invoice: InvoiceInput, seller: Party) -> Invoice:
    """The invoice with its sums, as the seller would issue it."""
    made, _ = compose(
        invoice,
        id="inv_0",
        issuer=seller,
        customer=invoice.customer if isinstance(invoice.customer, Party) else Party(name="-"),
        issue_date=invoice.issue_date or date.min,
        rounding=RoundingPolicy(),
    )
    return made


def _written(made: Invoice, seller: Party, number: str) -> bytes:
    issuer = Issuer(id=UNASSIGNED, party=seller, time_zone="UTC", environment="test")
    return ubl(made, extension_of(made.extensions.get("peppol")), issuer, number, {})


def _told(one: Difference) -> Finding:
    name = "TOTAL" if _RECKONED.search(one.place) else one.kind.upper()
    return RULES[f"PEPPOL-READ-{name}"].at(
        location=one.location, found=one.found, expected=one.expected, message=_sentence(one, name)
    )


def _sentence(one: Difference, name: str) -> str:
    """The rule's own sentence and the element."""
    last = one.place.rpartition("/")[2]
    return f"{RULES[f'PEPPOL-READ-{name}'].sentence} ({last})"
