"""Cases as people work them: reading, owning, resubmitting, resolving. The worker opens them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from gateway.store.pool import Connection
from gateway.store.submissions import Narrow


async def get(connection: Connection, tenant: UUID, environment: str, case: UUID, *, lock: bool = False) -> Any:
    """The case, or None; locked until the end of the transaction where asked."""
    return await connection.fetchrow(
        "SELECT * FROM gateway.case_file WHERE tenant_id = $1 AND environment = $2 AND id = $3"  # noqa: S608
        + (" FOR UPDATE" if lock else ""),
        tenant,
        environment,
        case,
    )


async def issuer_of(connection: Connection, case: Any) -> UUID | None:
    """Whose case it is: the issuer of its invoice, or of its flow."""
    issuer: UUID | None = await connection.fetchval(
        """
        SELECT coalesce(
            (SELECT i.issuer_id FROM gateway.invoice i
             WHERE i.tenant_id = $1 AND i.environment = $2 AND i.id = $3),
            (SELECT f.issuer_id FROM gateway.flow f
             WHERE f.tenant_id = $1 AND f.environment = $2 AND f.jurisdiction = $4 AND f.key = $5))
        """,
        case["tenant_id"],
        case["environment"],
        case["invoice_id"],
        case["jurisdiction"],
        case["flow_key"],
    )
    return issuer


async def page(
    connection: Connection, tenant: UUID, environment: str, narrow: Narrow, before: UUID | None, limit: int
) -> list[Any]:
    """Newest first, strictly before `before`."""
    rows: list[Any] = await connection.fetch(
        """
        SELECT c.* FROM gateway.case_file c
        LEFT JOIN gateway.invoice i ON i.tenant_id = c.tenant_id AND i.environment = c.environment
          AND i.id = c.invoice_id
        LEFT JOIN gateway.flow f ON f.tenant_id = c.tenant_id AND f.environment = c.environment
          AND f.jurisdiction = c.jurisdiction AND f.key = c.flow_key
        WHERE c.tenant_id = $1 AND c.environment = $2 AND ($3::uuid IS NULL OR c.id < $3)
          AND ($5::text IS NULL OR c.state = $5) AND ($6::text IS NULL OR c.jurisdiction = $6)
          AND ($7::uuid IS NULL OR c.invoice_id = $7)
          AND ($8::uuid[] IS NULL OR coalesce(i.issuer_id, f.issuer_id) = ANY ($8))
        ORDER BY c.id DESC LIMIT $4
        """,
        tenant,
        environment,
        before,
        limit,
        narrow.state,
        narrow.jurisdiction,
        narrow.invoice,
        None if narrow.issuers is None else list(narrow.issuers),
    )
    return rows


async def move(
    connection: Connection, tenant: UUID, environment: str, case: UUID, former: str, state: str, at: datetime
) -> int | None:
    """Move the case if it still is in the former state; its new version."""
    version: int | None = await connection.fetchval(
        """
        UPDATE gateway.case_file SET state = $5, version = version + 1, updated_at = $6
        WHERE tenant_id = $1 AND environment = $2 AND id = $3 AND state = $4 RETURNING version
        """,
        tenant,
        environment,
        case,
        former,
        state,
        at,
    )
    return version


async def own(
    connection: Connection, tenant: UUID, environment: str, case: UUID, owner: str | None, at: datetime
) -> int | None:
    version: int | None = await connection.fetchval(
        "UPDATE gateway.case_file SET owner = $4, version = version + 1, updated_at = $5"
        " WHERE tenant_id = $1 AND environment = $2 AND id = $3 RETURNING version",
        tenant,
        environment,
        case,
        owner,
        at,
    )
    return version


async def move_submission(
    connection: Connection, tenant: UUID, environment: str, submission: UUID, former: str, state: str, at: datetime
) -> int | None:
    """Move a submission that no worker holds (rejected, held); its new version, or None if it has moved on."""
    version: int | None = await connection.fetchval(
        """
        UPDATE gateway.submission SET state = $5, version = version + 1, updated_at = $6
        WHERE tenant_id = $1 AND environment = $2 AND id = $3 AND state = $4 RETURNING version
        """,
        tenant,
        environment,
        submission,
        former,
        state,
        at,
    )
    return version


async def resume_flow(
    connection: Connection, tenant: UUID, environment: str, jurisdiction: str, key: str
) -> int | None:
    """Open a held flow again: the same sealed records go out, in order."""
    version: int | None = await connection.fetchval(
        """
        UPDATE gateway.flow SET state = 'open', hold_code = NULL, hold_message = NULL, backoff_until = NULL, failures
        = 0,
            version = version + 1
        WHERE tenant_id = $1 AND environment = $2 AND jurisdiction = $3 AND key = $4 AND state = 'held' RETURNING
        version
        """,
        tenant,
        environment,
        jurisdiction,
        key,
    )
    return version


async def relatives(
    connection: Connection, tenant: UUID, environment: str, invoice: UUID, jurisdiction: str
) -> list[Any]:
    """Live documents that name the invoice, and live receipts of its payments, with their standing there."""
    rows: list[Any] = await connection.fetch(
        "SELECT * FROM gateway.live_relatives($1, $2, $3, $4)", tenant, environment, invoice, jurisdiction
    )
    return rows
