"""What the API answers: the shapes that integrators build against, published as OpenAPI and frozen by a test."""

from __future__ import annotations

from schemas.answers.attestations import (
    LARGEST_DOCUMENT,
    AttestationAnswer,
    AttestationDraftAnswer,
    AttestationInput,
    DraftItemAnswer,
    PaperAnswer,
)
from schemas.answers.cases import CaseAction, CaseAnswer, CaseInput, EventAnswer
from schemas.answers.delivery import (
    DocumentAnswer,
    EvidenceAnswer,
    ExchangeAnswer,
    FlowAnswer,
    IncidentAnswer,
    SubmissionAnswer,
)
from schemas.answers.invoices import (
    AttachmentAnswer,
    CancelInput,
    CheckAnswer,
    CorrectionAnswer,
    CorrectionInput,
    FileAnswer,
    InvoiceAnswer,
    TaxGroupAnswer,
    TotalsAnswer,
    TraceAnswer,
)
from schemas.answers.jurisdictions import JudgementAnswer, JurisdictionAnswer, LayerAnswer
from schemas.answers.page import Answer, Page, Problem
from schemas.answers.parties import CredentialAnswer, CustomerAnswer, IssuerAnswer, IssuerInput
from schemas.answers.payments import AllocationAnswer, PaidAnswer, PaymentAnswer
from schemas.answers.routes import ObligationAnswer, ReceiverAnswer, RouteAnswer

__all__ = [
    "LARGEST_DOCUMENT",
    "AllocationAnswer",
    "Answer",
    "AttachmentAnswer",
    "AttestationAnswer",
    "AttestationDraftAnswer",
    "AttestationInput",
    "CancelInput",
    "CaseAction",
    "CaseAnswer",
    "CaseInput",
    "CheckAnswer",
    "CorrectionAnswer",
    "CorrectionInput",
    "CredentialAnswer",
    "CustomerAnswer",
    "DocumentAnswer",
    "DraftItemAnswer",
    "EventAnswer",
    "EvidenceAnswer",
    "ExchangeAnswer",
    "FileAnswer",
    "FlowAnswer",
    "IncidentAnswer",
    "InvoiceAnswer",
    "IssuerAnswer",
    "IssuerInput",
    "JudgementAnswer",
    "JurisdictionAnswer",
    "LayerAnswer",
    "ObligationAnswer",
    "Page",
    "PaidAnswer",
    "PaperAnswer",
    "PaymentAnswer",
    "Problem",
    "ReceiverAnswer",
    "RouteAnswer",
    "SubmissionAnswer",
    "TaxGroupAnswer",
    "TotalsAnswer",
    "TraceAnswer",
]
