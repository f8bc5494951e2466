"""What the API answers: the shapes that integrators build against, published as OpenAPI and frozen by a test."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from schemas.attachment import MAX_ATTACHMENTS, AttachedFile, Attachment
from schemas.findings import Finding, Severity
from schemas.invoice import InvoiceInput, TaxInput
from schemas.party import Address, Contact, Endpoint, Identifier, Party, TaxId
from schemas.texts import Block, Code, Key, Line, Name, Short

T = TypeVar("T")
ShownContent = Annotated[bytes, Meta(description="The file in base64. Left out in lists.")] | UnsetType


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer of the service."""


class Page(Answer, Generic[T], frozen=True, kw_only=True):
    """A page of a list; `next_cursor` is null on the last one."""

    data: tuple[T, ...]
    next_cursor: str | None = None


class Problem(Answer, frozen=True, kw_only=True):
    """A problem (RFC 9457): what was refused, whether to send the same again, and every finding at once."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str
    request_id: str
    retryable: bool = False
    findings: tuple[Finding, ...] = ()
    link: str | None = None


class IssuerInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A legal entity that issues: the party as it stands on invoices, its time zone, and its settings per
    jurisdiction."""

    name: Name
    tax_ids: Annotated[tuple[TaxId, ...], Meta(min_length=1, max_length=10)]
    address: Address
    trading_name: Name | None = None
    identifiers: Annotated[tuple[Identifier, ...], Meta(max_length=10)] = ()
    tax_registration: Short | None = None
    registration: Short | None = None
    registration_scheme: Annotated[str, Meta(pattern=r"^[0-9A-Z]{1,10}$(?!\n)", examples=["0208"])] | None = None
    legal_information: Block | None = None
    endpoints: Annotated[tuple[Endpoint, ...], Meta(max_length=10)] = ()
    contact: Contact | None = None
    time_zone: Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z]+(/[A-Za-z0-9_+\-]+)*$(?!\n)")] = "UTC"
    default_series: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9/_\-]{0,19}$(?!\n)")] = "A"
    default_taxes: Annotated[tuple[TaxInput, ...], Meta(max_length=5)] = ()
    settings: dict[str, dict[str, Any]] = {}

    def party(self) -> Party:
        """The issuer as invoices name it."""
        return Party(
            name=self.name,
            trading_name=self.trading_name,
            identifiers=self.identifiers,
            tax_ids=self.tax_ids,
            tax_registration=self.tax_registration,
            registration=self.registration,
            registration_scheme=self.registration_scheme,
            legal_information=self.legal_information,
            address=self.address,
            endpoints=self.endpoints,
            contact=self.contact,
        )


class CredentialAnswer(Answer, frozen=True, kw_only=True):
    """A stored credential: facts read from it, never the secret itself."""

    jurisdiction: str
    name: str
    version: int
    facts: dict[str, str] = {}


class IssuerAnswer(IssuerInput, frozen=True, kw_only=True):
    id: str
    version: int
    created_at: datetime
    updated_at: datetime
    credentials: tuple[CredentialAnswer, ...] = ()


class CustomerAnswer(Party, frozen=True, kw_only=True, omit_defaults=False):
    id: str
    version: int
    created_at: datetime
    updated_at: datetime


class TotalsAnswer(Answer, frozen=True, kw_only=True):
    """Document totals as decimal strings (BG-22)."""

    lines: str
    allowances: str
    charges: str
    net: str
    tax: str
    gross: str
    withheld: str
    prepaid: str
    rounding: str
    payable: str


class TaxGroupAnswer(Answer, frozen=True, kw_only=True):
    """One row of the tax breakdown (BG-23)."""

    tax: str
    category: str
    base: str
    amount: str
    percent: str | None = None
    withheld: bool = False
    surcharge: str | None = None
    surcharge_amount: str = "0"
    exemption_code: str | None = None
    exemption_reason: str | None = None


class ObligationAnswer(Answer, frozen=True, kw_only=True):
    """A dated duty to invoice electronically that touches this invoice.

    `met` says whether a document of this route meets it: `yes`, `no` (only the authority's own `channel` does) or
    `agreed_only`; null where nothing is said of that.
    """

    who: str
    valid_from: date
    law: str
    code: str | None = None
    country: str | None = None
    valid_until: date | None = None
    scope: str | None = None
    met: str | None = None
    channel: str | None = None
    sentence: str | None = None


class RouteAnswer(Answer, frozen=True, kw_only=True):
    """Why a jurisdiction concerns this invoice, under which edition, rounded how, and which duties it touches."""

    jurisdiction: str
    reason: str
    edition: str
    rounding: str
    notes: tuple[str, ...] = ()
    obligations: tuple[ObligationAnswer, ...] = ()


class ReceiverAnswer(Answer, frozen=True, kw_only=True):
    """What the registry of a network says of a receiver and one kind of document, at `asked_at`.

    `answer`: `not_registered`, `without_type` (registered, but not for this), `capable`, or `could_not_ask`, which says
    nothing of the receiver. `holds` are document types that it takes instead; `details` is what was learned on the way.
    """

    receiver: str
    document: str
    answer: str
    sentence: str
    asked_at: datetime
    fix: str | None = None
    holds: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    details: dict[str, str] = {}
    valid_until: datetime | None = None


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


class FileAnswer(AttachedFile, frozen=True, kw_only=True, omit_defaults=True):
    """An attached file; lists of invoices leave its content out."""

    content: ShownContent = UNSET  # type: ignore[assignment]  # an answer may say less than what was sent


class AttachmentAnswer(Attachment, frozen=True, kw_only=True, omit_defaults=True):
    """A supporting document as it is shown."""

    file: FileAnswer | None = None


class InvoiceAnswer(InvoiceInput, frozen=True, kw_only=True, omit_defaults=False):
    """The invoice as it stands: what was sent, with everything that follows from it."""

    attachments: Annotated[tuple[AttachmentAnswer, ...], Meta(max_length=MAX_ATTACHMENTS)] = ()
    id: str
    status: str
    version: int
    ready_to_finalize: bool
    totals: TotalsAnswer
    tax_breakdown: tuple[TaxGroupAnswer, ...]
    routes: tuple[RouteAnswer, ...]
    findings: tuple[Finding, ...]
    created_at: datetime
    updated_at: datetime
    number: str | None = None
    finalized_at: datetime | None = None
    deliverable: dict[str, bool] = {}
    facts: dict[str, dict[str, str]] = {}
    submissions: tuple[SubmissionAnswer, ...] = ()
    documents: tuple[DocumentAnswer, ...] = ()


class CheckAnswer(Answer, frozen=True, kw_only=True):
    """What every rule of every route says now; nothing was changed."""

    ready_to_finalize: bool
    findings: tuple[Finding, ...]
    routes: tuple[RouteAnswer, ...]
    totals: TotalsAnswer


class CorrectionAnswer(Answer, frozen=True, kw_only=True):
    """A correction that is legal now, until when, and the request that makes it."""

    option: str
    jurisdiction: str
    title: str
    reason: str
    instruction: str
    kind: str | None = None
    until: datetime | None = None
    fields: tuple[str, ...] = ()


class CorrectionInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which correction to make. `changes` is a JSON merge patch on the new document's draft."""

    option: Code
    reason: Line | None = None
    source_ref: Key | None = None
    changes: dict[str, Any] = {}


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


class CaseAnswer(Answer, frozen=True, kw_only=True):
    """Something that a person must look at: what happened in plain words, the authority's own words, and what to do."""

    id: str
    jurisdiction: str
    state: str
    version: int
    case_class: str
    sentence: str
    path: str
    opened_at: datetime
    updated_at: datetime
    invoice: str | None = None
    submission: str | None = None
    flow: str | None = None
    pointer: str | None = None
    fix: str | None = None
    actions: tuple[str, ...] = ()
    editable: tuple[str, ...] = ()
    external_code: str | None = None
    external_message: str | None = None
    findings: tuple[Finding, ...] = ()
    owner: str | None = None


class CaseAction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do with a case. `changes` is a JSON merge patch on the invoice, within what the case says is editable."""

    changes: dict[str, Any] = {}
    reason: Line | None = None


class CaseInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    owner: Name | None = None


class EventAnswer(Answer, frozen=True, kw_only=True):
    """Something that happened, in the order in which it was committed: `sequence` has no gaps within a tenant."""

    id: str
    sequence: int
    type: str
    timestamp: datetime
    data: dict[str, Any]


class TraceAnswer(Answer, frozen=True, kw_only=True):
    """From the request to the evidence."""

    invoice: str
    number: str | None
    audit: tuple[dict[str, Any], ...]
    submissions: tuple[EvidenceAnswer, ...]


class JurisdictionAnswer(Answer, frozen=True, kw_only=True):
    code: str
    name: str
    maturity: str
    kinds: tuple[str, ...]
    sources: tuple[str, ...]
    editions: tuple[dict[str, Any], ...]
    obligations: tuple[dict[str, Any], ...]
    credentials: tuple[dict[str, Any], ...]
    endpoints: tuple[dict[str, Any], ...]
    provides: tuple[str, ...] = ()
    consumes: tuple[str, ...] = ()
    settings: dict[str, Any] = {}
    extension: dict[str, Any] = {}
    line_extension: dict[str, Any] = {}


class LayerAnswer(Answer, frozen=True, kw_only=True):
    name: str
    verdict: str
    rule_set: str | None = None


class JudgementAnswer(Answer, frozen=True, kw_only=True):
    """`undecided` means that it could not be judged; it is never valid."""

    verdict: str
    rule_set: str
    layers: tuple[LayerAnswer, ...]
    findings: tuple[Finding, ...]


__all__ = ["Finding", "Severity"]
