"""What may be said of a document that is read into a neutral invoice. The ids are this gateway's own."""

from __future__ import annotations

from jurisdictions.peppol.source import SOURCE
from schemas.findings import Severity
from validators.rule import Catalogue, Rule


def _rule(
    name: str, sentence: str, severity: Severity, fix: str | None = None, term: str | None = None
) -> Rule[object]:
    return Rule(id=f"PEPPOL-READ-{name}", sentence=sentence, severity=severity, source=SOURCE, fix=fix, term=term)


_READING: tuple[Rule[object], ...] = (
    _rule("UNREADABLE", "The document is well-formed XML without a DOCTYPE.", Severity.FATAL),
    _rule("SIZE", "The document has no more elements than an invoice can need.", Severity.FATAL),
    _rule("XSD", "The document follows the UBL 2.1 schema.", Severity.FATAL),
    _rule("SHAPE", "The invoice has room for every value of the document.", Severity.FATAL),
    _rule(
        "TOTAL",
        "Amounts are reckoned anew from quantities, prices, allowances, charges and rates, and come to what the"
        " document says.",
        Severity.FATAL,
        "Mend the amount, or what it is reckoned from; a difference on purpose is a rounding amount (BT-114).",
    ),
    _rule(
        "NUMBER",
        "The number of the document becomes the reference of its business event; the invoice is numbered from the"
        " issuer's own series.",
        Severity.WARNING,
        term="BT-1",
    ),
    _rule(
        "LOST",
        "The invoice has no place for this, and it will not be written.",
        Severity.WARNING,
        "Leave it out, or say it in a field of EN 16931.",
    ),
    _rule("CHANGED", "This will be written otherwise.", Severity.WARNING),
    _rule("ADDED", "This will be written although the document does not say it.", Severity.WARNING),
)

RULES = Catalogue(_READING)
