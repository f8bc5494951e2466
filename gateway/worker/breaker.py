"""The breaker of a jurisdiction: counts exchanges that nobody answered, and forgets them at the first answer."""

from __future__ import annotations

import structlog

from gateway.store import breakers
from gateway.store.flows import Lease
from gateway.worker.house import House

log = structlog.get_logger(__name__)


async def report(house: House, lease: Lease, *, answered: bool) -> None:
    """Tell the breaker how an exchange went that asked something. An open breaker uses up no attempts of a flow: none
    of the jurisdiction's flows is leased until it is half open, and then one."""
    place = lease.environment, lease.jurisdiction
    async with house.store.connection() as connection:
        if answered:
            if await breakers.mended(connection, *place):
                house.metrics.breaker_open.labels(lease.jurisdiction, lease.environment).set(0)
            return
        pace = house.pace
        until = await breakers.failed(
            connection,
            *place,
            house.now(),
            threshold=pace.breaker_threshold,
            base=pace.breaker_base,
            cap=pace.breaker_cap,
        )
    if until is not None:
        house.metrics.breaker_open.labels(lease.jurisdiction, lease.environment).set(1)
        log.warning("breaker.open", environment=lease.environment, jurisdiction=lease.jurisdiction, until=str(until))
