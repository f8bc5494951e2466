"""What a rule looks at, and how it speaks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from jurisdictions.contract import Instruction, Issuer
from jurisdictions.verifactu.document import Outline
from schemas.findings import Finding, Severity


@dataclass(frozen=True, slots=True)
class Subject:
    """The record to be, beside what it is made from. `today` is the day of `at` at the issuer's place,
    or in Madrid where that is still the day before: the AEAT takes no invoice of its own tomorrow (1112)."""

    instruction: Instruction
    issuer: Issuer
    about: Outline
    at: datetime
    today: date

    @property
    def rate_date(self) -> date:
        """The day whose rates apply: FechaOperacion, else FechaExpedicion."""
        return self.about.operation_date or self.instruction.invoice.issue_date


def finding(
    code: str,
    message: str,
    pointer: str,
    *,
    found: str | None = None,
    expected: str | None = None,
    fix: str | None = None,
    severity: Severity = Severity.FATAL,
) -> Finding:
    """A rule of the AEAT that has a code."""
    return Finding(
        rule=f"AEAT-{code}",
        message=message,
        severity=severity,
        source="aeat",
        pointer=pointer,
        found=found,
        expected=expected,
        external_code=code,
        fix=fix,
    )
