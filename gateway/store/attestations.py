"""Registered papers: an issuer's and the operator's. A row never changes but for its one revocation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from gateway.store.pool import Connection

_SHOWN = "id, jurisdiction, name, edition, body, media_type, sha256, valid_from, valid_until, revoked_at, registered_at"
_OWN = f"SELECT {_SHOWN}, issuer_id FROM gateway.attestation WHERE tenant_id = $1 AND environment = $2"  # noqa: S608
_PLATFORM = f"SELECT {_SHOWN}, NULL::uuid AS issuer_id FROM platform.attestation WHERE environment = $1"  # noqa: S608


class NewAttestation(msgspec.Struct, frozen=True, kw_only=True):
    """A paper as it is registered; `body` is JSON, `sha256` (hex) that of the document."""

    id: UUID
    jurisdiction: str
    name: str
    edition: str
    body: str
    document: bytes | None
    media_type: str | None
    sha256: str | None
    valid_from: date
    valid_until: date | None

    def values(self) -> tuple[object, ...]:
        """In the order of the columns."""
        return tuple(getattr(self, name) for name in self.__struct_fields__)


_COLUMNS = "id, jurisdiction, name, edition, body, document, media_type, sha256, valid_from, valid_until"


async def insert(
    connection: Connection, key: tuple[UUID, str, UUID], paper: NewAttestation, at: datetime, actor: str
) -> None:
    """Keep a paper of an issuer (tenant, environment, issuer)."""
    await connection.execute(
        f"INSERT INTO gateway.attestation ({_COLUMNS}, tenant_id, environment, issuer_id, registered_at, actor)"  # noqa: S608
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        *paper.values(),
        *key,
        at,
        actor,
    )


async def insert_platform(
    connection: Connection, environment: str, paper: NewAttestation, at: datetime, actor: str
) -> None:
    """Keep a paper of the operator's, as its administrator."""
    await connection.execute(
        f"INSERT INTO platform.attestation ({_COLUMNS}, environment, registered_at, actor)"  # noqa: S608
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        *paper.values(),
        environment,
        at,
        actor,
    )


async def get(connection: Connection, key: tuple[UUID, str, UUID], paper: UUID) -> Any:
    """A paper of the issuer without its document, or None."""
    return await connection.fetchrow(f"{_OWN} AND issuer_id = $3 AND id = $4", *key, paper)


async def page(
    connection: Connection, key: tuple[UUID, str, UUID], jurisdiction: str | None, before: UUID | None, limit: int
) -> list[Any]:
    """The issuer's papers, newest first, strictly before `before`; without their documents."""
    rows: list[Any] = await connection.fetch(
        f"{_OWN} AND issuer_id = $3 AND ($4::text IS NULL OR jurisdiction = $4) AND ($5::uuid IS NULL OR id < $5)"
        " ORDER BY id DESC LIMIT $6",
        *key,
        jurisdiction,
        before,
        limit,
    )
    return rows


async def platform(
    connection: Connection, environment: str, jurisdiction: str | None = None, name: str | None = None
) -> list[Any]:
    """Every paper of the operator's, newest first; without their documents."""
    rows: list[Any] = await connection.fetch(
        f"{_PLATFORM} AND ($2::text IS NULL OR jurisdiction = $2) AND ($3::text IS NULL OR name = $3)"
        " ORDER BY registered_at DESC, id DESC",
        environment,
        jurisdiction,
        name,
    )
    return rows


async def revoke(connection: Connection, key: tuple[UUID, str, UUID], paper: UUID, at: datetime) -> bool:
    """Revoke a paper of the issuer; False where it is not there or was revoked before."""
    done: str = await connection.execute(
        "UPDATE gateway.attestation SET revoked_at = $5 WHERE tenant_id = $1 AND environment = $2 AND issuer_id = $3"
        " AND id = $4 AND revoked_at IS NULL",
        *key,
        paper,
        at,
    )
    return done.endswith(" 1")


async def revoke_platform(connection: Connection, paper: UUID, at: datetime) -> bool:
    """The same for one of the operator's."""
    done: str = await connection.execute(
        "UPDATE platform.attestation SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", paper, at
    )
    return done.endswith(" 1")


async def document(connection: Connection, key: tuple[UUID, str, UUID], paper: UUID) -> Any:
    """The signed file of an issuer's paper, or None."""
    return await connection.fetchrow(
        "SELECT document FROM gateway.attestation WHERE tenant_id = $1 AND environment = $2"
        " AND issuer_id = $3 AND id = $4 AND document IS NOT NULL",
        *key,
        paper,
    )


async def platform_document(connection: Connection, environment: str, jurisdiction: str, paper: UUID) -> Any:
    """The signed file of one of the operator's papers, or None."""
    return await connection.fetchrow(
        "SELECT document FROM platform.attestation WHERE environment = $1 AND jurisdiction = $2 AND id = $3"
        " AND document IS NOT NULL",
        environment,
        jurisdiction,
        paper,
    )
