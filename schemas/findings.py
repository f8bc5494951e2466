"""A finding is a value: what a rule saw, where, what it expected, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec


class Severity(StrEnum):
    """`fatal` stops a finalize; `warning` is shown and stored, and stops nothing."""

    FATAL = "fatal"
    WARNING = "warning"


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that a rule has to say about one place.

    `rule` is permanent and never reused. `source` says whose rule it is (`gateway`, `peppol`, `sat`, `pac`, `aeat`…).
    `pointer` is a JSON pointer (RFC 6901) into what the caller sent; `location` an XPath into a document.
    `external_code` and `external_message` keep the authority's own words to the letter.
    """

    rule: str
    message: str
    severity: Severity = Severity.FATAL
    source: str = "gateway"
    pointer: str | None = None
    location: str | None = None
    term: str | None = None
    found: str | None = None
    expected: str | None = None
    external_code: str | None = None
    external_message: str | None = None
    fix: str | None = None


Findings = tuple[Finding, ...]


def is_fatal(findings: Iterable[Finding]) -> bool:
    """Whether anything here stops a finalize."""
    return any(finding.severity is Severity.FATAL for finding in findings)
