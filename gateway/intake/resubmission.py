"""Working a case to its end: mend what was wrong, and let it out again by the path that the law wants.

`resend` lets the very same bytes go once their cause outside is mended; `reseal` makes a new document under the same
number where none ever became legal; `correct` adds a new record about the same invoice. Nothing goes out by itself.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from gateway import presentation
from gateway.actor import Actor, Origin
from gateway.errors import Conflict, Refused
from gateway.identity import Prefix, written
from gateway.intake import case_files, issuing, legal_cancellations, sealing
from gateway.intake.business_events import may_come_back
from gateway.intake.drafting import Draft, Further
from gateway.intake.earlier import earlier_of, standing_of
from gateway.intake.editing import edited, only_editable
from gateway.intake.kept import Kept, claim, look_up, replay_of
from gateway.intake.receipts import receipt_counts
from gateway.intake.signers import signers
from gateway.store import desk as cases
from gateway.store import invoices, payments, submissions, trail
from gateway.store.pool import Connection, to_json
from gateway.store.trail import Trail
from gateway.wiring import Wiring
from jurisdictions.contract import CaseClass, InstructionKind, Keys, Path
from schemas.answers import CaseAction
from schemas.findings import Finding
from schemas.states import CASE_MOVES, SUBMISSION_MOVES, CaseState, InvoiceState, SubmissionState, advance

_list = msgspec.json.Decoder(tuple[str, ...])
_DATA = frozenset({CaseClass.DATA_CORRECTION, CaseClass.RECIPIENT, CaseClass.DUPLICATE})


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """A case with all that its resubmission needs, read before anything is locked."""

    case: Any
    submission: Any
    invoice: Any
    draft: Draft
    order: sealing.Order


async def resubmit(wiring: Wiring, origin: Origin, case_id: UUID, wish: CaseAction, key: str, wanted: bytes) -> Kept:
    """Let the refused document out again. Refused with findings where nothing has changed or too much has."""
    actor = origin.actor
    async with wiring.store.tenant(actor.tenant, actor.environment) as connection:
        await claim(connection, actor, key)
        kept = await look_up(connection, actor, key)
        if kept is not None:
            return replay_of(kept, wanted)
        case = await _taken_up(connection, origin, case_id)
        _resubmittable(case)
        if case["path"] == Path.RESEND or case["submission_id"] is None:
            only_editable(_list.decode(case["editable"]), {}, wish.changes)
            return await _same_bytes(wiring, connection, origin, case, key, wanted)
        if case["path"] == Path.NEW_DOCUMENT:
            raise _new_document_needed(
                case, "The invoice itself was wrong: only a correcting document will do. See the invoice's corrections."
            )
        work = await _prepare(wiring, connection, origin, case, wish)
    keys = await signers(wiring, actor, work.invoice["issuer_id"], [work.order.jurisdiction])
    return await _sealed_again(wiring, origin, work, keys, key, wanted)


async def _taken_up(connection: Connection, origin: Origin, case_id: UUID) -> Any:
    """The open case, locked; where its submission is to queue again, behind its invoice (the lock order of the
    house)."""
    case = await case_files.visible(connection, origin, case_id)
    if case["path"] == Path.RESEND and case["submission_id"] is not None:
        await payments.locked(connection, origin.actor.tenant, origin.actor.environment, [case["invoice_id"]])
    return await case_files.still_open(connection, origin, case_id)


def _resubmittable(case: Any) -> None:
    """A case without a document and without a flow is about time: nothing lies there that could go out again."""
    if case["submission_id"] is None and case["flow_key"] is None:
        raise _new_document_needed(
            case, "A deadline was missed: do what the case says, or resolve it. See the invoice's corrections."
        )


def _new_document_needed(case: Any, why: str) -> Conflict:
    link = f"/v1/invoices/{written(Prefix.INVOICE, case['invoice_id'])}/corrections"
    return Conflict(why, code="new_document_needed", extra={"link": link})


async def _same_bytes(
    wiring: Wiring, connection: Connection, origin: Origin, case: Any, key: str, wanted: bytes
) -> Kept:
    """The cause lay outside the document: a held flow opens, or the refused submission queues again."""
    actor, at = origin.actor, wiring.clock()
    told = Trail(wiring.new_id, actor.name, origin.request_id)
    if case["submission_id"] is None:
        target = advance(CASE_MOVES, CaseState.OPEN, CaseState.RESOLVED)
        version = await cases.resume_flow(
            connection, actor.tenant, actor.environment, case["jurisdiction"], case["flow_key"]
        )
        if version is not None:
            flow = f"{case['jurisdiction']}:{case['flow_key']}"
            told.note_named("flow.resumed", "flow", flow, version=version, state="open", previous="held")
    else:
        target = advance(CASE_MOVES, CaseState.OPEN, CaseState.RESUBMITTED)
        await _queue_again(connection, origin, case["submission_id"], told, at)
    await _case_moved(connection, origin, case, target, told, at)
    await trail.write(connection, actor.tenant, actor.environment, at, told)
    wiring.store.wake_workers()
    return await _keep(connection, origin, case["id"], key, wanted)


async def _its_payment_counts(connection: Connection, actor: Actor, invoice: UUID) -> None:
    """Nobody replaces the payment of a receipt while that goes out; and none goes out whose payment was replaced."""
    if await receipt_counts(connection, actor, invoice):
        return
    message = "Its payment was replaced or undone, or an invoice that it pays ends: this receipt must not go out again."
    fix = "Resolve the case; a payment that took its place has a receipt of its own."
    finding = Finding(rule="GW-KIND", message=message, pointer="", fix=fix)
    raise Refused(message, code="payment_replaced", findings=(finding,))


async def _its_invoice_stands(connection: Connection, actor: Actor, submission: Any) -> None:
    """It is not being cancelled, nor void, unless this very record brings it back."""
    place = (connection, actor.tenant, actor.environment)
    invoice = await invoices.get(*place, submission["invoice_id"])
    _not_ending(await submissions.of_invoice(*place, invoice["id"]), submission["jurisdiction"])
    _not_void(invoice, InstructionKind(submission["instruction"]))
    await may_come_back(connection, actor, invoice)


def _not_ending(sent: list[Any], jurisdiction: str) -> None:
    if legal_cancellations.under_way(sent, jurisdiction):
        raise Conflict("Its cancellation is under way: wait for the answer.", code="cancel_in_progress")


def _not_void(invoice: Any, kind: InstructionKind) -> None:
    """A cancelled invoice takes a record only where that corrects, and so brings it back."""
    if invoice["state"] == InvoiceState.VOID and kind is not InstructionKind.CORRECT:
        raise Conflict("The invoice is cancelled: resolve the case.", code="already_cancelled")


async def _queue_again(connection: Connection, origin: Origin, submission: UUID, told: Trail, at: datetime) -> None:
    actor = origin.actor
    row = await submissions.get(connection, actor.tenant, actor.environment, submission)
    if row["instruction"] != InstructionKind.CANCEL:
        await _its_payment_counts(connection, actor, row["invoice_id"])
        await _its_invoice_stands(connection, actor, row)
    former = SubmissionState(row["state"])
    target = advance(SUBMISSION_MOVES, former, SubmissionState.QUEUED)
    version = await cases.move_submission(connection, actor.tenant, actor.environment, submission, former, target, at)
    if version is None:
        raise Conflict("The submission has moved on; read the case again.", code="version_conflict")
    told.note("submission.queued", "submission", submission, version=version, state=target, previous=former)


async def _case_moved(
    connection: Connection, origin: Origin, case: Any, target: CaseState, told: Trail, at: datetime
) -> None:
    actor = origin.actor
    version = await cases.move(connection, actor.tenant, actor.environment, case["id"], case["state"], target, at)
    if version is None:
        raise Conflict("The case has moved on; read it again.", code="version_conflict")
    action = "case.resolved" if target is CaseState.RESOLVED else "case.resubmitted"
    told.note(action, "case", case["id"], version=version, state=target, previous=case["state"])


async def _keep(connection: Connection, origin: Origin, case_id: UUID, key: str, wanted: bytes) -> Kept:
    actor = origin.actor
    row = await cases.get(connection, actor.tenant, actor.environment, case_id)
    answer = msgspec.json.encode(presentation.case(row))
    await connection.execute(
        "INSERT INTO gateway.idempotency (tenant_id, environment, key, fingerprint, status, body)"
        " VALUES ($1, $2, $3, $4, 200, $5)",
        actor.tenant,
        actor.environment,
        key,
        wanted,
        answer,
    )
    return Kept(status=200, body=answer)


async def _prepare(wiring: Wiring, connection: Connection, origin: Origin, case: Any, wish: CaseAction) -> Work:
    actor = origin.actor
    invoice = await invoices.get(connection, actor.tenant, actor.environment, case["invoice_id"])
    sent = await submissions.of_invoice(connection, actor.tenant, actor.environment, case["invoice_id"])
    submission = next(row for row in sent if row["id"] == case["submission_id"])
    if submission["instruction"] == InstructionKind.CANCEL:
        raise Conflict(
            "A refused cancellation is not mended: ask for it again, or leave the document as it is.",
            code="cancel_again",
            extra={"link": f"/v1/invoices/{written(Prefix.INVOICE, case['invoice_id'])}/cancel"},
        )
    code = case["jurisdiction"]
    kind = InstructionKind.CORRECT if case["path"] == Path.CORRECT else InstructionKind(submission["instruction"])
    _not_ending(sent, code)
    _not_void(invoice, kind)
    await may_come_back(connection, actor, invoice)
    further = Further(
        jurisdiction=code,
        kind=kind,
        standing=standing_of(sent, code),
        earlier=earlier_of(sent, code),
    )
    found = await edited(wiring, connection, actor, invoice, wish.changes, _list.decode(case["editable"]), further)
    order = sealing.Order(
        jurisdiction=code,
        issuer=found.draft.issuers[code],
        edition=found.route.edition,
        kind=further.kind,
        standing=further.standing,
        earlier=further.earlier,
        supersedes=submission["id"],
        payment=found.payment,
    )
    return Work(case=case, submission=submission, invoice=invoice, draft=found.draft, order=order)


async def _sealed_again(
    wiring: Wiring, origin: Origin, work: Work, keys: dict[str, Keys], key: str, wanted: bytes
) -> Kept:
    actor, row = origin.actor, work.invoice
    sought = issuing.about_issued(
        row,
        invoice=work.draft.invoice,
        orders=(work.order,),
        keys=keys,
        key=key,
        wanted=wanted,
        draft=to_json(work.draft.written),
    )
    async with wiring.store.tenant(actor.tenant, actor.environment) as connection:

        async def finish(done: issuing.Sealed) -> Kept:
            _something_changed(work, done.pieces[0])
            await may_come_back(connection, actor, row)
            await _supersede(connection, origin, work, done.told, done.at)
            case = presentation.case(await cases.get(connection, actor.tenant, actor.environment, work.case["id"]))
            return Kept(status=200, body=msgspec.json.encode(case))

        kept = await issuing.seal(wiring, connection, origin, sought, finish)
    if not kept.replayed:
        wiring.store.wake_workers()
    return kept


def _something_changed(work: Work, piece: sealing.Piece) -> None:
    """What was refused for its data is not sent again unchanged."""
    if piece.sealed.fingerprint == work.submission["fingerprint"] and work.case["case_class"] in _DATA:
        raise Refused(
            "Nothing has changed: the authority has refused exactly this document.",
            code="nothing_changed",
            findings=(
                Finding(
                    rule="GW-NOTHING-CHANGED",
                    message=work.case["sentence"],
                    pointer=work.case["pointer"],
                    fix=work.case["fix"],
                    external_code=work.case["external_code"],
                    external_message=work.case["external_message"],
                ),
            ),
        )


async def _supersede(connection: Connection, origin: Origin, work: Work, told: Trail, at: datetime) -> None:
    actor, former = origin.actor, SubmissionState(work.submission["state"])
    target = advance(SUBMISSION_MOVES, former, SubmissionState.SUPERSEDED)
    version = await cases.move_submission(
        connection, actor.tenant, actor.environment, work.submission["id"], former, target, at
    )
    if version is None:
        raise Conflict("The submission has moved on; read the case again.", code="version_conflict")
    told.note(
        "submission.superseded", "submission", work.submission["id"], version=version, state=target, previous=former
    )
    await _case_moved(connection, origin, work.case, CaseState.RESUBMITTED, told, at)
