"""Signed papers: those that an issuer registers, and those of the operator with their drafts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from schemas.answers.page import Answer
from schemas.texts import Short

LARGEST_DOCUMENT = 5_000_000
"""Bytes of a signed file, decoded."""


class AttestationInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A signed paper. `body` has the shape that `GET /v1/jurisdictions/{code}/attestations` gives for its name; the
    signed file goes along in base64. Its days are the issuer's calendar days, both included."""

    jurisdiction: Annotated[str, Meta(max_length=32)]
    name: Annotated[str, Meta(max_length=64)]
    valid_from: date
    valid_until: date | None = None
    edition: Short | None = None
    body: dict[str, Any] = {}
    document: (
        Annotated[str, Meta(max_length=7_000_000, description="Base64 of at most 5 MB, one line or many.")] | None
    ) = None
    media_type: Annotated[str, Meta(max_length=100, pattern=r"^[a-z]+/[a-z0-9.+-]+$(?!\n)")] = "application/pdf"


class AttestationAnswer(Answer, frozen=True, kw_only=True):
    """A registered paper. It never changes; it can be revoked, once. `issuer` is null where it is the operator's."""

    id: str
    jurisdiction: str
    name: str
    edition: str
    valid_from: date
    registered_at: datetime
    body: dict[str, Any] = {}
    issuer: str | None = None
    valid_until: date | None = None
    revoked_at: datetime | None = None
    sha256: str | None = None
    media_type: str | None = None
    href: str | None = None


class DraftItemAnswer(Answer, frozen=True, kw_only=True):
    letter: str
    describes: str
    datum: str


class AttestationDraftAnswer(Answer, frozen=True, kw_only=True):
    """What somebody has to sign: the facts that its body takes, item by item, and as a text."""

    edition: str
    items: tuple[DraftItemAnswer, ...]
    text: str
    body: dict[str, Any] = {}


class PaperAnswer(Answer, frozen=True, kw_only=True):
    """A paper that the law wants: whose it is, what it is for, the JSON Schema of its body, what can be drafted of it
    here, and (the operator's) every edition that was ever registered, newest first."""

    name: str
    scope: str
    title: str
    purpose: str
    document: bool
    body: dict[str, Any]
    draft: AttestationDraftAnswer | None = None
    registered: tuple[AttestationAnswer, ...] = ()
