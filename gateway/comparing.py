"""Comparing two books: every invoice that we have told an authority of, against what the authority says it holds.

Invoices are matched by number and day, and then by the digest of their newest accepted document.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from gateway.store.chains import Home
from gateway.store.pool import Connection
from jurisdictions.contract import Books, Holding, Survey
from schemas.states import Standing, SubmissionState

PERIOD = "period"
"""The attribute in which a submission may name the period of the books that it is entered in; absent: its day's."""
ACCEPTED = frozenset({SubmissionState.ACCEPTED, SubmissionState.ACCEPTED_WITH_WARNINGS})
"""Where a submission is, or was and kept the authority's identifier of it when another one took its place."""
DECIDED = ACCEPTED | {SubmissionState.REJECTED, SubmissionState.SUPERSEDED}

Kind = Literal["missing_here", "missing_there", "other_record", "other_state", "unacknowledged"]
Key = tuple[str, date]
_texts = msgspec.json.Decoder(dict[str, str])


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One invoice of which the two books do not say the same.

    `missing_here`: they hold it and we do not; `missing_there`: we hold an acceptance that they do not show;
    `other_record`, `other_state`: both hold it, and not alike; `unacknowledged`: what they hold is ours, only their
    answer has not reached us yet.
    """

    kind: Kind
    number: str
    issue_date: date
    ours: Holding | None = None
    theirs: Holding | None = None


class Reconciled(msgspec.Struct, frozen=True, kw_only=True):
    """One period: how many invoices each side holds, how many are the same. `trouble`: it could not be read."""

    issuer: str
    jurisdiction: str
    period: str
    ours: int = 0
    theirs: int = 0
    matching: int = 0
    differences: tuple[Difference, ...] = ()
    trouble: str | None = None

    @property
    def agrees(self) -> bool:
        """Whether there is nothing that a person must look at."""
        return self.trouble is None and all(one.kind == "unacknowledged" for one in self.differences)


# ------------------------------------------------------------------------------------------------ ours


@dataclass(frozen=True, slots=True)
class _Ours:
    """An invoice of ours as it was told: `held` by its newest accepted document, `digests` of all that was sealed for
    it, with whether the authority's decision about each is known. `moved_at`: when we last heard of it."""

    key: Key
    period: str | None
    held: Holding | None
    digests: Mapping[str, bool]
    moved_at: datetime

    def decided(self, digest: str | None) -> bool | None:
        """Whether we know their decision about the document with that digest; None: it is none of ours."""
        return self.digests.get(digest) if digest is not None else None


async def _invoices(connection: Connection, books: Books, home: Home) -> AsyncIterator[_Ours]:
    """Every invoice of the issuer that anything was ever sealed for, with its submissions in their order."""
    cursor = connection.cursor(
        """
        SELECT s.invoice_id, s.state, s.authority_id, s.attributes, s.updated_at, g.state AS standing
        FROM gateway.submission s
        LEFT JOIN gateway.standing g ON g.tenant_id = s.tenant_id AND g.environment = s.environment
            AND g.invoice_id = s.invoice_id AND g.jurisdiction = s.jurisdiction
        WHERE s.tenant_id = $1 AND s.environment = $2 AND s.issuer_id = $3 AND s.jurisdiction = $4
        ORDER BY s.invoice_id, s.sealed_at, s.id
        """,
        home.tenant,
        home.environment,
        home.issuer,
        home.jurisdiction,
        prefetch=1000,
    )
    rows: list[Any] = []
    async for row in cursor:
        if rows and rows[0]["invoice_id"] != row["invoice_id"]:
            yield _invoice(books, rows)
            rows = []
        rows.append(row)
    if rows:
        yield _invoice(books, rows)


def _invoice(books: Books, rows: list[Any]) -> _Ours:
    standing = Standing(rows[-1]["standing"] or Standing.NONE)
    held: Holding | None = None
    period: str | None = None
    digests: dict[str, bool] = {}
    for row in rows:
        attributes = _texts.decode(row["attributes"])
        state = SubmissionState(row["state"])
        told = books.own(attributes, standing)
        if told.digest is not None:
            digests[told.digest] = state in DECIDED
        if state in ACCEPTED or (state is SubmissionState.SUPERSEDED and row["authority_id"] is not None):
            held, period = told, attributes.get(PERIOD)
    told = held or told
    moved_at = max(row["updated_at"] for row in rows)
    return _Ours(key=(told.number, told.issue_date), period=period, held=held, digests=digests, moved_at=moved_at)


# ------------------------------------------------------------------------------------------------ the comparison


async def compared(
    connection: Connection, books: Books, home: Home, issuer: str, surveys: Mapping[str, Survey], begun_at: datetime
) -> AsyncIterator[Reconciled]:
    """What the surveys say against what we hold, one answer a period.

    Books are read while work goes on: of an invoice that has moved since the reading began at `begun_at`, only what
    agrees is counted. The next reading knows of it.
    """
    read_whole = {period: one for period, one in surveys.items() if one.trouble is None}
    theirs = {(one.number, one.issue_date): (period, one) for period, s in read_whole.items() for one in s.holdings}
    counts = {period: _Count() for period in surveys}
    async for ours in _invoices(connection, books, home):
        period, holding = theirs.pop(ours.key, (None, None))
        if period is None:
            period = ours.period or next(iter(books.periods(ours.key[1], ours.key[1])), None)
        if period in read_whole:
            counts[period].add(ours, holding, moving=ours.moved_at > begun_at)
    for key, (period, holding) in theirs.items():
        counts[period].differences.append(_difference("missing_here", key, None, holding))
    for period, survey in surveys.items():
        count = counts[period]
        yield Reconciled(
            issuer=issuer,
            jurisdiction=home.jurisdiction,
            period=period,
            ours=count.ours,
            theirs=len(survey.holdings) if survey.trouble is None else 0,
            matching=count.matching,
            differences=tuple(sorted(count.differences, key=lambda one: (one.issue_date, one.number))),
            trouble=survey.trouble,
        )


class _Count:
    """What has been seen of a period so far."""

    def __init__(self) -> None:
        self.ours = 0
        self.matching = 0
        self.differences: list[Difference] = []

    def add(self, ours: _Ours, theirs: Holding | None, *, moving: bool) -> None:
        kind = _kind(ours, theirs)
        if kind is not None and moving:
            return
        self.ours += ours.held is not None
        if kind is not None:
            self.differences.append(_difference(kind, ours.key, ours.held, theirs))
        elif theirs is not None:
            self.matching += 1


def _kind(ours: _Ours, theirs: Holding | None) -> Kind | None:
    """What differs; None where the two say the same (or neither holds it)."""
    held = ours.held
    if theirs is None:
        return None if held is None else "missing_there"
    known = ours.decided(theirs.digest)
    if known is False:
        return "unacknowledged"
    if held is None:
        return "other_record"
    cancelled = (held.state is Standing.CANCELLED, theirs.state is Standing.CANCELLED)
    if cancelled[0] is not cancelled[1]:
        return "unacknowledged" if held.state is Standing.CANCEL_PENDING else "other_state"
    # Of what is cancelled on both sides, books may show the document that it was registered with.
    same = held.digest is None or theirs.digest in (None, held.digest) or (all(cancelled) and known is not None)
    return None if same else "other_record"


def _difference(kind: Kind, key: Key, ours: Holding | None, theirs: Holding | None) -> Difference:
    return Difference(kind=kind, number=key[0], issue_date=key[1], ours=ours, theirs=theirs)
