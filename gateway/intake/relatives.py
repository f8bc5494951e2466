"""What hangs on a document that is to be cancelled: its replacement, and the live documents that name it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from gateway.actor import Actor
from gateway.identity import Prefix, read, written
from gateway.intake.legal_cancellations import Chosen
from gateway.store import desk, invoices
from gateway.store.pool import Connection
from jurisdictions.contract import Related
from schemas.findings import Finding, Findings
from schemas.invoice import Kind
from schemas.states import Standing

REPLACEMENT = "replacement"


async def related_of(connection: Connection, actor: Actor, invoice: UUID, jurisdiction: str) -> tuple[Related, ...]:
    """Live receipts of its payments, and live documents that name it (its replacement too), oldest first."""
    rows = await desk.relatives(connection, actor.tenant, actor.environment, invoice, jurisdiction)
    return tuple(
        Related(
            id=written(Prefix.INVOICE, row["id"]),
            kind=Kind(row["kind"]),
            number=row["number"],
            external_id=row["authority_id"],
            standing=Standing(row["standing"]),
            on_its_way=row["on_its_way"],
        )
        for row in rows
    )


async def replacement_of(
    connection: Connection, actor: Actor, row: Any, chosen: Chosen, name: str | None
) -> tuple[Related | None, Findings]:
    """The invoice that takes the place of `row`, where one is named; a finding where it is missing or none of ours."""
    if name is None:
        wanted = REPLACEMENT in chosen.option.needs
        return None, (_wrong("This cancellation needs the invoice that takes its place.", None),) if wanted else ()
    found_id = read(Prefix.INVOICE, name)
    found = found_id and await invoices.get(connection, actor.tenant, actor.environment, found_id)
    if not found or found["issuer_id"] != row["issuer_id"] or found["number"] is None or found["id"] == row["id"]:
        return None, (_wrong("The replacement must be another invoice that this issuer has issued.", name),)
    held = {
        one["jurisdiction"]: one
        for one in await invoices.standings(connection, actor.tenant, actor.environment, [found["id"]])
    }.get(chosen.jurisdiction)
    replacement = Related(
        id=written(Prefix.INVOICE, found["id"]),
        kind=Kind(found["kind"]),
        number=found["number"],
        external_id=held["authority_id"] if held else None,
        standing=Standing(held["state"]) if held else Standing.NONE,
    )
    return replacement, ()


def _wrong(message: str, found: str | None) -> Finding:
    return Finding(
        rule="GW-REPLACEMENT",
        message=message,
        pointer="/replacement",
        found=found,
        expected="inv_…",
        fix="Issue the replacement first (POST …/corrections), and name it.",
    )
