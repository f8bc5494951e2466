"""The exchange log: what was asked, before it was asked, and what came back. Secrets were taken out before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.store.flows import Lease
from gateway.store.pool import Connection


@dataclass(frozen=True, slots=True)
class ExchangeRow:
    """One question. `headers` is JSON (a list of name and value), `memo` is JSON."""

    id: UUID
    phase: str
    ask: str
    endpoint: str
    effect: str
    method: str
    path: str
    submissions: tuple[UUID, ...]
    headers: str
    body: bytes
    memo: str


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """What came back to the question `exchange`; `headers` is JSON (an object)."""

    exchange: UUID
    status: int
    headers: str
    body: bytes
    failure: str | None
    detail: str | None


async def write_down(connection: Connection, lease: Lease, at: datetime, rows: Sequence[ExchangeRow]) -> None:
    """Store the questions, within the transaction that marks their documents."""
    await connection.executemany(
        """
        INSERT INTO gateway.exchange (tenant_id, environment, jurisdiction, flow_key, at, id, phase, ask, endpoint,
        effect,
            method, path, submissions, headers, body, memo)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        """,
        [
            (*lease.flow, at, r.id, r.phase, r.ask, r.endpoint, r.effect, r.method, r.path, list(r.submissions),
            r.headers,
             r.body, r.memo)
            for r in rows
        ],
    )  # fmt: skip


async def write_answers(connection: Connection, lease: Lease, at: datetime, rows: Sequence[AnswerRow]) -> None:
    """Store the answers: they are evidence, whether or not the flow is still ours."""
    await connection.executemany(
        """
        INSERT INTO gateway.exchange_answer (tenant_id, environment, exchange_id, at, status, headers, body, failure,
        detail)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        [
            (lease.tenant, lease.environment, r.exchange, at, r.status, r.headers, r.body, r.failure, r.detail)
            for r in rows
        ],
    )


async def asked_of(connection: Connection, lease: Lease, submissions: Sequence[UUID]) -> dict[UUID, tuple[str, ...]]:
    """The endpoints that have, or may have, heard a write about each of these documents, first asked first.

    Left out is only what certainly was not sent. A question without any answer row (a crash) may have been heard.
    """
    rows = await connection.fetch(
        """
        SELECT d.id, e.endpoint FROM gateway.exchange e
        CROSS JOIN LATERAL unnest(e.submissions) AS d(id)
        JOIN unnest($3::uuid[]) AS w(id) ON w.id = d.id
        LEFT JOIN LATERAL (
            SELECT x.failure FROM gateway.exchange_answer x
            WHERE x.tenant_id = $1 AND x.environment = $2 AND x.exchange_id = e.id
              AND x.at >= e.at - interval '1 minute' AND x.at <= e.at + interval '10 minutes' LIMIT 1
        ) a ON true
        WHERE e.tenant_id = $1 AND e.environment = $2 AND e.submissions && $3::uuid[] AND e.effect = 'write'
          AND a.failure IS DISTINCT FROM 'not_sent'
        GROUP BY d.id, e.endpoint ORDER BY d.id, min(e.at), e.endpoint
        """,
        lease.tenant,
        lease.environment,
        list(submissions),
    )
    found: dict[UUID, tuple[str, ...]] = {}
    for row in rows:
        found[row["id"]] = (*found.get(row["id"], ()), row["endpoint"])
    return found
