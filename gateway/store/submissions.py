"""Reading submissions, documents, exchanges, flows, events and cases, as the API shows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from gateway.store.pool import Connection

_SUBMISSION = """
    SELECT s.*, g.state AS standing, c.id AS case_id
    FROM gateway.submission s
    LEFT JOIN gateway.standing g ON g.tenant_id = s.tenant_id AND g.environment = s.environment
        AND g.invoice_id = s.invoice_id AND g.jurisdiction = s.jurisdiction
    LEFT JOIN LATERAL (SELECT k.id FROM gateway.case_file k WHERE k.tenant_id = s.tenant_id
        AND k.environment = s.environment AND k.submission_id = s.id ORDER BY k.id DESC LIMIT 1) c ON true
    WHERE s.tenant_id = $1 AND s.environment = $2
"""
_DOCUMENT = """
    SELECT d.id, d.submission_id, d.jurisdiction, d.name, d.media_type, d.role, d.sha256, d.at,
        row_number() OVER (PARTITION BY d.jurisdiction, d.name ORDER BY d.at, d.id) AS place
    FROM gateway.document d WHERE d.tenant_id = $1 AND d.environment = $2 AND d.invoice_id = $3
"""


async def of_invoice(connection: Connection, tenant: UUID, environment: str, invoice: UUID) -> list[Any]:
    """The invoice's submissions, oldest first."""
    rows: list[Any] = await connection.fetch(
        _SUBMISSION + " AND s.invoice_id = $3 ORDER BY s.sealed_at, s.id", tenant, environment, invoice
    )
    return rows


async def get(connection: Connection, tenant: UUID, environment: str, submission: UUID) -> Any:
    return await connection.fetchrow(_SUBMISSION + " AND s.id = $3", tenant, environment, submission)


class Narrow(msgspec.Struct, frozen=True, kw_only=True):
    """What a list of submissions or cases is narrowed to; None narrows nothing."""

    state: str | None = None
    jurisdiction: str | None = None
    invoice: UUID | None = None
    issuer: UUID | None = None
    issuers: tuple[UUID, ...] | None = None


async def page(
    connection: Connection, tenant: UUID, environment: str, narrow: Narrow, before: UUID | None, limit: int
) -> list[Any]:
    rows: list[Any] = await connection.fetch(
        _SUBMISSION
        + """ AND ($3::uuid IS NULL OR s.id < $3) AND ($5::text IS NULL OR s.state = $5)
              AND ($6::text IS NULL OR s.jurisdiction = $6) AND ($7::uuid IS NULL OR s.invoice_id = $7)
              AND ($8::uuid IS NULL OR s.issuer_id = $8) AND ($9::uuid[] IS NULL OR s.issuer_id = ANY ($9))
              ORDER BY s.id DESC LIMIT $4""",
        tenant,
        environment,
        before,
        limit,
        narrow.state,
        narrow.jurisdiction,
        narrow.invoice,
        narrow.issuer,
        None if narrow.issuers is None else list(narrow.issuers),
    )
    return rows


async def documents(connection: Connection, tenant: UUID, environment: str, invoice: UUID) -> list[Any]:
    """The invoice's documents without their bodies, oldest first."""
    rows: list[Any] = await connection.fetch(_DOCUMENT + " ORDER BY d.at, d.id", tenant, environment, invoice)
    return rows


async def document_body(connection: Connection, tenant: UUID, environment: str, document: UUID) -> bytes:
    body: bytes = await connection.fetchval(
        "SELECT body FROM gateway.document WHERE tenant_id = $1 AND environment = $2 AND id = $3",
        tenant,
        environment,
        document,
    )
    return body


async def exchanges(connection: Connection, tenant: UUID, environment: str, submission: UUID) -> list[Any]:
    """Questions that concerned this submission and what came back, oldest first."""
    rows: list[Any] = await connection.fetch(
        """
        SELECT e.id, e.at, e.phase, e.ask, e.endpoint, e.effect, e.method, e.path, e.body, a.status, a.body AS answer,
            a.failure, a.at AS answered_at
        FROM gateway.exchange e
        LEFT JOIN gateway.exchange_answer a ON a.tenant_id = e.tenant_id AND a.environment = e.environment
            AND a.exchange_id = e.id
        WHERE e.tenant_id = $1 AND e.environment = $2 AND e.submissions @> ARRAY[$3::uuid]
        ORDER BY e.at, e.id LIMIT 200
        """,
        tenant,
        environment,
        submission,
    )
    return rows


async def retry_now(connection: Connection, tenant: UUID, environment: str, submission: UUID, at: datetime) -> bool:
    """Let a waiting retry go at once: its flow forgets its backoff."""
    done: str = await connection.execute(
        """
        UPDATE gateway.flow f SET backoff_until = NULL, version = f.version + 1 FROM gateway.submission s
        WHERE s.tenant_id = $1 AND s.environment = $2 AND s.id = $3 AND s.state IN ('retry_scheduled', 'queued')
          AND f.tenant_id = $1 AND f.environment = $2 AND f.jurisdiction = s.jurisdiction AND f.key = s.flow_key
        """,
        tenant,
        environment,
        submission,
    )
    if done.endswith(" 1"):
        await connection.execute("NOTIFY gateway_work")
        return True
    return False


async def flows(connection: Connection, tenant: UUID, environment: str) -> list[Any]:
    """The tenant's flows with what is unsent in each."""
    rows: list[Any] = await connection.fetch(
        """
        SELECT f.*, b.open_until, n.id AS incident, (SELECT count(*) FROM gateway.submission s
            WHERE s.tenant_id = $1 AND s.environment = $2 AND s.jurisdiction = f.jurisdiction AND s.flow_key = f.key
              AND s.state IN ('queued', 'submitting', 'waiting', 'retry_scheduled', 'outcome_unknown')) AS unsent
        FROM gateway.flow f LEFT JOIN platform.breaker b ON b.environment = $2 AND b.jurisdiction = f.jurisdiction
        LEFT JOIN gateway.incident n ON n.tenant_id = f.tenant_id AND n.environment = f.environment
            AND n.jurisdiction = f.jurisdiction AND n.flow_key = f.key AND n.ended_at IS NULL
        WHERE f.tenant_id = $1 AND f.environment = $2 ORDER BY f.jurisdiction, f.key LIMIT 1000
        """,
        tenant,
        environment,
    )
    return rows


async def events(connection: Connection, tenant: UUID, environment: str, after: int, limit: int) -> Sequence[Any]:
    """Sequenced events after a sequence number, oldest first: a recovery path without gaps."""
    rows: list[Any] = await connection.fetch(
        """
        SELECT q.sequence, e.id, e.at, e.type, e.object_type, e.object_id, e.version, e.state, e.previous_state, e.body
        FROM gateway.event_sequence q
        JOIN gateway.event e ON e.tenant_id = q.tenant_id AND e.environment = q.environment AND e.at = q.at AND e.id =
        q.event_id
        WHERE q.tenant_id = $1 AND q.environment = $2 AND q.sequence > $3 ORDER BY q.sequence LIMIT $4
        """,
        tenant,
        environment,
        after,
        limit,
    )
    return rows


async def audit_of(connection: Connection, tenant: UUID, environment: str, objects: Sequence[str]) -> list[Any]:
    """The audit rows of some objects, oldest first."""
    rows: list[Any] = await connection.fetch(
        """
        SELECT at, actor, action, object_type, object_id, request_id, detail FROM gateway.audit
        WHERE tenant_id = $1 AND environment = $2 AND object_id = ANY ($3) ORDER BY at, id LIMIT 500
        """,
        tenant,
        environment,
        list(objects),
    )
    return rows
