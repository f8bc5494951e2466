"""Working a case to its end: mend what was wrong, and let it out again by the path that the law wants.

`resend` lets the very same bytes go once their cause outside is mended; `reseal` makes a new document under the same
number where none ever became legal; `correct` adds a new record about the same invoice. Nothing goes out by itself.
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
from gateway.identity import Prefix, written
from gateway.intake import case_files, patching, sealing
from gateway.intake.drafting import Draft, draft_invoice
from gateway.intake.earlier import earlier_of, standing_of
from gateway.intake.ground import read_ground
from gateway.intake.kept import Kept, claim, look_up, opened, replay_of
from gateway.intake.receipts import payments_of, receipt_counts
from gateway.intake.resealing import close_again, open_again
from gateway.intake.shapes import read_patched
from gateway.intake.signers import signers
from gateway.store import desk as cases
from gateway.store import invoices, submissions, trail
from gateway.store.pool import Connection, to_json
from gateway.store.trail import Trail
from gateway.wiring import Wiring
from jurisdictions.contract import CaseClass, InstructionKind, Keys, Path
from schemas.answers import CaseAction
from schemas.document import Invoice
from schemas.findings import Finding
from schemas.invoice import InvoiceInput
from schemas.states import CASE_MOVES, SUBMISSION_MOVES, CaseState, SubmissionState, advance

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
        case = await case_files.still_open(connection, origin, case_id)
        _resubmittable(case)
        if case["path"] == Path.RESEND or case["submission_id"] is None:
            _only_editable(case, {}, wish.changes)
            return await _same_bytes(wiring, connection, origin, case, key, wanted)
        if case["path"] == Path.NEW_DOCUMENT:
            raise _new_document_needed(
                case, "The invoice itself was wrong: only a correcting document will do. See the invoice's corrections."
            )
        work = await _prepare(wiring, connection, origin, case, wish)
    keys = await signers(wiring, actor, work.invoice["issuer_id"], [work.order.jurisdiction])
    return await _sealed_again(wiring, origin, work, keys, key, wanted)


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


async def _queue_again(connection: Connection, origin: Origin, submission: UUID, told: Trail, at: datetime) -> None:
    actor = origin.actor
    row = await submissions.get(connection, actor.tenant, actor.environment, submission)
    if row["instruction"] != InstructionKind.CANCEL:
        await _its_payment_counts(connection, actor, row["invoice_id"])
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
    body = read_patched(invoice["draft"], wish.changes)
    _only_editable(case, _plain(presentation.decode_draft(invoice["draft"])), _plain(body))
    payments = await payments_of(connection, actor, wiring.jurisdictions, invoice["id"])
    ground = replace(
        await read_ground(connection, actor, body, wiring.deployments, wiring.jurisdictions), payments=payments
    )
    draft = draft_invoice(wiring.jurisdictions, invoice["id"], body, ground, wiring.clock())
    # A customer or issuer that was changed elsewhere must not slip into what was issued.
    _only_editable(case, _parties(msgspec.json.decode(invoice["document"])), _parties(_plain(draft.invoice)))
    if not draft.ready:
        raise Refused("The rules still do not allow it.", code="validation_failed", findings=draft.findings)
    kind = InstructionKind.CORRECT if case["path"] == Path.CORRECT else InstructionKind(submission["instruction"])
    edition = next((route.edition for route in draft.routes if route.jurisdiction == code), None)
    if edition is None:
        raise Refused("After these changes the invoice no longer concerns this jurisdiction.", code="route_lost")
    order = sealing.Order(
        jurisdiction=code,
        issuer=draft.issuers[code],
        edition=edition,
        kind=kind,
        standing=standing_of(sent, code),
        earlier=earlier_of(sent, code),
        supersedes=submission["id"],
        payment=payments.get(code),
    )
    return Work(case=case, submission=submission, invoice=invoice, draft=draft, order=order)


def _plain(body: InvoiceInput | Invoice) -> object:
    """As JSON has it, so that two bodies compare whatever their types."""
    return msgspec.json.decode(msgspec.json.encode(body))


def _parties(document: Any) -> dict[str, Any]:
    return {name: document[name] for name in ("customer", "issuer")}


def _only_editable(case: Any, former: Any, fresh: Any) -> None:
    editable = _list.decode(case["editable"])
    outside = [at for at in patching.differing(former, fresh) if not patching.within(at, editable)]
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


async def _sealed_again(
    wiring: Wiring, origin: Origin, work: Work, keys: dict[str, Keys], key: str, wanted: bytes
) -> Kept:
    actor, row = origin.actor, work.invoice
    number, orders = row["number"], (work.order,)
    series = number.rpartition("-")[0]
    invoice = sealing.numbered(work.draft.invoice, number, series)
    chains = sealing.chains_of(orders, invoice, wiring.jurisdictions)
    async with wiring.store.tenant(actor.tenant, actor.environment) as connection:
        found = await open_again(connection, actor, row, chains, key, wanted)
        kept = opened(found)
        if kept is not None:
            return kept
        at = max(wiring.clock(), found["last_at"]) if found["last_at"] else wiring.clock()
        pieces = sealing.make_seals(wiring, orders, invoice, keys, sealing.positions(found, chains), at)
        _something_changed(work, pieces[0])
        told = sealing.trail_of(wiring.new_id, origin, row["id"], found["version"], pieces, number, first=False)
        await _supersede(connection, origin, work, told, at)
        case = presentation.case(await cases.get(connection, actor.tenant, actor.environment, work.case["id"]))
        answer = msgspec.json.encode(case)
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
            document=to_json(invoice),
            draft=to_json(work.draft.written),
        )
    wiring.store.wake_workers()
    return Kept(status=200, body=answer)


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
