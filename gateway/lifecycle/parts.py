"""The parts of a process, opened and closed in order, from its settings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import jurisdictions as installation
from gateway.clock import new_id, system_clock
from gateway.deployments import read_deployments
from gateway.metrics import Metrics
from gateway.sandbox import SandboxAuthority, published_urls
from gateway.settings import API_ROLE, WORKER_ROLE, Settings
from gateway.store.pool import Store
from gateway.transport import Transport, endpoints_for
from gateway.vault import Keyring, Vault
from gateway.wiring import Wiring
from gateway.worker import House
from jurisdictions.contract import Environment, Jurisdiction

API_CONNECTIONS, WORKER_CONNECTIONS = 12, 16


@asynccontextmanager
async def wired(settings: Settings) -> AsyncIterator[Wiring]:
    """What the API works with. Raises PermissionError for a login that is not `gateway_api`."""
    store = await Store.open(settings.as_api(), role=API_ROLE, size=API_CONNECTIONS)
    known = installation.load()
    try:
        yield Wiring(
            store=store,
            jurisdictions=known,
            vault=Vault(settings.master_key()),
            keyring=Keyring(),
            clock=system_clock,
            new_id=new_id,
            ways_out=lambda environment: transport(settings, environment, known),
            deployments=read_deployments(settings.deployment, known),
        )
    finally:
        await store.close()


@asynccontextmanager
async def housed(settings: Settings) -> AsyncIterator[House]:
    """What the worker works with: a way out for test (the sandbox, or the operator's addresses) and one for live."""
    known = installation.load()
    async with AsyncExitStack() as stack:
        store = await Store.open(settings.as_worker(), role=WORKER_ROLE, size=WORKER_CONNECTIONS)
        stack.push_async_callback(store.close)
        environments: tuple[Environment, ...] = ("test", "live")
        lines = {
            environment: await stack.enter_async_context(transport(settings, environment, known))
            for environment in environments
        }
        yield House(
            store=store,
            jurisdictions=known,
            lines=lines,
            vault=Vault(settings.master_key()),
            clock=system_clock,
            new_id=new_id,
            metrics=Metrics(),
            sandboxes=lines["test"].sandboxes(),
            deployments=read_deployments(settings.deployment, known),
        )


def transport(settings: Settings, environment: Environment, known: Mapping[str, Jurisdiction]) -> Transport:
    """The way out of one environment. Raises EndpointRefused: live reaches no simulator, test no authority."""
    simulators = published_urls(settings.sandbox) if environment == "test" else {}
    trust = SandboxAuthority(settings.sandbox).certificate_pem if simulators else None
    return Transport(
        environment,
        endpoints_for(environment, known, simulators, settings.endpoints.get(environment, {})),
        slots={code: one.about.slots for code, one in known.items()},
        sandbox_trust=trust,
    )
