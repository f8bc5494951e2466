"""Judging any bytes as a CFDI: readable and safe, then the structure, SAT's rules, the seal, and the stamp.

Only types I and E without complements other than the stamp are decided; everything else is said to be undecided, with
the reason. Names and postal codes can only be compared by SAT itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import localcontext
from typing import Literal

from lxml import etree

from jurisdictions.cfdi import amounts, fields
from jurisdictions.cfdi.cadena import foreign_complements
from jurisdictions.cfdi.reading import EPOCH, EXACT, read, run
from jurisdictions.cfdi.seal import seal_findings
from jurisdictions.cfdi.sentences import finding
from jurisdictions.cfdi.stamp import structure_problems
from jurisdictions.cfdi.xsd import CFDI, TFD, faults, schema
from jurisdictions.contract import Judgement, Layer
from jurisdictions.kit.xml import UnreadableXML, parse
from schemas.findings import Finding, Findings, Severity, is_fatal
from validators.xsd import crowd

RULE_SET = "cfdi-4.0-2026-03"
_LAYERS = ("xml", "schema", "rules", "seal", "stamp")
_ROOT = f"{{{CFDI}}}Comprobante"
Verdict = Literal["valid", "invalid", "undecided"]


def judge(document: bytes) -> Judgement:
    """What may be said of a document; an unsealed or unstamped one is judged as far as it goes."""
    try:
        root = parse(document)
    except UnreadableXML as why:
        return _ended({"xml": (finding("301", found=str(why)),)}, "invalid")
    if root.tag != _ROOT or root.get("Version") != "4.0":
        unknown = _scope(f"{root.tag}, version {root.get('Version')}", "only CFDI 4.0 is judged")
        return _ended({"xml": (unknown,)}, "undecided" if root.tag != _ROOT else "invalid")
    found: dict[str, Findings] = {"xml": ()}
    many = crowd(schema(), root)
    if many:
        told = tuple(finding("301", location="/", found=one.replace(f"{{{CFDI}}}", "")) for one in many)
        return _ended(found | {"schema": told}, "invalid")
    found["schema"] = _schema(root)
    with localcontext(EXACT):
        found["rules"] = tuple(run((*fields.RULES, *amounts.RULES), read(root, EPOCH)))
    found["seal"] = _seal(root)
    found["stamp"] = _stamp(root)
    outside = tuple(_outside(root))
    if any(is_fatal(rows) for rows in found.values()):
        return _ended(found, "invalid", outside)
    return _ended(found, "undecided" if outside else "valid", outside)


def _schema(root: etree._Element) -> Findings:
    told = {fault.place: fault for fault in reversed(faults(root))}  # libxml2 tells a facet first, then its type
    return tuple(
        finding("301", location=fault.place, term=fault.attribute, found=fault.message.replace(f"{{{CFDI}}}", ""))
        for fault in reversed(told.values())
    )


def _seal(root: etree._Element) -> Findings:
    if not root.get("Sello") and not root.get("Certificado"):
        return (_note("CFDI-SEAL-01", "The document is not sealed.", "/cfdi:Comprobante/@Sello"),)
    return seal_findings(root)


def _stamp(root: etree._Element) -> Findings:
    stamps = list(root.iter(f"{{{TFD}}}TimbreFiscalDigital"))
    if not stamps:
        return (_note("CFDI-STAMP-03", "The document is not stamped.", "/cfdi:Comprobante/cfdi:Complemento"),)
    path = str(root.getroottree().getpath(stamps[0]))
    found = [finding("301", location=path, found=problem) for problem in structure_problems(stamps[0])]
    if stamps[0].get("SelloCFD") != root.get("Sello"):
        found.append(
            Finding(
                rule="CFDI-STAMP-02",
                message="The stamp belongs to another seal than this document's.",
                location=f"{path}/@SelloCFD",
            )
        )
    return tuple(found)


def _outside(root: etree._Element) -> Iterable[Finding]:
    kind = root.get("TipoDeComprobante", "")
    if kind in ("T", "N", "P"):
        yield _scope(f"TipoDeComprobante {kind}", "only types I and E are judged")
    for name in foreign_complements(root):
        yield _scope(name, "its rules and its part of the cadena original are not judged")


def _scope(found: str, why: str) -> Finding:
    return Finding(
        rule="CFDI-SCOPE-01",
        message=f"This part of the document is not judged here: {why}.",
        severity=Severity.WARNING,
        found=found,
    )


def _note(rule: str, message: str, location: str) -> Finding:
    return Finding(rule=rule, message=message, severity=Severity.WARNING, location=location)


def _ended(found: dict[str, Findings], verdict: Verdict, outside: Findings = ()) -> Judgement:
    layers = tuple(
        Layer(
            name=name,
            verdict="skipped" if name not in found else "failed" if is_fatal(found[name]) else "passed",
            rule_set=RULE_SET if name == "rules" else None,
        )
        for name in _LAYERS
    )
    findings = tuple(row for name in _LAYERS for row in found.get(name, ())) + outside
    return Judgement(verdict=verdict, rule_set=RULE_SET, layers=layers, findings=findings)
