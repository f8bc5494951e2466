"""Connections under one role, and transactions in one tenant's context."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from gateway.errors import Busy

Connection = Any
"""An asyncpg connection (the package ships no types)."""

WAKE_AFTER = 0.02
"""Seconds in which commits share one wake-up call."""

_encode_json = msgspec.json.Encoder(decimal_format="string").encode


def to_json(value: object) -> str:
    """JSON text for a jsonb parameter; Decimals become strings."""
    return _encode_json(value).decode()


async def _prepare(connection: Connection) -> None:
    for kind in ("json", "jsonb"):
        # jsonb travels as text in both directions: callers decode it into the type they want, once.
        await connection.set_type_codec(kind, schema="pg_catalog", encoder=str, decoder=str)


async def _as_it_is(connection: Connection) -> None:
    return None


class Store:
    """A pool of connections that all log in as one role (`gateway_api` or `gateway_worker`)."""

    def __init__(self, pool: Connection, role: str) -> None:
        self._pool = pool
        self.role = role
        self._waking: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, url: str, *, role: str, size: int = 10) -> Store:
        """Connect; refuses a login that is a superuser, bypasses row security, or is not the expected role."""
        pool = await asyncpg.create_pool(
            url,
            min_size=min(2, size),
            max_size=size,
            init=_prepare,
            command_timeout=30,
            # Nothing outlives a transaction here (SET LOCAL, transaction locks): the usual reset would be a round trip
            # for nothing, twice in each finalize.
            reset=_as_it_is,
            server_settings={
                "lock_timeout": "4000",
                "idle_in_transaction_session_timeout": "15000",
                "application_name": role,
                "jit": "off",
                # Every statement here is planned once: none gains from knowing its values.
                "plan_cache_mode": "force_generic_plan",
            },
        )
        async with pool.acquire() as connection:
            found = await connection.fetchrow(
                "SELECT current_user AS name, rolsuper OR rolbypassrls AS mighty FROM pg_roles "
                "WHERE rolname = current_user"
            )
        if found["name"] != role or found["mighty"]:
            await pool.close()
            raise PermissionError(f"this process must log in to the database as {role}, not as {found['name']}")
        return cls(pool, role)

    async def close(self) -> None:
        if self._waking is not None:
            self._waking.cancel()
        await self._pool.close()

    def wake_workers(self) -> None:
        """Tell the workers soon that there is something to do: once for all that was committed in a moment.

        Never within the transaction that made the work: NOTIFY takes a database-wide lock at commit. A worker that
        misses it finds the work at its next look.
        """
        if self._waking is None or self._waking.done():
            self._waking = asyncio.get_running_loop().create_task(self._wake())

    async def _wake(self) -> None:
        await asyncio.sleep(WAKE_AFTER)
        with contextlib.suppress(Busy, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            async with self.connection() as connection:
                await connection.execute("NOTIFY gateway_work")

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection without a tenant: it sees no tenant's rows."""
        with translated():
            async with self._pool.acquire() as connection:
                yield connection

    @asynccontextmanager
    async def tenant(self, tenant: UUID, environment: str) -> AsyncIterator[Connection]:
        """A transaction that sees and writes one tenant's rows of one environment."""
        with translated():
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute("SELECT gateway.enter($1, $2)", tenant, environment)
                yield connection


class translated:
    """Lock time-outs, deadlocks and lost connections become `Busy`: the caller may send the same request again."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, why: BaseException | None, trace: object) -> None:
        transient = (
            asyncpg.LockNotAvailableError,
            asyncpg.DeadlockDetectedError,
            asyncpg.SerializationError,
            asyncpg.InterfaceError,
            asyncpg.PostgresConnectionError,
            asyncpg.CannotConnectNowError,
            asyncpg.AdminShutdownError,
            asyncpg.CrashShutdownError,
            ConnectionError,
            FileNotFoundError,  # The socket of a local server that is just being restarted.
            TimeoutError,
        )
        if isinstance(why, transient):
            raise Busy(
                "The database was busy or restarting; nothing was changed unless you are told so on a retry.",
                headers={"Retry-After": "1"},
            ) from why
