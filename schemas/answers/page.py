"""The frame of answers: pages and problems."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

from schemas.findings import Finding

T = TypeVar("T")


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
