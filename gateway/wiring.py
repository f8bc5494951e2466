"""The parts of a running process, injected everywhere: nothing in the house reaches for a global."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.clock import Clock, NewId
from gateway.deployments import Deployments
from gateway.lookups import WaysOut
from gateway.store.pool import Store
from gateway.vault import Keyring, Vault
from jurisdictions.contract import Jurisdiction


@dataclass(frozen=True, kw_only=True)
class Wiring:
    """What a use case is given: the database, the law, the vault, the time and fresh ids.

    `ways_out` opens the way to registries in an environment; None: none is asked in this process.
    """

    store: Store
    jurisdictions: Mapping[str, Jurisdiction]
    vault: Vault
    keyring: Keyring
    clock: Clock
    new_id: NewId
    ways_out: WaysOut | None = None
    deployments: Deployments = field(default_factory=dict)
