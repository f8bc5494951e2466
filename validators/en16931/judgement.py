"""A UBL document in layers: readable, true to the UBL 2.1 schema, true to the rules of one edition.

A layer that fails leaves the later ones `skipped`; what is skipped or undecided is never called valid.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from schemas.findings import Finding, Findings, Severity
from validators.door import Inadmissible, admit
from validators.en16931 import schema
from validators.en16931.catalogue import TEXTS, Texts
from validators.en16931.place import PREFIXES
from validators.en16931.reading import Unreadable, read
from validators.en16931.ruleset import RuleSet
from validators.report import LayerResult, Report, Verdict

WELL_FORMED, SCHEMA, RULES = "well-formed", "xsd", "rules"
XML_SET, SCHEMA_SET = "XML 1.0", "UBL 2.1"
_EXTENSIONS = f"{{{next(uri for uri, prefix in PREFIXES.items() if prefix == 'ext')}}}UBLExtensions"
_MOST_NESTED_TEXT = 50_000_000
_DEEPEST = 256
"""Levels that the parser admits."""
_STEP = 5
"""What passing an element costs, in characters."""


@dataclass(frozen=True)
class Voice:
    """Whose findings they are and what they are called: ids are permanent, so each source keeps its own."""

    source: str
    unreadable: str
    unknown: str
    violation: str
    texts: Texts


CORE = Voice(
    source="en16931",
    unreadable="GW-DOCUMENT-UNREADABLE",
    unknown="GW-DOCUMENT-UNKNOWN",
    violation="UBL-XSD",
    texts=Texts(TEXTS),
)


def named_edition(rules: RuleSet) -> str:
    """As a result tells which rules it used."""
    return f"{rules.name} {rules.edition}"


def judge(document: bytes, rules: RuleSet, voice: Voice = CORE) -> Report:
    """Any bytes by one edition."""
    root = opened(document, voice)
    return root if isinstance(root, Report) else examined(root, rules, voice)


def opened(document: bytes, voice: Voice) -> etree._Element | Report:
    """The root element as the rules want it, or the report that says why there is none."""
    try:
        admit(document)
        return read(document)
    except (Inadmissible, Unreadable) as why:
        finding = Finding(
            rule=voice.unreadable,
            message=str(why),
            source=voice.source,
            location="/",
            fix="Send well-formed XML without a DOCTYPE, encoded in UTF-8.",
        )
        return _report("failed", "skipped", "skipped", None, (finding,))


def examined(root: etree._Element, rules: RuleSet | None, voice: Voice) -> Report:
    """A tree that `opened` gave: the schema, then the rules (None: there are none for it, and they are skipped)."""
    if not schema.knows(root):
        return unjudged(unknown(root, voice))
    broken = tuple(_violation(voice, *one) for one in schema.violations(root))
    named = named_edition(rules) if rules else None
    if broken:
        return _report("passed", "failed", "skipped", named, broken)
    if rules is None:
        return _report("passed", "passed", "skipped", None, ())
    if _is_too_deep(root):
        return _report("passed", "passed", "undecided", named, (_nested(voice),))
    verdict = rules.judge(root)
    said: Verdict = "undecided" if verdict.unjudged else "failed" if verdict.fatal else "passed"
    return _report("passed", "passed", said, named, voice.texts.findings(verdict, voice.source))


def unjudged(*findings: Finding) -> Report:
    """Well-formed, but not what the schema and the rules are about."""
    return _report("passed", "skipped", "skipped", None, findings)


def unknown(root: etree._Element, voice: Voice) -> Finding:
    return Finding(
        rule=voice.unknown,
        message="This is no document that the rules here are about; it was not judged.",
        severity=Severity.WARNING,
        source=voice.source,
        location="/",
        found=str(root.tag)[:200],
        expected="UBL 2.1 Invoice or CreditNote",
        fix="Send an invoice or a credit note of UBL 2.1, or name the rules of its own format.",
    )


def _report(first: Verdict, second: Verdict, third: Verdict, rules: str | None, findings: Findings) -> Report:
    """Each layer with what it found: findings belong to the last one that was run."""
    rows = ((WELL_FORMED, first, XML_SET), (SCHEMA, second, SCHEMA_SET), (RULES, third, rules))
    last = max(number for number, row in enumerate(rows) if row[1] != "skipped")
    return Report(
        layers=tuple(
            LayerResult(name=name, verdict=verdict, rule_set=used, findings=findings if number == last else ())
            for number, (name, verdict, used) in enumerate(rows)
        )
    )


def _violation(voice: Voice, location: str, message: str) -> Finding:
    return Finding(
        rule=voice.violation,
        message=f"The document does not follow the UBL 2.1 schema: {message}",
        source=voice.source,
        location=location,
        external_message=message,
        fix="Mend the element that is named; the schema fixes names, order and types.",
    )


def _nested(voice: Voice) -> Finding:
    return Finding(
        rule="GW-DOCUMENT-NESTED",
        message="An extension nests so much text that the rules cannot be judged within bounds.",
        severity=Severity.WARNING,
        source=voice.source,
        location="/*/ext:UBLExtensions",
        fix="Leave the extensions out; the core invoice has none.",
    )


def _is_too_deep(root: etree._Element) -> bool:
    """Whether the string values of nested elements would outgrow the bounds: only extensions may mix text and elements,
    for the schema forbids it everywhere else."""
    for extensions in root.iterchildren(_EXTENSIONS):
        size = sum(len(str(text)) for text in extensions.itertext()) + _STEP * sum(1 for _ in extensions.iter())
        if size * _DEEPEST < _MOST_NESTED_TEXT:
            continue
        told = depth = 0
        for event, element in etree.iterwalk(extensions, events=("start", "end")):
            if event == "start":
                depth += 1
                told += depth * (_STEP + len(element.text or ""))
            else:
                depth -= 1
                told += depth * len(element.tail or "")
        if told > _MOST_NESTED_TEXT:
            return True
    return False
