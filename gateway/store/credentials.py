"""Whose secret a stored credential is: the context under which the vault seals and opens it, and the rows of an
exchange."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gateway.clock import NIL
from gateway.store.pool import Connection
from gateway.vault import credential_context


def stored_context(tenant: UUID, environment: str, issuer: UUID, jurisdiction: str, name: str) -> str:
    """Of a row of `gateway.credential`; `issuer` is the nil UUID where the credential is the tenant's."""
    return credential_context("tenant", tenant.hex, environment, issuer.hex, jurisdiction, name)


def platform_context(environment: str, jurisdiction: str, name: str) -> str:
    """Of a row of `platform.credential`."""
    return credential_context("platform", environment, jurisdiction, name)


def session_context(environment: str, jurisdiction: str, key: str) -> str:
    """Of a row of `platform.session`."""
    return credential_context("session", environment, jurisdiction, key)


def session_key(tenant: UUID, flow: str) -> str:
    """A session belongs to the flow that it was opened in: no other tenant ever speaks with it."""
    return f"{tenant.hex}/{flow}"


async def of_exchange(
    connection: Connection, tenant: UUID, environment: str, issuer: UUID, jurisdiction: str
) -> list[Any]:
    """Sealed credentials of the issuer, its tenant and the platform for one jurisdiction, with their `scope`."""
    rows: list[Any] = await connection.fetch(
        """
        SELECT CASE WHEN issuer_id = $5 THEN 'tenant' ELSE 'issuer' END AS scope, issuer_id, name, version, sealed,
        facts
        FROM gateway.credential
        WHERE tenant_id = $1 AND environment = $2 AND issuer_id IN ($3, $5) AND jurisdiction = $4
        UNION ALL
        SELECT 'platform', $5, name, version, sealed, facts FROM platform.credential
        WHERE environment = $2 AND jurisdiction = $4
        """,
        tenant,
        environment,
        issuer,
        jurisdiction,
        NIL,
    )
    return rows


@dataclass(frozen=True, slots=True)
class Ending:
    """A stored certificate that ends within `days`, of which its account has not been told yet."""

    tenant: UUID
    environment: str
    issuer: UUID
    jurisdiction: str
    name: str
    days: int


async def ending(
    connection: Connection, environments: Sequence[str], days: Sequence[int], now: datetime
) -> list[Ending]:
    """Those of all tenants, as the worker may ask for them."""
    rows = await connection.fetch(
        "SELECT * FROM platform.credentials_ending($1, $2, $3)", list(environments), list(days), now
    )
    return [Ending(*row.values()) for row in rows]


async def note_told(connection: Connection, one: Ending) -> Any:
    """Note that its account is told now: its version and facts, or None where somebody else was quicker."""
    return await connection.fetchrow(
        "UPDATE gateway.credential SET told_days = $6 WHERE tenant_id = $1 AND environment = $2 AND issuer_id = $3"
        " AND jurisdiction = $4 AND name = $5 AND (told_days IS NULL OR told_days > $6) RETURNING version, facts",
        one.tenant,
        one.environment,
        one.issuer,
        one.jurisdiction,
        one.name,
        one.days,
    )
