"""Numbers that an authority holds and we do not: no series of ours may come to them again."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gateway.accounts import administering
from gateway.identity import Prefix, read
from gateway.store import chains
from gateway.store.chains import Home
from gateway.store.pool import Connection

_NUMBERED = re.compile(r"(.+)-([1-9][0-9]{0,17})")


async def number_on(connection: Connection, home: Home) -> dict[str, int]:
    """Move each series beyond the numbers that the authority was seen to hold without us, whenever it was asked.

    Gives the series that were moved, each with its next number. Runs within the caller's transaction.
    """
    rows = await connection.fetch(
        """
        SELECT DISTINCT d ->> 'number' AS number FROM gateway.reconciliation r
        CROSS JOIN LATERAL jsonb_array_elements(r.differences) AS d
        WHERE r.tenant_id = $1 AND r.environment = $2 AND r.issuer_id = $3 AND r.jurisdiction = $4
          AND d ->> 'kind' = 'missing_here'
        """,
        home.tenant,
        home.environment,
        home.issuer,
        home.jurisdiction,
    )
    return await chains.number_beyond(connection, home, furthest(row["number"] for row in rows))


async def number_on_for(url: str, issuer: str, jurisdiction: str) -> dict[str, int]:
    """The same in a transaction of its own, for the issuer of that id."""
    async with administering(url) as connection:
        row = await connection.fetchrow(
            "SELECT tenant_id, environment, id FROM gateway.issuer WHERE id = $1", read(Prefix.ISSUER, issuer)
        )
        if row is None:
            return {}
        return await number_on(connection, Home(row["tenant_id"], row["environment"], row["id"], jurisdiction))


def furthest(numbers: Iterable[str]) -> dict[str, int]:
    """The highest number of each series, of those numbers that are written as ours are: `series-n`."""
    found: dict[str, int] = {}
    for number in numbers:
        of = _NUMBERED.fullmatch(number)
        if of is not None:
            found[of[1]] = max(found.get(of[1], 0), int(of[2]))
    return found
