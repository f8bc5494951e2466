"""Alembic's entry: creates the three roles, then runs the revisions as `gateway_owner` under tight timeouts."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

ROLES = """
DO $$ DECLARE r text; BEGIN
    FOREACH r IN ARRAY ARRAY['gateway_owner', 'gateway_api', 'gateway_worker'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r) THEN
            EXECUTE format('CREATE ROLE %I NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS %s', r,
                CASE r WHEN 'gateway_owner' THEN 'NOLOGIN' ELSE 'LOGIN' END);
        END IF;
    END LOOP;
    IF NOT pg_has_role(current_user, 'gateway_owner', 'MEMBER') THEN
        EXECUTE 'GRANT gateway_owner TO CURRENT_USER';
    END IF;
    EXECUTE format('GRANT CREATE, CONNECT ON DATABASE %I TO gateway_owner', current_database());
    EXECUTE 'CREATE SCHEMA IF NOT EXISTS migrations AUTHORIZATION gateway_owner';
END $$
"""


def run(connection: Connection) -> None:
    # A migration that cannot have its lock at once gives up rather than queue every request behind it.
    connection.execute(text("SET lock_timeout = '4s'"))
    connection.execute(text("SET statement_timeout = '30s'"))
    connection.execute(text(ROLES))
    connection.execute(text("SET ROLE gateway_owner"))
    connection.commit()
    context.configure(connection=connection, version_table_schema="migrations", transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


async def main() -> None:
    engine = create_async_engine(context.config.attributes["url"], poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


asyncio.run(main())
