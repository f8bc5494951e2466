"""The two calls of a seal about what was issued before: same number, no series, whatever the invoice is by now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gateway.actor import Actor
from gateway.clock import NewId
from gateway.intake import sealing
from gateway.store import invoices
from gateway.store.pool import Connection, to_json
from gateway.store.trail import Trail
from schemas.states import InvoiceState


async def open_again(
    connection: Connection, actor: Actor, row: Any, chains: list[tuple[str, str]], key: str, wanted: bytes
) -> Any:
    """Call 1: the key, the invoice as it was read, and the chains. A draft or a void invoice is a conflict."""
    return await invoices.seal_open(
        connection,
        actor.tenant,
        actor.environment,
        key,
        wanted,
        row["id"],
        row["version"],
        row["issuer_id"],
        None,
        [code for code, _ in chains],
        [chain for _, chain in chains],
        InvoiceState.PAID if row["state"] == InvoiceState.PAID else InvoiceState.OPEN,
    )


async def close_again(
    connection: Connection,
    new_id: NewId,
    actor: Actor,
    row: Any,
    pieces: tuple[sealing.Piece, ...],
    told: Trail,
    at: datetime,
    key: str,
    wanted: bytes,
    answer: bytes,
    *,
    document: str,
    draft: str | None,
) -> None:
    """Call 2: what was sealed, what is told of it, and the kept answer. `draft` None leaves the caller's words."""
    records, bodies, links = sealing.rows_of(pieces)
    events, audits = told.rows()
    await invoices.seal_close(
        connection,
        actor.tenant,
        actor.environment,
        row["id"],
        row["issuer_id"],
        row["number"],
        document,
        draft,
        at,
        to_json(records),
        bodies,
        links,
        events,
        audits,
        key,
        wanted,
        200,
        answer,
        sealing.tasks_of(new_id, pieces),
    )
