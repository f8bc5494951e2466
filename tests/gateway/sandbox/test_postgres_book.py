"""The book in a real PostgreSQL: it lasts, keeps the order of writes, and waits for a server that restarts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from gateway.embedded_postgres import EmbeddedPostgres
from gateway.sandbox import BookUnavailable, PostgresBook


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    owner = EmbeddedPostgres(tmp_path_factory.mktemp("cluster"))
    owner.start()
    yield owner
    owner.discard()


async def test_what_was_stored_is_there_again(cluster: EmbeddedPostgres) -> None:
    book = PostgresBook(cluster.url())
    assert await book.load("one") == {}
    await book.store("one", {"a": b"1", "b": b"\x00\xff"})
    await book.store("two", {"a": b"other"})
    await book.store("one", {"a": None, "c": b""})
    await book.store("one", {})
    await book.close()
    again = PostgresBook(cluster.url().replace("postgresql://", "postgresql+asyncpg://"))
    assert await again.load("one") == {"b": b"\x00\xff", "c": b""}
    assert await again.load("two") == {"a": b"other"}
    await again.close()


async def test_the_last_word_counts(cluster: EmbeddedPostgres) -> None:
    book = PostgresBook(cluster.url())
    changes: list[dict[str, bytes | None]] = [{"n": str(number).encode(), f"k{number}": b""} for number in range(200)]
    await asyncio.gather(*(book.store("order", one) for one in changes), book.store("order", {"k7": None}))
    page = await book.load("order")
    assert page["n"] == b"199"
    assert len(page) == 200
    assert "k7" not in page
    await book.close()


async def test_a_write_waits_for_a_server_that_restarts(cluster: EmbeddedPostgres) -> None:
    book = PostgresBook(cluster.url())
    await book.load("restart")
    restarting = asyncio.create_task(asyncio.to_thread(cluster.restart))
    for number in range(20):
        await book.store("restart", {"n": str(number).encode()})
        await asyncio.sleep(0.02)
    await restarting
    await book.store("restart", {"after": b"yes"})
    assert await book.load("restart") == {"n": b"19", "after": b"yes"}
    await book.close()


async def test_what_cannot_be_written_is_said(cluster: EmbeddedPostgres) -> None:
    book = PostgresBook(cluster.url())
    await book.load("broken")
    owner = await asyncpg.connect(cluster.url())
    await owner.execute("ALTER TABLE sandbox.book RENAME TO hidden")
    try:
        with pytest.raises(BookUnavailable):
            await book.store("broken", {"a": b"1"})
    finally:
        await owner.execute("ALTER TABLE sandbox.hidden RENAME TO book")
        await owner.close()
    await book.store("broken", {"a": b"2"})
    assert await book.load("broken") == {"a": b"2"}
    await book.close()


async def test_no_server_at_all(tmp_path: Path) -> None:
    book = PostgresBook(f"postgresql://nobody@/none?host={tmp_path}", patience=0.1)
    with pytest.raises(BookUnavailable):
        await book.load("a")
    with pytest.raises(BookUnavailable):
        await book.store("a", {"a": b"1"})
    await book.close()
