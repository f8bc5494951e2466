"""What a jurisdiction offers to the gateway, and what it is handed.

A jurisdiction is pure: it opens no socket, reads no clock, holds no private key and keeps no state. It answers with
values; the gateway alone acts on them. A `Jurisdiction` is a frozen record of rooms (`about`, `law`, `seal`,
`exchange`,
`desk`, `simulator`); a part that it lacks is None, and the gateway asks for parts, never for names.
"""

from __future__ import annotations

from jurisdictions.contract.about import About, CredentialSpec, Edition, EndpointSpec, Obligation, Retention, Scope
from jurisdictions.contract.attestations import Attestation, Attestations, AttestationSpec, Draft
from jurisdictions.contract.books import Books, Holding, Survey
from jurisdictions.contract.codelists import Codelists
from jurisdictions.contract.desk import CaseClass, CorrectionOption, Deadline, Desk, Diagnosis, Path, Picture
from jurisdictions.contract.exchanges import (
    Answer,
    Ask,
    AskKind,
    Effect,
    Evidence,
    Exchange,
    Failure,
    Flow,
    Hold,
    Inbound,
    Outcome,
    Piece,
    Sandbox,
    SecretSlot,
    Sending,
    Session,
    Setting,
    Step,
)
from jurisdictions.contract.instructions import (
    Allocation,
    Cancellation,
    Earlier,
    Instruction,
    InstructionKind,
    Issuer,
    Payment,
    Related,
)
from jurisdictions.contract.jurisdiction import Jurisdiction
from jurisdictions.contract.law import UNASSIGNED, Judgement, Law, Layer, Reading, Rounding, Route
from jurisdictions.contract.lookups import Capability, Lookup, Probe, Reach
from jurisdictions.contract.seals import CredentialMissing, Keys, Position, Seal, Sealed, Sealing
from jurisdictions.contract.simulators import Simulator, SimulatorKeys, SimulatorReply, SimulatorRequest
from jurisdictions.contract.values import Environment, Value

__all__ = [
    "UNASSIGNED",
    "About",
    "Allocation",
    "Answer",
    "Ask",
    "AskKind",
    "Attestation",
    "AttestationSpec",
    "Attestations",
    "Books",
    "Cancellation",
    "Capability",
    "CaseClass",
    "Codelists",
    "CorrectionOption",
    "CredentialMissing",
    "CredentialSpec",
    "Deadline",
    "Desk",
    "Diagnosis",
    "Draft",
    "Earlier",
    "Edition",
    "Effect",
    "EndpointSpec",
    "Environment",
    "Evidence",
    "Exchange",
    "Failure",
    "Flow",
    "Hold",
    "Holding",
    "Inbound",
    "Instruction",
    "InstructionKind",
    "Issuer",
    "Judgement",
    "Jurisdiction",
    "Keys",
    "Law",
    "Layer",
    "Lookup",
    "Obligation",
    "Outcome",
    "Path",
    "Payment",
    "Picture",
    "Piece",
    "Position",
    "Probe",
    "Reach",
    "Reading",
    "Related",
    "Retention",
    "Rounding",
    "Route",
    "Sandbox",
    "Scope",
    "Seal",
    "Sealed",
    "Sealing",
    "SecretSlot",
    "Sending",
    "Session",
    "Setting",
    "Simulator",
    "SimulatorKeys",
    "SimulatorReply",
    "SimulatorRequest",
    "Step",
    "Survey",
    "Value",
]
