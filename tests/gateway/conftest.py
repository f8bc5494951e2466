"""The real database for the gateway's tests: one embedded cluster a session, a migrated template, copies of it.

`database` is the owner's URL of a fresh database; `api_store` and `worker_store` are logged in to it as the roles that
the service's processes use. `module_database` serves the tests of one module together.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from gateway.embedded_postgres import EmbeddedPostgres
from gateway.store.pool import Store
from gateway.store.schema import as_role, migrate
from tests.gateway.toyland import Toyland, open_toyland
from tests.gateway.world import World, open_world

TEMPLATE = "gateway_template"
# What a crash of the machine would cost does not matter here; everything else is as in production.
SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_numbers = count(1)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """The cluster, with the template database migrated to the newest schema."""
    cluster = EmbeddedPostgres(tmp_path_factory.mktemp("postgres") / "cluster", settings=SETTINGS)
    cluster.start()
    try:
        asyncio.run(_execute(cluster.url(), f"CREATE DATABASE {TEMPLATE}"))
        migrate(cluster.url(database=TEMPLATE))
        yield cluster
    finally:
        cluster.discard()


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@contextmanager
def copied(cluster: EmbeddedPostgres) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    asyncio.run(_execute(cluster.url(), f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy"))
    try:
        yield cluster.url(database=name)
    finally:
        asyncio.run(_execute(cluster.url(), f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def database(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The owner's URL of a database of this test alone."""
    with copied(postgres) as url:
        yield url


@pytest.fixture(scope="module")
def module_database(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The owner's URL of a database that the tests of a module share."""
    with copied(postgres) as url:
        yield url


@pytest.fixture
async def api_store(database: str) -> AsyncIterator[Store]:
    store = await Store.open(as_role(database, "gateway_api"), role="gateway_api")
    yield store
    await store.close()


@pytest.fixture
async def worker_store(database: str) -> AsyncIterator[Store]:
    store = await Store.open(as_role(database, "gateway_worker"), role="gateway_worker")
    yield store
    await store.close()


@pytest.fixture
async def toyland(database: str) -> AsyncIterator[Toyland]:
    """The toy's whole world: API, worker, timekeeper and office."""
    async with open_toyland(database) as world:
        yield world


@pytest.fixture(scope="session")
def signers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keys of the simulators: every clock here begins at the same noon, so one set serves all tests."""
    return tmp_path_factory.mktemp("signers")


@pytest.fixture
async def world(database: str, signers: Path) -> AsyncIterator[World]:
    """The house with every installed jurisdiction and its simulator, on one clock."""
    async with open_world(database, signers) as opened:
        yield opened
