"""Which of a tenant's issuers answer to an electronic address or to a tax number."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from gateway.store.pool import Connection

_BY_NAMES = r"""
    SELECT id, version, body,
      EXISTS (SELECT FROM jsonb_array_elements(coalesce(body->'endpoints', '[]')) AS e
              WHERE lower((e->>'scheme') || ':' || btrim(e->>'value')) = ANY ($3)) AS by_endpoint,
      EXISTS (SELECT FROM jsonb_array_elements(coalesce(body->'tax_ids', '[]')) AS t
              WHERE lower(left(t->>'scheme', 2) || ':' || regexp_replace(t->>'value', '[ ./-]', '', 'g')) = ANY ($4))
        AS by_tax_id
    FROM gateway.issuer WHERE tenant_id = $1 AND environment = $2 AND ($5::uuid[] IS NULL OR id = ANY ($5))
"""
_FOUND = f"SELECT * FROM ({_BY_NAMES}) AS one WHERE by_endpoint OR by_tax_id ORDER BY id LIMIT 10"  # noqa: S608


async def named(
    connection: Connection,
    tenant: UUID,
    environment: str,
    endpoints: Collection[str],
    tax_ids: Collection[str],
    among: Collection[UUID] = (),
) -> list[Any]:
    """Up to ten issuers that have one of the addresses (`0208:0999000129`) or numbers (`be:0999000129`), lower case.

    Each row says by which of the two it was found.
    """
    wanted = (list(endpoints), list(tax_ids), list(among) or None)
    rows: list[Any] = await connection.fetch(_FOUND, tenant, environment, *wanted)
    return rows
