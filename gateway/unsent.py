"""What has not reached its authority yet, over all tenants, as the administrator sees it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from gateway.accounts import AccountRefused, administering
from gateway.identity import Prefix, read, written

_QUERY = """
    WITH waiting AS (
        SELECT s.tenant_id, s.environment, s.jurisdiction, s.flow_key, count(*)::int AS unsent,
            min(s.sealed_at) AS oldest
        FROM gateway.submission s
        WHERE s.state IN ('queued', 'submitting', 'waiting', 'retry_scheduled', 'outcome_unknown')
        GROUP BY 1, 2, 3, 4
    )
    SELECT t.name AS tenant, f.environment, f.jurisdiction, f.key, f.issuer_id, i.body ->> 'name' AS name, f.state,
        f.hold_code, coalesce(w.unsent, 0) AS unsent, w.oldest, n.cause, n.message, n.began_at, n.tries
    FROM gateway.flow f
    JOIN gateway.issuer i ON i.tenant_id = f.tenant_id AND i.environment = f.environment AND i.id = f.issuer_id
    LEFT JOIN platform.tenant t ON t.id = f.tenant_id
    LEFT JOIN waiting w ON w.tenant_id = f.tenant_id AND w.environment = f.environment
        AND w.jurisdiction = f.jurisdiction AND w.flow_key = f.key
    LEFT JOIN gateway.incident n ON n.tenant_id = f.tenant_id AND n.environment = f.environment
        AND n.jurisdiction = f.jurisdiction AND n.flow_key = f.key AND n.ended_at IS NULL
    WHERE (w.unsent > 0 OR n.id IS NOT NULL) AND ($1::text IS NULL OR f.environment = $1)
      AND ($2::text IS NULL OR f.jurisdiction = $2) AND ($3::uuid IS NULL OR f.issuer_id = $3)
    ORDER BY n.began_at IS NULL, w.oldest NULLS LAST, f.tenant_id, f.key
"""


class UnsentFlow(msgspec.Struct, frozen=True, kw_only=True):
    """One issuer's delivery order with documents that wait: since when, and the incident that is open."""

    tenant: str
    environment: str
    jurisdiction: str
    issuer: str
    name: str
    flow: str
    state: str
    unsent: int
    oldest: datetime | None = None
    hold_code: str | None = None
    cause: str | None = None
    message: str | None = None
    began_at: datetime | None = None
    tries: int | None = None


async def unsent_flows(
    administrator: str,
    *,
    environment: str | None = None,
    jurisdiction: str | None = None,
    issuer: str | None = None,
) -> list[UnsentFlow]:
    """Flows with documents that wait or an incident that is open; those in trouble first, then the oldest first.

    Raises AccountRefused for an id that is no issuer's.
    """
    owner = read(Prefix.ISSUER, issuer) if issuer is not None else None
    if issuer is not None and owner is None:
        raise AccountRefused(f"{issuer!r} is no id of an issuer; `issuers list` shows them")
    async with administering(administrator) as connection:
        rows = await connection.fetch(_QUERY, environment, jurisdiction, owner)
    return [
        UnsentFlow(
            tenant=row["tenant"] or "",
            environment=row["environment"],
            jurisdiction=row["jurisdiction"],
            issuer=written(Prefix.ISSUER, row["issuer_id"]),
            name=row["name"],
            flow=row["key"],
            state=row["state"],
            unsent=row["unsent"],
            oldest=row["oldest"],
            hold_code=row["hold_code"],
            cause=row["cause"],
            message=row["message"],
            began_at=row["began_at"],
            tries=row["tries"],
        )
        for row in rows
    ]
