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
from gateway.intake import drafts, legal_cancellations, relatives, sealing
from gateway.intake.earlier import earlier_of, standing_of
from gateway.intake.finalize import queued, tagged
from gateway.intake.ground import decode_invoice, read_issuer
from gateway.intake.instructions import instruct
from gateway.intake.kept import Kept, claim, look_up, opened, replay_of
from gateway.intake.legal_cancellations import Chosen
from gateway.intake.resealing import close_again, open_again
from gateway.intake.signers import signers
from gateway.store import desk as cases
from gateway.store import submissions
from gateway.store.pool import Connection
from gateway.store.trail import Trail
from gateway.wiring import Wiring
from jurisdictions.contract import Cancellation, InstructionKind, Issuer
from schemas.answers import CancelInput, InvoiceAnswer, IssuerInput
from schemas.document import Invoice
from schemas.findings import Finding, Findings, is_fatal
from schemas.states import ACCEPTED, CASE_MOVES, SUBMISSION_MOVES, CaseState, SubmissionState, advance

_encode = msgspec.json.Encoder(decimal_format="string").encode
_issuer = msgspec.json.Decoder(IssuerInput)
_texts = msgspec.json.Decoder(dict[str, str])
_REFUSED = frozenset({SubmissionState.REJECTED, SubmissionState.SUPERSEDED})


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """A cancellation with all that its seal needs, read before anything is locked."""

    row: Any
    invoice: Invoice
    sent: list[Any]
    papers: list[Any]
    order: sealing.Order
    chosen: Chosen
    wish: CancelInput
    refused: Any = None


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
    keys = await signers(wiring, actor, work.row["issuer_id"], [work.order.jurisdiction])
    return await _seal(wiring, origin, work, keys, key, wanted)


async def _prepare(wiring: Wiring, connection: Connection, origin: Origin, invoice_id: UUID, wish: CancelInput) -> Work:
    actor, at = origin.actor, wiring.clock()
    row = await drafts.visible(connection, origin, invoice_id)
    invoice = decode_invoice(row["document"])
    sent = await submissions.of_invoice(connection, actor.tenant, actor.environment, invoice_id)
    chosen = legal_cancellations.choose(wiring.jurisdictions, row, invoice, sent, wish, at)
    issuer = await _issuer_of(wiring, connection, actor, row["issuer_id"], chosen.jurisdiction)
    order, findings = await _order(wiring, connection, actor, row, invoice, sent, chosen, wish, issuer, at)
    findings += _judged(wiring, invoice, order, at)
    if is_fatal(findings):
        raise Refused(
            "The rules do not allow this cancellation; nothing was sent.", code="validation_failed", findings=findings
        )
    papers = await submissions.documents(connection, actor.tenant, actor.environment, invoice_id)
    former = [one for one in _cancels(sent, chosen.jurisdiction) if one["state"] == SubmissionState.REJECTED]
    return Work(
        row=row,
        invoice=invoice,
        sent=sent,
        papers=papers,
        order=order,
        chosen=chosen,
        wish=wish,
        refused=former[-1] if former else None,
    )


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
    actor, row = origin.actor, work.row
    orders = (replace(work.order, supersedes=work.refused["id"] if work.refused else None),)
    chains = sealing.chains_of(orders, work.invoice, wiring.jurisdictions)
    async with wiring.store.tenant(actor.tenant, actor.environment) as connection:
        found = await open_again(connection, actor, row, chains, key, wanted)
        kept = opened(found)
        if kept is not None:
            return tagged(kept)
        await _nothing_new(connection, actor, work)
        at = max(wiring.clock(), found["last_at"]) if found["last_at"] else wiring.clock()
        pieces = sealing.make_seals(wiring, orders, work.invoice, keys, sealing.positions(found, chains), at)
        told = _told(wiring, origin, work, found["version"], pieces)
        await _supersede(connection, actor, work.refused, told, at)
        answer = _encode(_answer(wiring, work, found["version"], pieces[0], at))
        await close_again(
            connection,
            wiring.new_id,
            actor,
            row,
            pieces,
            told,
            at,
            key,
            wanted,
            answer,
            document=row["document"],
            draft=None,
        )
    wiring.store.wake_workers()
    return Kept(status=200, body=answer, headers={"ETag": presentation.etag(found["version"])})


async def _nothing_new(connection: Connection, actor: Actor, work: Work) -> None:
    """What names the document has no lock of the document's: nothing of it was issued since it was judged."""
    known = work.order.cancellation.related if work.order.cancellation else ()
    if await relatives.related_of(connection, actor, work.row["id"], work.order.jurisdiction) != known:
        raise Conflict("What names this document has changed in the meantime; try again.", code="version_conflict")


def _told(wiring: Wiring, origin: Origin, work: Work, version: int, pieces: tuple[sealing.Piece, ...]) -> Trail:
    """The queued submission, and for the auditors who wanted what and why."""
    told = sealing.trail_of(wiring.new_id, origin, work.row["id"], version, pieces, work.row["number"], first=False)
    told.note(
        "invoice.cancel_requested",
        "invoice",
        work.row["id"],
        version=version,
        detail={
            "jurisdiction": work.order.jurisdiction,
            "option": work.chosen.option.option,
            "reason": work.wish.reason,
            "replacement": work.wish.replacement,
            "correlation": origin.correlation,
        },
        told=False,
    )
    return told


async def _supersede(connection: Connection, actor: Actor, refused: Any, told: Trail, at: datetime) -> None:
    """A second request takes the place of the one that was refused, whose case ends with it."""
    if refused is None:
        return
    target = advance(SUBMISSION_MOVES, SubmissionState(refused["state"]), SubmissionState.SUPERSEDED)
    version = await cases.move_submission(
        connection, actor.tenant, actor.environment, refused["id"], refused["state"], target, at
    )
    if version is None:
        raise Conflict("The submission has moved on; read the invoice again.", code="version_conflict")
    told.note(
        "submission.superseded", "submission", refused["id"], version=version, state=target, previous=refused["state"]
    )
    if refused["case_id"] is None:
        return
    case = await cases.get(connection, actor.tenant, actor.environment, refused["case_id"], lock=True)
    if case["state"] != CaseState.OPEN:
        return
    to = advance(CASE_MOVES, CaseState.OPEN, CaseState.RESUBMITTED)
    moved = await cases.move(connection, actor.tenant, actor.environment, case["id"], case["state"], to, at)
    told.note("case.resubmitted", "case", case["id"], version=moved or 0, state=to, previous=case["state"])


def _answer(wiring: Wiring, work: Work, version: int, piece: sealing.Piece, at: datetime) -> InvoiceAnswer:
    row = dict(work.row) | {"version": version, "updated_at": at}
    code, name = piece.order.jurisdiction, piece.sealed.name
    place = 1 + sum(one["jurisdiction"] == code and one["name"] == name for one in work.papers)
    paper = {
        "jurisdiction": code,
        "name": name,
        "media_type": piece.sealed.media_type,
        "sha256": bytes.fromhex(piece.sealed.digest),
        "role": "sealed",
        "at": at,
        "place": place,
    }
    superseded = {"state": SubmissionState.SUPERSEDED, "updated_at": at}
    shown = tuple(
        presentation.submission(
            dict(one) | superseded | {"version": one["version"] + 1} if one is work.refused else one
        )
        for one in work.sent
    )
    return presentation.invoice(
        row,
        (*shown, replace(queued(row["id"], piece, at), standing=str(work.order.standing))),
        tuple(presentation.document(row["id"], one) for one in (*work.papers, paper)),
        wiring.jurisdictions,
    )
