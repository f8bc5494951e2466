"""Sealed records of which the audit trail tells and which the chains do not hold as they were sealed.

A chain whose end was cut off, with its head moved back, is whole in itself; so is one whose record was replaced
together with its link, where the next record does not speak of what was changed. The audit trail, whose rows have a
chain of their own, noted the SHA-256 of each record when it was sealed: that must stand in a chain, unchanged.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from gateway.store.pool import Connection

_QUERY = """
    WITH noted AS (
        SELECT a.tenant_id, a.environment, a.object_id, a.at, a.detail ->> 'jurisdiction' AS jurisdiction,
            a.detail ->> 'number' AS number, a.detail ->> 'sha256' AS sha256
        FROM gateway.audit a
        WHERE a.action = 'submission.queued' AND a.detail ? 'sha256' AND a.detail ->> 'jurisdiction' = ANY ($2)
          AND ($1::uuid IS NULL OR a.tenant_id = $1)
    ), found AS (
        SELECT n.*, s.issuer_id, d.id AS document_id, l.document_id AS linked,
            d.sha256 = decode(n.sha256, 'hex') AS same
        FROM noted n
        LEFT JOIN gateway.submission s ON s.tenant_id = n.tenant_id AND s.environment = n.environment
            AND s.id::text = n.object_id
        LEFT JOIN gateway.document d ON d.tenant_id = s.tenant_id AND d.environment = s.environment
            AND d.id = s.document_id
        LEFT JOIN gateway.link l ON l.tenant_id = s.tenant_id AND l.environment = s.environment
            AND l.jurisdiction = s.jurisdiction AND l.document_id = s.document_id
    ), astray AS (
        SELECT f.*, count(*) OVER place AS many, row_number() OVER (place ORDER BY f.at, f.object_id) AS n
        FROM found f
        WHERE (f.linked IS NULL OR f.same IS NOT TRUE) AND ($3::uuid IS NULL OR f.issuer_id IS NULL OR f.issuer_id = $3)
        WINDOW place AS (PARTITION BY f.tenant_id, f.environment, f.jurisdiction)
    )
    SELECT coalesce(t.name, a.tenant_id::text) AS tenant, a.environment, a.jurisdiction, a.number, a.at, a.document_id,
        a.linked, a.many
    FROM astray a LEFT JOIN platform.tenant t ON t.id = a.tenant_id WHERE a.n = 1 ORDER BY a.tenant_id, 2, 3
"""


class Astray(msgspec.Struct, frozen=True, kw_only=True):
    """The first of `many` such records of an account in one jurisdiction, and what is wrong with it."""

    tenant: str
    environment: str
    jurisdiction: str
    number: str
    sealed_at: datetime
    many: int
    reason: str

    def told(self) -> str:
        more = f" ({self.many - 1} more like it)" if self.many > 1 else ""
        return f"the record of {self.number}, sealed {self.sealed_at:%Y-%m-%d %H:%M:%S %Z}, {self.reason}{more}"


async def astray(
    connection: Connection, tenant: UUID | None, jurisdictions: Sequence[str], issuer: UUID | None
) -> list[Astray]:
    """One answer for each account and jurisdiction with anything astray; `jurisdictions` are those that chain."""
    # Before the first ANALYZE a loop would be chosen, which reads all links once for each record.
    await connection.execute("SET LOCAL enable_nestloop = off")
    rows = await connection.fetch(_QUERY, tenant, list(jurisdictions), issuer)
    await connection.execute("SET LOCAL enable_nestloop = on")
    return [
        Astray(
            tenant=row["tenant"],
            environment=row["environment"],
            jurisdiction=row["jurisdiction"],
            number=row["number"],
            sealed_at=row["at"],
            many=row["many"],
            reason=_reason(row["document_id"], row["linked"]),
        )
        for row in rows
    ]


def _reason(document: UUID | None, linked: UUID | None) -> str:
    if document is None:
        return "is not here any more, though the audit trail tells of it"
    if linked is None:
        return "stands in no chain, though the audit trail tells of it"
    return "is not the one of which the audit trail tells (its SHA-256 differs)"
