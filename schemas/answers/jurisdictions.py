"""Jurisdictions, and judgements of documents."""

from __future__ import annotations

from typing import Any

from schemas.answers.page import Answer
from schemas.findings import Finding, Severity


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
    deployment: dict[str, Any] = {}
    attestations: tuple[dict[str, Any], ...] = ()
    retention: tuple[dict[str, Any], ...] = ()


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
