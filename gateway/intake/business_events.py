"""One business event gives one legal document: which invoice has it, and which may come back to it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from gateway.actor import Actor
from gateway.errors import Conflict
from gateway.identity import Prefix, written
from gateway.store import invoices
from gateway.store.pool import Connection
from schemas.findings import Finding
from schemas.invoice import Kind
from schemas.states import InvoiceState


async def first_of_its_event(connection: Connection, actor: Actor, issuer: UUID, source_ref: str) -> None:
    """Nobody else has the event: neither an invoice that stands, nor a void one that a record is bringing back.

    The void ones stay locked, so that none comes back before the caller's transaction has ended. Raises Conflict.
    """
    before: UUID | None = await connection.fetchval(
        "SELECT gateway.invoiced_event($1, $2, $3, $4)", actor.tenant, actor.environment, issuer, source_ref
    )
    if before is not None:
        raise duplicate(source_ref, before)


def duplicate(source_ref: str, before: UUID | None) -> Conflict:
    """The refusal of a second invoice of the event; `before` is the first one, where it is known."""
    link = _link(before) if before else None
    return Conflict(
        "This business event has its invoice already.",
        code="duplicate_business_event",
        extra={"link": link} if link else None,
        findings=(
            Finding(
                rule="GW-DUPLICATE-EVENT",
                message="One business event gives one legal document.",
                pointer="/source_ref",
                found=source_ref,
                fix=f"Use the invoice that exists: {link}." if link else None,
            ),
        ),
    )


async def may_come_back(connection: Connection, actor: Actor, row: Any) -> None:
    """A cancelled invoice comes back only where nothing has taken its place; sure only while its row is locked.

    Raises Conflict.
    """
    if row["state"] != InvoiceState.VOID or row["kind"] != Kind.INVOICE:
        return
    other = await invoices.by_business_event(
        connection, actor.tenant, actor.environment, row["issuer_id"], row["source_ref"]
    )
    if other is not None:
        raise Conflict(
            "Its business event has been invoiced again since it was cancelled.",
            code="duplicate_business_event",
            extra={"link": _link(other)},
        )


def _link(invoice: UUID) -> str:
    return f"/v1/invoices/{written(Prefix.INVOICE, invoice)}"
