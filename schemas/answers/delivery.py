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
    """A delivery order of an issuer: what waits, until when, why it is held, and the incident that is open."""

    jurisdiction: str
    key: str
    issuer: str
    state: str
    ordered: bool
    unsent: int
    failures: int
    paced_until: datetime | None = None
    backoff_until: datetime | None = None
    hold_code: str | None = None
    hold_message: str | None = None
    breaker_open_until: datetime | None = None
    incident: str | None = None


class IncidentAnswer(Answer, frozen=True, kw_only=True):
    """A time in which a flow could not deliver.

    `cause` is the code of what holds the flow, else how asking failed (`not_sent`, `maybe_sent`, `http_503`, `busy`,
    `unsettled`). `unsent` is how many documents waited at worst, `waiting` how many of the flow wait now, also
    after the incident has ended.
    """

    id: str
    jurisdiction: str
    flow: str
    issuer: str
    cause: str
    began_at: datetime
    unsent: int
    waiting: int
    tries: int
    message: str | None = None
    ended_at: datetime | None = None
