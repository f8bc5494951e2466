"""Who may do what in the database: roles without might, tenants behind walls, evidence that only grows."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import asyncpg
import pytest

from gateway.store.pool import Store
from gateway.store.schema import _config, as_role, head, migrate

APPENDED = ("document", "link", "event", "audit", "exchange", "exchange_answer", "event_sequence", "audit_sequence")
ROLES = ("gateway_api", "gateway_worker")
ONE, TWO = UUID(int=1), UUID(int=2)


@pytest.fixture(scope="module")
async def owner(module_database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(module_database)
    yield connection
    await connection.close()


@pytest.fixture(params=ROLES)
async def store(request: pytest.FixtureRequest, module_database: str) -> AsyncIterator[Store]:
    opened = await Store.open(as_role(module_database, request.param), role=request.param, size=2)
    yield opened
    await opened.close()


async def test_each_process_is_its_role_and_has_no_might(store: Store, owner: asyncpg.Connection) -> None:
    async with store.connection() as connection:
        assert await connection.fetchval("SELECT current_user") == await connection.fetchval("SELECT session_user")
        assert await connection.fetchval("SELECT current_user") == store.role
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("SET ROLE gateway_owner")
    row = await owner.fetchrow(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles WHERE rolname = $1",
        store.role,
    )
    assert not any(row.values())
    owned = await owner.fetchval("SELECT count(*) FROM pg_class WHERE relowner = $1::text::regrole", store.role)
    member = await owner.fetchval("SELECT count(*) FROM pg_auth_members WHERE member = $1::text::regrole", store.role)
    assert (owned, member) == (0, 0)


async def test_a_superuser_or_another_role_is_refused(module_database: str) -> None:
    with pytest.raises(PermissionError, match="must log in"):
        await Store.open(module_database, role="gateway_api")
    with pytest.raises(PermissionError, match="gateway_worker"):
        await Store.open(as_role(module_database, "gateway_api"), role="gateway_worker")
    name = re.match(r"postgresql://([^@]+)@", module_database)
    assert name is not None
    with pytest.raises(PermissionError):
        await Store.open(module_database, role=name[1])


async def _customer(connection: asyncpg.Connection, tenant: UUID, environment: str = "test") -> UUID:
    made = uuid4()
    await connection.execute(
        "INSERT INTO gateway.customer (tenant_id, environment, id, body, created_at, updated_at)"
        " VALUES ($1, $2, $3, '{}', now(), now())",
        tenant,
        environment,
        made,
    )
    return made


async def test_another_tenants_rows_are_invisible(store: Store) -> None:
    async with store.tenant(ONE, "test") as connection:
        mine = await _customer(connection, ONE)
    read = "SELECT id FROM gateway.customer WHERE id = $1"
    for tenant, environment in ((TWO, "test"), (ONE, "live")):
        async with store.tenant(tenant, environment) as connection:
            assert await connection.fetchval(read, mine) is None
            assert await connection.execute("UPDATE gateway.customer SET version = 9") == "UPDATE 0"
    async with store.connection() as connection:  # no tenant entered: nothing at all
        assert await connection.fetchval("SELECT count(*) FROM gateway.customer") == 0
        assert await connection.fetchval("SELECT count(*) FROM gateway.invoice") == 0
    async with store.tenant(ONE, "test") as connection:
        assert await connection.fetchval(read, mine) == mine
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with connection.transaction():
                await _customer(connection, TWO)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with connection.transaction():
                await connection.execute("UPDATE gateway.customer SET tenant_id = $1", TWO)


@pytest.mark.parametrize("table", APPENDED)
async def test_evidence_only_grows(store: Store, owner: asyncpg.Connection, table: str) -> None:
    column = await owner.fetchval(
        "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum = 1", f"gateway.{table}"
    )
    changes = (
        f"UPDATE gateway.{table} SET {column} = {column}",
        f"DELETE FROM gateway.{table}",
        f"TRUNCATE gateway.{table}",
    )
    rights = {
        right: await owner.fetchval("SELECT has_table_privilege($1, $2, $3)", store.role, f"gateway.{table}", right)
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
    }
    assert rights == {"SELECT": True, "INSERT": True, "UPDATE": False, "DELETE": False, "TRUNCATE": False}
    for change in changes:
        async with store.tenant(ONE, "test") as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with connection.transaction():
                    await connection.execute(change)
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="append-only"):
            async with owner.transaction():
                await owner.execute("SET LOCAL ROLE gateway_owner")
                await owner.execute(change)


async def test_no_role_deletes_a_tenants_row(store: Store, owner: asyncpg.Connection) -> None:
    tables = await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'gateway'")
    for (table,) in tables:
        for right in ("DELETE", "TRUNCATE"):
            held = await owner.fetchval("SELECT has_table_privilege($1, $2, $3)", store.role, f"gateway.{table}", right)
            assert not held, (table, right)


async def test_every_tenants_table_has_its_wall_and_leads_with_the_tenant(owner: asyncpg.Connection) -> None:
    tables = await owner.fetch(
        "SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity, r.rolname AS owner FROM pg_class c"
        " JOIN pg_roles r ON r.oid = c.relowner"
        " WHERE c.relnamespace = 'gateway'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
    )
    assert len(tables) >= 18
    for table in tables:
        assert table["relrowsecurity"] and table["relforcerowsecurity"], table["relname"]
        assert table["owner"] == "gateway_owner"
        key = await owner.fetch(
            "SELECT a.attname FROM pg_constraint k CROSS JOIN unnest(k.conkey) WITH ORDINALITY u(number, place)"
            " JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number"
            " WHERE k.conrelid = $1 AND k.contype = 'p' ORDER BY u.place",
            table["oid"],
        )
        assert [row["attname"] for row in key][:2] == ["tenant_id", "environment"], table["relname"]


async def test_partitions_are_reached_through_their_parent_only(store: Store, owner: asyncpg.Connection) -> None:
    """A partition has no policy of its own, so no role of ours may name it."""
    partitions = await owner.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'gateway'::regnamespace AND relispartition AND relkind = 'r'"
    )
    assert partitions
    for (name,) in partitions:
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE"):
            assert not await owner.fetchval(
                "SELECT has_table_privilege($1, $2, $3)", store.role, f"gateway.{name}", right
            )


async def test_look_ups_that_cross_tenants_give_ids_only(owner: asyncpg.Connection) -> None:
    """What runs with its owner's rights is named here; a new one must be looked at first."""
    found = await owner.fetch(
        "SELECT p.proname, p.proconfig FROM pg_proc p"
        " WHERE p.prosecdef AND p.pronamespace IN ('gateway'::regnamespace, 'platform'::regnamespace)"
    )
    assert {row["proname"] for row in found} == {
        "credentials_ending",
        "find_key",
        "lease_flow",
        "queue_depths",
        "flows_at_rest",
        "flows_unsent",
        "lease_tasks",
        "sequence_committed",
        "tasks_overdue",
    }
    for row in found:
        assert any(setting.startswith("search_path=pg_catalog") for setting in row["proconfig"]), row["proname"]


async def test_secrets_of_keys_are_out_of_reach(store: Store) -> None:
    async with store.connection() as connection:
        for table in ("platform.api_key", "platform.tenant"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(f"SELECT * FROM {table}")


# ---------------------------------------------------------------------------------------------- migrations


def test_migrating_twice_is_migrating_once(database: str) -> None:
    migrate(database)
    migrate(database)


def test_there_is_one_head() -> None:
    from alembic.script import ScriptDirectory

    assert ScriptDirectory.from_config(_config("postgresql://")).get_heads() == [head()]


async def test_the_schema_is_at_its_head(owner: asyncpg.Connection) -> None:
    assert await owner.fetchval("SELECT version_num FROM migrations.alembic_version") == head()


@contextmanager
def _locked(url: str) -> Iterator[None]:
    """Somebody holds the version table."""
    import asyncio
    import threading

    held, done = threading.Event(), threading.Event()

    async def hold() -> None:
        connection = await asyncpg.connect(url)
        try:
            async with connection.transaction():
                await connection.execute("LOCK TABLE migrations.alembic_version IN ACCESS EXCLUSIVE MODE")
                held.set()
                await asyncio.to_thread(done.wait, 20)
        finally:
            await connection.close()

    thread = threading.Thread(target=lambda: asyncio.run(hold()))
    thread.start()
    assert held.wait(10)
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_a_migration_that_cannot_have_its_lock_gives_up(database: str) -> None:
    with _locked(database), pytest.raises(Exception, match="lock timeout"):
        migrate(database)


async def test_the_service_waits_for_no_lock_for_long(store: Store) -> None:
    async with store.connection() as connection:
        assert await connection.fetchval("SHOW lock_timeout") == "4s"
        assert await connection.fetchval("SHOW idle_in_transaction_session_timeout") == "15s"
