"""What may be said of a UBL document, also of a stranger's: well-formed, true to the UBL 2.1 schema, true to the rules.

The rules are those of Peppol BIS Billing 3.0 or of its self-billing, by what the document says that it is, in the
edition of its issue date. A format that is known by name and has no rules here stays `undecided`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from lxml import etree

from jurisdictions.contract import Judgement
from jurisdictions.peppol.codelists import SBDH
from jurisdictions.peppol.foreign_formats import named, named_bytes
from jurisdictions.peppol.rules.editions import BILLING, BILLING_NAME, RULE_SETS, SELF_BILLING_NAME, edition_for
from jurisdictions.peppol.source import SOURCE
from schemas.findings import Finding, Severity
from schemas.rules import PublishedRule
from validators.en16931 import EN16931, schema
from validators.en16931 import judgement as ubl
from validators.en16931.catalogue import TEXTS, Texts
from validators.en16931.place import PREFIXES
from validators.en16931.ruleset import RuleSet
from validators.report import LayerResult, Report

RULE_SET = ubl.named_edition(BILLING)
_CBC = next(uri for uri, prefix in PREFIXES.items() if prefix == "cbc")
_PEPPOL = "urn:fdc:peppol.eu:2017:poacc:"
SELF_BILLED = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:selfbilling:3.0"
VOICE = ubl.Voice(
    source=SOURCE,
    unreadable="PEPPOL-GW-UNREADABLE",
    unknown="PEPPOL-GW-UNKNOWN",
    violation="PEPPOL-XSD",
    texts=Texts(TEXTS, Path(__file__).with_name("rules") / "texts"),
)


def judge(document: bytes, among: Sequence[RuleSet] = RULE_SETS) -> Judgement:
    """Judge any bytes; an envelope (SBD) is judged by the document in it. `among` are the known editions."""
    foreign = named_bytes(document)
    if foreign is not None:
        return Judgement.of(_nothing(foreign), recognised=True)
    root = ubl.opened(document, VOICE)
    if isinstance(root, Report):
        return Judgement.of(root, recognised=None)
    payload = _payload(root)
    foreign = named(payload)
    if foreign is not None:
        return Judgement.of(ubl.unjudged(foreign), recognised=True)
    if not schema.knows(payload):
        return Judgement.of(ubl.unjudged(ubl.unknown(payload, VOICE)), recognised=False)
    ours = payload is not root or _PEPPOL in _stated(payload, "CustomizationID")
    return Judgement.of(_examined(payload, among), recognised=ours)


def examined(document: bytes, among: Sequence[RuleSet] = RULE_SETS) -> Report:
    """A billing document of our own, layer by layer, by the rules that it says it follows."""
    root = ubl.opened(document, VOICE)
    return root if isinstance(root, Report) else _examined(root, among)


def published(among: Sequence[RuleSet] = RULE_SETS) -> tuple[PublishedRule, ...]:
    """Every rule that judges documents here: those of the European core invoice once, then each edition's own."""
    own = [rule for edition in among for rule in VOICE.texts.published(edition, EN16931)]
    return (*VOICE.texts.published(EN16931), *own)


def _examined(root: etree._Element, among: Sequence[RuleSet]) -> Report:
    """By the edition that holds on the issue date; the schema is asked even where no edition does."""
    name = SELF_BILLING_NAME if _stated(root, "CustomizationID") == SELF_BILLED else BILLING_NAME
    day = _issue_date(root, max(one.valid_from for one in among))
    try:
        return ubl.examined(root, edition_for(day, name, among), VOICE)
    except LookupError as why:
        report = ubl.examined(root, None, VOICE)
        finding = Finding(
            rule="PEPPOL-GW-EDITION",
            message=f"There is no edition of the rules for this document: {why}.",
            severity=Severity.WARNING,
            source=SOURCE,
            term="BT-2",
            location="/*/cbc:IssueDate",
            found=day.isoformat(),
            fix="Install a release of this gateway that knows the rules in force.",
        )
        last = report.layers[-1]
        told = LayerResult(name=last.name, verdict=last.verdict, rule_set=last.rule_set, findings=(finding,))
        return Report(layers=(*report.layers[:-1], told))


def _issue_date(root: etree._Element, otherwise: date) -> date:
    """BT-2; a document without a readable one is judged by the newest rules that have begun then."""
    try:
        return date.fromisoformat(_stated(root, "IssueDate")[:10])
    except ValueError:
        return otherwise


def _stated(root: etree._Element, name: str) -> str:
    found = next(root.iterchildren(f"{{{_CBC}}}{name}"), None)
    return (found.text or "").strip() if found is not None else ""


def _payload(root: etree._Element) -> etree._Element:
    """The document in an envelope, as a tree of its own; anything else as it is."""
    if root.tag != f"{{{SBDH}}}StandardBusinessDocument" or len(root) < 2:
        return root
    return etree.fromstring(etree.tostring(root[-1], with_tail=False))


def _nothing(finding: Finding) -> Report:
    """No XML at all, but known by name: no layer was run."""
    rows = ((ubl.WELL_FORMED, ubl.XML_SET), (ubl.SCHEMA, ubl.SCHEMA_SET), (ubl.RULES, None))
    layers = [LayerResult(name=name, verdict="skipped", rule_set=used) for name, used in rows]
    last = LayerResult(name=ubl.RULES, verdict="skipped", findings=(finding,))
    return Report(layers=(*layers[:-1], last))
