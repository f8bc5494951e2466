"""Judging any bytes as a CFDI: readable and safe, then the structure, SAT's rules, the seal, and the stamp.

Types I, E, T and P are decided, with local taxes, legends and receipts of payment; a payroll (N) and any other
complement are said to be undecided, each by its name. Names and postal codes can only be compared by SAT itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from lxml import etree

from jurisdictions.cfdi.cadena import foreign_complements
from jurisdictions.cfdi.deadlines import STAMP_WITHIN
from jurisdictions.cfdi.pacs.stamp import structure_problems
from jurisdictions.cfdi.rules.reading import EPOCH, read
from jurisdictions.cfdi.rules.ruling import broken_rules
from jurisdictions.cfdi.rules.scope import FOREIGN, foreign
from jurisdictions.cfdi.rules.sentences import finding
from jurisdictions.cfdi.rules.wrapping import customs
from jurisdictions.cfdi.seal import seal_findings
from jurisdictions.cfdi.xsd import CFDI, TFD, faults, schema
from jurisdictions.contract import Judgement, Layer
from jurisdictions.kit.xml import UnreadableXML, parse
from schemas.findings import Finding, Findings, Severity, is_fatal
from validators.xsd import crowd

RULE_SET = "cfdi-4.0-2026-03"
_LAYERS = ("xml", "schema", "rules", "seal", "stamp")
_ROOT = f"{{{CFDI}}}Comprobante"
_SAT = "http://www.sat.gob.mx/"
_OUTSIDE = "CFDI-SCOPE-01"
_STAMP = f"{{{CFDI}}}Complemento/{{{TFD}}}TimbreFiscalDigital"
_STAMPED = "FechaTimbrado"
ZONES_APART = timedelta(hours=3)
"""How far the time of a PAC and that of a place in Mexico may lie apart."""
Verdict = Literal["valid", "invalid", "undecided"]


def judge(document: bytes) -> Judgement:
    """What may be said of a document; an unsealed or unstamped one is judged as far as it goes."""
    try:
        root = parse(document)
    except UnreadableXML as why:
        return _ended({"xml": (finding("301", found=str(why)),)}, "invalid", recognised=None)
    if root.tag != _ROOT or root.get("Version") != "4.0":
        return _strange(root)
    found: dict[str, Findings] = {"xml": ()}
    many = crowd(schema(), root)
    if many:
        told = tuple(finding("301", location="/", found=one.replace(f"{{{CFDI}}}", "")) for one in many)
        return _ended(found | {"schema": told}, "invalid")
    found["xml"] = tuple(customs(document, root))
    found["schema"] = _schema(root)
    found["rules"] = tuple(broken_rules(read(root, EPOCH)))
    found["seal"] = _seal(root)
    found["stamp"] = _stamp(root)
    outside = tuple(_outside(root))
    if any(is_fatal(rows) for rows in found.values()):
        return _ended(found, "invalid", outside)
    return _ended(found, "undecided" if outside else "valid", outside)


def _strange(root: etree._Element) -> Judgement:
    """Of another document than CFDI 4.0: SAT's own are recognised, older CFDI and Retenciones with them."""
    what = f"{root.tag}, version {root.get('Version') or root.get('version')}"
    if root.tag == _ROOT:
        words = "This namespace is that of CFDI 4.0, and the version is another."
        wrong = Finding(rule=_OUTSIDE, message=words, location="/cfdi:Comprobante/@Version", found=what, expected="4.0")
        return _ended({"xml": (wrong,)}, "invalid")
    ours = (etree.QName(root).namespace or "").startswith(_SAT)
    row = foreign(str(root.tag)) if ours else None
    if row in FOREIGN.values() and row is not None:
        told = _note(row.rule, f"{row.title} is no CFDI and is not judged here.", "/", what)
    else:
        told = _note(_OUTSIDE, "Only CFDI 4.0 is judged here.", "/", what)
    return _ended({"xml": (told,)}, "undecided", recognised=ours)


def _schema(root: etree._Element) -> Findings:
    told = {fault.place: fault for fault in reversed(faults(root))}  # libxml2 tells a facet first, then its type
    return tuple(
        finding("301", location=fault.place, term=fault.attribute, found=fault.message.replace(f"{{{CFDI}}}", ""))
        for fault in reversed(told.values())
    )


def _seal(root: etree._Element) -> Findings:
    if not root.get("Sello") and not root.get("Certificado"):
        return (_note("CFDI-SEAL-01", "The document is not sealed.", "/cfdi:Comprobante/@Sello"),)
    found = seal_findings(root)
    broken = (one for one in found if one.external_code == "302")  # a PAC's code, for which the matrix has its own
    return (*found, *(finding("CFDI40102", location=one.location, found=one.found) for one in broken))


def _stamp(root: etree._Element) -> Findings:
    """The stamp in the complement; what lies in an addenda is nobody's stamp."""
    stamps = root.findall(_STAMP)
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
    if len(stamps) > 1:
        words = f"{len(stamps)} stamps"
        found.append(Finding(rule="CFDI-STAMP-09", message="A CFDI is stamped once.", location=path, found=words))
    return (*found, *_time_of_stamp(root, stamps[0], path))


def _time_of_stamp(root: etree._Element, stamp: etree._Element, path: str) -> Iterator[Finding]:
    """CFDI-STAMP-10: FechaTimbrado lies within 72 hours after Fecha, whatever zones the two are told in."""
    try:
        sealed, stamped = (datetime.fromisoformat(text) for text in (root.get("Fecha", ""), stamp.get(_STAMPED, "")))
        passed = stamped - sealed
    except (ValueError, TypeError):
        return
    if not -ZONES_APART <= passed <= STAMP_WITHIN + ZONES_APART:
        yield _note(
            "CFDI-STAMP-10",
            "A CFDI is stamped within 72 hours after its Fecha, and never before it.",
            f"{path}/@{_STAMPED}",
            f"{stamp.get(_STAMPED)}, Fecha {root.get('Fecha')}",
        )


def _outside(root: etree._Element) -> Iterator[Finding]:
    kind = root.get("TipoDeComprobante", "")
    if kind == "N":
        rule = FOREIGN["nomina12"].rule
        yield _note(rule, "Payrolls (type N) are not judged here.", "/cfdi:Comprobante/@TipoDeComprobante", kind)
    for tag in dict.fromkeys(foreign_complements(root)):
        place = str(root.getroottree().getpath(next(root.iter(tag))))
        row = foreign(tag)
        why = f"{row.title} is not judged here: its rules and its part of the cadena original are not known."
        yield _note(row.rule, why, place, tag)


def _note(rule: str, message: str, location: str, found: str | None = None) -> Finding:
    return Finding(rule=rule, message=message, severity=Severity.WARNING, location=location, found=found)


def _ended(
    found: dict[str, Findings], verdict: Verdict, outside: Findings = (), *, recognised: bool | None = True
) -> Judgement:
    layers = tuple(
        Layer(
            name=name,
            verdict="skipped" if name not in found else "failed" if is_fatal(found[name]) else "passed",
            rule_set=RULE_SET if name == "rules" else None,
        )
        for name in _LAYERS
    )
    findings = tuple(row for name in _LAYERS for row in found.get(name, ())) + outside
    return Judgement(verdict=verdict, rule_set=RULE_SET, layers=layers, findings=findings, recognised=recognised)
