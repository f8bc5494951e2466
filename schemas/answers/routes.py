"""What concerns an invoice: routes, the duties behind them, and whether a receiver can be reached."""

from __future__ import annotations

from datetime import date, datetime

from schemas.answers.page import Answer
from schemas.findings import Finding


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
