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
