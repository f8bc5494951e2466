"""What became of the documents of an exchange, settled together: one call for a thousand of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from gateway.store import tasks
from gateway.store.flows import Lease, LeaseLost
from gateway.store.pool import Connection, to_json
from gateway.store.tasks import NewTask
from schemas.findings import Finding
from schemas.states import Standing


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One document's move, as `gateway.settle` reads it. Ids of events, audit rows and cases are drawn beforehand.

    `former` is the state that the move starts from, or there is none; `sent` counts the exchange as a try. Beside
    `standing` go the states that it may follow, beside `case_id` the diagnosis; `own_*` close the document's own case,
    `former_*` the case of the submission that it supersedes; `resubmit` is the task that lets it out again by itself.
    `corrects`: it is a record about an invoice that the authority knew before, which may live again by it.
    """

    place: int
    id: UUID
    invoice_id: UUID
    state: str
    former: str
    event: UUID
    audit: UUID
    authority_id: str | None = None
    code: str | None = None
    message: str | None = None
    findings: tuple[Finding, ...] = ()
    attributes: dict[str, str] = {}
    facts: dict[str, str] = {}
    not_before: datetime | None = None
    sent: bool = False
    supersedes: UUID | None = None
    fingerprint: str | None = None
    standing: str | None = None
    standing_from: tuple[str, ...] = ()
    standing_event: UUID | None = None
    standing_audit: UUID | None = None
    case_id: UUID | None = None
    case_class: str | None = None
    sentence: str | None = None
    path: str | None = None
    pointer: str | None = None
    fix: str | None = None
    actions: tuple[str, ...] = ()
    editable: tuple[str, ...] = ()
    case_event: UUID | None = None
    case_audit: UUID | None = None
    own_event: UUID | None = None
    own_audit: UUID | None = None
    former_event: UUID | None = None
    former_audit: UUID | None = None
    resubmit: UUID | None = None
    corrects: bool = False

    @property
    def moves_invoice(self) -> bool:
        """Whether its standing may end its invoice, or bring it back."""
        return self.standing == Standing.CANCELLED or (self.corrects and self.standing is not None)


@dataclass(frozen=True, slots=True)
class Settled:
    """How many documents moved, standings were noted, cases opened and closed."""

    moved: int
    standings: int
    opened: int
    closed: int


async def settle(connection: Connection, lease: Lease, at: datetime, rows: Sequence[Row]) -> Settled:
    """Move the documents within the caller's transaction; without rows, check the lease. Raises LeaseLost."""
    moved = [row.invoice_id for row in rows if row.moves_invoice]
    if moved:
        await connection.execute("SELECT gateway.lock_moved($1, $2, $3)", lease.tenant, lease.environment, moved)
    found = await connection.fetchrow(
        "SELECT * FROM gateway.settle($1, $2, $3, $4, $5, $6, $7)", *lease.flow, lease.token, at, to_json(rows)
    )
    if found["moved"] < 0:
        raise LeaseLost(f"{lease.jurisdiction} {lease.key}")
    if again := [_again(lease, at, row, row.resubmit) for row in rows if row.resubmit is not None]:
        await tasks.add(connection, lease.tenant, lease.environment, at, again)
    return Settled(found["moved"], found["standings"], found["opened"], found["closed"])


def _again(lease: Lease, at: datetime, row: Row, task: UUID) -> NewTask:
    return NewTask(
        id=task,
        kind="resubmit",
        jurisdiction=lease.jurisdiction,
        name=row.code or "resubmit",
        invoice_id=row.invoice_id,
        submission_id=row.id,
        due_at=at,
    )


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """Something that the authority gave us for one document, kept for ever."""

    id: UUID
    submission: UUID
    invoice: UUID
    name: str
    media_type: str
    body: bytes


async def keep_evidence(connection: Connection, lease: Lease, at: datetime, rows: Sequence[EvidenceRow]) -> None:
    if rows:
        await connection.execute(
            """
            INSERT INTO gateway.document (tenant_id, environment, id, invoice_id, submission_id, jurisdiction, name,
            media_type,
                role, sha256, body, at)
            SELECT $1, $2, e.id, e.invoice, e.submission, $3, e.name, e.media_type, 'evidence', sha256(e.body),
            e.body, $4
            FROM unnest($5::uuid[], $6::uuid[], $7::uuid[], $8::text[], $9::text[], $10::bytea[])
                AS e(id, submission, invoice, name, media_type, body)
            """,
            *lease.flow[:3],
            at,
            [row.id for row in rows],
            [row.submission for row in rows],
            [row.invoice for row in rows],
            [row.name for row in rows],
            [row.media_type for row in rows],
            [row.body for row in rows],
        )
