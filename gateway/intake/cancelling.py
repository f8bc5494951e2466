"""`POST /v1/invoices/{id}/cancel`: asking an authority to end a document that it holds.

What is legal now comes from the jurisdiction's desk, what it wants of a cancellation from its law. The request is
sealed like any other instruction: same number, a submission of its own; what becomes of it is the standing, never this
answer.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from gateway import presentation
from gateway.actor import Actor, Origin
from gateway.errors import Conflict, Refused
from gateway.intake import drafts, issuing, legal_cancellations, relatives, sealing
from gateway.intake.earlier import earlier_of, standing_of
from gateway.intake.finalize import tagged
from gateway.intake.further_records import Issued, shown, supersede
from gateway.intake.ground import decode_invoice, read_issuer
from gateway.intake.instructions import instruct
from gateway.intake.kept import Kept, claim, look_up, replay_of
from gateway.intake.legal_cancellations import Chosen
from gateway.intake.signers import signers
from gateway.store import submissions
from gateway.store.pool import Connection
from gateway.wiring import Wiring
from jurisdictions.contract import Cancellation, InstructionKind, Issuer
from schemas.answers import CancelInput, IssuerInput
from schemas.document import Invoice
from schemas.findings import Finding, Findings, is_fatal
from schemas.states import ACCEPTED, SubmissionState

_encode = msgspec.json.Encoder(decimal_format="string").encode
_issuer = msgspec.json.Decoder(IssuerInput)
_texts = msgspec.json.Decoder(dict[str, str])
_REFUSED = frozenset({SubmissionState.REJECTED, SubmissionState.SUPERSEDED})
_REPLACEABLE = frozenset({SubmissionState.REJECTED, SubmissionState.HELD})


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """A cancellation with all that its seal needs, read before anything is locked."""

    issued: Issued
    invoice: Invoice
    order: sealing.Order
    chosen: Chosen
    wish: CancelInput


async def cancel(wiring: Wiring, origin: Origin, invoice_id: UUID, wish: CancelInput, key: str, wanted: bytes) -> Kept:
    """Seal and enqueue the cancellation. Raises Conflict where one is under way or nothing was issued, and Refused
    with all findings where the law does not allow it."""
    actor = origin.actor
    async with wiring.store.tenant(actor.tenant, actor.environment) as connection:
        await claim(connection, actor, key)
        kept = await look_up(connection, actor, key)
        if kept is not None:
            return tagged(replay_of(kept, wanted))
        work = await _prepare(wiring, connection, origin, invoice_id, wish)
    keys = await signers(wiring, actor, work.issued.row["issuer_id"], [work.order.jurisdiction])
    return await _seal(wiring, origin, work, keys, key, wanted)


async def _prepare(wiring: Wiring, connection: Connection, origin: Origin, invoice_id: UUID, wish: CancelInput) -> Work:
    actor, at = origin.actor, wiring.clock()
    row = await drafts.visible(connection, origin, invoice_id)
    invoice = decode_invoice(row["document"])
    sent = await submissions.of_invoice(connection, actor.tenant, actor.environment, invoice_id)
    chosen = legal_cancellations.choose(wiring.jurisdictions, row, invoice, sent, wish, at)
    issuer = await _issuer_of(wiring, connection, actor, row["issuer_id"], chosen.jurisdiction)
    order, findings = await _order(wiring, connection, actor, row, invoice, sent, chosen, wish, issuer, at)
    findings += legal_cancellations.unconfirmed(chosen.option.confirm, wish.confirm)
    findings += _judged(wiring, invoice, order, at)
    if is_fatal(findings):
        raise Refused(
            "The rules do not allow this cancellation; nothing was sent.", code="validation_failed", findings=findings
        )
    papers = await submissions.documents(connection, actor.tenant, actor.environment, invoice_id)
    refused = [one for one in _cancels(sent, chosen.jurisdiction) if one["state"] in _REPLACEABLE]
    issued = Issued(row=row, sent=sent, papers=papers, former=refused[-1] if refused else None)
    return Work(issued=issued, invoice=invoice, order=order, chosen=chosen, wish=wish)


async def _issuer_of(
    wiring: Wiring, connection: Connection, actor: Actor, issuer_id: UUID, jurisdiction: str
) -> Issuer:
    try:
        return await read_issuer(connection, actor, issuer_id, wiring.jurisdictions[jurisdiction], wiring.deployments)
    except msgspec.ValidationError as why:
        raise Refused(
            "The issuer's settings cannot be read.",
            code="validation_failed",
            findings=(Finding(rule="GW-SETTINGS", message=str(why), pointer="/issuer"),),
        ) from why


async def _order(
    wiring: Wiring,
    connection: Connection,
    actor: Actor,
    row: Any,
    invoice: Invoice,
    sent: list[Any],
    chosen: Chosen,
    wish: CancelInput,
    issuer: Issuer,
    at: datetime,
) -> tuple[sealing.Order, Findings]:
    code = chosen.jurisdiction
    replacement, findings = await relatives.replacement_of(connection, actor, row, chosen, wish.replacement)
    held = _held(sent, code)
    route = wiring.jurisdictions[code].law.route(invoice, issuer, at)
    cancellation = Cancellation(
        option=chosen.option.option,
        reason=wish.reason,
        external_id=held["authority_id"] or "",
        attributes=_texts.decode(held["attributes"]),
        registered_at=held["updated_at"],
        replacement=replacement,
        related=await relatives.related_of(connection, actor, row["id"], code),
        confirmed=tuple(one for one in chosen.option.confirm if one in wish.confirm),
        refused_before=sum(one["state"] in _REFUSED for one in _cancels(sent, code)),
    )
    order = sealing.Order(
        jurisdiction=code,
        issuer=issuer,
        edition=route.edition if route else chosen.edition,
        kind=InstructionKind.CANCEL,
        standing=standing_of(sent, code),
        earlier=earlier_of(sent, code),
        cancellation=cancellation,
    )
    return order, findings


def _cancels(sent: list[Any], jurisdiction: str) -> list[Any]:
    return [one for one in sent if one["jurisdiction"] == jurisdiction and one["instruction"] == InstructionKind.CANCEL]


def _held(sent: list[Any], jurisdiction: str) -> Any:
    """The submission that made what the authority holds: the last that it accepted, or else the last one."""
    own = [one for one in sent if one["jurisdiction"] == jurisdiction and one["instruction"] != InstructionKind.CANCEL]
    return next((one for one in reversed(own) if one["state"] in ACCEPTED), own[-1])


def _judged(wiring: Wiring, invoice: Invoice, order: sealing.Order, at: datetime) -> Findings:
    jurisdiction = wiring.jurisdictions[order.jurisdiction]
    instruction, unreadable = instruct(
        jurisdiction,
        invoice,
        kind=order.kind,
        standing=order.standing,
        earlier=order.earlier,
        cancellation=order.cancellation,
    )
    return unreadable or jurisdiction.law.check(instruction, order.issuer, at)


async def _seal(wiring: Wiring, origin: Origin, work: Work, keys: Any, key: str, wanted: bytes) -> Kept:
    actor, issued = origin.actor, work.issued
    order = replace(work.order, supersedes=issued.former["id"] if issued.former else None)
    wish = issuing.about_issued(
        issued.row,
        invoice=work.invoice,
        orders=(order,),
        keys=keys,
        key=key,
        wanted=wanted,
        document=issued.row["document"],
    )
    async with wiring.store.tenant(actor.tenant, actor.environment) as connection:

        async def finish(done: issuing.Sealed) -> Kept:
            await _nothing_new(connection, actor, work)
            _tell(done, origin, work)
            await supersede(connection, actor, issued.former, done.told, done.at)
            answer = _encode(shown(wiring, issued, done, issued.row))
            return Kept(status=200, body=answer, headers={"ETag": presentation.etag(done.version)})

        kept = await issuing.seal(wiring, connection, origin, wish, finish)
    if kept.replayed:
        return tagged(kept)
    wiring.store.wake_workers()
    return kept


async def _nothing_new(connection: Connection, actor: Actor, work: Work) -> None:
    """What names the document has no lock of the document's: nothing of it was issued since it was judged."""
    known = work.order.cancellation.related if work.order.cancellation else ()
    if await relatives.related_of(connection, actor, work.issued.row["id"], work.order.jurisdiction) != known:
        raise Conflict("What names this document has changed in the meantime; try again.", code="version_conflict")


def _tell(done: issuing.Sealed, origin: Origin, work: Work) -> None:
    """For the auditors: who wanted what and why, and what was confirmed."""
    done.told.note(
        "invoice.cancel_requested",
        "invoice",
        work.issued.row["id"],
        version=done.version,
        detail={
            "jurisdiction": work.order.jurisdiction,
            "option": work.chosen.option.option,
            "reason": work.wish.reason,
            "replacement": work.wish.replacement,
            "confirmed": work.wish.confirm,
            "correlation": origin.correlation,
        },
        told=False,
    )
