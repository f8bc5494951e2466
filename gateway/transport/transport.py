"""The connections of one environment, with a bulkhead for each endpoint."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx2

from gateway.transport.endpoints import Endpoint, Place
from gateway.transport.filling import Secrets, Unsendable
from gateway.transport.line import Line
from gateway.transport.pool import ClientPool
from jurisdictions.contract import Environment, Sandbox

DEFAULT_SLOTS = 4
AGENT = "einvoice-gateway"


@dataclass(frozen=True)
class Limits:
    """What an exchange may cost: bytes of an answer, seconds until connected, seconds that an idle connection stays
    (less than a server's own patience, else a request is written into a closing line), clients, connections each."""

    answer_bytes: int = 20_000_000
    connect_seconds: float = 10.0
    idle_seconds: float = 4.0
    clients: int = 64
    connections: int = 100


@dataclass(frozen=True)
class Identity:
    """A client certificate: `version` names it among all, `context(trust)` builds its TLS side (called in a thread;
    `trust` is the PEM of the only authorities to trust, None for the system's)."""

    version: str
    context: Callable[[bytes | None], ssl.SSLContext]


Identities = Callable[[str], Awaitable[Identity]]
"""Credential name -> its client certificate. Raises `CredentialMissing`."""


class Transport:
    """Carries asks of one environment. One per process and environment; belongs to the event loop that uses it.

    `endpoints` as `endpoints_for` gives them; `slots` how many exchanges may run against one endpoint, by jurisdiction;
    `sandbox_trust` the PEM of the sandbox's authority, the only one that is trusted at a simulator.
    """

    def __init__(
        self,
        environment: Environment,
        endpoints: Mapping[Place, Endpoint],
        *,
        slots: Mapping[str, int] | None = None,
        sandbox_trust: bytes | None = None,
        limits: Limits | None = None,
    ) -> None:
        if environment == "live" and any(one.trust == "sandbox" for one in endpoints.values()):
            raise ValueError("live may reach no simulator")
        if sandbox_trust is None and any(one.trust == "sandbox" for one in endpoints.values()):
            raise ValueError("a simulator is reached only with its sandbox's certificate")
        self.environment = environment
        self.limits = limits or Limits()
        self._endpoints = endpoints
        self._sandbox_trust = sandbox_trust
        slots = slots or {}
        self._slots = {place: asyncio.Semaphore(slots.get(place[0], DEFAULT_SLOTS)) for place in endpoints}
        self._pool = ClientPool(self.limits.clients, self._build)

    def line(self, jurisdiction: str, *, secrets: Secrets, identities: Identities) -> Line:
        """The way out for one issuer in one jurisdiction: cheap, made for each exchange."""
        return Line(self, jurisdiction, secrets, identities)

    def sandboxes(self) -> Mapping[str, Sandbox]:
        """By jurisdiction: the endpoints that the sandbox's simulators answer, and the authority that they sign by."""
        simulated: dict[str, list[str]] = {}
        for (code, name), endpoint in self._endpoints.items():
            if endpoint.trust == "sandbox":
                simulated.setdefault(code, []).append(name)
        authority = (self._sandbox_trust or b"").decode("ascii")
        return {code: Sandbox(endpoints=tuple(sorted(names)), authority=authority) for code, names in simulated.items()}

    def endpoint(self, place: Place) -> Endpoint | None:
        return self._endpoints.get(place)

    def slot(self, place: Place) -> asyncio.Semaphore:
        return self._slots[place]

    def client(
        self, place: Place, endpoint: Endpoint, identity: Identity | None
    ) -> AbstractAsyncContextManager[httpx2.AsyncClient]:
        """The client that speaks to this endpoint with that certificate, or with none."""
        trust = self._sandbox_trust if endpoint.trust == "sandbox" else None

        async def context() -> ssl.SSLContext:
            if identity is not None:
                try:
                    return await asyncio.to_thread(identity.context, trust)
                except ValueError as error:  # The vault's errors are ValueErrors whose words tell no secret.
                    raise Unsendable(f"the client certificate cannot be used: {error}") from error
            return ssl.create_default_context(cadata=None if trust is None else trust.decode("ascii"))

        return self._pool.client((*place, identity.version if identity else ""), context)

    async def aclose(self) -> None:
        await self._pool.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def _build(self, context: ssl.SSLContext) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            verify=context,
            http2=False,
            follow_redirects=False,  # An authority that moves is a matter for a person, not for a secret in a header.
            trust_env=False,  # Neither a proxy nor a .netrc of the machine decides where records go.
            headers={"user-agent": AGENT, "accept-encoding": "identity"},
            limits=httpx2.Limits(
                max_connections=self.limits.connections,
                max_keepalive_connections=self.limits.connections,
                keepalive_expiry=self.limits.idle_seconds,
            ),
        )
