"""API keys: high-entropy secrets known by their SHA-256, one tenant and one environment each, with scopes."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from gateway.actor import Actor, Origin, Scope
from gateway.clock import Clock
from gateway.errors import Forbidden, Unauthenticated
from gateway.store.pool import Store

PREFIXES = {"test": "sk_test_", "live": "sk_live_"}
CACHED_FOR = timedelta(seconds=5)
"""How long a revoked key may still be honoured by a process that knew it."""
CACHED_AT_MOST = 10_000


def mint(environment: str) -> str:
    """A new secret: 256 bits, so that a fast hash is enough to keep it by."""
    return PREFIXES[environment] + secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


class Keyholders:
    """Who a secret belongs to, remembered for a few seconds."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._known: dict[bytes, tuple[datetime, Actor]] = {}

    async def find(self, authorization: str | None) -> Actor:
        """The actor of an `Authorization` header. Raises Unauthenticated."""
        scheme, _, secret = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not secret.startswith(tuple(PREFIXES.values())):
            raise Unauthenticated(
                "Send Authorization: Bearer sk_test_… or sk_live_….", headers={"WWW-Authenticate": "Bearer"}
            )
        key, now = digest(secret), self._clock()
        known = self._known.get(key)
        if known is not None and known[0] > now:
            return known[1]
        actor = await self._look_up(key)
        if len(self._known) >= CACHED_AT_MOST:
            self._known.clear()
        self._known[key] = (now + CACHED_FOR, actor)
        return actor

    async def _look_up(self, key: bytes) -> Actor:
        async with self._store.connection() as connection:
            row = await connection.fetchrow("SELECT * FROM platform.find_key($1)", key)
        if row is None:
            raise Unauthenticated(
                "This API key is unknown or was revoked.", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}
            )
        return Actor(
            key=row["id"],
            tenant=row["tenant_id"],
            environment=row["environment"],
            scopes=frozenset(row["scopes"]),
            issuers=frozenset(UUID(str(issuer)) for issuer in row["issuers"] or ()),
        )


async def guard(connection: ASGIConnection, handler: BaseRouteHandler) -> None:  # type: ignore[type-arg]
    """Authenticate and check the handler's scope; open handlers (`scope=None`) are named as such."""
    scope: Scope | None = handler.opt.get("scope")  # the schema pages are open; `_published` refuses any other
    if scope is None:
        return
    keyholders: Keyholders = connection.app.state.keyholders
    actor = await keyholders.find(connection.headers.get("authorization"))
    if scope not in actor.scopes:
        raise Forbidden(f"This key lacks the scope {scope}.", code="missing_scope", extra={"scope": str(scope)})
    connection.state.origin = Origin(
        actor=actor,
        request_id=connection.state.request_id,
        correlation=_correlation(connection),
    )


def _correlation(connection: ASGIConnection) -> str | None:  # type: ignore[type-arg]
    """The caller's own name for what this belongs to, as far as it can be stored and shown."""
    brought = connection.headers.get("x-correlation-id") or connection.headers.get("traceparent") or ""
    return brought[:200] if brought.isascii() and brought.isprintable() and brought else None
