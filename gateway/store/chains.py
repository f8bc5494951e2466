"""Chains that end and begin anew, and the series that go on beyond what an authority holds already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.store.pool import Connection


@dataclass(frozen=True, slots=True)
class Home:
    """Whose chains and books: an issuer in one jurisdiction."""

    tenant: UUID
    environment: str
    issuer: UUID
    jurisdiction: str


@dataclass(frozen=True, slots=True)
class RenewalRow:
    """One chain's end (None: it was kept elsewhere) and the one that goes on."""

    id: UUID
    former: str | None
    fresh: str
    why: str
    at: datetime
    actor: str
    note: str | None


async def going_on(connection: Connection, home: Home) -> list[str]:
    """The issuer's chains that have not ended, by name. A chain is whose first record it holds."""
    rows = await connection.fetch(
        """
        SELECT c.key FROM gateway.chain c
        JOIN gateway.link l ON l.tenant_id = c.tenant_id AND l.environment = c.environment
            AND l.jurisdiction = c.jurisdiction AND l.chain = c.key AND l.sequence = 1
        JOIN gateway.document d ON d.tenant_id = l.tenant_id AND d.environment = l.environment AND d.id = l.document_id
        JOIN gateway.invoice i ON i.tenant_id = d.tenant_id AND i.environment = d.environment AND i.id = d.invoice_id
        WHERE c.tenant_id = $1 AND c.environment = $2 AND c.jurisdiction = $4 AND c.retired_at IS NULL
          AND i.issuer_id = $3
        ORDER BY c.key
        """,
        home.tenant,
        home.environment,
        home.issuer,
        home.jurisdiction,
    )
    return [row["key"] for row in rows]


async def series_of(connection: Connection, home: Home, chain: str) -> str | None:
    """The series of the newest invoice in the chain."""
    found: str | None = await connection.fetchval(
        """
        SELECT i.document ->> 'series' FROM gateway.link l
        JOIN gateway.document d ON d.tenant_id = l.tenant_id AND d.environment = l.environment AND d.id = l.document_id
        JOIN gateway.invoice i ON i.tenant_id = d.tenant_id AND i.environment = d.environment AND i.id = d.invoice_id
        WHERE l.tenant_id = $1 AND l.environment = $2 AND l.jurisdiction = $3 AND l.chain = $4
        ORDER BY l.sequence DESC LIMIT 1
        """,
        home.tenant,
        home.environment,
        home.jurisdiction,
        chain,
    )
    return found


async def is_known(connection: Connection, home: Home, chain: str) -> bool:
    """Whether any account of the environment has, or has had, a chain of that name."""
    known: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM gateway.chain WHERE environment = $1 AND jurisdiction = $2 AND key = $3)"
        " OR EXISTS (SELECT FROM gateway.renewal WHERE environment = $1 AND jurisdiction = $2 AND fresh = $3)",
        home.environment,
        home.jurisdiction,
        chain,
    )
    return known


async def last_at(connection: Connection, home: Home, chain: str) -> datetime | None:
    """When the chain was last sealed into; its row is locked, so that nobody seals meanwhile."""
    found: datetime | None = await connection.fetchval(
        "SELECT last_at FROM gateway.chain WHERE tenant_id = $1 AND environment = $2 AND jurisdiction = $3"
        " AND key = $4 FOR UPDATE",
        home.tenant,
        home.environment,
        home.jurisdiction,
        chain,
    )
    return found


async def retire(connection: Connection, home: Home, row: RenewalRow) -> None:
    """End the former chain, if there is one, and keep the renewal's row."""
    if row.former is not None:
        await connection.execute(
            "UPDATE gateway.chain SET retired_at = $5, retired_why = $6, successor = $7 WHERE tenant_id = $1"
            " AND environment = $2 AND jurisdiction = $3 AND key = $4",
            home.tenant,
            home.environment,
            home.jurisdiction,
            row.former,
            row.at,
            row.why,
            row.fresh,
        )
    await connection.execute(
        "INSERT INTO gateway.renewal (tenant_id, environment, id, issuer_id, jurisdiction, former, fresh, why, at,"
        " actor, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        home.tenant,
        home.environment,
        row.id,
        home.issuer,
        home.jurisdiction,
        row.former,
        row.fresh,
        row.why,
        row.at,
        row.actor,
        row.note,
    )


async def number_beyond(connection: Connection, home: Home, last: Mapping[str, int]) -> dict[str, int]:
    """Let each series go on after the given number, where it would not do so anyway; gives those that were moved."""
    moved: dict[str, int] = {}
    for code, number in sorted(last.items()):
        following: int | None = await connection.fetchval(
            """
            INSERT INTO gateway.series AS s (tenant_id, environment, issuer_id, code, next) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (tenant_id, environment, issuer_id, code) DO UPDATE SET next = excluded.next
                WHERE s.next < excluded.next
            RETURNING next
            """,
            home.tenant,
            home.environment,
            home.issuer,
            code,
            number + 1,
        )
        if following is not None:
            moved[code] = following
    return moved
