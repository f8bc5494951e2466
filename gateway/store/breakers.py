"""The breaker of each jurisdiction and environment: after several failures nobody asks for a while."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from gateway.store.pool import Connection


async def failed(
    connection: Connection,
    environment: str,
    jurisdiction: str,
    now: datetime,
    *,
    threshold: int,
    base: timedelta,
    cap: timedelta,
) -> datetime | None:
    """Count a failure. From the `threshold`th in a row on it is open, each time twice as long; until when, or None."""
    until: datetime | None = await connection.fetchval(
        """
        INSERT INTO platform.breaker AS b (environment, jurisdiction, failures, open_until)
        VALUES ($1, $2, 1, CASE WHEN $4 <= 1 THEN $3::timestamptz + least($5::interval, $6::interval) END)
        ON CONFLICT (environment, jurisdiction) DO UPDATE SET failures = b.failures + 1,
            open_until = CASE WHEN b.failures + 1 >= $4
                THEN $3 + least($6, $5 * power(2, least(b.failures + 1 - $4, 20))) END
        RETURNING open_until
        """,
        environment,
        jurisdiction,
        now,
        threshold,
        base,
        cap,
    )
    return until


async def mended(connection: Connection, environment: str, jurisdiction: str) -> bool:
    """They answered: closed again. True where it had counted anything."""
    done: str = await connection.execute(
        "UPDATE platform.breaker SET failures = 0, open_until = NULL"
        " WHERE environment = $1 AND jurisdiction = $2 AND (failures <> 0 OR open_until IS NOT NULL)",
        environment,
        jurisdiction,
    )
    return done.endswith(" 1")


async def every(connection: Connection) -> list[Any]:
    rows: list[Any] = await connection.fetch(
        "SELECT environment, jurisdiction, failures, open_until FROM platform.breaker"
    )
    return rows
