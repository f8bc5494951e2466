"""Invoices: drafts that may change, and the one-round-trip calls that make them legal documents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from gateway.store.pool import Connection

_COLUMNS = (
    "id, issuer_id, kind, state, version, number, source_ref, draft, document, routes, findings, ready, created_at,"
    " updated_at, finalized_at"
)


_CLOSING = 18
"""How many arguments `gateway.seal_close` takes."""


async def insert(connection: Connection, row: Sequence[object]) -> None:
    """Insert a draft: tenant, environment, id, issuer, kind, source_ref, draft, document, routes, findings, ready,
    at."""
    await connection.execute(
        """
        INSERT INTO gateway.invoice (tenant_id, environment, id, issuer_id, kind, state, source_ref, draft, document,
        routes,
            findings, ready, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, 'draft', $6, $7, $8, $9, $10, $11, $12, $12)
        """,
        *row,
    )


async def get(connection: Connection, tenant: UUID, environment: str, invoice: UUID) -> Any:
    return await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM gateway.invoice"  # noqa: S608
        " WHERE tenant_id = $1 AND environment = $2 AND id = $3 AND deleted_at IS NULL",
        tenant,
        environment,
        invoice,
    )


async def by_business_event(
    connection: Connection, tenant: UUID, environment: str, issuer: UUID, source_ref: str
) -> UUID | None:
    """The invoice that this business event has made already."""
    found: UUID | None = await connection.fetchval(
        """
        SELECT id FROM gateway.invoice WHERE tenant_id = $1 AND environment = $2 AND issuer_id = $3 AND source_ref = $4
          AND kind = 'invoice' AND state <> 'void' AND deleted_at IS NULL
        """,
        tenant,
        environment,
        issuer,
        source_ref,
    )
    return found


class InvoiceFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What a list is narrowed to; None narrows nothing."""

    state: str | None = None
    issuer: UUID | None = None
    issuers: tuple[UUID, ...] | None = None
    jurisdiction: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    kind: str | None = None


async def page(
    connection: Connection, tenant: UUID, environment: str, narrow: InvoiceFilter, before: UUID | None, limit: int
) -> list[Any]:
    """Newest first, strictly before `before`. Receipts of payment are shown only to who asks for that kind."""
    rows: list[Any] = await connection.fetch(
        f"""
        SELECT {_COLUMNS} FROM gateway.invoice
        WHERE tenant_id = $1 AND environment = $2 AND deleted_at IS NULL AND ($3::uuid IS NULL OR id < $3)
          AND ($5::text IS NULL OR state = $5) AND ($6::uuid IS NULL OR issuer_id = $6)
          AND ($7::uuid[] IS NULL OR issuer_id = ANY ($7))
          AND ($8::text IS NULL OR routes @> jsonb_build_array(jsonb_build_object('jurisdiction', $8::text)))
          AND ($9::timestamptz IS NULL OR created_at >= $9) AND ($10::timestamptz IS NULL OR created_at < $10)
          AND (kind = $11 OR ($11::text IS NULL AND kind <> 'receipt'))
        ORDER BY id DESC LIMIT $4
        """,  # noqa: S608
        tenant,
        environment,
        before,
        limit,
        narrow.state,
        narrow.issuer,
        None if narrow.issuers is None else list(narrow.issuers),
        narrow.jurisdiction,
        narrow.since,
        narrow.until,
        narrow.kind,
    )
    return rows


async def replace_draft(connection: Connection, row: Sequence[object]) -> int | None:
    """Write a draft anew if it is still that version: the new version, or None.

    row: tenant, environment, id, version, source_ref, draft, document, routes, findings, ready, at, customer's kind.
    """
    version: int | None = await connection.fetchval(
        """
        UPDATE gateway.invoice SET version = version + 1, source_ref = $5, draft = $6, document = $7, routes = $8,
            findings = $9, ready = $10, updated_at = $11, kind = $12
        WHERE tenant_id = $1 AND environment = $2 AND id = $3 AND version = $4 AND state = 'draft' AND deleted_at IS
        NULL
        RETURNING version
        """,
        *row,
    )
    return version


async def hide_draft(
    connection: Connection, tenant: UUID, environment: str, invoice: UUID, version: int | None, at: datetime
) -> int | None:
    """Delete a draft: hidden, its versions stay in the audit trail, its business event is free again."""
    gone: int | None = await connection.fetchval(
        """
        UPDATE gateway.invoice SET deleted_at = $4, version = version + 1 WHERE tenant_id = $1 AND environment = $2
          AND id = $3 AND state = 'draft' AND deleted_at IS NULL AND ($5::int IS NULL OR version = $5) RETURNING version
        """,
        tenant,
        environment,
        invoice,
        at,
        version,
    )
    return gone


async def read_for_seal(connection: Connection, tenant: UUID, environment: str, invoice: UUID) -> Any:
    """Draft, issuer, customer and credential facts in one round trip; None where there is no such invoice."""
    return await connection.fetchrow("SELECT * FROM gateway.read_for_seal($1, $2, $3)", tenant, environment, invoice)


async def seal_open(connection: Connection, *arguments: object) -> Any:
    """Call 1 of a finalize; see `gateway.seal_open` in the migrations for its arguments and outcomes."""
    return await connection.fetchrow(
        "SELECT * FROM gateway.seal_open($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)", *arguments
    )


async def seal_close(connection: Connection, *arguments: object) -> None:
    """Call 2 of a finalize; see `gateway.seal_close` in the migrations. The last argument (tasks) may be left out."""
    await connection.execute(
        "SELECT gateway.seal_close($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        *arguments,
        *(None,) * (_CLOSING - len(arguments)),
    )


async def preceding(connection: Connection, tenant: UUID, environment: str, invoices: Sequence[UUID]) -> list[Any]:
    """Numbers, documents and each authority's id of issued invoices, for the corrections that name them."""
    rows: list[Any] = await connection.fetch(
        """
        SELECT i.id, i.kind, i.state, i.number, i.issuer_id, i.document,
            (SELECT coalesce(jsonb_object_agg(s.jurisdiction, s.authority_id), '{}') FROM gateway.standing s
             WHERE s.tenant_id = $1 AND s.environment = $2 AND s.invoice_id = i.id AND s.authority_id IS NOT NULL) AS
             ids
        FROM gateway.invoice i
        WHERE i.tenant_id = $1 AND i.environment = $2 AND i.id = ANY ($3) AND i.deleted_at IS NULL
        """,
        tenant,
        environment,
        list(invoices),
    )
    return rows


async def standings(connection: Connection, tenant: UUID, environment: str, invoices: Sequence[UUID]) -> list[Any]:
    rows: list[Any] = await connection.fetch(
        "SELECT invoice_id, jurisdiction, state, authority_id FROM gateway.standing"
        " WHERE tenant_id = $1 AND environment = $2 AND invoice_id = ANY ($3)",
        tenant,
        environment,
        list(invoices),
    )
    return rows
