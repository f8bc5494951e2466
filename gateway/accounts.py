"""What only an administrator of the installation does: tenants, API keys, the credentials of the platform itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg

from gateway.actor import ALL_SCOPES
from gateway.api.authentication import digest, mint
from gateway.clock import new_id, system_clock
from gateway.identity import Prefix, read, written
from gateway.store.credentials import platform_context
from gateway.store.pool import Connection
from gateway.store.trail import Trail, write
from gateway.vault import Vault
from jurisdictions.contract import Environment

OPERATOR = "operator"
Row = Mapping[str, Any]


class AccountRefused(ValueError):
    """A wish about keys or tenants that cannot be granted; the text says why."""


@asynccontextmanager
async def administering(url: str) -> AsyncIterator[Connection]:
    """One transaction as `gateway_owner`. Raises what asyncpg raises where the database is absent or not migrated."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        for kind in ("json", "jsonb"):
            await connection.set_type_codec(kind, schema="pg_catalog", encoder=str, decoder=str)
        async with connection.transaction():
            await connection.execute("SET LOCAL ROLE gateway_owner")
            yield connection
    finally:
        await connection.close()


async def ensure_tenant(connection: Connection, name: str) -> UUID:
    """The tenant of that name; made where there is none."""
    found: UUID | None = await connection.fetchval("SELECT id FROM platform.tenant WHERE name = $1 LIMIT 1", name)
    if found is not None:
        return found
    tenant = new_id()
    await connection.execute("INSERT INTO platform.tenant (id, name) VALUES ($1, $2)", tenant, name)
    return tenant


async def add_key(
    connection: Connection,
    tenant: UUID,
    environment: Environment,
    *,
    secret: str | None = None,
    scopes: Iterable[str] = ALL_SCOPES,
) -> str:
    """Let a secret in (a fresh one where none is given) and return it: it is kept by its hash and never shown again."""
    secret = secret or mint(environment)
    unknown = sorted(set(scopes) - ALL_SCOPES)
    if unknown:
        raise AccountRefused(f"there are no scopes {', '.join(unknown)}; there are {', '.join(sorted(ALL_SCOPES))}")
    key = new_id()
    added = await connection.fetchval(
        "INSERT INTO platform.api_key (id, tenant_id, environment, digest, hint, scopes)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (digest) DO NOTHING RETURNING id",
        key,
        tenant,
        environment,
        digest(secret),
        f"{secret[:12]}…{secret[-4:]}",
        sorted(scopes),
    )
    if added is not None:
        await _tell(connection, tenant, environment, "api_key.created", key, {"scopes": sorted(scopes)})
    return secret


async def keys(connection: Connection) -> list[Row]:
    """Every key, the newest first: never the secret, which nobody knows any more."""
    rows: list[Row] = await connection.fetch(
        "SELECT k.id, k.environment, k.hint, k.scopes, k.created_at, k.revoked_at, t.name AS tenant"
        " FROM platform.api_key k JOIN platform.tenant t ON t.id = k.tenant_id ORDER BY k.id DESC"
    )
    return rows


async def revoke_key(connection: Connection, key_id: str) -> None:
    """Refuse this key from now on (a process that knows it honours it for a few seconds more)."""
    key = read(Prefix.KEY, key_id)
    if key is None:
        raise AccountRefused(f"{key_id!r} is no id of a key; `keys list` shows them")
    row = await connection.fetchrow(
        "UPDATE platform.api_key SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL"
        " RETURNING tenant_id, environment",
        key,
    )
    if row is None:
        raise AccountRefused(f"there is no key {key_id} that is still honoured")
    await _tell(connection, row["tenant_id"], row["environment"], "api_key.revoked", key, {})


async def issuers(connection: Connection) -> list[Row]:
    """Every issuer of every tenant, with what a person tells them apart by."""
    rows: list[Row] = await connection.fetch(
        "SELECT t.name AS tenant, i.environment, i.id, i.body ->> 'name' AS name, i.body -> 'tax_ids' AS tax_ids,"
        " i.body ->> 'time_zone' AS time_zone,"
        " (SELECT coalesce(string_agg(c.jurisdiction || ':' || c.name, ' ' ORDER BY c.jurisdiction, c.name), '')"
        "  FROM gateway.credential c WHERE c.tenant_id = i.tenant_id AND c.environment = i.environment"
        "  AND c.issuer_id = i.id) AS credentials"
        " FROM gateway.issuer i LEFT JOIN platform.tenant t ON t.id = i.tenant_id ORDER BY 1, 2, i.id"
    )
    return rows


async def put_platform_credential(
    connection: Connection,
    vault: Vault,
    place: tuple[Environment, str, str],
    fields: Mapping[str, str],
    *,
    replace: bool = True,
) -> None:
    """Seal and keep a credential of the platform; `place` is environment, jurisdiction and name."""
    await connection.execute(
        "INSERT INTO platform.credential AS c (environment, jurisdiction, name, sealed) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (environment, jurisdiction, name)"
        " DO UPDATE SET sealed = excluded.sealed, version = c.version + 1 WHERE $5",
        *place,
        vault.seal(fields, platform_context(*place)),
        replace,
    )


async def _tell(
    connection: Connection, tenant: UUID, environment: str, action: str, key: UUID, detail: Mapping[str, object]
) -> None:
    trail = Trail(new_id, OPERATOR)
    trail.note(action, "api_key", key, version=1, told=False, detail=detail)
    await write(connection, tenant, environment, system_clock(), trail)


def shown(key: Mapping[str, Any]) -> dict[str, Any]:
    """A key as the commands print it."""
    return {
        "id": written(Prefix.KEY, key["id"]),
        "tenant": key["tenant"],
        "environment": key["environment"],
        "hint": key["hint"],
        "scopes": list(key["scopes"]),
        "created_at": key["created_at"].isoformat(),
        "revoked_at": key["revoked_at"].isoformat() if key["revoked_at"] else None,
    }
