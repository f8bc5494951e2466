"""Keeping and forgetting: until when the law wants something kept, and letting go of it afterwards, never before.

How long is the jurisdictions' data. What stands in a chain is never let go, else no chain could be verified any more;
nor is any sealed document of the live environment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

import msgspec

from gateway.accounts import OPERATOR, AccountRefused, administering
from gateway.clock import Clock, NewId
from gateway.identity import Prefix, read
from gateway.store.trail import Trail, write
from jurisdictions.contract import Jurisdiction, Retention

What = Literal["documents", "evidence"]
KEPT_AS: Mapping[str, What] = {"sealed": "documents", "evidence": "evidence"}
"""Which rows of a jurisdiction's retention speak of a stored document of that role."""


# What came later (a correction of an old invoice, and the answer to it) has a time of its own.
_DAY = "greatest((i.document ->> 'issue_date')::date, (d.at AT TIME ZONE 'UTC')::date)"
_OF_BEFORE = f"""
    i.tenant_id = $1 AND i.environment = $2 AND i.issuer_id = $3 AND i.document ->> 'issue_date' IS NOT NULL
    AND {_DAY} < $4
    AND d.tenant_id = i.tenant_id AND d.environment = i.environment AND d.invoice_id = i.id
"""
_MAY_GO = """
    (d.role = 'evidence' OR ($2 = 'test' AND NOT EXISTS (SELECT FROM gateway.link l
        WHERE l.tenant_id = d.tenant_id AND l.environment = d.environment AND l.document_id = d.id)))
"""
# Of each year its newest decides.
_YEARS = f"""
    SELECT d.jurisdiction, d.role, max({_DAY}) AS issued, count(*) AS documents
    FROM gateway.invoice i, gateway.document d WHERE {_OF_BEFORE} AND {_MAY_GO}
    GROUP BY d.jurisdiction, d.role, extract(year FROM {_DAY}) ORDER BY 3 DESC
"""  # noqa: S608
_DELETE = f"DELETE FROM gateway.document d USING gateway.invoice i WHERE {_OF_BEFORE} AND {_MAY_GO}"  # noqa: S608
_KEPT = f"SELECT count(*) FROM gateway.invoice i, gateway.document d WHERE {_OF_BEFORE}"  # noqa: S608


class ForgettingRefused(AccountRefused):
    """Something has still to be kept; the text says what, until when and under which law."""


class Forgotten(msgspec.Struct, frozen=True, kw_only=True):
    """How many documents were let go, and how many of the same invoices stay for ever."""

    documents: int
    kept: int


def kept_until(rows: Sequence[Retention], what: What, issued: date) -> tuple[date, str] | None:
    """The last day on which it must be kept, with the law that says so. None: no law is known, so it stays for ever."""
    ends = [
        (date(issued.year + row.years, 12, 31), row.law)
        for row in rows
        if row.what == what and row.valid_from <= issued
    ]
    return max(ends, key=lambda end: end[0], default=None)


async def forget(
    url: str, issuer: str, before: date, known: Mapping[str, Jurisdiction], clock: Clock, new_id: NewId
) -> Forgotten:
    """Let go of what belongs to the issuer's invoices and was issued, and came in, before that day. All or nothing:
    raises ForgettingRefused."""
    async with administering(url) as connection:
        owner = await connection.fetchrow(
            "SELECT tenant_id, environment, id FROM gateway.issuer WHERE id = $1", read(Prefix.ISSUER, issuer)
        )
        if owner is None:
            raise ForgettingRefused(f"there is no issuer {issuer!r}; `issuers list` shows them")
        place = (owner["tenant_id"], owner["environment"], owner["id"], before)
        for year in await connection.fetch(_YEARS, *place):
            _demand_over(year, known, clock().date())
        await connection.execute("SET LOCAL app.keeping_is_over = 'yes'")
        done: str = await connection.execute(_DELETE, *place)
        await connection.execute("SET LOCAL app.keeping_is_over = ''")
        gone, kept = int(done.rpartition(" ")[2]), await connection.fetchval(_KEPT, *place)
        trail = Trail(new_id, OPERATOR)
        detail = {"before": before.isoformat(), "documents": gone, "kept": kept}
        trail.note("documents.forgotten", "issuer", owner["id"], version=1, told=False, detail=detail)
        await write(connection, owner["tenant_id"], owner["environment"], clock(), trail)
        return Forgotten(documents=gone, kept=kept)


def _demand_over(year: Mapping[str, Any], known: Mapping[str, Jurisdiction], today: date) -> None:
    code, what, issued = year["jurisdiction"], KEPT_AS[year["role"]], year["issued"]
    end = kept_until(known[code].about.retention, what, issued) if code in known else None
    told = f"{year['documents']} {code} {what} of {issued.year}"
    if end is None:
        raise ForgettingRefused(f"{told} are kept for ever: no law that is known here says when their time is over")
    if end[0] >= today:
        raise ForgettingRefused(f"{told} are kept until {end[0]} ({end[1]}); name an earlier day")
