"""Chains that end and begin anew, and the series that go on beyond what an authority holds already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gateway.store.pool import Connection

# A chain whose head is gone is one still: its links tell.
_HEADS = """
    WITH RECURSIVE linked AS (
        (SELECT l.tenant_id, l.environment, l.jurisdiction, l.chain FROM gateway.link l ORDER BY 1, 2, 3, 4 LIMIT 1)
        UNION ALL
        SELECT n.* FROM linked k CROSS JOIN LATERAL (
            SELECT l.tenant_id, l.environment, l.jurisdiction, l.chain FROM gateway.link l
            WHERE (l.tenant_id, l.environment, l.jurisdiction, l.chain)
                > (k.tenant_id, k.environment, k.jurisdiction, k.chain)
            ORDER BY 1, 2, 3, 4 LIMIT 1) n
    ), named AS (
        SELECT tenant_id, environment, jurisdiction, chain AS key FROM linked
        UNION SELECT tenant_id, environment, jurisdiction, key FROM gateway.chain
    )
    SELECT m.*, c.sequence, c.link, c.successor, coalesce(t.name, m.tenant_id::text) AS tenant,
        coalesce(c.retired_at, (SELECT min(r.at) FROM gateway.renewal r WHERE r.tenant_id = m.tenant_id
            AND r.environment = m.environment AND r.jurisdiction = m.jurisdiction AND r.former = m.key)) AS ended_at,
        (SELECT i.issuer_id FROM gateway.link l
            JOIN gateway.document d ON d.tenant_id = l.tenant_id AND d.environment = l.environment
                AND d.id = l.document_id
            JOIN gateway.invoice i ON i.tenant_id = d.tenant_id AND i.environment = d.environment
                AND i.id = d.invoice_id
            WHERE l.tenant_id = m.tenant_id AND l.environment = m.environment AND l.jurisdiction = m.jurisdiction
                AND l.chain = m.key AND l.sequence = 1) AS issuer_id
    FROM named m
    LEFT JOIN gateway.chain c USING (tenant_id, environment, jurisdiction, key)
    LEFT JOIN platform.tenant t ON t.id = m.tenant_id
    WHERE ($1::uuid IS NULL OR m.tenant_id = $1) AND ($2::text IS NULL OR m.jurisdiction = $2)
      AND ($3::uuid IS NULL OR EXISTS (SELECT FROM gateway.link l
            JOIN gateway.document d ON d.tenant_id = l.tenant_id AND d.environment = l.environment
                AND d.id = l.document_id
            JOIN gateway.invoice i ON i.tenant_id = d.tenant_id AND i.environment = d.environment
                AND i.id = d.invoice_id
            WHERE l.tenant_id = m.tenant_id AND l.environment = m.environment AND l.jurisdiction = m.jurisdiction
                AND l.chain = m.key AND i.issuer_id = $3))
    ORDER BY 1, 2, 3, 4
"""


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


async def ever(connection: Connection, home: Home, chain: str) -> bool:
    """Whether the account has a chain of that name, be it one that has ended."""
    known: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM gateway.chain WHERE tenant_id = $1 AND environment = $2 AND jurisdiction = $3"
        " AND key = $4)",
        home.tenant,
        home.environment,
        home.jurisdiction,
        chain,
    )
    return known


async def series_in_use(connection: Connection, home: Home) -> list[str]:
    """The series in which the issuer has numbered, or is to go on after somebody else."""
    rows = await connection.fetch(
        "SELECT code FROM gateway.series WHERE tenant_id = $1 AND environment = $2 AND issuer_id = $3 ORDER BY code",
        home.tenant,
        home.environment,
        home.issuer,
    )
    return [row["code"] for row in rows]


async def reconciled_at(connection: Connection, home: Home) -> datetime | None:
    """When the authority's books were last read for the issuer."""
    found: datetime | None = await connection.fetchval(
        "SELECT max(at) FROM gateway.reconciliation WHERE tenant_id = $1 AND environment = $2 AND issuer_id = $3"
        " AND jurisdiction = $4",
        home.tenant,
        home.environment,
        home.issuer,
        home.jurisdiction,
    )
    return found


async def end(connection: Connection, home: Home, chain: str, row: RenewalRow) -> None:
    """Nothing is sealed into the chain any more, also where nothing ever was: who has read its name meanwhile and comes
    to it later must not begin it. One that has ended before stays as it is."""
    await connection.execute(
        """
        INSERT INTO gateway.chain AS c (tenant_id, environment, jurisdiction, key, retired_at, retired_why, successor)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (tenant_id, environment, jurisdiction, key) DO UPDATE
            SET retired_at = greatest($5, c.last_at), retired_why = $6, successor = $7 WHERE c.retired_at IS NULL
        """,
        home.tenant,
        home.environment,
        home.jurisdiction,
        chain,
        row.at,
        row.why,
        row.fresh,
    )


async def retire(connection: Connection, home: Home, row: RenewalRow) -> None:
    """End the former chain, if there is one, and keep the renewal's row."""
    if row.former is not None:
        await end(connection, home, row.former, row)
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


async def heads(
    connection: Connection, tenant: UUID | None, jurisdiction: str | None, issuer: UUID | None
) -> list[Any]:
    """Every chain that is not excluded, with its tenant's name, whose record is the first, and when it ended; the
    `sequence` of one that has links and no head is None."""
    rows: list[Any] = await connection.fetch(_HEADS, tenant, jurisdiction, issuer)
    return rows


async def sealed_after_its_end(connection: Connection, chain: Mapping[str, Any]) -> int | None:
    """The first place of a chain of `heads` that was sealed once it had ended, if there is one."""
    if chain["ended_at"] is None:
        return None
    sequence: int | None = await connection.fetchval(
        "SELECT min(sequence) FROM gateway.link WHERE tenant_id = $1 AND environment = $2 AND jurisdiction = $3"
        " AND chain = $4 AND at > $5",
        *(chain[name] for name in ("tenant_id", "environment", "jurisdiction", "key", "ended_at")),
    )
    return sequence
