"""The queue of people, and events."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from schemas.answers.page import Answer
from schemas.findings import Finding
from schemas.texts import Line, Name


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
    deadline: str | None = None


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
