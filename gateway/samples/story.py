"""One story of the demo: an invoice from its draft to its end, and what it is told with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.samples.caller import Caller, Json, Unexpected, spoken

WITHIN = 45.0  # seconds from finalize to the authority's answer
ACCEPTED, CANCELLED = "accepted", "cancelled"


@dataclass(frozen=True, kw_only=True)
class Play:
    """What a story is given: the integrator's side, the issuers, the folder, and a way to say how far it is."""

    name: str
    caller: Caller
    issuers: Mapping[str, str]
    simulators: Callable[[str, str, str], Awaitable[Any]]
    folder: Path
    tell: Callable[[str], None]

    async def followed(self, body: Json) -> Json:
        """Issued and settled; the invoice as it then stands."""
        self.tell("drafting")
        invoice = await self.caller.issued(self.name, body)
        return await self.awaited(invoice)

    async def corrected(self, former: Json, wish: Json) -> Json:
        """The document that a correction of `former` drafts, issued and settled. Raises Unexpected where it is not
        ready."""
        self.tell(f"correcting {former['number']}")
        path = f"/v1/invoices/{former['id']}/corrections"
        draft = await self.caller.post(path, wish, f"{self.name}:correction")
        if not draft["ready_to_finalize"]:
            options = [one["option"] for one in await self.caller.listed(path)]
            raise Unexpected(f"legal are {options}, but not ready: {spoken(draft['findings'])}")
        return await self.awaited(await self.caller.finalize(f"{self.name}:correction", draft))

    async def awaited(self, invoice: Json) -> Json:
        self.tell(f"{invoice['number']} on its way")
        return await self.caller.settled(invoice["id"], WITHIN)


@dataclass(frozen=True, kw_only=True)
class Story:
    name: str
    title: str
    play: Callable[[Play], Awaitable[tuple[Json, str]]]
    """Gives the invoice as it ended, and a word about it."""
    jurisdictions: tuple[str, ...]
    expected: str = ACCEPTED
    after: str | None = None
