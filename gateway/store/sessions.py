"""Sessions that serve several exchanges, sealed by the vault, until they expire or are no longer honoured."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gateway.store.pool import Connection


async def get(connection: Connection, environment: str, jurisdiction: str, key: str, now: datetime) -> Any:
    """`sealed` and `expires_at` of a session that still holds, or None."""
    return await connection.fetchrow(
        "SELECT sealed, expires_at FROM platform.session"
        " WHERE environment = $1 AND jurisdiction = $2 AND key = $3 AND expires_at > $4",
        environment,
        jurisdiction,
        key,
        now,
    )


async def put(
    connection: Connection, environment: str, jurisdiction: str, key: str, sealed: bytes, expires_at: datetime
) -> None:
    await connection.execute(
        """
        INSERT INTO platform.session (environment, jurisdiction, key, sealed, expires_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (environment, jurisdiction, key) DO UPDATE SET sealed = excluded.sealed, expires_at =
        excluded.expires_at
        """,
        environment,
        jurisdiction,
        key,
        sealed,
        expires_at,
    )


async def drop(connection: Connection, environment: str, jurisdiction: str, key: str) -> None:
    await connection.execute(
        "DELETE FROM platform.session WHERE environment = $1 AND jurisdiction = $2 AND key = $3",
        environment,
        jurisdiction,
        key,
    )
