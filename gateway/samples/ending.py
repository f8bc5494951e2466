"""How one invoice of the demo ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """`outcome` and `expected` are `accepted`, `refused` (by our rules, before finalize), or what else happened."""

    name: str
    jurisdictions: tuple[str, ...]
    expected: str
    outcome: str
    number: str | None = None
    authority_ids: Mapping[str, str] = {}
    documents: tuple[str, ...] = ()
    note: str = ""

    @property
    def well(self) -> bool:
        return self.outcome == self.expected

    def shown(self) -> dict[str, Any]:
        """As `demo --json` prints it; `authority_id` is the first jurisdiction's."""
        first = next((self.authority_ids[code] for code in self.jurisdictions if code in self.authority_ids), None)
        fields: dict[str, Any] = msgspec.to_builtins(self)
        return {"name": self.name, "authority_id": first} | fields
