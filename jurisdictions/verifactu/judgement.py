"""Judging a document of VERI*FACTU, also a stranger's: a record, a message of records, or a consultation.

Layers: readable, schema, rules, huella, chain. A record that the schema refuses is told by its codes and goes no
further; the others of its message are judged in full. A record's own time stands for the AEAT's today, as nobody
else's is known. What is none of these documents is `undecided`, never valid. Sources: SuministroLR.xsd 1.0, huella
document 0.1.2, Validaciones 1.2.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from lxml import etree

from jurisdictions.contract import Judgement, Layer
from jurisdictions.kit import xml
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu import huella, xsd
from jurisdictions.verifactu.rules import (
    facts_of_element,
    message_rules,
    party_rules,
    pointers,
    query_rules,
    record_rules,
    shape_codes,
    tax_rules,
)
from jurisdictions.verifactu.rules.facts import Broken, RecordFacts
from jurisdictions.verifactu.rules.facts_of_element import Fields
from jurisdictions.verifactu.rules.sentences import told
from jurisdictions.verifactu.rules.table import RULE_SET
from schemas.findings import Finding, Findings, is_fatal
from validators.xsd import crowd

RULES = record_rules.RULES + party_rules.RULES + tax_rules.RULES
MADRID = ZoneInfo("Europe/Madrid")
_LAYERS = ("readable", "schema", "rules", "huella", "chain")
_MOST = 1000
"""Findings of a layer: a message has no more records than that."""
_ORIGIN = lists.SF.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class _Read:
    """A record that the schema accepts, beside what it says."""

    element: etree._Element
    facts: RecordFacts


class _Place(NamedTuple):
    found: Broken
    around: etree._Element


def judge(data: bytes) -> Judgement:
    """Never raises for bad bytes."""
    if not data.strip():
        return _judged({"readable": (told(Broken("4138", ""), "/"),)}, None)
    try:
        root = xml.parse(data)
    except xml.UnreadableXML as why:
        return _judged({"readable": (told(Broken(_unreadable(data), "", str(why)), "/"),)}, None)
    content = root.find(f"{{{lists.SOAP_11}}}Body/*") if root.tag == f"{{{lists.SOAP_11}}}Envelope" else root
    if content is None:
        return _judged({"readable": (told(Broken("4138", ""), "/"),)}, None)
    if not xsd.known(content):
        return _unknown(content)
    many = crowd(xsd.schema_of(content), content)
    if many:
        return _judged({"schema": tuple(told(Broken("4102", "", one), "/") for one in many)}, content)
    return _content(content)


def _unreadable(data: bytes) -> str:
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "4119"
    return "4103"


def _unknown(content: etree._Element) -> Judgement:
    found = Finding(
        rule="VERIFACTU-UNKNOWN",
        message=f"{shape_codes.local(content)} is no record, message or consultation that is judged here.",
        location="/",
    )
    ours = _of_the_service(content)
    return Judgement(
        verdict="undecided", rule_set=RULE_SET, layers=_layers({"schema": (found,)}), findings=(found,), recognised=ours
    )


def _of_the_service(content: etree._Element) -> bool:
    return str(content.tag).startswith(f"{{{_ORIGIN}/")


def _content(content: etree._Element) -> Judgement:
    shapes, broken = _shapes(content)
    if {"4113", "4114"} & {one.external_code for one in shapes} or content in broken:
        return _judged({"schema": shapes}, content)
    found: dict[str, Findings] = {"schema": shapes}
    sound = [one for one in facts_of_element.records(content) if one not in broken]
    obligado, headers = _header(content, broken)
    read = [_Read(one, facts_of_element.facts(one, obligado)) for one in sound]
    found["rules"] = _told((*_of_message(content, headers, read), *_of_records(read)))
    found["huella"] = _told(_huellas(read))
    found["chain"] = _chain(read, whole=not broken)
    return _judged(found, content, whole=not shapes)


# ------------------------------------------------------------------------------------------------ schema


def _shapes(content: etree._Element) -> tuple[Findings, set[etree._Element]]:
    """What the schema refuses, each by its code, and the records and headers that it stands in."""
    findings: dict[tuple[str, str], Finding] = {}
    broken: set[etree._Element] = set()
    faults = xsd.faults(content)
    prefixes = pointers.prefixes_of(content) if faults else {}
    for fault in islice(faults, _MOST):
        element = pointers.element_at(content, fault.path, prefixes)
        if element is None:
            broken.add(content)
            findings[("4102", "/")] = told(Broken("4102", "", fault.message), "/")
            continue
        code = _code(fault, element)
        found = (element.text or "").strip() if fault.of_value else fault.message
        place = pointers.located(element, "")
        findings.setdefault((code, place), told(Broken(code, "", found[:200]), place))
        broken.add(_around(element, content))
    return tuple(findings.values()), broken


def _code(fault: xsd.Fault, element: etree._Element) -> str:
    if fault.of_value:
        return shape_codes.of_value(element)
    return shape_codes.of_structure(element, missing="Missing child" in fault.message)


def _around(element: etree._Element, content: etree._Element) -> etree._Element:
    """The record or header in which the element stands, else the whole document."""
    for one in (element, *element.iterancestors()):
        if huella.is_record(one) or shape_codes.local(one) in {"RegistroFactura", "Cabecera"}:
            return one
    return content


def _header(content: etree._Element, broken: set[etree._Element]) -> tuple[str | None, Fields | None]:
    """The NIF of the obligado, and the header of a message where the schema accepts it."""
    header = content.find("{*}Cabecera")
    if header is None or header in broken or shape_codes.local(content) != "RegFactuSistemaFacturacion":
        return None, None
    fields = Fields(header)
    obligado = fields.inner("ObligadoEmision")
    return None if obligado is None else obligado.text("NIF"), fields


# ------------------------------------------------------------------------------------------------ rules


def _of_message(content: etree._Element, header: Fields | None, read: Sequence[_Read]) -> Iterator[_Place]:
    if shape_codes.local(content) == "ConsultaFactuSistemaFacturacion":
        yield from (_Place(found, content) for found in query_rules.broken(Fields(content)))
    element = content.find("{*}Cabecera")
    if header is None or element is None:
        return
    today = max((_today(one.facts) for one in read), default=None)
    yield from (_Place(found, element) for found in message_rules.broken(header, today))


def _of_records(read: Sequence[_Read]) -> Iterator[_Place]:
    for one in read:
        today = _today(one.facts)
        for rule in RULES:
            for found in rule(one.facts, today):
                yield _Place(found, one.element)


def _today(record: RecordFacts) -> date:
    """The day in Madrid on which the record says that it was made; that of its invoice where it does not say."""
    try:
        at = datetime.fromisoformat(record.generated_at)
    except ValueError:
        return record.issue_date or lists.FIRST_ISSUE_DATE
    try:
        return at.astimezone(MADRID).date() if at.tzinfo else at.replace(tzinfo=UTC).date()
    except OverflowError:
        return record.issue_date or lists.FIRST_ISSUE_DATE


def _told(places: Iterator[_Place] | Sequence[_Place]) -> Findings:
    return tuple(told(found, pointers.located(around, found.place)) for found, around in islice(places, _MOST))


# ------------------------------------------------------------------------------------------------ huella and chain


def _huellas(read: Sequence[_Read]) -> Iterator[_Place]:
    for one in read:
        stamp = huella.read(one.element)
        if stamp.huella != stamp.recomputed:
            yield _Place(Broken("2000", "Huella", stamp.huella, stamp.recomputed), one.element)


def _chain(read: Sequence[_Read], *, whole: bool) -> Findings:
    """Records of one chain that stand together must follow each other; what lies outside cannot be judged."""
    findings: list[Finding] = []
    last: dict[tuple[str | None, ...], RecordFacts] = {}
    issued: set[tuple[str, str, str]] = set()
    for one in islice(read, _MOST):
        record, key = one.facts, _chain_of(one.facts)
        before, last[key] = last.get(key), record
        if record.operation == "alta" and record.subsanacion != "S":
            invoice = (record.nif, record.number, record.dated)
            if invoice in issued:
                findings.append(told(Broken("3000", "", record.number), pointers.located(one.element, "IDFactura")))
            issued.add(invoice)
        if before is None or not whole:
            continue
        if record.previous is None:
            place = pointers.located(one.element, "Encadenamiento/PrimerRegistro")
            findings.append(told(Broken("2007", "", record.number, before.number), place))
        elif _identity(record) != (before.nif, before.number, before.dated, before.huella):
            findings.append(_loose(record, before, pointers.located(one.element, "Encadenamiento/RegistroAnterior")))
    return tuple(findings)


def _chain_of(record: RecordFacts) -> tuple[str | None, ...]:
    """Obligado, product and installation; the version is no part of it (FAQ §4)."""
    system = record.system
    return record.nif, system.producer.nif, system.producer.id, system.id, system.installation


def _identity(record: RecordFacts) -> tuple[str, str, str, str]:
    before = record.previous
    return ("", "", "", "") if before is None else (before.nif, before.number, before.dated, before.huella)


def _loose(record: RecordFacts, before: RecordFacts, place: str) -> Finding:
    """The AEAT stores a broken link without a word, so this finding has no code of its."""
    return Finding(
        rule="VERIFACTU-CHAIN",
        message=f"{record.number} is not linked to {before.number}, the record before it.",
        location=place,
        found=" ".join(_identity(record)),
        expected=" ".join((before.nif, before.number, before.dated, before.huella)),
        fix="Link every record to the one that was made before it, accepted or not.",
    )


# ------------------------------------------------------------------------------------------------ verdict


def _judged(found: dict[str, Findings], content: etree._Element | None, *, whole: bool = True) -> Judgement:
    findings = tuple(one for name in _LAYERS for one in found.get(name, ()))
    return Judgement(
        verdict="invalid" if is_fatal(findings) else "valid",
        rule_set=RULE_SET,
        layers=_layers(found, whole=whole),
        findings=findings,
        recognised=None if content is None else _of_the_service(content),
    )


def _layers(found: dict[str, Findings], *, whole: bool = True) -> tuple[Layer, ...]:
    """A layer that found nothing in a document that was not whole has not passed: it has not seen all."""

    def verdict(place: int, name: str) -> Literal["passed", "failed", "skipped"]:
        if is_fatal(found.get(name, ())):
            return "failed"
        if name in found:
            return "passed" if whole or place < _LAYERS.index("rules") else "skipped"
        return "passed" if any(later in found for later in _LAYERS[place:]) else "skipped"

    return tuple(
        Layer(name=name, verdict=verdict(place, name), rule_set=RULE_SET) for place, name in enumerate(_LAYERS)
    )
