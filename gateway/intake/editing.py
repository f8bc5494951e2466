"""Changing what was issued, within what the law leaves open: by the caller's changes, and by nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from typing import Any

import msgspec
from msgspec.structs import replace

from gateway import presentation
from gateway.actor import Actor
from gateway.errors import Refused
from gateway.intake import patching
from gateway.intake.drafting import Draft, Further, draft_invoice
from gateway.intake.ground import decode_invoice, read_ground
from gateway.intake.receipts import payments_of
from gateway.intake.shapes import read_patched
from gateway.store.pool import Connection
from gateway.wiring import Wiring
from jurisdictions.contract import InstructionKind, Payment, Route
from schemas.document import Invoice, Line
from schemas.findings import Finding
from schemas.invoice import InvoiceInput, TaxInput
from schemas.party import Party

_PARTIES = ("customer", "issuer")
_WHOLE = (*_PARTIES, "kind", "issue_date", "currency", "lines", "totals", "tax_breakdown")
"""What must be as it was issued, wherever it comes from: the issuer's record, the customer's, the default taxes."""


class Edited(msgspec.Struct, frozen=True, kw_only=True):
    """The changed invoice, judged as what is to be sealed; its route there, and the payment if it is a receipt."""

    draft: Draft
    route: Route
    payment: Payment | None


async def edited(
    wiring: Wiring,
    connection: Connection,
    actor: Actor,
    row: Any,
    changes: dict[str, Any],
    editable: tuple[str, ...],
    further: Further,
) -> Edited:
    """The issued invoice with the changes. Raises Refused where it may not change there, or where a rule is broken."""
    written = read_patched(row["draft"], changes)
    only_editable(editable, _plain(presentation.decode_draft(row["draft"])), _plain(written))
    former, keeps = decode_invoice(row["document"]), further.kind is InstructionKind.CORRECT
    body = _as_issued(written, former) if keeps else written
    payments = await payments_of(connection, actor, wiring.jurisdictions, row["id"])
    ground = await read_ground(connection, actor, body, wiring.deployments, wiring.jurisdictions)
    customer = ground.customer
    if keeps and isinstance(body.customer, str):
        customer = _corrected(editable, former.customer, customer)
    ground = replace(ground, payments=payments, customer=customer)
    draft = draft_invoice(wiring.jurisdictions, row["id"], body, ground, wiring.clock(), further)
    names = _WHOLE if keeps else _PARTIES
    # A customer or issuer that was changed elsewhere must not slip into what was issued.
    only_editable(editable, _of(names, _plain(former)), _of(names, _plain(draft.invoice)))
    if not draft.ready:
        raise Refused("The rules do not allow it; nothing was sent.", code="validation_failed", findings=draft.findings)
    route = next((one for one in draft.routes if one.jurisdiction == further.jurisdiction), None)
    if route is None:
        raise Refused("After these changes the invoice no longer concerns this jurisdiction.", code="route_lost")
    return Edited(draft=replace(draft, written=written), route=route, payment=payments.get(further.jurisdiction))


def _as_issued(body: InvoiceInput, former: Invoice) -> InvoiceInput:
    """The words with what they left to the day of issue: its date, and the taxes that were the issuer's own then."""
    lines = tuple(
        line if line.taxes is not None or issued is None else replace(line, taxes=_stated(issued))
        for line, issued in zip_longest(body.lines, former.lines[: len(body.lines)])
    )
    return replace(body, issue_date=former.issue_date, lines=lines)


def _stated(line: Line) -> tuple[TaxInput, ...]:
    return tuple(msgspec.convert(_plain(one.tax), TaxInput) for one in line.taxes)


def _corrected(editable: tuple[str, ...], former: Party, fresh: Party) -> Party:
    """The customer as it was issued to, and only what may change as its record has it now."""
    return msgspec.convert(patching.chosen(editable, _plain(former), _plain(fresh), "/customer"), Party)


def only_editable(editable: tuple[str, ...], former: Any, fresh: Any) -> None:
    """Raise Refused where two JSON values differ outside of what is editable."""
    outside = _outside(editable, former, fresh)
    if outside:
        raise Refused(
            "What was issued cannot be changed there; only a correcting document can.",
            code="not_editable",
            findings=tuple(
                Finding(
                    rule="GW-NOT-EDITABLE",
                    message="This part of an issued invoice may not change.",
                    pointer=f"/changes{at}",
                    expected=" | ".join(editable),
                )
                for at in outside
            ),
        )


def _outside(editable: tuple[str, ...], former: Any, fresh: Any) -> list[str]:
    differing = patching.differing(_beside(former, fresh), _beside(fresh, former))
    return [at for at in differing if not patching.within(at, editable)]


def _beside(value: Any, other: Any) -> Any:
    """The value, with an empty object where it has nothing and the other has one: so that what differs is a field."""
    if isinstance(other, dict) and (value is None or isinstance(value, dict)):
        own = value or {}
        return {name: _beside(own.get(name), other.get(name)) for name in own.keys() | other.keys()}
    if isinstance(value, list) and isinstance(other, list) and len(value) == len(other):
        return [_beside(one, its) for one, its in zip(value, other, strict=True)]
    return value


def _plain(value: msgspec.Struct) -> object:
    """As JSON has it, so that two values compare whatever their types."""
    return msgspec.json.decode(msgspec.json.encode(value))


def _of(names: Iterable[str], document: Any) -> dict[str, Any]:
    return {name: document.get(name) for name in names}
