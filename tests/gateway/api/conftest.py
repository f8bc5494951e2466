"""A running service for each module of tests; each test brings tenants of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from gateway.store.pool import Store
from gateway.store.schema import as_role
from tests.gateway.api.caller import Caller, House, open_house
from tests.jurisdictions.toy import with_toyland


@pytest.fixture(scope="module")
async def house(module_database: str) -> AsyncIterator[House]:
    store = await Store.open(as_role(module_database, "gateway_api"), role="gateway_api", size=6)
    opened = await open_house(module_database, store, with_toyland())
    yield opened
    await opened.client.aclose()
    await store.close()


@pytest.fixture
async def caller(house: House) -> Caller:
    return await house.caller()
