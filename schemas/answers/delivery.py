"""Exchanges with authorities, evidence and flows."""

from __future__ import annotations

from datetime import datetime

from schemas.answers.page import Answer
from schemas.findings import Finding


class SubmissionAnswer(Answer, frozen=True, kw_only=True):
    """One instruction's way to one authority. `accepted*` always carries `authority_id`."""

    id: str
    invoice: str
    jurisdiction: str
    instruction: str
    state: str
    version: int
    edition: str
    flow: str
    tries: int
    sealed_at: datetime
    updated_at: datetime
    authority_id: str | None = None
    code: str | None = None
    message: str | None = None
    findings: tuple[Finding, ...] = ()
    facts: dict[str, str] = {}
    standing: str | None = None
    case: str | None = None
    not_before: datetime | None = None


class DocumentAnswer(Answer, frozen=True, kw_only=True):
    name: str
    jurisdiction: str
    media_type: str
    sha256: str
    role: str
    at: datetime
    href: str


class ExchangeAnswer(Answer, frozen=True, kw_only=True):
    """One question to the authority and what came back. Secrets are shown as their slots."""

    id: str
    at: datetime
    phase: str
    ask: str
    endpoint: str
    effect: str
    method: str
    path: str
    request: str
    status: int | None = None
    answer: str | None = None
    failure: str | None = None
    answered_at: datetime | None = None


class EvidenceAnswer(Answer, frozen=True, kw_only=True):
    submission: SubmissionAnswer
    exchanges: tuple[ExchangeAnswer, ...]
    documents: tuple[DocumentAnswer, ...]


class FlowAnswer(Answer, frozen=True, kw_only=True):
    """A delivery order: what waits, until when, and why it is held."""

    jurisdiction: str
    key: str
    state: str
    ordered: bool
    unsent: int
    failures: int
    paced_until: datetime | None = None
    backoff_until: datetime | None = None
    hold_code: str | None = None
    hold_message: str | None = None
    breaker_open_until: datetime | None = None
