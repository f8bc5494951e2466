"""Judging a document of VERI*FACTU, also a stranger's: a record, or a message of records.

Layers: readable, schema, huella, chain. What is no record is `undecided`, never valid. Sources: SuministroLR.xsd 1.0,
huella document 0.1.2, Validaciones 1.2.2 (2000, 2007).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from lxml import etree

from jurisdictions.contract import Judgement, Layer
from jurisdictions.kit import xml
from jurisdictions.verifactu import huella, xsd
from jurisdictions.verifactu.codelists import SOAP_11
from jurisdictions.verifactu.rules import EDITION
from schemas.findings import Finding, Findings
from validators.xsd import crowd

RULE_SET = f"verifactu-{EDITION}"
_LAYERS = ("readable", "schema", "huella", "chain")


def judge(data: bytes) -> Judgement:
    """Never raises for bad bytes."""
    try:
        root = xml.parse(data)
    except xml.UnreadableXML as why:
        return _judged("readable", (_finding("VERIFACTU-XML", f"{why}.", "/"),))
    content = _content(root)
    if content is None or not xsd.known(content):
        name = etree.QName(root if content is None else content).localname
        unknown = _finding("VERIFACTU-UNKNOWN", f"{name} is no record or message that is judged here.", "/")
        return Judgement(verdict="undecided", rule_set=RULE_SET, layers=_layers("schema"), findings=(unknown,))
    many = crowd(xsd.schema_of(content), content)
    if many:
        return _judged("schema", tuple(_finding("AEAT-4102", told, "/", code="4102") for told in many))
    faults = tuple(_finding("AEAT-4102", one.message, one.path, code="4102") for one in xsd.faults(content))
    if faults:
        return _judged("schema", faults)
    records = [element for element in content.iter() if huella.is_record(element)]
    wrong = _huellas(records)
    if wrong:
        return _judged("huella", wrong)
    return _judged("chain", _chain(records))


def _content(root: etree._Element) -> etree._Element | None:
    if root.tag == f"{{{SOAP_11}}}Envelope":
        return root.find(f"{{{SOAP_11}}}Body/*")
    return root


def _huellas(records: Sequence[etree._Element]) -> Findings:
    findings = []
    for record in records:
        stamp = huella.read(record)
        if stamp.huella != stamp.recomputed:
            findings.append(
                _finding(
                    "AEAT-2000",
                    f"The huella of {stamp.number} is not that of its content.",
                    _path(record),
                    code="2000",
                    found=stamp.huella,
                    expected=stamp.recomputed,
                )
            )
    return tuple(findings)


def _chain(records: Sequence[etree._Element]) -> Findings:
    """Records of one chain that stand together must follow each other; what lies outside cannot be judged."""
    findings: list[Finding] = []
    last: dict[str, huella.Stamp] = {}
    for record in records:
        stamp = huella.read(record)
        before = last.get(stamp.chain)
        last[stamp.chain] = stamp
        if before is None:
            continue
        expected = (before.nif, before.number, before.date, before.huella)
        if stamp.previous != expected:
            findings.append(
                _finding(
                    "VERIFACTU-CHAIN",
                    f"{stamp.number} is not linked to {before.number}, the record before it.",
                    _path(record),
                    found="PrimerRegistro" if stamp.previous is None else " ".join(stamp.previous),
                    expected=" ".join(expected),
                )
            )
    return tuple(findings)


def _path(record: etree._Element) -> str:
    return record.getroottree().getpath(record)


def _finding(
    rule: str,
    message: str,
    location: str,
    *,
    code: str | None = None,
    found: str | None = None,
    expected: str | None = None,
) -> Finding:
    return Finding(
        rule=rule,
        message=message,
        source="aeat" if code else "gateway",
        location=location,
        found=found,
        expected=expected,
        external_code=code,
    )


def _judged(last: str, findings: Findings) -> Judgement:
    """The verdict of the layer that was reached last: it failed where it has findings, else all have passed."""
    return Judgement(
        verdict="invalid" if findings else "valid",
        rule_set=RULE_SET,
        layers=_layers(last if findings else None),
        findings=findings,
    )


def _layers(failed: str | None) -> tuple[Layer, ...]:
    reached = len(_LAYERS) if failed is None else _LAYERS.index(failed)

    def verdict(place: int) -> Literal["passed", "failed", "skipped"]:
        if place < reached:
            return "passed"
        return "failed" if place == reached else "skipped"

    return tuple(Layer(name=name, verdict=verdict(place), rule_set=RULE_SET) for place, name in enumerate(_LAYERS))
