"""`POST /v1/payments`: record what was paid, and issue the receipt where the law wants one, in one transaction.

Locks in the order of the house: the key, the paid invoices by their ids, then the receipt's series and chains. Balances
are worked out under the lock; what is wrong is told all at once, and then nothing was recorded and no number used.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from msgspec.structs import replace

from gateway.actor import Actor, Origin
from gateway.errors import Conflict, Malformed, NotFound, Refused
from gateway.identity import Prefix, read, written
from gateway.intake import allocating, receipts
from gateway.intake.allocating import Book, Share
from gateway.intake.drafting import draft_invoice
from gateway.intake.ground import issuer_id_of, read_ground
from gateway.intake.kept import Kept, claim, look_up, replay_of
from gateway.intake.recording import Receipt, Wish, located, write
from gateway.intake.signers import signers
from gateway.store import objects
from gateway.store import payments as store
from gateway.store.pool import Connection
from gateway.wiring import Wiring
from jurisdictions.contract import Keys
from schemas.findings import Finding, Findings, is_fatal
from schemas.payments import PaymentInput

EVENT_INDEXES = ("payment_business_event", "payment_replacing")
_DAY = timedelta(days=1)


async def record(wiring: Wiring, origin: Origin, body: PaymentInput, key: str, wanted: bytes) -> Kept:
    """Record the payment, once per key and once per business event. Raises Refused with all findings."""
    actor = origin.actor
    _in_our_time(body)
    issuer = issuer_id_of(actor, body.issuer)
    async with wiring.store.tenant(actor.tenant, actor.environment) as connection:
        kept = await look_up(connection, actor, key)
        if kept is not None:
            return located(replay_of(kept, wanted))
        await _known_issuer(connection, actor, body, issuer)
    # Opened beforehand, so that no lock waits for a key to be decrypted.
    keys = await signers(wiring, actor, issuer, receipts.receipt_givers(wiring.jurisdictions))
    async with wiring.store.tenant(actor.tenant, actor.environment) as connection:
        await claim(connection, actor, key)
        kept = await look_up(connection, actor, key)
        if kept is not None:
            return located(replay_of(kept, wanted))
        wish = Wish(
            id=wiring.new_id(),
            body=body,
            issuer=issuer,
            source_ref=body.source_ref or key,
            key=key,
            wanted=wanted,
            at=wiring.clock(),
            replaced=await _replaced(connection, actor, body, issuer),
        )
        answer = await _recorded(wiring, connection, origin, wish, keys)
    wiring.store.wake_workers()
    return answer


def _in_our_time(body: PaymentInput) -> None:
    """A moment that every time zone can tell: in the last hours of time some of them have no date for it."""
    try:
        at = body.paid_at.astimezone(UTC)
        at - _DAY, at + _DAY
    except OverflowError as why:
        raise Malformed("This moment lies outside the years 1 to 9999.", code="moment_invalid") from why


async def _known_issuer(connection: Connection, actor: Actor, body: PaymentInput, issuer: UUID) -> None:
    if await objects.get(connection, "issuer", (actor.tenant, actor.environment, issuer)) is None:
        found = Finding(rule="GW-UNKNOWN-ID", message="There is no such object.", pointer="/issuer", found=body.issuer)
        raise NotFound(f"There is no issuer {body.issuer}.", findings=(found,))


async def _replaced(connection: Connection, actor: Actor, body: PaymentInput, issuer: UUID) -> Any:
    """The payment whose place this one takes, None where it takes none's."""
    if body.replaces is None:
        return None
    former = read(Prefix.PAYMENT, body.replaces)
    row = former and await store.get(connection, actor.tenant, actor.environment, former)
    if not row or row["issuer_id"] != issuer or row["state"] != "recorded":
        raise Refused(
            "Only a payment that this issuer has recorded, and that counts, is replaced.",
            code="validation_failed",
            findings=(
                Finding(
                    rule="GW-PAYMENT-REPLACES",
                    message="There is no such payment of this issuer, or it was voided.",
                    pointer="/replaces",
                    found=body.replaces if not row else f"{body.replaces}, {row['state']}",
                    expected="a recorded payment",
                ),
            ),
        )
    return row


async def _recorded(wiring: Wiring, connection: Connection, origin: Origin, wish: Wish, keys: dict[str, Keys]) -> Kept:
    actor = origin.actor
    before = await _before(connection, actor, wish)
    if before is not None:
        raise _duplicate(wish.source_ref, before)
    wish = replace(wish, touched=await _touched(connection, actor, wish))
    shares, found = await _shares(connection, actor, wish)
    wanted, unready = receipts.receipts_wanted(wiring.jurisdictions, shares)
    former, early = await receipts.former_receipt(connection, actor, wish.replaced and wish.replaced["receipt_id"])
    found += unready + early
    receipt = None
    if wanted and not is_fatal(found):
        receipt, said = await _receipt(wiring, connection, origin, wish, shares, wanted, former)
        found += said
    if is_fatal(found):
        raise Refused("The payment was not recorded; no number was used.", code="validation_failed", findings=found)
    try:
        return await write(wiring, connection, origin, replace(wish, shares=shares, found=found), receipt, keys)
    except asyncpg.UniqueViolationError as why:
        if why.constraint_name not in EVENT_INDEXES:
            raise
        raise _duplicate(wish.source_ref, None) from why


async def _before(connection: Connection, actor: Actor, wish: Wish) -> UUID | None:
    """The payment of this business event, or the one that has taken the replaced one's place already."""
    place = (connection, actor.tenant, actor.environment)
    if wish.replaced is None:
        return await store.by_business_event(*place, wish.issuer, wish.source_ref)
    before = await store.in_place_of(*place, wish.replaced["id"])
    return before or await store.by_business_event(*place, wish.issuer, wish.source_ref, instead_of=wish.replaced["id"])


def _duplicate(source_ref: str, before: UUID | None) -> Conflict:
    link = f"/v1/payments/{written(Prefix.PAYMENT, before)}" if before else None
    return Conflict(
        "This payment has been recorded already.",
        code="duplicate_business_event",
        extra={"link": link} if link else None,
        findings=(
            Finding(
                rule="GW-DUPLICATE-EVENT",
                message="Money that came once is recorded once.",
                pointer="/source_ref",
                found=source_ref,
                fix=f"Use the payment that exists: {link}." if link else None,
            ),
        ),
    )


async def _touched(connection: Connection, actor: Actor, wish: Wish) -> tuple[UUID, ...]:
    """The invoices whose balance this changes: those that it pays, and those that the replaced payment paid."""
    ids = set(allocating.invoices_of(wish.body))
    if wish.replaced is not None:
        parts = await store.allocations(connection, actor.tenant, actor.environment, [wish.replaced["id"]])
        ids |= {part["invoice_id"] for part in parts}
    return tuple(sorted(ids))


async def _shares(connection: Connection, actor: Actor, wish: Wish) -> tuple[tuple[Share, ...], Findings]:
    touched = wish.touched
    # With them the receipt that this payment's own takes the place of: nobody seals it anew meanwhile.
    former = wish.replaced and wish.replaced["receipt_id"]
    held = (*touched, former) if former else touched
    rows = await store.locked(connection, actor.tenant, actor.environment, held)
    book = Book(
        rows={row["id"]: row for row in rows},
        paid=await store.paid_before(connection, actor.tenant, actor.environment, touched),
        sent=await store.sent_of(connection, actor.tenant, actor.environment, touched),
        issuer=wish.issuer,
        replaces=wish.replaced["id"] if wish.replaced else None,
    )
    return allocating.shares_of(wish.body, book, wish.at)


async def _receipt(
    wiring: Wiring,
    connection: Connection,
    origin: Origin,
    wish: Wish,
    shares: tuple[Share, ...],
    wanted: dict[str, tuple[Any, ...]],
    former: UUID | None,
) -> tuple[Receipt | None, Findings]:
    """The receipt as a draft that every rule has judged; it takes the place of `former`."""
    receipt_id = wiring.new_id()
    body = receipts.receipt_body(wish.body, shares, wish.source_ref, former)
    told = receipts.payments_for(wiring.jurisdictions, wish.id, wish.body, shares, wanted)
    ground = replace(
        await read_ground(connection, origin.actor, body, wiring.deployments, wiring.jurisdictions), payments=told
    )
    draft = draft_invoice(wiring.jurisdictions, receipt_id, body, ground, wish.at)
    if not draft.ready:
        return None, draft.findings
    orders = receipts.receipt_orders(draft, wiring.jurisdictions, told)
    return Receipt(id=receipt_id, draft=draft, orders=orders), draft.findings
