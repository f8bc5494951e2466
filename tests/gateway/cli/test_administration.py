"""Keys, and the proof of the audit trail, on a real database."""

import asyncpg
import pytest

from gateway import accounts
from gateway.actor import Actor
from gateway.api.authentication import Keyholders
from gateway.checkup import demand_schema, examine
from gateway.clock import system_clock
from gateway.errors import Unauthenticated
from gateway.proof import Choice, prove_audit, prove_chains
from gateway.settings import Settings
from gateway.store.pool import Store


async def _key(database: str, scopes: set[str]) -> str:
    async with accounts.administering(database) as connection:
        tenant = await accounts.ensure_tenant(connection, "Somebody")
        return await accounts.add_key(connection, tenant, "test", scopes=scopes)


async def _holder(store: Store, secret: str) -> Actor:
    return await Keyholders(store, system_clock).find(f"Bearer {secret}")


async def test_a_key_is_honoured_until_it_is_revoked(database: str, api_store: Store) -> None:
    secret = await _key(database, {"invoices:read"})
    assert (await _holder(api_store, secret)).scopes == {"invoices:read"}
    async with accounts.administering(database) as connection:
        (row,) = map(accounts.shown, await accounts.keys(connection))
        assert secret not in str(row)
        await accounts.revoke_key(connection, row["id"])
    with pytest.raises(Unauthenticated):
        await _holder(api_store, secret)
    async with accounts.administering(database) as connection:
        with pytest.raises(accounts.AccountRefused):
            await accounts.revoke_key(connection, row["id"])


async def test_a_scope_that_does_not_exist_is_refused(database: str) -> None:
    with pytest.raises(accounts.AccountRefused, match="invoices:eat"):
        await _key(database, {"invoices:eat"})


async def test_a_changed_audit_row_breaks_the_proof(database: str) -> None:
    for _ in range(3):
        await _key(database, {"invoices:read"})
    (waiting,) = await prove_audit(database)
    assert (waiting.rows, waiting.unsequenced, waiting.broken) == (0, 3, None)
    connection = await asyncpg.connect(database)
    await connection.execute("SELECT platform.sequence_committed()")
    (whole,) = await prove_audit(database, "Somebody")
    assert (whole.rows, whole.unsequenced, whole.broken) == (3, 0, None)
    await connection.execute("SET session_replication_role = replica")  # A superuser's way around the triggers.
    await connection.execute(
        "UPDATE gateway.audit SET actor = 'nobody' WHERE id = (SELECT audit_id FROM gateway.audit_sequence"
        " WHERE sequence = 2)"
    )
    await connection.close()
    (broken,) = await prove_audit(database)
    assert broken.broken is not None
    assert broken.broken.sequence == 2


async def test_no_chain_no_proof(database: str) -> None:
    assert await prove_chains(database, Choice()) == []
    with pytest.raises(accounts.AccountRefused):
        await prove_chains(database, Choice(jurisdiction="atlantis"))


async def test_the_doctor_finds_a_prepared_database_well(database: str) -> None:
    settings = Settings(database_url=database, port=0)
    await demand_schema(settings)
    found = [finding async for finding in examine(settings)]
    assert [finding for finding in found if not finding.well] == []
    assert {"Schema", "Login of the API", "Login of the worker"} <= {finding.name for finding in found}


async def test_the_doctor_says_what_to_do() -> None:
    settings = Settings(database_url="postgresql://nobody@127.0.0.1:1/nothing", port=0)
    found = {finding.name: finding async for finding in examine(settings)}
    assert not found["Database"].well
    assert "DATABASE_URL" in (found["Database"].remedy or "")
