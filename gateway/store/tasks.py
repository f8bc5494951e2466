"""What is to be looked at when its time comes: deadlines, warnings before them, and resubmissions that need nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from gateway.store.pool import Connection, to_json


@dataclass(frozen=True, slots=True)
class Leased:
    """Tasks of one tenant that are ours for as long as `token` stands in their rows."""

    tenant: UUID
    environment: str
    token: UUID
    ids: tuple[UUID, ...]


class NewTask(msgspec.Struct, frozen=True, kw_only=True):
    """A task as `gateway.add_tasks` takes it."""

    id: UUID
    kind: str
    jurisdiction: str
    name: str
    invoice_id: UUID
    submission_id: UUID | None
    due_at: datetime


async def add(connection: Connection, tenant: UUID, environment: str, at: datetime, tasks: Sequence[NewTask]) -> None:
    """Within the transaction of what they follow from."""
    await connection.execute("SELECT gateway.add_tasks($1, $2, NULL, $3, $4)", tenant, environment, at, to_json(tasks))


async def lease(
    connection: Connection, environments: Sequence[str], now: datetime, duration: timedelta, limit: int
) -> list[Leased]:
    """What is due, the oldest first, by tenant."""
    rows = await connection.fetch(
        "SELECT * FROM platform.lease_tasks($1, $2, $3, $4)", list(environments), now, duration, limit
    )
    places: dict[tuple[UUID, str, UUID], list[UUID]] = {}
    for row in rows:
        places.setdefault((row["tenant_id"], row["environment"], row["token"]), []).append(row["id"])
    return [Leased(*place, tuple(ids)) for place, ids in places.items()]


async def drop_moot(connection: Connection, leased: Leased, at: datetime) -> list[Any]:
    """End those whose deadline has been met (or counts no more); what is ended, with the case that it had opened."""
    rows: list[Any] = await connection.fetch(
        """
        UPDATE gateway.task t SET state = 'moot', done_at = $5, lease_token = NULL, leased_until = NULL
        WHERE t.tenant_id = $1 AND t.environment = $2 AND t.lease_token = $3 AND t.id = ANY ($4)
          AND t.kind <> 'resubmit' AND gateway.task_moot(t)
        RETURNING t.id, t.case_id
        """,
        leased.tenant,
        leased.environment,
        leased.token,
        list(leased.ids),
        at,
    )
    return rows


async def read(connection: Connection, leased: Leased, task: UUID) -> Any:
    """The task under its lease, locked, with what it is about; None where it is not ours (any more)."""
    return await connection.fetchrow(
        """
        SELECT t.*, i.number, c.state AS case_state FROM gateway.task t
        LEFT JOIN gateway.invoice i ON i.tenant_id = t.tenant_id AND i.environment = t.environment
          AND i.id = t.invoice_id
        LEFT JOIN gateway.case_file c ON c.tenant_id = t.tenant_id AND c.environment = t.environment
          AND c.id = t.case_id
        WHERE t.tenant_id = $1 AND t.environment = $2 AND t.lease_token = $3 AND t.id = $4 FOR UPDATE OF t
        """,
        leased.tenant,
        leased.environment,
        leased.token,
        task,
    )


async def end(connection: Connection, leased: Leased, task: UUID, state: str, at: datetime) -> None:
    """Done, moot or failed: never looked at again."""
    await connection.execute(
        """
        UPDATE gateway.task SET state = $5, done_at = $6, lease_token = NULL, leased_until = NULL
        WHERE tenant_id = $1 AND environment = $2 AND lease_token = $3 AND id = $4
        """,
        leased.tenant,
        leased.environment,
        leased.token,
        task,
        state,
        at,
    )


async def put_off(
    connection: Connection,
    leased: Leased,
    task: UUID,
    due_at: datetime,
    *,
    case: UUID | None = None,
    failed: bool = False,
) -> None:
    """Look again at `due_at`; `failed` counts it as an attempt that went wrong."""
    await connection.execute(
        """
        UPDATE gateway.task SET due_at = $5, case_id = coalesce($6, case_id), attempts = attempts + $7::int,
            lease_token = NULL, leased_until = NULL
        WHERE tenant_id = $1 AND environment = $2 AND lease_token = $3 AND id = $4
        """,
        leased.tenant,
        leased.environment,
        leased.token,
        task,
        due_at,
        case,
        int(failed),
    )


class DeadlineCase(msgspec.Struct, frozen=True, kw_only=True):
    """The case of a missed deadline, as it is stored."""

    id: UUID
    jurisdiction: str
    invoice: UUID
    deadline: str
    case_class: str
    sentence: str
    path: str
    pointer: str | None
    fix: str | None
    actions: str
    editable: str


async def open_case(connection: Connection, leased: Leased, case: DeadlineCase, at: datetime) -> bool:
    """Open the case; False where this deadline of the invoice has an open one already."""
    found: UUID | None = await connection.fetchval(
        """
        INSERT INTO gateway.case_file (tenant_id, environment, id, jurisdiction, invoice_id, deadline, case_class,
            sentence, path, pointer, fix, actions, editable, opened_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)
        ON CONFLICT (tenant_id, environment, invoice_id, jurisdiction, deadline)
            WHERE deadline IS NOT NULL AND state <> 'resolved' DO NOTHING
        RETURNING id
        """,
        leased.tenant,
        leased.environment,
        case.id,
        case.jurisdiction,
        case.invoice,
        case.deadline,
        case.case_class,
        case.sentence,
        case.path,
        case.pointer,
        case.fix,
        case.actions,
        case.editable,
        at,
    )
    return found is not None


async def case_to_resubmit(connection: Connection, leased: Leased, submission: UUID) -> UUID | None:
    """The open case of a refused submission, unless it has been let out again for the very same reason before."""
    found: UUID | None = await connection.fetchval(
        """
        SELECT c.id FROM gateway.case_file c
        JOIN gateway.submission s ON s.tenant_id = c.tenant_id AND s.environment = c.environment
          AND s.id = c.submission_id
        LEFT JOIN gateway.submission f ON f.tenant_id = s.tenant_id AND f.environment = s.environment
          AND f.id = s.supersedes
        WHERE c.tenant_id = $1 AND c.environment = $2 AND c.submission_id = $3 AND c.state = 'open'
          AND (f.id IS NULL OR f.code IS DISTINCT FROM s.code)
        """,
        leased.tenant,
        leased.environment,
        submission,
    )
    return found
