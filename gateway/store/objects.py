"""Issuers, customers and credentials: small versioned objects with a JSON body."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from gateway.store.pool import Connection

Table = Literal["issuer", "customer"]

_INSERT: Mapping[Table, str] = {
    table: f"INSERT INTO gateway.{table} (tenant_id, environment, id, body, created_at, updated_at)"  # noqa: S608
    " VALUES ($1, $2, $3, $4, $5, $5)"
    for table in ("issuer", "customer")
}
_GET: Mapping[Table, str] = {
    table: f"SELECT id, version, body, created_at, updated_at FROM gateway.{table}"  # noqa: S608
    " WHERE tenant_id = $1 AND environment = $2 AND id = $3"
    for table in ("issuer", "customer")
}
_LIST: Mapping[Table, str] = {
    table: f"SELECT id, version, body, created_at, updated_at FROM gateway.{table}"  # noqa: S608
    " WHERE tenant_id = $1 AND environment = $2 AND ($3::uuid IS NULL OR id < $3)"
    " AND ($5::uuid[] IS NULL OR id = ANY ($5)) ORDER BY id DESC LIMIT $4"
    for table in ("issuer", "customer")
}
_UPDATE: Mapping[Table, str] = {
    table: f"UPDATE gateway.{table} SET body = $4, version = version + 1, updated_at = $6"  # noqa: S608
    " WHERE tenant_id = $1 AND environment = $2 AND id = $3 AND version = $5"
    for table in ("issuer", "customer")
}


async def insert(connection: Connection, table: Table, key: tuple[UUID, str, UUID], body: str, at: datetime) -> None:
    await connection.execute(_INSERT[table], *key, body, at)


async def get(connection: Connection, table: Table, key: tuple[UUID, str, UUID]) -> Any:
    """The row, or None."""
    return await connection.fetchrow(_GET[table], *key)


async def page(
    connection: Connection,
    table: Table,
    tenant: UUID,
    environment: str,
    before: UUID | None,
    limit: int,
    among: Collection[UUID] = (),
) -> list[Any]:
    """Newest first, strictly before `before`; only those `among` the given ids where there are any."""
    narrowed = list(among) or None
    rows: list[Any] = await connection.fetch(_LIST[table], tenant, environment, before, limit, narrowed)
    return rows


async def update(
    connection: Connection, table: Table, key: tuple[UUID, str, UUID], body: str, version: int, at: datetime
) -> bool:
    """Replace the body if the version is still that one."""
    done: str = await connection.execute(_UPDATE[table], *key, body, version, at)
    return done.endswith(" 1")


async def put_credential(
    connection: Connection, key: tuple[UUID, str, UUID, str, str], sealed: bytes, facts: str, at: datetime
) -> int:
    """Store a sealed credential (tenant, environment, issuer or nil, jurisdiction, name); gives its version."""
    version: int = await connection.fetchval(
        """
        INSERT INTO gateway.credential AS c (tenant_id, environment, issuer_id, jurisdiction, name, sealed, facts,
        updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (tenant_id, environment, issuer_id, jurisdiction, name)
            DO UPDATE SET version = c.version + 1, sealed = excluded.sealed, facts = excluded.facts, told_days = NULL,
            updated_at = excluded.updated_at
        RETURNING version
        """,
        *key,
        sealed,
        facts,
        at,
    )
    return version


async def credentials(connection: Connection, tenant: UUID, environment: str, issuer: UUID) -> list[Any]:
    """The issuer's credentials and the tenant's own, sealed."""
    rows: list[Any] = await connection.fetch(
        """
        SELECT issuer_id, jurisdiction, name, version, sealed, facts FROM gateway.credential
        WHERE tenant_id = $1 AND environment = $2 AND issuer_id IN ($3, '00000000-0000-0000-0000-000000000000')
        ORDER BY jurisdiction, name
        """,
        tenant,
        environment,
        issuer,
    )
    return rows
