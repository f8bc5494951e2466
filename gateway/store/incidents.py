"""Incidents: from when until when a flow could not deliver, why, and how much waited."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gateway.store.flows import Lease
from gateway.store.pool import Connection
from gateway.store.trail import Trail, write

_WAITING = (
    "(SELECT count(*)::int FROM gateway.submission s WHERE s.tenant_id = $1 AND s.environment = $2"
    " AND s.jurisdiction = {jurisdiction} AND s.flow_key = {flow}"
    " AND s.state IN ('queued', 'submitting', 'waiting', 'retry_scheduled', 'outcome_unknown'))"
)
_OPEN = f"""
    INSERT INTO gateway.incident AS i (tenant_id, environment, jurisdiction, flow_key, id, issuer_id, cause, message,
        began_at, unsent, tries)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, {_WAITING.format(jurisdiction="$3", flow="$4")}, 1)
    ON CONFLICT (tenant_id, environment, jurisdiction, flow_key) WHERE ended_at IS NULL
        DO UPDATE SET cause = excluded.cause, message = excluded.message, tries = i.tries + 1,
            unsent = greatest(i.unsent, excluded.unsent)
    RETURNING id, tries, unsent
"""  # noqa: S608
_END = f"""
    UPDATE gateway.incident SET ended_at = greatest($5, began_at),
        unsent = greatest(unsent, $6 + {_WAITING.format(jurisdiction="$3", flow="$4")})
    WHERE tenant_id = $1 AND environment = $2 AND jurisdiction = $3 AND flow_key = $4 AND ended_at IS NULL
        AND ($7 OR {_WAITING.format(jurisdiction="$3", flow="$4")} = 0)
    RETURNING id, cause, message, unsent
"""  # noqa: S608
_PAGE = f"""
    SELECT i.*, {_WAITING.format(jurisdiction="i.jurisdiction", flow="i.flow_key")} AS waiting FROM gateway.incident i
    WHERE i.tenant_id = $1 AND i.environment = $2 AND ($3::text IS NULL OR i.jurisdiction = $3)
      AND ($4::boolean IS NULL OR (i.ended_at IS NULL) = $4) AND ($5::uuid[] IS NULL OR i.issuer_id = ANY ($5))
      AND ($6::uuid IS NULL OR i.id < $6)
    ORDER BY i.id DESC LIMIT $7
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a flow could not deliver: a code, the authority's or ours, and words."""

    cause: str
    message: str | None = None


async def noted(
    connection: Connection, lease: Lease, incident: UUID, issuer: UUID, trouble: Trouble, at: datetime, trail: Trail
) -> None:
    """Open an incident of the leased flow under that id, or count one more try of the one that is open; its cause is
    the latest one."""
    row = await connection.fetchrow(_OPEN, *lease.flow, incident, issuer, trouble.cause, trouble.message, at)
    if row["id"] == incident:
        await _tell(connection, lease, incident, "incident.began", at, trail, trouble, row["unsent"])


async def ended(
    connection: Connection, lease: Lease, delivered: int, at: datetime, trail: Trail, *, answered: bool
) -> None:
    """End the open incident of the leased flow, if there is one; `delivered` were waiting until just now.

    Not `answered`: only where nothing waits any more, for then nobody will ever try again.
    """
    row = await connection.fetchrow(_END, *lease.flow, at, delivered, answered)
    if row is not None:
        trouble = Trouble(row["cause"], row["message"])
        await _tell(connection, lease, row["id"], "incident.ended", at, trail, trouble, row["unsent"])


async def _tell(
    connection: Connection,
    lease: Lease,
    incident: UUID,
    action: str,
    at: datetime,
    trail: Trail,
    trouble: Trouble,
    unsent: int,
) -> None:
    detail = {
        "jurisdiction": lease.jurisdiction,
        "flow": lease.key,
        "cause": trouble.cause,
        "message": trouble.message,
        "unsent": unsent,
    }
    trail.note(action, "incident", incident, version=1, told=False, detail=detail)
    await write(connection, lease.tenant, lease.environment, at, trail)


async def page(
    connection: Connection,
    tenant: UUID,
    environment: str,
    *,
    jurisdiction: str | None,
    is_open: bool | None,
    issuers: Collection[UUID],
    before: UUID | None,
    limit: int,
) -> list[Any]:
    """Newest first, strictly before `before`; only of these issuers where there are any."""
    narrowed = list(issuers) or None
    rows: list[Any] = await connection.fetch(_PAGE, tenant, environment, jurisdiction, is_open, narrowed, before, limit)
    return rows
