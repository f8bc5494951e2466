"""The words of every code of the AEAT's, and a broken rule as a finding."""

from __future__ import annotations

from collections.abc import Mapping

from jurisdictions.verifactu.rules import message_sentences, record_sentences, tax_sentences
from jurisdictions.verifactu.rules.facts import Broken
from jurisdictions.verifactu.rules.sentence import Sentence
from schemas.findings import Finding, Severity

SENTENCES: Mapping[str, Sentence] = {
    **record_sentences.SENTENCES,
    **message_sentences.SENTENCES,
    **tax_sentences.SENTENCES,
}
WARNINGS = frozenset({"2001", "2004"})
"""Accepted with errors that no writer can avoid: the census and the moment of arrival are the AEAT's (VAL 4.3.1)."""


def severity(code: str) -> Severity:
    return Severity.WARNING if code in WARNINGS else Severity.FATAL


def told(broken: Broken, location: str) -> Finding:
    """A broken rule in words, at an XPath of the document."""
    return in_words(broken, location=location)


def in_words(broken: Broken, *, location: str | None = None, pointer: str | None = None) -> Finding:
    """A broken rule in words, at a place of the document or of the caller's invoice."""
    sentence = SENTENCES[broken.code]
    return Finding(
        rule=f"AEAT-{broken.code}",
        message=sentence.text,
        severity=severity(broken.code),
        source="aeat",
        location=location,
        pointer=pointer,
        found=broken.found,
        expected=broken.expected,
        external_code=broken.code,
        fix=sentence.fix,
    )
