"""Formats that this gateway knows by name and does not speak: CII, PINT and its editions, XRechnung, Factur-X.

Recognised by the root element and the specification identifier (BT-24) of a document, by the first bytes of a PDF, and
by a document type identifier of the network. Sources: Peppol code list of document types 9.7 (2026-07-15); Factur-X
1.07; XRechnung 3.0; PINT 1.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from lxml import etree

from jurisdictions.peppol import codelists
from jurisdictions.peppol.source import SOURCE
from schemas.findings import Finding, Severity

_CII = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
_RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
_GUIDELINE = f".//{{{_RAM}}}GuidelineSpecifiedDocumentContextParameter/{{{_RAM}}}ID"
_PDF = b"%PDF-"
_PDF_WITHIN = 1024
"""Readers accept the mark anywhere in the first kilobyte (ISO 32000-1, annex H)."""
_PINT = re.compile(r"urn:peppol:pint:[a-z]+-1(?:@([a-z]+)-\d+)?")
_EDITIONS = {
    "ae": "United Arab Emirates",
    "aunz": "Australia and New Zealand",
    "eu": "European Union",
    "jp": "Japan",
    "my": "Malaysia",
    "ng": "Nigeria",
    "om": "Oman",
    "sg": "Singapore",
}


class Format(NamedTuple):
    """`rule` is the finding's; `name` is for people."""

    rule: str
    name: str
    fix: str


_OURS = "Send a UBL 2.1 invoice or credit note of Peppol BIS Billing 3.0, or judge this one with a tool of its format."
_CII_FORMAT = Format("PEPPOL-GW-FORMAT-CII", "UN/CEFACT Cross Industry Invoice (CII)", _OURS)
_FACTUR_X = Format(
    "PEPPOL-GW-FORMAT-FACTUR-X",
    "Factur-X / ZUGFeRD (a PDF with a CII document in it)",
    "Ask for the XML by itself in UBL 2.1, or judge this one with a tool of its format.",
)
_XRECHNUNG = Format("PEPPOL-GW-FORMAT-XRECHNUNG", "XRechnung (the German specification)", _OURS)


def named(root: etree._Element) -> Finding | None:
    """The finding for a document of a known foreign format; None for ours and for what nobody here knows."""
    found = _of_document(root)
    return None if found is None else _finding(found, root)


def named_bytes(document: bytes) -> Finding | None:
    """The finding for what is no XML: a PDF, which may hold a Factur-X invoice."""
    if _PDF not in document[:_PDF_WITHIN]:
        return None
    return _finding(_FACTUR_X, None)


def named_type(document_type: str) -> Format | None:
    """The known foreign format behind a document type identifier of the network, with or without its scheme."""
    identifier = document_type.removeprefix(f"{codelists.DOCUMENT_SCHEME}::").removeprefix("peppol-doctype-wildcard::")
    specification = identifier.partition("##")[2].rpartition("::")[0] or identifier.partition("##")[2]
    return _of_specification(specification, cii=identifier.startswith(_CII))


def registered(document_types: Iterable[str]) -> tuple[Finding, ...]:
    """A finding for each foreign format that a receiver takes, once each, in the order of their names."""
    found: dict[str, tuple[Format, str]] = {}
    for document_type in document_types:
        form = named_type(document_type)
        if form is not None:
            found.setdefault(form.name, (form, document_type))
    return tuple(
        Finding(
            rule=form.rule,
            message=f"The receiver takes {form.name}, which this gateway does not write.",
            severity=Severity.WARNING,
            source=SOURCE,
            found=document_type,
            fix="Ask the receiver to register for Peppol BIS Billing 3.0 too, or deliver the invoice in another way.",
        )
        for _, (form, document_type) in sorted(found.items())
    )


def _finding(form: Format, root: etree._Element | None) -> Finding:
    return Finding(
        rule=form.rule,
        message=f"This is {form.name}; its rules are not among those of this gateway, and it was not judged by them.",
        severity=Severity.WARNING,
        source=SOURCE,
        location="/",
        term="BT-24",
        found="PDF" if root is None else _specification(root) or str(root.tag),
        expected=codelists.CUSTOMIZATION,
        fix=form.fix,
    )


def _of_document(root: etree._Element) -> Format | None:
    return _of_specification(_specification(root), cii=root.tag == f"{{{_CII}}}CrossIndustryInvoice")


def _of_specification(specification: str, *, cii: bool) -> Format | None:
    pint = _PINT.search(specification)
    if pint:
        return _pint(pint[1])
    if "xrechnung" in specification.lower():
        return _XRECHNUNG
    if "factur-x" in specification.lower() or "zugferd" in specification.lower():
        return _FACTUR_X
    return _CII_FORMAT if cii else None


def _pint(edition: str | None) -> Format:
    if edition is None:
        return Format("PEPPOL-GW-FORMAT-PINT", "PINT (the international model)", _OURS)
    return Format("PEPPOL-GW-FORMAT-PINT", f"PINT, edition {_EDITIONS.get(edition, edition)}", _OURS)


def _specification(root: etree._Element) -> str:
    """BT-24 of a UBL or CII document, else nothing."""
    node = next(root.iterchildren(f"{{{codelists.CBC}}}CustomizationID"), None)
    if node is None:
        node = root.find(_GUIDELINE)
    return (node.text or "").strip() if node is not None else ""
