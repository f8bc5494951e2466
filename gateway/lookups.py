"""Asking a jurisdiction's registry for a receiver, without sending anything: for people, before they send."""

from __future__ import annotations

from collections.abc import Callable

from gateway.clock import Clock
from gateway.transport import Identity, Transport
from jurisdictions.contract import Capability, CredentialMissing, Environment, Lookup

MOST_ROUNDS = 10
"""A look-up that goes on longer than this is a defect."""
WaysOut = Callable[[Environment], Transport]


async def look_up(
    jurisdiction: str, lookup: Lookup, receiver: str, environment: Environment, ways_out: WaysOut | None, clock: Clock
) -> tuple[Capability, ...]:
    """What the registry says of the receiver. ValueError where it is no identifier of that registry.

    Each look-up has connections of its own: they are rare, and the addresses are those that hold now.
    """
    if ways_out is None:
        return lookup.begin(receiver, environment, None, clock()).found
    async with ways_out(environment) as transport:
        sandbox = transport.sandboxes().get(jurisdiction)
        line = transport.line(jurisdiction, secrets=_no_secret, identities=_no_identity)
        probe = lookup.begin(receiver, environment, sandbox, clock())
        for _ in range(MOST_ROUNDS):
            if not probe.asks:
                return probe.found
            answers = await line.ask_all(probe.asks)
            probe = lookup.resume(probe.memo, answers, sandbox, clock())
    raise RuntimeError(f"a look-up of {jurisdiction} that never ends")


async def _no_secret(credential: str, field: str) -> bytes:
    raise CredentialMissing(f"a look-up uses no {credential}")


async def _no_identity(credential: str) -> Identity:
    raise CredentialMissing(f"a look-up uses no {credential}")
