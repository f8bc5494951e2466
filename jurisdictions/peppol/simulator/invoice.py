"""What the access point asks of a billing document before it sends it on: schema, profile, participants, arithmetic.

Sources: EN 16931-1 BR-CO-10 to BR-CO-17; Peppol BIS Billing 3.0 and BIS Self-Billing 3.0 (2026-05), rules R001-R020 in
part, R120, P0100 and P0101 (which types are self-billed), P0112 and PEPPOL-COMMON-R043. Of the official rule sets only
such are judged here as need no code list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from lxml import etree

from jurisdictions.peppol import xsd
from jurisdictions.peppol.simulator.envelope import Envelope, Finding

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_SPACES = {"cac": f"{_UBL}CommonAggregateComponents-2", "cbc": f"{_UBL}CommonBasicComponents-2"}
_CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
_SELF_BILLING = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:selfbilling:3.0"
_PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_SELF_BILLING_PROFILE = "urn:fdc:peppol.eu:2017:poacc:selfbilling:01:1.0"
_OTHER_PROFILES = frozenset(
    {
        "urn:peppol:bis:billing_with_response",
        "urn:peppol:france:billing:regulated",
        "urn:peppol:france:billing:non-regulated",
    }
)
_SELF_BILLED_TYPES = {"Invoice": frozenset({"389", "527"}), "CreditNote": frozenset({"261"})}
_GERMAN_TYPES = frozenset({"326", "384"})
_CENT = Decimal("0.01")
_SLACK = Decimal("0.02")
_ZERO = Decimal(0)


def findings(envelope: Envelope) -> tuple[Finding, ...]:
    """What the payload breaks; the rules are asked only where the schema holds."""
    root = envelope.payload
    if not xsd.knows(root):
        return (Finding("XSD", "/", f"{root.tag} is no UBL invoice or credit note"),)
    broken = tuple(Finding("XSD", where, message) for where, message in xsd.violations(root))
    if broken:
        return broken
    return (*_routing(envelope), *rules(root))


def rules(root: etree._Element) -> tuple[Finding, ...]:
    """What the document by itself breaks of the judged rules."""
    header = (*_empty(root), *_profile(root), *_type(root), *_participants(root))
    return (*header, *_totals(root), *_taxes(root), *_lines(root))


def texts(root: etree._Element) -> Iterator[str]:
    """Where a document may carry the sandbox's markers: its notes and the names of its items."""
    yield from (note.text or "" for note in _all(root, "cbc:Note"))
    yield from (name.text or "" for name in _all(root, f"{_line_name(root)}/cac:Item/cbc:Name"))


def _routing(envelope: Envelope) -> Iterator[Finding]:
    """The envelope names the same participants, document type and process as the document.

    Whoever wrote it sends it: the supplier, but the customer where the document is self-billed.
    """
    root = envelope.payload
    ends = (envelope.receiver, envelope.sender) if _is_self_billed(root) else (envelope.sender, envelope.receiver)
    for side, participant in zip(("Supplier", "Customer"), ends, strict=True):
        node = root.find(_expanded(f"cac:Accounting{side}Party/cac:Party/cbc:EndpointID"))
        written = f"{node.get('schemeID')}:{(node.text or '').strip()}".lower() if node is not None else ""
        if written != participant:
            yield Finding("SBDH-ENDPOINT", f"/cac:Accounting{side}Party", f"{written} is not {participant}")
    if f"##{_text(root, 'cbc:CustomizationID')}::" not in envelope.document:
        yield Finding("SBDH-DOCUMENTID", "/cbc:CustomizationID", "the envelope names another customization")
    if _text(root, "cbc:ProfileID") != envelope.process:
        yield Finding("SBDH-PROCESSID", "/cbc:ProfileID", "the envelope names another process")


def _empty(root: etree._Element) -> Iterator[Finding]:
    for node in root.iter():
        if not len(node) and not (node.text or "").strip():
            yield Finding("PEPPOL-EN16931-R008", str(node.tag), "an element is empty")


def _is_self_billed(root: etree._Element) -> bool:
    return _text(root, "cbc:CustomizationID") == _SELF_BILLING


def _profile(root: etree._Element) -> Iterator[Finding]:
    """The process is one of the specification's own; the rules of self-billing hold by what the document names."""
    profile = _text(root, "cbc:ProfileID")
    self_billed = _is_self_billed(root)
    ordinary = _SELF_BILLING_PROFILE if self_billed else _PROFILE
    if not _all(root, "cbc:ProfileID"):
        yield Finding("PEPPOL-EN16931-R001", "/cbc:ProfileID", "the business process is missing")
    elif profile != ordinary and profile not in _OTHER_PROFILES:
        yield Finding("PEPPOL-EN16931-R007", "/cbc:ProfileID", f"{profile} is no billing process")
    if not self_billed and not _text(root, "cbc:CustomizationID").startswith(_CUSTOMIZATION):
        expected = "neither BIS Billing 3.0 nor BIS Self-Billing 3.0"
        yield Finding("PEPPOL-EN16931-R004", "/cbc:CustomizationID", f"the specification is {expected}")
    if not (_all(root, "cbc:BuyerReference") or _all(root, "cac:OrderReference/cbc:ID")):
        yield Finding("PEPPOL-EN16931-R003", "/", "a buyer reference or a purchase order is needed")


def _type(root: etree._Element) -> Iterator[Finding]:
    """Self-billed types stand in self-billed documents, and in no others; corrective ones are for German parties."""
    name = "CreditNote" if str(root.tag).endswith("}CreditNote") else "Invoice"
    code = _text(root, f"cbc:{name}TypeCode")
    if (code in _SELF_BILLED_TYPES[name]) != _is_self_billed(root):
        rule = "PEPPOL-EN16931-P0101" if name == "CreditNote" else "PEPPOL-EN16931-P0100"
        yield Finding(rule, f"/cbc:{name}TypeCode", f"{code} is no type of this process")
    country = "cac:Accounting{}Party/cac:Party/cac:PostalAddress/cac:Country/cbc:IdentificationCode"
    german = all(_text(root, country.format(side)) == "DE" for side in ("Supplier", "Customer"))
    if code in _GERMAN_TYPES and not german:
        yield Finding("PEPPOL-EN16931-P0112", f"/cbc:{name}TypeCode", f"{code} is for German parties only")


def _participants(root: etree._Element) -> Iterator[Finding]:
    for side, rule in (("Supplier", "PEPPOL-EN16931-R020"), ("Customer", "PEPPOL-EN16931-R010")):
        if not _all(root, f"cac:Accounting{side}Party/cac:Party/cbc:EndpointID"):
            yield Finding(rule, f"/cac:Accounting{side}Party", "the electronic address is missing")
    schemed = root.iter(*(_expanded(name) for name in ("cbc:EndpointID", "cbc:ID", "cbc:CompanyID")))
    for node in schemed:
        if node.get("schemeID") == "0208" and not belgian((node.text or "").strip()):
            yield Finding("PEPPOL-COMMON-R043", str(node.tag), f"{node.text} is no Belgian enterprise number")


def belgian(number: str) -> bool:
    """Ten digits, of which the last two are 97 less the rest modulo 97."""
    return bool(re.fullmatch(r"[0-9]{10}", number)) and 97 - int(number[:8]) % 97 == int(number[8:])


def _totals(root: etree._Element) -> Iterator[Finding]:
    total = root.find(_expanded("cac:LegalMonetaryTotal"))
    if total is None:
        return
    lines = _sum(root, f"{_line_name(root)}/cbc:LineExtensionAmount")
    net, inclusive = _amount(total, "cbc:LineExtensionAmount"), _amount(total, "cbc:TaxInclusiveAmount")
    allowances, charges = _amount(total, "cbc:AllowanceTotalAmount"), _amount(total, "cbc:ChargeTotalAmount")
    exclusive = _amount(total, "cbc:TaxExclusiveAmount")
    paid, rounding = _amount(total, "cbc:PrepaidAmount"), _amount(total, "cbc:PayableRoundingAmount")
    expected = (
        ("BR-CO-10", net, lines),
        ("BR-CO-11", allowances, _allowances(root, "false")),
        ("BR-CO-12", charges, _allowances(root, "true")),
        ("BR-CO-13", exclusive, net - allowances + charges),
        *(("BR-CO-15", inclusive, exclusive + tax) for tax in _taxes_in_document_currency(root)),
        ("BR-CO-16", _amount(total, "cbc:PayableAmount"), inclusive - paid + rounding),
    )
    for rule, written, right in expected:
        if written != right.quantize(_CENT, ROUND_HALF_UP):
            yield Finding(rule, "/cac:LegalMonetaryTotal", f"{written} is written, {right} is right")


def _taxes(root: etree._Element) -> Iterator[Finding]:
    for total in root.iterfind(_expanded("cac:TaxTotal")):
        rows = _all(total, "cac:TaxSubtotal")
        if rows:
            right = _sum(total, "cac:TaxSubtotal/cbc:TaxAmount").quantize(_CENT, ROUND_HALF_UP)
            if _amount(total, "cbc:TaxAmount") != right:
                yield Finding("BR-CO-14", "/cac:TaxTotal", f"the groups come to {right}")
        for row in rows:
            yield from _group(row)


def _group(row: etree._Element) -> Iterator[Finding]:
    """BR-CO-17; the official rule lets the amount be off by less than one unit of the currency."""
    rate = _amount(row, "cac:TaxCategory/cbc:Percent")
    base, tax = _amount(row, "cbc:TaxableAmount"), _amount(row, "cbc:TaxAmount")
    right = (abs(base) * rate / 100).quantize(_CENT, ROUND_HALF_UP)
    if not abs(abs(tax) - right) < 1:
        yield Finding("BR-CO-17", "/cac:TaxTotal/cac:TaxSubtotal", f"{base} at {rate} % is not {tax}")


def _lines(root: etree._Element) -> Iterator[Finding]:
    """PEPPOL-EN16931-R120; a line may be off by two cents. Without a quantity it is one, without a price nothing."""
    for place, line in enumerate(_all(root, _line_name(root)), 1):
        quantities = _all(line, "cbc:InvoicedQuantity") or _all(line, "cbc:CreditedQuantity")
        quantity = _number(quantities[0].text) if quantities else Decimal(1)
        per = _amount(line, "cac:Price/cbc:BaseQuantity") or Decimal(1)
        right = quantity * (_amount(line, "cac:Price/cbc:PriceAmount") / per)
        right += _allowances(line, "true") - _allowances(line, "false")
        written = _amount(line, "cbc:LineExtensionAmount")
        if abs(written - right) > _SLACK:
            yield Finding("PEPPOL-EN16931-R120", f"/{_line_name(root)}[{place}]", f"{written} is not {right}")


def _taxes_in_document_currency(root: etree._Element) -> tuple[Decimal, ...]:
    """The tax totals in the document's currency: the accounting currency has one of its own (BT-111)."""
    currency = _text(root, "cbc:DocumentCurrencyCode")
    amounts = _all(root, "cac:TaxTotal/cbc:TaxAmount")
    return tuple(_number(one.text) for one in amounts if one.get("currencyID") == currency) or (_ZERO,)


def _allowances(node: etree._Element, charge: str) -> Decimal:
    return sum(
        (
            _amount(one, "cbc:Amount")
            for one in _all(node, "cac:AllowanceCharge")
            if _text(one, "cbc:ChargeIndicator") == charge
        ),
        _ZERO,
    )


def _line_name(root: etree._Element) -> str:
    return "cac:CreditNoteLine" if str(root.tag).endswith("}CreditNote") else "cac:InvoiceLine"


def _expanded(path: str) -> str:
    return "/".join(f"{{{_SPACES[step[:3]]}}}{step[4:]}" for step in path.split("/"))


def _all(node: etree._Element, path: str) -> list[etree._Element]:
    return node.findall(_expanded(path))


def _text(node: etree._Element, path: str) -> str:
    return (node.findtext(_expanded(path)) or "").strip()


def _amount(node: etree._Element, path: str) -> Decimal:
    return _number(node.findtext(_expanded(path)))


def _sum(node: etree._Element, path: str) -> Decimal:
    return sum((_number(one.text) for one in _all(node, path)), _ZERO)


def _number(text: str | None) -> Decimal:
    try:
        return Decimal((text or "0").strip() or "0")
    except InvalidOperation:
        return _ZERO
