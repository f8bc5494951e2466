"""The simulators' book in PostgreSQL, in a schema of the sandbox's own.

Changes that arrive while a write is on its way share the next one, so that a simulator's rate is not bound to one
commit an answer; their order is kept. While the server is away (it restarts), writes wait for it and so do the answers.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

import asyncpg
import structlog

from gateway.sandbox.book import BookUnavailable, Changes

log = structlog.get_logger(__name__)

SCHEMA = """
CREATE SCHEMA IF NOT EXISTS sandbox;
CREATE TABLE IF NOT EXISTS sandbox.book (
    simulator text NOT NULL,
    key       text NOT NULL,
    value     bytea NOT NULL,
    PRIMARY KEY (simulator, key)
);
"""
UPSERT = """
INSERT INTO sandbox.book (simulator, key, value)
SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[])
ON CONFLICT (simulator, key) DO UPDATE SET value = excluded.value
"""
DELETE = """
DELETE FROM sandbox.book USING unnest($1::text[], $2::text[]) AS gone (simulator, key)
WHERE book.simulator = gone.simulator AND book.key = gone.key
"""
SERVER_AWAY = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.OperatorInterventionError)
CREATION_LOCK = 0x5A4D_B00C  # two sandboxes that start at once must not both create the schema
LARGEST_WRITE = 5_000  # keys in one statement


class PostgresBook:
    """`dsn` as asyncpg takes it. `patience`: how many seconds a write waits for a server that is away."""

    def __init__(self, dsn: str, *, patience: float = 20.0) -> None:
        self._dsn = dsn.replace("postgresql+asyncpg://", "postgresql://", 1)
        self._patience = patience
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()
        self._waiting: list[tuple[str, Changes, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def load(self, code: str) -> dict[str, bytes]:
        try:
            pool = await self._opened()
            rows = await pool.fetch("SELECT key, value FROM sandbox.book WHERE simulator = $1", code)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise BookUnavailable(f"the book of {code} cannot be read: {error}") from error
        return {row["key"]: bytes(row["value"]) for row in rows}

    async def store(self, code: str, changes: Changes) -> None:
        if not changes:
            return
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((code, changes, written))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all(), name="sandbox-book")
        await written

    async def close(self) -> None:
        """Finish what was asked for, then close."""
        if self._writer is not None:
            await asyncio.gather(self._writer, return_exceptions=True)
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await pool.close()

    async def _opened(self) -> asyncpg.Pool:
        async with self._opening:
            if self._pool is None:
                pool = await asyncpg.create_pool(self._dsn, min_size=1, max_size=2)
                async with pool.acquire() as connection, connection.transaction():
                    await connection.execute("SELECT pg_advisory_xact_lock($1)", CREATION_LOCK)
                    await connection.execute(SCHEMA)
                self._pool = pool
            return self._pool

    async def _write_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:LARGEST_WRITE], self._waiting[LARGEST_WRITE:]
            try:
                await self._written(_merged(batch))
            except BaseException as error:
                # What waited behind was worked out upon what is lost now: it must not be kept either.
                batch, self._waiting = batch + self._waiting, []
                _settle(batch, error)
                if not isinstance(error, Exception):
                    raise
            else:
                _settle(batch)

    async def _written(self, merged: dict[tuple[str, str], bytes | None]) -> None:
        """Write, again and again while the server is away: every statement may be repeated."""
        loop = asyncio.get_running_loop()
        until, pause = loop.time() + self._patience, 0.05
        while True:
            try:
                await self._transaction(merged)
                return
            except SERVER_AWAY as error:
                if loop.time() + pause > until:
                    raise
                log.warning("sandbox.book_waits", error=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 1.0)

    async def _transaction(self, merged: dict[tuple[str, str], bytes | None]) -> None:
        kept = [(code, key, value) for (code, key), value in merged.items() if value is not None]
        gone = [place for place, value in merged.items() if value is None]
        pool = await self._opened()
        async with pool.acquire() as connection, connection.transaction():
            if kept:
                codes, keys, values = zip(*kept, strict=True)
                await connection.execute(UPSERT, codes, keys, values)
            if gone:
                codes, keys = zip(*gone, strict=True)
                await connection.execute(DELETE, codes, keys)


def _merged(batch: list[tuple[str, Changes, asyncio.Future[None]]]) -> dict[tuple[str, str], bytes | None]:
    """The last word on each key."""
    return {(code, key): value for code, changes, _ in batch for key, value in changes.items()}


def _settle(batch: list[tuple[str, Changes, asyncio.Future[None]]], error: BaseException | None = None) -> None:
    for _, _, future in batch:
        with suppress(asyncio.InvalidStateError):  # Who waited may have gone.
            if error is None:
                future.set_result(None)
            else:
                future.set_exception(_unavailable(error))


def _unavailable(cause: BaseException) -> BookUnavailable:
    unavailable = BookUnavailable(f"the book cannot be written: {type(cause).__name__}")
    unavailable.__cause__ = cause
    return unavailable
