"""Telling an account in time that a stored certificate is about to end: 60, 30 and 7 days before, and when it does."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import structlog

from gateway.clock import NIL
from gateway.identity import Prefix, written
from gateway.store import credentials
from gateway.store.credentials import Ending
from gateway.store.trail import Trail, write
from gateway.worker.house import House

log = structlog.get_logger(__name__)

DAYS = (60, 30, 7, 0)
LOOK_EVERY = timedelta(hours=1)
_texts = msgspec.json.Decoder(dict[str, str])


class Lookout:
    """Looks once an hour of the house's clock, in whichever process; each step is told once."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._looked: datetime | None = None

    async def look(self) -> None:
        house, now = self._house, self._house.now()
        if self._looked is not None and now - self._looked < LOOK_EVERY:
            return
        self._looked = now
        async with house.store.connection() as connection:
            found = await credentials.ending(connection, list(house.lines), DAYS, now)
        for one in found:
            await self._tell(one, now)

    async def _tell(self, one: Ending, now: datetime) -> None:
        house = self._house
        async with house.store.tenant(one.tenant, one.environment) as connection:
            row = await credentials.note_told(connection, one)
            if row is None:
                return
            owner = None if one.issuer == NIL else written(Prefix.ISSUER, one.issuer)
            body = {
                "jurisdiction": one.jurisdiction,
                "name": one.name,
                "issuer": owner,
                "not_after": _texts.decode(row["facts"]).get("not_after"),
                "days": one.days,
            }
            told = Trail(house.new_id, "worker")
            state = "expired" if one.days == 0 else "expiring"
            told.note_named(
                "credential.expiring",
                "credential",
                f"{owner or 'tenant'}:{one.jurisdiction}:{one.name}",
                version=row["version"],
                state=state,
                body=body,
                detail=body,
            )
            await write(connection, one.tenant, one.environment, now, told)
        log.warning("credential.expiring", **body)
