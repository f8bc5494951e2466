"""The receipt of a payment (REP): a CFDI of type P with the complement Pagos 2.0."""

from __future__ import annotations

from datetime import datetime

from jurisdictions.contract import Instruction, Issuer
from schemas.findings import Findings


def write_receipt(
    instruction: Instruction,
    issuer: Issuer,
    at: datetime,
    number: str | None,
    *,
    certificate_number: str = "",
    certificate: str = "",
) -> bytes:
    """The CFDI of type P with an empty Sello."""
    raise NotImplementedError


def receipt_findings(instruction: Instruction, issuer: Issuer, at: datetime) -> Findings:
    """What is wrong with a payment before its receipt is sealed."""
    raise NotImplementedError
