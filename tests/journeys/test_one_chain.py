"""One chain, four processes that issue on it at once, and SIGKILL at random: no record is missing, doubled or unlinked.

The four are `gateway serve`, as an operator would run them; every request goes to any of them, and is sent again with
the same Idempotency-Key where its process has died. No worker runs: what counts here is what was sealed.
"""

from __future__ import annotations

import asyncio
import json
import time
from itertools import pairwise
from pathlib import Path
from random import Random

import asyncpg
import pytest

from gateway.api.authentication import mint
from gateway.proof import Choice, prove_chains
from tests.chaos.clients import Client, Tally, serve, settle_in
from tests.chaos.ground import Ground
from tests.chaos.reckoning import chaining, numbering
from tests.obligados.wishes import Then, errands, wisher

SEED = 20261121
PROCESSES, CLIENTS = 4, 12
RECORDS, KILLS, SPAN, MINUTES = 160, 8, 14.0, 2.5


@pytest.mark.journey
@pytest.mark.slow
async def test_one_chain_of_four_processes_survives_kills(tmp_path: Path) -> None:
    ground, key, tally = Ground(tmp_path / "one-chain", apis=PROCESSES, workers=0), mint("test"), Tally()
    until = time.monotonic() + MINUTES * 60
    try:
        await ground.start()
        wishers = (wisher(0),)
        issuers = await settle_in(ground, key, wishers)
        drawn = errands(RECORDS, 0.0, wishers, issuers, Random(f"{SEED}:errands"))
        todo = [errand.wish for errand in drawn if errand.then is not Then.MEND]
        clients = [Client(ground.urls, key, Random(f"{SEED}:{n}"), tally, until) for n in range(CLIENTS)]
        async with asyncio.TaskGroup() as group:
            group.create_task(serve(todo, SPAN, Random(f"{SEED}:moments"), clients, Client.issue))
            group.create_task(_kill(ground, Random(f"{SEED}:kills")))
        connection = await asyncpg.connect(ground.owner)
        try:
            assert tally.wrong == []
            assert tally.troubles.total() > 0, "no client has noticed anything"
            assert len(tally.issued) == len(todo)
            assert await numbering(connection, todo, tally.issued) == []
            assert await chaining(connection, ground.owner) == []
            await _in_order(connection, len(todo))
        finally:
            await connection.close()
        (proof,) = await prove_chains(ground.owner, Choice())
        assert (proof.records, proof.broken) == (len(todo), None)
        assert sum(ward.kills for ward in ground.mortals) == KILLS
        assert [ward.name for ward in ground.wards if ward.deaths] == []
    finally:
        await ground.stop(keep=False)


async def _kill(ground: Ground, chance: Random) -> None:
    """One of the four at a time, wherever it is; it is started again at once."""
    began = time.monotonic()
    for moment in sorted(chance.uniform(0, SPAN) for _ in range(KILLS)):
        await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
        await ground.kill_one(chance)


async def _in_order(connection: asyncpg.Connection, many: int) -> None:
    """Sequences from 1 on, one link a record, and times that never go back (RD 1007/2023 art. 9; FAQ 15)."""
    rows = await connection.fetch(
        "SELECT l.sequence, s.sealed_at, s.attributes::text AS attributes, count(*) OVER (PARTITION BY l.document_id)"
        " AS times FROM gateway.link l JOIN gateway.submission s ON s.tenant_id = l.tenant_id"
        " AND s.environment = l.environment AND s.document_id = l.document_id ORDER BY l.sequence"
    )
    assert [row["sequence"] for row in rows] == list(range(1, many + 1))
    assert {row["times"] for row in rows} == {1}
    assert len({json.loads(row["attributes"])["huella"] for row in rows}) == many
    assert all(before["sealed_at"] <= after["sealed_at"] for before, after in pairwise(rows))
