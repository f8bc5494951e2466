"""Proving chains: every record found whole, or the first that is not, at its place."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

import asyncpg
import pytest

from gateway.accounts import AccountRefused
from gateway.identity import Prefix, written
from gateway.proof import Choice, prove_chains
from tests.gateway.chained import KEY, stored_chain

LENGTH = 2000


@pytest.fixture(scope="module")
async def chain(module_database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(module_database)
    await stored_chain(connection, LENGTH)
    await connection.execute("SET session_replication_role = replica")  # A superuser's way around the triggers.
    yield connection
    await connection.close()


async def test_a_whole_chain_is_found_whole(chain: asyncpg.Connection, module_database: str) -> None:
    (proof,) = await prove_chains(module_database, Choice(tenant="Chained", jurisdiction="verifactu"))
    issuer = await chain.fetchval("SELECT id FROM gateway.issuer")
    assert (proof.chain, proof.records, proof.broken, proof.successor) == (KEY, LENGTH, None, None)
    assert proof.issuer == written(Prefix.ISSUER, issuer)
    assert await prove_chains(module_database, Choice(issuer=proof.issuer)) == [proof]
    with pytest.raises(AccountRefused):
        await prove_chains(module_database, Choice(issuer="inv_1"))


async def test_a_flipped_bit_is_found_at_its_record(chain: asyncpg.Connection, module_database: str) -> None:
    """Whoever has the database may also make the stored SHA-256 right again: the record's link still tells."""
    chance = random.Random(20261121)
    for place in chance.sample(range(1, LENGTH + 1), 10):
        async with chain.transaction():
            row = await chain.fetchrow(
                "SELECT d.id, d.body FROM gateway.link l JOIN gateway.document d ON d.id = l.document_id"
                " WHERE l.sequence = $1",
                place,
            )
            changed = bytearray(row["body"])
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
            covered = chance.random() < 0.5
            await chain.execute(
                "UPDATE gateway.document SET body = $2, sha256 = CASE WHEN $3 THEN sha256($2) ELSE sha256 END"
                " WHERE id = $1",
                row["id"],
                bytes(changed),
                covered,
            )
        (proof,) = await prove_chains(module_database, Choice())
        assert proof.broken is not None
        assert (proof.broken.sequence, proof.records) == (place, place - 1)
        assert ("SHA-256" in proof.broken.reason) is not covered
        await chain.execute(
            "UPDATE gateway.document SET body = $2, sha256 = sha256($2) WHERE id = $1", row["id"], row["body"]
        )
    (whole,) = await prove_chains(module_database, Choice())
    assert whole.broken is None


@pytest.mark.parametrize(
    ("change", "sequence", "reason"),
    [
        ("DELETE FROM gateway.link WHERE sequence = 7", 8, "record 7 is missing"),
        ("DELETE FROM gateway.document d USING gateway.link l WHERE l.document_id = d.id AND l.sequence = 9", 9,
         "its document is missing"),
        ("DELETE FROM gateway.link WHERE sequence = 2000", 2000, "the chain's head says 2000 records"),
        ("UPDATE gateway.link SET link = 'x' WHERE sequence = 11", 11, "the stored link is not that of the document"),
        ("UPDATE gateway.link SET document_id = (SELECT document_id FROM gateway.link WHERE sequence = 1)"
         " WHERE sequence = 12", 12, "VERIFACTU-CHAIN"),
    ],
)  # fmt: skip
async def test_what_is_missing_or_moved_is_named(
    chain: asyncpg.Connection, module_database: str, change: str, sequence: int, reason: str
) -> None:
    for table in ("link", "document"):
        await chain.execute(f"CREATE TEMP TABLE kept_{table} AS TABLE gateway.{table}")
    try:
        await chain.execute(change)
        (proof,) = await prove_chains(module_database, Choice())
        assert proof.broken is not None
        assert proof.broken.sequence == sequence
        assert reason in proof.broken.reason
    finally:
        for table in ("link", "document"):
            await chain.execute(f"DELETE FROM gateway.{table}")
            await chain.execute(f"INSERT INTO gateway.{table} TABLE kept_{table}")
            await chain.execute(f"DROP TABLE kept_{table}")
    (whole,) = await prove_chains(module_database, Choice())
    assert whole.broken is None


async def test_a_chain_of_a_country_that_is_not_installed_is_not_called_whole(
    chain: asyncpg.Connection, module_database: str
) -> None:
    for table in ("chain", "link"):
        await chain.execute(f"UPDATE gateway.{table} SET jurisdiction = 'atlantis'")
    (proof,) = await prove_chains(module_database, Choice())
    for table in ("chain", "link"):
        await chain.execute(f"UPDATE gateway.{table} SET jurisdiction = 'verifactu'")
    assert proof.broken is not None
    assert proof.broken.reason == "atlantis is not installed, so nothing can be verified"
