"""A judged invoice becomes a legal document, or one more record is made about it: one transaction of four round trips
(BEGIN, call 1, call 2, COMMIT).

Call 1 locks in the order of the house (idempotency key, invoice, series, chains) and answers with number, links and
times; the seals are made here; call 2 writes everything and keeps the answer. No network is waited for while a chain is
locked. A crash before COMMIT leaves nothing: no number used, no link made.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from gateway.actor import Origin
from gateway.intake import sealing
from gateway.intake.kept import Kept, opened
from gateway.store import invoices
from gateway.store.pool import Connection, to_json
from gateway.store.trail import Trail
from gateway.wiring import Wiring
from jurisdictions.contract import Keys
from schemas.document import Invoice
from schemas.states import InvoiceState


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be sealed, read and judged before anything is locked: version `version` of an invoice.

    A draft (`number` None) takes the next number of its series; what was issued keeps its own, and the `state` that it
    is in. `draft` are the caller's words where they change with it, `document` the stored document where it stays.
    `after` is when it last changed: no clock that goes behind another's puts a later record before an earlier one.
    """

    id: UUID
    version: int
    issuer: UUID
    series: str
    invoice: Invoice
    orders: tuple[sealing.Order, ...]
    keys: Mapping[str, Keys]
    key: str
    wanted: bytes
    number: str | None = None
    state: InvoiceState = InvoiceState.DRAFT
    draft: str | None = None
    document: str | None = None
    after: datetime | None = None


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """What was sealed, while its chains are still locked; `told` may be told more."""

    invoice: Invoice
    version: int
    pieces: tuple[sealing.Piece, ...]
    at: datetime
    told: Trail


Finish = Callable[[Sealed], Awaitable[Kept]]


def about_issued(
    row: Any,
    *,
    invoice: Invoice,
    orders: tuple[sealing.Order, ...],
    keys: Mapping[str, Keys],
    key: str,
    wanted: bytes,
    draft: str | None = None,
    document: str | None = None,
) -> Wish:
    """One more record about an issued invoice, as its row was read: same number and state, no series."""
    return Wish(
        id=row["id"],
        version=row["version"],
        issuer=row["issuer_id"],
        series=row["number"].rpartition("-")[0],
        invoice=invoice,
        orders=orders,
        keys=keys,
        key=key,
        wanted=wanted,
        number=row["number"],
        state=InvoiceState(row["state"]),
        draft=draft,
        document=document,
        after=row["updated_at"],
    )


async def seal(
    wiring: Wiring,
    connection: Connection,
    origin: Origin,
    wish: Wish,
    finish: Finish,
    told: Trail | None = None,
) -> Kept:
    """Both calls in the caller's transaction. `finish` does what else belongs to it and gives the answer to be kept.

    The answer that was kept before, where there is one; Conflict where the invoice is not as it was read.
    """
    actor, series = origin.actor, wish.series
    chains = sealing.chains_of(
        wish.orders, sealing.numbered(wish.invoice, wish.number or "", series), wiring.jurisdictions
    )
    found = await invoices.seal_open(
        connection,
        actor.tenant,
        actor.environment,
        wish.key,
        wish.wanted,
        wish.id,
        wish.version,
        wish.issuer,
        series if wish.number is None else None,
        [code for code, _ in chains],
        [chain for _, chain in chains],
        wish.state,
    )
    kept = opened(found)
    if kept is not None:
        return kept
    # Read after the chain lock.
    at = sealing.moment(wiring.clock(), found["last_at"], wish.after)
    number = wish.number or f"{series}-{found['number']}"
    invoice = sealing.numbered(wish.invoice, number, series)
    pieces = sealing.make_seals(wiring, wish.orders, invoice, wish.keys, sealing.positions(found, chains), at)
    told = sealing.trail_of(
        wiring.new_id, origin, wish.id, found["version"], pieces, number, first=wish.number is None, told=told
    )
    answer = await finish(Sealed(invoice=invoice, version=found["version"], pieces=pieces, at=at, told=told))
    records, bodies, links = sealing.rows_of(pieces)
    events, audits = told.rows()
    await invoices.seal_close(
        connection,
        actor.tenant,
        actor.environment,
        wish.id,
        wish.issuer,
        number,
        wish.document or to_json(invoice),
        wish.draft,
        at,
        to_json(records),
        bodies,
        links,
        events,
        audits,
        wish.key,
        wish.wanted,
        answer.status,
        answer.body,
        sealing.tasks_of(wiring.new_id, pieces),
    )
    return answer
