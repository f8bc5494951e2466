"""An invoice with all that became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from schemas.answers.delivery import DocumentAnswer, EvidenceAnswer, SubmissionAnswer
from schemas.answers.page import Answer
from schemas.answers.payments import PaidAnswer
from schemas.answers.routes import RouteAnswer
from schemas.attachment import MAX_ATTACHMENTS, AttachedFile, Attachment
from schemas.findings import Finding
from schemas.invoice import InvoiceInput
from schemas.texts import Code, Key, Line

ShownContent = Annotated[bytes, Meta(description="The file in base64. Left out in lists.")] | UnsetType


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
    """A correction that is legal now, until when, and the request that makes it.

    A cancellation (`instruction` "cancel") is made by POST …/cancel with what it `needs`; `consent` tells whether the
    buyer has a say: none, silence gives consent, or express consent only. Without a `kind` it is one more record about
    the same invoice, in which nothing but the `fields` may change; a new document begins with the `presets`. What is
    named in `confirm` must be sent along, where it is so.
    """

    option: str
    jurisdiction: str
    title: str
    reason: str
    instruction: str
    kind: str | None = None
    until: datetime | None = None
    fields: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    consent: str | None = None
    confirm: tuple[str, ...] = ()
    presets: dict[str, Any] = {}


class CancelInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which cancellation to ask for, in which jurisdiction: neither need be named where only one is legal.

    `replacement` is the invoice that takes the place of this one, where the option needs it; `confirm` repeats what the
    option wants confirmed.
    """

    option: Code | None = None
    jurisdiction: Code | None = None
    replacement: Code | None = None
    reason: Line | None = None
    confirm: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()


class CorrectionInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which correction to make, and for which jurisdiction where several offer it. `changes` is a JSON merge patch on
    the new document's draft, or on the invoice's own where the correction is one more record about it."""

    option: Code
    jurisdiction: Code | None = None
    reason: Line | None = None
    source_ref: Key | None = None
    changes: dict[str, Any] = {}
    confirm: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()


class TraceAnswer(Answer, frozen=True, kw_only=True):
    """From the request to the evidence."""

    invoice: str
    number: str | None
    audit: tuple[dict[str, Any], ...]
    submissions: tuple[EvidenceAnswer, ...]
    payments: tuple[PaidAnswer, ...] = ()
