"""The four state machines of an invoice, each a closed enum and a literal table; `advance` is the only mover.

The same tables guard the moves a second time in SQL (`UPDATE … WHERE state = :from`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar


class InvoiceState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    PAID = "paid"
    VOID = "void"


class SubmissionState(StrEnum):
    """One instruction's way to one authority. `rejected` was decided by the authority, `held` by us."""

    QUEUED = "queued"
    SUBMITTING = "submitting"
    ACCEPTED = "accepted"
    ACCEPTED_WITH_WARNINGS = "accepted_with_warnings"
    REJECTED = "rejected"
    WAITING = "waiting"
    RETRY_SCHEDULED = "retry_scheduled"
    OUTCOME_UNKNOWN = "outcome_unknown"
    HELD = "held"
    SUPERSEDED = "superseded"


class Standing(StrEnum):
    """What the authority holds of an invoice."""

    NONE = "none"
    REGISTERED = "registered"
    REGISTERED_WITH_ERRORS = "registered_with_errors"
    CANCEL_PENDING = "cancel_pending"
    CANCELLED = "cancelled"


class BuyerState(StrEnum):
    NONE = "none"
    ACKNOWLEDGED = "acknowledged"
    UNDER_QUERY = "under_query"
    CONDITIONALLY_ACCEPTED = "conditionally_accepted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PAID = "paid"


class CaseState(StrEnum):
    OPEN = "open"
    RESUBMITTED = "resubmitted"
    RESOLVED = "resolved"


_I, _S, _G, _B, _C = InvoiceState, SubmissionState, Standing, BuyerState, CaseState

INVOICE_MOVES: Mapping[InvoiceState, frozenset[InvoiceState]] = {
    _I.DRAFT: frozenset({_I.OPEN}),
    _I.OPEN: frozenset({_I.PAID, _I.VOID}),
    _I.PAID: frozenset({_I.OPEN, _I.VOID}),
    _I.VOID: frozenset({_I.OPEN, _I.PAID}),
}

_SETTLED = frozenset({_S.ACCEPTED, _S.ACCEPTED_WITH_WARNINGS, _S.REJECTED})
_UNSETTLED = frozenset({_S.WAITING, _S.RETRY_SCHEDULED, _S.OUTCOME_UNKNOWN, _S.HELD})

SUBMISSION_MOVES: Mapping[SubmissionState, frozenset[SubmissionState]] = {
    _S.QUEUED: frozenset({_S.SUBMITTING, _S.REJECTED, _S.RETRY_SCHEDULED, _S.HELD, _S.SUPERSEDED}),
    _S.SUBMITTING: _SETTLED | _UNSETTLED | {_S.SUBMITTING, _S.QUEUED},
    _S.WAITING: _SETTLED | _UNSETTLED | {_S.SUBMITTING},
    _S.RETRY_SCHEDULED: frozenset({_S.SUBMITTING, _S.REJECTED, _S.RETRY_SCHEDULED, _S.HELD, _S.SUPERSEDED}),
    _S.OUTCOME_UNKNOWN: _SETTLED | _UNSETTLED | {_S.SUBMITTING, _S.QUEUED},
    _S.HELD: frozenset({_S.QUEUED, _S.RETRY_SCHEDULED, _S.SUPERSEDED}),
    _S.REJECTED: frozenset({_S.SUPERSEDED, _S.QUEUED}),
    _S.ACCEPTED: frozenset(),
    _S.ACCEPTED_WITH_WARNINGS: frozenset({_S.SUPERSEDED}),
    _S.SUPERSEDED: frozenset(),
}

STANDING_MOVES: Mapping[Standing, frozenset[Standing]] = {
    _G.NONE: frozenset({_G.REGISTERED, _G.REGISTERED_WITH_ERRORS, _G.CANCEL_PENDING, _G.CANCELLED}),
    _G.REGISTERED: frozenset({_G.REGISTERED, _G.REGISTERED_WITH_ERRORS, _G.CANCEL_PENDING, _G.CANCELLED}),
    _G.REGISTERED_WITH_ERRORS: frozenset({_G.REGISTERED, _G.REGISTERED_WITH_ERRORS, _G.CANCEL_PENDING, _G.CANCELLED}),
    _G.CANCEL_PENDING: frozenset({_G.CANCELLED, _G.REGISTERED}),
    _G.CANCELLED: frozenset({_G.REGISTERED, _G.REGISTERED_WITH_ERRORS}),
}

BUYER_MOVES: Mapping[BuyerState, frozenset[BuyerState]] = {
    _B.NONE: frozenset(BuyerState) - {_B.NONE},
    _B.ACKNOWLEDGED: frozenset({_B.UNDER_QUERY, _B.CONDITIONALLY_ACCEPTED, _B.ACCEPTED, _B.REJECTED, _B.PAID}),
    _B.UNDER_QUERY: frozenset({_B.CONDITIONALLY_ACCEPTED, _B.ACCEPTED, _B.REJECTED, _B.PAID}),
    _B.CONDITIONALLY_ACCEPTED: frozenset({_B.ACCEPTED, _B.REJECTED, _B.PAID}),
    _B.ACCEPTED: frozenset({_B.PAID}),
    _B.REJECTED: frozenset(),
    _B.PAID: frozenset(),
}

CASE_MOVES: Mapping[CaseState, frozenset[CaseState]] = {
    _C.OPEN: frozenset({_C.RESUBMITTED, _C.RESOLVED}),
    _C.RESUBMITTED: frozenset({_C.OPEN, _C.RESOLVED}),
    _C.RESOLVED: frozenset(),
}

State = TypeVar("State", InvoiceState, SubmissionState, Standing, BuyerState, CaseState)


class IllegalMove(ValueError):
    """A move that no table allows: a defect of ours, never an authority's answer."""


def advance(moves: Mapping[State, frozenset[State]], current: State, target: State) -> State:
    """The target, if the table lets `current` move there; else `IllegalMove`."""
    if target not in moves[current]:
        raise IllegalMove(f"{type(current).__name__}: {current} cannot become {target}")
    return target


SETTLED: frozenset[SubmissionState] = _SETTLED | {_S.SUPERSEDED}
"""States that a worker never takes up again."""

ACCEPTED: frozenset[SubmissionState] = frozenset({_S.ACCEPTED, _S.ACCEPTED_WITH_WARNINGS})
