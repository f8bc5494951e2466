"""What may be said of a UBL document, also of a stranger's: well-formed, true to the UBL 2.1 schema, true to the rules.

The rules are a subset of Peppol BIS Billing 3.0.21 and say so in their name: `valid` means that every layer and every
rule that is here has passed. A document for which there is no schema here (CII, for one) stays `undecided`.
"""

from __future__ import annotations

from typing import Literal

from lxml import etree

from jurisdictions.contract import Judgement, Layer
from jurisdictions.kit.xml import UnreadableXML, parse
from jurisdictions.peppol import xsd
from jurisdictions.peppol.codelists import SBDH
from jurisdictions.peppol.document_rules import findings
from jurisdictions.peppol.rulebook import RULES, SOURCE
from schemas.findings import Finding, Findings, Severity, is_fatal

RULE_SET = "peppol-bis-3.0.21 (subset)"
_XSD_SET = "UBL 2.1"
Verdict = Literal["passed", "failed", "skipped"]
_LAYERS = ("well-formed", "xsd", "rules")


def judge(document: bytes) -> Judgement:
    """Judge any bytes; an envelope (SBD) is judged by the document in it."""
    try:
        root = _payload(parse(document))
    except UnreadableXML as why:
        return _judgement(("failed", "skipped", "skipped"), (_unreadable(str(why)),))
    if not xsd.knows(root):
        return _judgement(("passed", "skipped", "skipped"), (_unknown(root),))
    broken = tuple(RULES["PEPPOL-XSD"].at(location=path, message=message) for path, message in xsd.violations(root))
    if broken:
        return _judgement(("passed", "failed", "skipped"), broken)
    found = findings(root)
    return _judgement(("passed", "passed", "failed" if is_fatal(found) else "passed"), found)


def _payload(root: etree._Element) -> etree._Element:
    """The document in an envelope, as a tree of its own; anything else as it is."""
    if root.tag != f"{{{SBDH}}}StandardBusinessDocument" or len(root) < 2:
        return root
    return parse(etree.tostring(root[-1]))


def _judgement(verdicts: tuple[Verdict, Verdict, Verdict], found: Findings) -> Judgement:
    sets = (None, _XSD_SET, RULE_SET)
    layers = tuple(
        Layer(name=name, verdict=verdict, rule_set=rule_set)
        for name, verdict, rule_set in zip(_LAYERS, verdicts, sets, strict=True)
    )
    verdict: Literal["valid", "invalid", "undecided"] = "undecided" if "skipped" in verdicts else "valid"
    if "failed" in verdicts:
        verdict = "invalid"
    return Judgement(verdict=verdict, rule_set=RULE_SET, layers=layers, findings=found)


def _unreadable(why: str) -> Finding:
    return Finding(rule="PEPPOL-GW-UNREADABLE", message=why, source=SOURCE, location="/")


def _unknown(root: etree._Element) -> Finding:
    return Finding(
        rule="PEPPOL-GW-UNKNOWN",
        message="There is no schema here for this document; it was not judged.",
        severity=Severity.WARNING,
        source=SOURCE,
        location="/",
        found=str(root.tag),
        expected="UBL 2.1 Invoice or CreditNote",
    )
