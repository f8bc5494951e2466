"""How a CFDI is wrapped in XML: what SAT's schema lets pass and PACs refuse all the same.

Each is a warning: a document that was stamped so is a CFDI. Source: Anexo 20 apartado I (UTF-8, the prefix `cfdi`,
every namespace and its schema declared at the root); SW's codes CC3001 and CO1002 to CO1005.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from lxml import etree

from jurisdictions.cfdi.xsd import CFDI, TFD
from schemas.findings import Finding, Severity

_ROOT = "/cfdi:Comprobante"
_SCHEMA = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"


def customs(document: bytes, root: etree._Element) -> Iterator[Finding]:
    """CFDI-XML-01 encoding, -02 prefix, -03 namespaces away from the root, -04 schemaLocation. Never fatal."""
    encoding = root.getroottree().docinfo.encoding or "UTF-8"
    if document.startswith(codecs.BOM_UTF8) or encoding.upper() not in ("UTF-8", "UTF8", "ASCII", "US-ASCII"):
        found = "UTF-8 with a byte order mark" if document.startswith(codecs.BOM_UTF8) else encoding
        yield _told("CFDI-XML-01", "A CFDI is written in UTF-8, without a byte order mark.", _ROOT, found, "UTF-8")
    if root.prefix != "cfdi":
        words = "The elements of a CFDI bear the prefix cfdi; PACs refuse any other."
        yield _told("CFDI-XML-02", words, _ROOT, root.prefix or "none", "cfdi")
    located = (root.get(_SCHEMA) or "").split()[0::2]
    if CFDI not in located:
        words = "schemaLocation does not say where the schema of CFDI 4.0 lies."
        yield _told("CFDI-XML-04", words, f"{_ROOT}/@xsi:schemaLocation", " ".join(located) or "absent", CFDI)
    for child in root.iterfind(f"{{{CFDI}}}Complemento/*"):
        yield from _of_complement(child, root, located)


def _of_complement(child: etree._Element, root: etree._Element, located: list[str]) -> Iterator[Finding]:
    """A stamp brings its own namespace along; every other complement has it from the root."""
    namespace = etree.QName(child).namespace or ""
    if namespace == TFD:
        return
    place = str(root.getroottree().getpath(child))
    if namespace not in root.nsmap.values():
        words = "The namespace of a complement is declared at cfdi:Comprobante, where PACs look for it."
        yield _told("CFDI-XML-03", words, place, namespace or "none", "declared at the root")
    if namespace not in located:
        words = "schemaLocation at the root does not say where the complement's schema lies."
        yield _told("CFDI-XML-04", words, place, namespace or "none", "named in schemaLocation")


def _told(rule: str, message: str, location: str, found: str, expected: str) -> Finding:
    return Finding(
        rule=rule, message=message, severity=Severity.WARNING, location=location, found=found, expected=expected
    )
