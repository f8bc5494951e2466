"""What every turn works with: stores, jurisdictions, the way out, clock, ids, and how long things take."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Protocol

from gateway.clock import Clock, NewId
from gateway.deployments import Deployments
from gateway.metrics import Metrics
from gateway.store.pool import Store
from gateway.transport import Identity
from gateway.vault import Vault
from jurisdictions.contract import Answer, Ask, Environment, Jurisdiction, Sandbox

Secrets = Callable[[str, str], Awaitable[bytes]]
Identities = Callable[[str], Awaitable[Identity]]


class Line(Protocol):
    """One issuer's way out."""

    async def ask_all(self, asks: Iterable[Ask]) -> Mapping[str, Answer]:
        """The answers by the asks' names; trouble on the way is an answer too."""


class Lines(Protocol):
    """The ways out of one environment (`gateway.transport.Transport`)."""

    def line(self, jurisdiction: str, *, secrets: Secrets, identities: Identities) -> Line: ...


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How long things take. `backoff_cap` None: the longest pause that the jurisdiction allows."""

    lease: timedelta = timedelta(seconds=60)
    poll_seconds: float = 0.5
    grace_seconds: float = 30.0
    backoff_base: timedelta = timedelta(seconds=1)
    backoff_cap: timedelta | None = None
    unhurried_poll: timedelta = timedelta(seconds=60)
    """When to ask again for what waits, where the jurisdiction names no time."""
    breaker_threshold: int = 5
    breaker_base: timedelta = timedelta(seconds=5)
    breaker_cap: timedelta = timedelta(seconds=60)
    most_steps: int = 40
    """An exchange that goes on longer than this is a defect, not patience."""

    def backoff(self, failures: int, longest_seconds: int, chance: float) -> timedelta:
        """The pause after the `failures`th failure in a row: doubled each time, full jitter (`chance` in 0..1)."""
        cap = timedelta(seconds=longest_seconds) if self.backoff_cap is None else self.backoff_cap
        doubled: timedelta = self.backoff_base * 2 ** min(max(failures - 1, 0), 20)
        return min(cap, doubled) * chance


@dataclass(frozen=True, kw_only=True)
class House:
    """Made once a process. `lines` holds the environments that this worker serves; `sandboxes`, by jurisdiction, says
    what simulators answer in test."""

    store: Store
    jurisdictions: Mapping[str, Jurisdiction]
    lines: Mapping[Environment, Lines]
    vault: Vault
    clock: Clock
    new_id: NewId
    metrics: Metrics
    sandboxes: Mapping[str, Sandbox] = field(default_factory=dict)
    deployments: Deployments = field(default_factory=dict)
    pace: Pace = field(default_factory=Pace)
    chance: Callable[[], float] = SystemRandom().random

    def now(self) -> datetime:
        return self.clock()

    def sandbox(self, environment: str, jurisdiction: str) -> Sandbox | None:
        """What simulators answer there; in live none does."""
        return self.sandboxes.get(jurisdiction) if environment == "test" else None
