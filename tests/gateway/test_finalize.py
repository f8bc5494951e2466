"""Finalize under load and under crashes: consecutive numbers, an unbroken chain, four round trips."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from gateway.errors import Busy
from gateway.intake import finalize as finalizing
from gateway.store import invoices
from gateway.store.pool import Store
from gateway.store.schema import as_role
from tests.gateway.api.caller import Caller, House, open_house, problem
from tests.jurisdictions.toy import with_toyland

MANY = 200


@pytest.fixture
async def house(database: str) -> AsyncIterator[House]:
    store = await Store.open(as_role(database, "gateway_api"), role="gateway_api", size=12)
    opened = await open_house(database, store, with_toyland())
    yield opened
    await opened.client.aclose()
    await store.close()


async def _drafts(caller: Caller, issuer: str, many: int) -> list[str]:
    limit = asyncio.Semaphore(12)

    async def one() -> str:
        async with limit:
            return str((await caller.toy_draft(issuer))["id"])

    return list(await asyncio.gather(*(one() for _ in range(many))))


async def _chain(house: House) -> list[tuple[int, bytes, bytes]]:
    """Place, stored link and sealed bytes of the chain's records, in order."""
    connection = await asyncpg.connect(house.owner)
    try:
        rows = await connection.fetch(
            "SELECT l.sequence, l.link, d.body FROM gateway.link l JOIN gateway.document d ON d.id = l.document_id"
            " ORDER BY l.sequence"
        )
    finally:
        await connection.close()
    return [(row["sequence"], row["link"], row["body"]) for row in rows]


async def _unbroken(house: House) -> int:
    """How many records the chain has; every one must follow the one before."""
    seal = house.jurisdictions["toyland"].seal
    assert seal.verify is not None
    assert seal.link is not None
    previous: bytes | None = None
    records = await _chain(house)
    for place, (sequence, link, body) in enumerate(records, start=1):
        assert sequence == place
        assert seal.verify(body, previous) == ()
        assert seal.link(body) == link
        previous = link
    return len(records)


async def test_two_hundred_at_once_on_one_series_and_one_chain(house: House) -> None:
    caller = await house.caller()
    drafts = await _drafts(caller, await caller.toy_issuer(), MANY)
    answers = await asyncio.gather(*(caller.post(f"/v1/invoices/{one}/finalize") for one in drafts))
    assert [one.status_code for one in answers] == [200] * MANY
    numbers = sorted(int(one.json()["number"].rpartition("-")[2]) for one in answers)
    assert numbers == list(range(1, MANY + 1))
    assert await _unbroken(house) == MANY
    assert await house.value("SELECT next FROM gateway.series") == MANY + 1
    assert await house.value("SELECT count(DISTINCT position) FROM gateway.submission") == MANY


async def test_one_draft_finalized_by_many_is_finalized_once(house: House) -> None:
    caller = await house.caller()
    (draft,) = await _drafts(caller, await caller.toy_issuer(), 1)
    answers = await asyncio.gather(*(caller.post(f"/v1/invoices/{draft}/finalize") for _ in range(12)))
    assert sorted(one.status_code for one in answers) == [200] + [409] * 11
    assert await _unbroken(house) == 1
    assert await house.value("SELECT next FROM gateway.series") == 2


class _Overheard:
    """The pool, with an ear on its connections."""

    def __init__(self, pool: Any, seen: list[str]) -> None:
        self._pool, self._seen = pool, seen

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Any]:
        async with self._pool.acquire() as connection:
            with connection.query_logger(lambda query: self._seen.append(" ".join(query.query.split()))):
                yield connection


@asynccontextmanager
async def _counted(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[str]]:
    """Every query that the service's connections send while this is open."""
    seen: list[str] = []
    monkeypatch.setattr(house.store, "_pool", _Overheard(house.store._pool, seen))
    yield seen


async def test_a_finalize_takes_four_round_trips(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    one = await Store.open(as_role(house.owner, "gateway_api"), role="gateway_api", size=1)
    monkeypatch.setattr(house.store, "_pool", one._pool)
    caller = await house.caller()
    issuer = await caller.toy_issuer()
    await caller.toy_issued(issuer)  # the only connection knows its types now; series and chain exist
    (draft,) = await _drafts(caller, issuer, 1)
    async with _counted(house, monkeypatch) as seen:
        assert (await caller.post(f"/v1/invoices/{draft}/finalize")).status_code == 200
    await one.close()
    seen = [
        query for query in seen if not query.startswith("NOTIFY")
    ]  # the wake-up waits for nobody, nor anybody for it
    begin = next(n for n, query in enumerate(seen) if query.startswith("BEGIN"))
    assert [query.partition("(")[0].rstrip(";") for query in seen[begin:]] == [
        "BEGIN",
        "SELECT * FROM gateway.seal_open",
        "SELECT gateway.seal_close",
        "COMMIT",
    ]
    assert len(seen[:begin]) == 1, seen  # and one to read what is checked


async def test_a_crash_before_commit_leaves_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = await house.caller()
    issuer = await caller.toy_issuer()
    await caller.toy_issued(issuer)
    (draft,) = await _drafts(caller, issuer, 1)

    async def crashing(connection: Any, *arguments: object) -> None:
        await close(connection, *arguments)
        raise RuntimeError("down before COMMIT")

    close = invoices.seal_close
    with monkeypatch.context() as patch:
        patch.setattr(finalizing.invoices, "seal_close", crashing)
        problem(await caller.post(f"/v1/invoices/{draft}/finalize", key="k"), 500)
    assert (await caller.get(f"/v1/invoices/{draft}")).json()["status"] == "draft"
    assert await _unbroken(house) == 1
    done = await caller.post(f"/v1/invoices/{draft}/finalize", key="k")
    assert done.json()["number"] == "A-2"
    assert await _unbroken(house) == 2


async def test_a_killed_backend_leaves_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = await house.caller()
    issuer = await caller.toy_issuer()
    (draft,) = await _drafts(caller, issuer, 1)

    async def killed(connection: Any, *arguments: object) -> None:
        await close(connection, *arguments)
        await house.execute("SELECT pg_terminate_backend($1)", connection.get_server_pid())
        await asyncio.sleep(0.05)

    close = invoices.seal_close
    with monkeypatch.context() as patch:
        patch.setattr(finalizing.invoices, "seal_close", killed)
        lost = problem(await caller.post(f"/v1/invoices/{draft}/finalize", key="k"), Busy.status, "busy")
        assert lost["retryable"] is True
    assert await _unbroken(house) == 0
    assert await house.value("SELECT count(*) FROM gateway.series") == 0
    done = await caller.post(f"/v1/invoices/{draft}/finalize", key="k")
    assert (done.status_code, done.json()["number"]) == (200, "A-1")


async def test_an_answer_that_is_lost_after_commit_is_given_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = await house.caller()
    issuer = await caller.toy_issuer()
    (draft,) = await _drafts(caller, issuer, 1)

    async def lost(*arguments: Any, **named: Any) -> Any:
        await seal(*arguments, **named)
        raise RuntimeError("down after COMMIT")

    seal = finalizing._seal
    with monkeypatch.context() as patch:
        patch.setattr(finalizing, "_seal", lost)
        problem(await caller.post(f"/v1/invoices/{draft}/finalize", key="k"), 500)
    shown = (await caller.get(f"/v1/invoices/{draft}")).json()
    assert (shown["status"], shown["number"]) == ("open", "A-1")
    replay = await caller.post(f"/v1/invoices/{draft}/finalize", key="k")
    assert replay.status_code == 200
    assert replay.headers["idempotent-replayed"] == "true"
    assert replay.json()["number"] == "A-1"
    assert await _unbroken(house) == 1
    assert await house.value("SELECT count(*) FROM gateway.submission WHERE invoice_id = $1", UUID(draft[4:])) == 1


async def test_the_clock_of_a_chain_never_goes_back(house: House) -> None:
    caller = await house.caller()
    issuer = await caller.toy_issuer()
    first = await caller.toy_issued(issuer)
    house.clock.pass_by(hours=-1)
    second = await caller.toy_issued(issuer)
    times = [datetime.fromisoformat(one["finalized_at"]) for one in (first, second)]
    assert times[1] - times[0] == timedelta(microseconds=1)
    assert await _unbroken(house) == 2


async def test_a_turn_in_an_ordered_flow_is_the_time_of_the_seal(house: House) -> None:
    """Two chains may share a flow, and one that begins anew counts from one: neither overtakes what waits."""
    caller = await house.caller()
    issuer = await caller.toy_issuer()
    await caller.toy_issued(issuer)
    await caller.toy_issued(issuer)
    turns = "SELECT array_agg(position ORDER BY sealed_at) FROM gateway.submission"
    noon = house.clock.at
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    first = (noon - epoch) // timedelta(microseconds=1)
    assert await house.value(turns) == [first, first + 1]
