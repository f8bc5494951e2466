"""What has not reached its authority yet, over all tenants, as the administrator sees it."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

import msgspec

import jurisdictions as installation
from gateway.accounts import AccountRefused, administering
from gateway.identity import Prefix, read, written
from jurisdictions.contract import Environment

_QUERY = """
    WITH waiting AS (
        SELECT s.tenant_id, s.environment, s.jurisdiction, s.flow_key, s.issuer_id,
            (count(*) FILTER (WHERE s.state <> 'held'))::int AS unsent,
            (count(*) FILTER (WHERE s.state = 'held'))::int AS held, min(s.sealed_at) AS oldest
        FROM gateway.submission s
        WHERE s.state IN ('queued', 'submitting', 'waiting', 'retry_scheduled', 'outcome_unknown', 'held')
        GROUP BY 1, 2, 3, 4, 5
    )
    SELECT t.name AS tenant, f.environment, f.jurisdiction, f.key, i.id AS issuer_id, i.body ->> 'name' AS name,
        f.state, f.hold_code, coalesce(w.unsent, 0) AS unsent, coalesce(w.held, 0) AS held, w.oldest, n.cause,
        n.message, n.began_at, n.tries
    FROM gateway.flow f
    LEFT JOIN waiting w ON w.tenant_id = f.tenant_id AND w.environment = f.environment
        AND w.jurisdiction = f.jurisdiction AND w.flow_key = f.key
    JOIN gateway.issuer i ON i.tenant_id = f.tenant_id AND i.environment = f.environment
        AND i.id = coalesce(w.issuer_id, f.issuer_id)
    LEFT JOIN platform.tenant t ON t.id = f.tenant_id
    LEFT JOIN gateway.incident n ON n.tenant_id = f.tenant_id AND n.environment = f.environment
        AND n.jurisdiction = f.jurisdiction AND n.flow_key = f.key AND n.ended_at IS NULL
    WHERE (w.issuer_id IS NOT NULL OR n.id IS NOT NULL) AND ($1::text IS NULL OR f.environment = $1)
      AND ($2::text IS NULL OR f.jurisdiction = $2) AND ($3::uuid IS NULL OR i.id = $3)
    ORDER BY n.began_at IS NULL, w.oldest NULLS LAST, f.tenant_id, f.key
"""
_FLOW = "SELECT EXISTS (SELECT FROM gateway.flow WHERE jurisdiction = $1)"
_ISSUER = "SELECT EXISTS (SELECT FROM gateway.issuer WHERE id = $1)"


class UnsentFlow(msgspec.Struct, frozen=True, kw_only=True):
    """One issuer's delivery order with documents that wait: since when, and the incident that is open.

    `held` are kept back one by one, each with a case of its own: a person has to mend them.
    """

    tenant: str
    environment: str
    jurisdiction: str
    issuer: str
    name: str
    flow: str
    state: str
    unsent: int
    held: int = 0
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
    """Flows with documents that wait or an incident that is open, each once for each issuer that it serves; those in
    trouble first, then the oldest first.

    Raises AccountRefused for what is nowhere: a slip of the pen must not read as "everything has been sent".
    """
    if environment not in (None, *get_args(Environment)):
        raise AccountRefused(f"there is no environment {environment!r}; there are {', '.join(get_args(Environment))}")
    known = installation.load()
    async with administering(administrator) as connection:
        if jurisdiction not in (None, *known) and not await connection.fetchval(_FLOW, jurisdiction):
            raise AccountRefused(f"there is no jurisdiction {jurisdiction!r}; there are {', '.join(known)}")
        owner = read(Prefix.ISSUER, issuer) if issuer is not None else None
        if issuer is not None and not await connection.fetchval(_ISSUER, owner):
            raise AccountRefused(f"there is no issuer {issuer!r}; `issuers list` shows them")
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
            held=row["held"],
            oldest=row["oldest"],
            hold_code=row["hold_code"],
            cause=row["cause"],
            message=row["message"],
            began_at=row["began_at"],
            tries=row["tries"],
        )
        for row in rows
    ]
