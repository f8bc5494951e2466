"""Seals: what is wanted of each jurisdiction, the pieces that are made of it in provider order, and the rows, tasks and
words that they become. `issuing` makes the two calls around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from gateway.actor import Origin
from gateway.clock import NewId
from gateway.identity import Prefix, written
from gateway.intake.instructions import instruct
from gateway.store.pool import to_json
from gateway.store.trail import Trail
from gateway.wiring import Wiring
from jurisdictions.contract import (
    Cancellation,
    Deadline,
    Earlier,
    InstructionKind,
    Issuer,
    Jurisdiction,
    Keys,
    Payment,
    Position,
    Route,
    Sealed,
    Sealing,
)
from schemas.document import Invoice
from schemas.states import Standing

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One seal that is wanted: for whom, of what kind, after which earlier submissions, instead of which one."""

    jurisdiction: str
    issuer: Issuer
    edition: str
    kind: InstructionKind = InstructionKind.ISSUE
    standing: Standing = Standing.NONE
    earlier: tuple[Earlier, ...] = ()
    supersedes: UUID | None = None
    payment: Payment | None = None
    cancellation: Cancellation | None = None


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One document, sealed `at` that moment, with the place that it takes in its chain and in its flow."""

    order: Order
    at: datetime
    submission: UUID
    document: UUID
    sealed: Sealed
    position: Position | None
    flow_key: str
    ordered: bool
    max_batch: int
    overrides_pause: bool
    deadlines: tuple[Deadline, ...] = ()


def orders_of(
    routes: tuple[Route, ...], issuers: Mapping[str, Issuer], in_order: Mapping[str, Jurisdiction]
) -> tuple[Order, ...]:
    """One issue order for each route, in the order in which the seals may be made."""
    wanted = {route.jurisdiction: route for route in routes}
    return tuple(
        Order(jurisdiction=code, issuer=issuers[code], edition=wanted[code].edition)
        for code in in_order
        if code in wanted
    )


def chains_of(
    orders: tuple[Order, ...], invoice: Invoice, jurisdictions: Mapping[str, Jurisdiction]
) -> list[tuple[str, str]]:
    """The chains that the orders will extend, in lock order."""
    chains = []
    for order in orders:
        jurisdiction = jurisdictions[order.jurisdiction]
        if jurisdiction.seal.chain is None:
            continue
        key = jurisdiction.seal.chain(_instruction(jurisdiction, invoice, order), order.issuer)
        if key is not None:
            chains.append((order.jurisdiction, key))
    return sorted(chains)


def _instruction(jurisdiction: Jurisdiction, invoice: Invoice, order: Order) -> Any:
    return instruct(
        jurisdiction,
        invoice,
        kind=order.kind,
        standing=order.standing,
        earlier=order.earlier,
        payment=order.payment,
        cancellation=order.cancellation,
    )[0]


def make_seals(
    wiring: Wiring,
    orders: tuple[Order, ...],
    invoice: Invoice,
    keys: Mapping[str, Keys],
    chains: Mapping[tuple[str, str], Position],
    at: datetime,
) -> tuple[Piece, ...]:
    """Seal each order in turn; facts of one seal reach the later ones. Pure but for ids and signatures."""
    facts: dict[str, str] = {}
    pieces = []
    for order in orders:
        jurisdiction = wiring.jurisdictions[order.jurisdiction]
        instruction = _instruction(jurisdiction, invoice, order)
        chain = jurisdiction.seal.chain(instruction, order.issuer) if jurisdiction.seal.chain else None
        submission = wiring.new_id()
        position = None if chain is None else chains[order.jurisdiction, chain]
        sealed = jurisdiction.seal.seal(
            Sealing(
                instruction=instruction,
                issuer=order.issuer,
                number=invoice.number or "",
                submission=str(submission),
                at=at,
                edition=order.edition,
                position=position,
                facts=facts,
            ),
            keys[order.jurisdiction],
        )
        facts.update({name: value for name, value in sealed.facts.items() if name in jurisdiction.about.provides})
        flow = jurisdiction.exchange.flow(instruction, order.issuer)
        pieces.append(
            Piece(
                order=order,
                at=at,
                submission=submission,
                document=wiring.new_id(),
                sealed=sealed,
                position=position,
                flow_key=flow.key,
                ordered=flow.ordered,
                max_batch=flow.max_batch,
                overrides_pause=flow.full_batch_overrides_pause,
                deadlines=jurisdiction.desk.deadlines(instruction, at),
            )
        )
    return tuple(pieces)


def moment(now: datetime, *last: datetime | None) -> datetime:
    """When the next record is sealed: after the last one of its chain and of its invoice, whatever the clock says, so
    that the order of times is that of both; records themselves show whole seconds."""
    return max((now, *(one + _TICK for one in last if one is not None)))


def positions(opened: Any, chains: list[tuple[str, str]]) -> dict[tuple[str, str], Position]:
    """The places that call 1 has locked for us."""
    return {
        (code, key): Position(chain=key, sequence=opened["sequences"][n], previous=opened["links"][n])
        for n, (code, key) in enumerate(chains)
    }


def rows_of(pieces: tuple[Piece, ...]) -> tuple[list[dict[str, object]], list[bytes], list[bytes | None]]:
    """The pieces as call 2 takes them: records, bodies and links in parallel."""
    records: list[dict[str, object]] = []
    for n, piece in enumerate(pieces, start=1):
        sealed, position = piece.sealed, piece.position
        records.append(
            {
                "n": n,
                "id": piece.submission,
                "document_id": piece.document,
                "jurisdiction": piece.order.jurisdiction,
                "instruction": piece.order.kind,
                "name": sealed.name,
                "media_type": sealed.media_type,
                "chain": position.chain if position else None,
                "sequence": position.sequence if position else None,
                "position": _turn(piece),
                "flow_key": piece.flow_key,
                "ordered": piece.ordered,
                "max_batch": piece.max_batch,
                "overrides_pause": piece.overrides_pause,
                "attributes": dict(sealed.attributes),
                "facts": dict(sealed.facts),
                "fingerprint": sealed.fingerprint,
                "edition": piece.order.edition,
                "supersedes": piece.order.supersedes,
            }
        )
    return records, [piece.sealed.body for piece in pieces], [piece.sealed.link for piece in pieces]


def _turn(piece: Piece) -> int:
    """When a document's turn comes in its flow: by the time of its seal where the flow is ordered, since several chains
    (another installation, a chain that took an ended one's place) may share it; else as it comes."""
    return (piece.at - _EPOCH) // _TICK if piece.ordered else 0


def tasks_of(new_id: NewId, pieces: tuple[Piece, ...]) -> str | None:
    """The deadlines that begin to run with these seals, as call 2 takes them; None where none is watched.

    A deadline is watched where missing it makes a case, or where its warning is wanted; each is a task of its own.
    """
    tasks: list[dict[str, object]] = []
    for piece in pieces:
        for deadline in piece.deadlines:
            moments = {"deadline": deadline.at if deadline.case else None, "warning": deadline.warn_at}
            tasks += [
                {
                    "id": new_id(),
                    "kind": kind,
                    "jurisdiction": piece.order.jurisdiction,
                    "name": deadline.name,
                    "submission_id": piece.submission,
                    "due_at": due_at,
                    "body": deadline,
                }
                for kind, due_at in moments.items()
                if due_at is not None
            ]
    return to_json(tasks) if tasks else None


def trail_of(
    new_id: NewId,
    origin: Origin,
    invoice_id: UUID,
    version: int,
    pieces: tuple[Piece, ...],
    number: str,
    *,
    first: bool,
    told: Trail | None = None,
) -> Trail:
    """What integrators and auditors are told of a finalize (or of another seal), behind what was `told` before."""
    trail = told or Trail(new_id, origin.actor.name, origin.request_id)
    if first:
        trail.note(
            "invoice.finalized",
            "invoice",
            invoice_id,
            version=version,
            state="open",
            previous="draft",
            body={"number": number},
            detail={"number": number, "correlation": origin.correlation},
        )
    for piece in pieces:
        body = {
            "invoice": written(Prefix.INVOICE, invoice_id),
            "jurisdiction": piece.order.jurisdiction,
            "number": number,
        }
        trail.note(
            "submission.queued",
            "submission",
            piece.submission,
            version=1,
            state="queued",
            body=body,
            detail=body | {"sha256": piece.sealed.digest, "fingerprint": piece.sealed.fingerprint},
        )
    return trail


def numbered(invoice: Invoice, number: str, series: str) -> Invoice:
    return replace(invoice, number=number, series=series)
