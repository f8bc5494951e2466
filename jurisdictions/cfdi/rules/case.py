"""What is checked before a seal, and findings of ours where SAT has no code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jurisdictions.cfdi.comprobante import Comprobante
from jurisdictions.contract import Instruction, Issuer
from schemas.findings import Finding, Severity


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is checked: the instruction, who issues, when, and the document that it would become."""

    instruction: Instruction
    issuer: Issuer
    at: datetime
    cfdi: Comprobante


def own(
    rule: str,
    message: str,
    pointer: str,
    *,
    found: str | None = None,
    expected: str | None = None,
    fix: str | None = None,
    severity: Severity = Severity.FATAL,
) -> Finding:
    """A finding of ours, where SAT has no code."""
    return Finding(
        rule=rule, message=message, severity=severity, pointer=pointer, found=found, expected=expected, fix=fix
    )
