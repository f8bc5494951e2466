"""Rows as finalize leaves them, written by COPY as the owner: thousands of them in a moment."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from gateway.clock import new_id

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ISSUER = """{"name": "Toy Maker SL", "tax_ids": [{"scheme": "ES:NIF", "value": "B12345674"}],
 "address": {"country": "ES", "lines": ["Calle Mayor 1"]}, "time_zone": "Europe/Madrid"}"""


@asynccontextmanager
async def owner(url: str) -> AsyncIterator[Rows]:
    connection = await asyncpg.connect(url)
    try:
        yield Rows(connection)
    finally:
        await connection.close()


class Rows:
    """Writes and reads as the owner. A `flow` has its own tenant unless one is given; ids come back in flow order."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    async def issuer(self, tenant: UUID, environment: str = "test") -> UUID:
        issuer = new_id()
        await self.connection.execute(
            "INSERT INTO gateway.issuer (tenant_id, environment, id, body, created_at, updated_at)"
            " VALUES ($1, $2, $3, $4, $5, $5)",
            tenant,
            environment,
            issuer,
            ISSUER,
            AT,
        )
        return issuer

    async def flow(
        self,
        count: int,
        *,
        tenant: UUID | None = None,
        key: str = "flow",
        jurisdiction: str = "toyland",
        ordered: bool = True,
        max_batch: int = 1000,
        overrides: bool = False,
        state: str = "queued",
        environment: str = "test",
    ) -> tuple[UUID, list[str]]:
        """A flow of `count` sealed documents; the tenant and the submissions' ids."""
        tenant = tenant or new_id()
        issuer = await self.issuer(tenant, environment)
        await self.connection.execute(
            "INSERT INTO gateway.flow (tenant_id, environment, jurisdiction, key, issuer_id, ordered, max_batch,"
            " overrides_pause) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            *(tenant, environment, jurisdiction, key, issuer, ordered, max_batch, overrides),
        )
        return tenant, await self.documents(
            count, tenant, issuer, key, jurisdiction, state=state, environment=environment
        )

    async def documents(
        self,
        count: int,
        tenant: UUID,
        issuer: UUID,
        key: str,
        jurisdiction: str,
        *,
        state: str = "queued",
        environment: str = "test",
        first: int = 1,
        invoice: UUID | None = None,
        supersedes: UUID | None = None,
        instruction: str = "issue",
        body: bytes = b"",
        attributes: str = "{}",
    ) -> list[str]:
        ids = [(new_id(), invoice or new_id(), new_id()) for _ in range(count)]
        await self._copy(
            "document",
            "tenant_id environment id invoice_id submission_id jurisdiction name media_type role sha256 body at",
            [
                (
                    tenant,
                    environment,
                    d,
                    i,
                    s,
                    jurisdiction,
                    "record.xml",
                    "application/xml",
                    "sealed",
                    b"",
                    body or s.bytes,
                    AT,
                )
                for s, i, d in ids
            ],
        )
        await self._copy(
            "submission",
            "tenant_id environment id invoice_id issuer_id jurisdiction instruction state flow_key position document_id"
            " attributes facts fingerprint edition tries supersedes sealed_at updated_at",
            [
                (tenant, environment, s, i, issuer, jurisdiction, instruction, state, key, first + n, d,
                 attributes, "{}", s.hex, "1", int(state == "submitting"), supersedes, AT, AT)
                for n, (s, i, d) in enumerate(ids)
            ],
        )  # fmt: skip
        return [str(s) for s, _, _ in ids]

    async def _copy(self, table: str, columns: str, records: Sequence[tuple[object, ...]]) -> None:
        await self.connection.copy_records_to_table(
            table, schema_name="gateway", columns=columns.split(), records=records
        )

    async def states(self, tenant: UUID) -> dict[str, str]:
        rows = await self.connection.fetch(
            "SELECT id, state FROM gateway.submission WHERE tenant_id = $1 ORDER BY position, id", tenant
        )
        return {str(row["id"]): row["state"] for row in rows}

    async def fetch(self, query: str, *arguments: object) -> list[Any]:
        rows: list[Any] = await self.connection.fetch(query, *arguments)
        return rows

    async def value(self, query: str, *arguments: object) -> Any:
        return await self.connection.fetchval(query, *arguments)

    async def run(self, statement: str, *arguments: object) -> None:
        await self.connection.execute(statement, *arguments)
