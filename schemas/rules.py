"""A rule as it is published: what it is called, whose edition it belongs to, and what it tells people."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from schemas.findings import Severity


class PublishedRule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of one edition. `terms` are business terms of EN 16931 (BT-…, BG-…) where it is about any.

    `sentence` says what is wrong where the rule is broken, `fix` what to do then. `valid_until` is the last day on
    which the edition holds, None while it is open. `judged` tells who can: "here" before the document is sent, the
    "authority" alone, or nobody, since no document can break it ("unreachable"); `why` gives the reason, or how far.
    """

    rule: str
    severity: Severity
    rule_set: str
    edition: str
    valid_from: date
    valid_until: date | None = None
    terms: tuple[str, ...] = ()
    sentence: str
    fix: str | None = None
    judged: Literal["here", "authority", "unreachable"] = "here"
    why: str | None = None
