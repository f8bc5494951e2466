"""A backup of a whole database, restored into it later: what came after it is gone, as it is after a bad night."""

from __future__ import annotations

import asyncpg

_TABLES = (
    "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname IN ('gateway', 'platform') AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
)


async def back_up(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE SCHEMA backup")
    for schema, table in await connection.fetch(_TABLES):
        await connection.execute(f"CREATE TABLE backup.{schema}_{table} AS TABLE {schema}.{table}")
    await connection.close()


async def restore(url: str) -> None:
    connection = await asyncpg.connect(url)
    async with connection.transaction():
        await connection.execute(
            "SET LOCAL session_replication_role = replica"
        )  # A superuser's way around the triggers.
        for schema, table in await connection.fetch(_TABLES):
            await connection.execute(f"DELETE FROM {schema}.{table}")
            await connection.execute(f"INSERT INTO {schema}.{table} TABLE backup.{schema}_{table}")
    await connection.execute("DROP SCHEMA backup CASCADE")
    await connection.close()
