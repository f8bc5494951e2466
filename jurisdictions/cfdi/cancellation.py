"""Cancelling a CFDI: SAT's request with motive and signature (RMF 2.7.1.34, 2.7.1.35)."""

from __future__ import annotations

from datetime import datetime

from jurisdictions.contract import Instruction, Issuer, Keys, Sealed, Sealing
from schemas.findings import Findings


def seal_cancellation(sealing: Sealing, keys: Keys) -> Sealed:
    """The signed request. Raises `CredentialMissing` where the issuer has no CSD."""
    raise NotImplementedError


def cancellation_findings(instruction: Instruction, issuer: Issuer, at: datetime) -> Findings:
    """Why this document may not be cancelled so, or not now."""
    raise NotImplementedError
