"""One more record about an invoice that was issued: what it takes the place of, and the invoice as it then is shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from gateway import presentation
from gateway.actor import Actor
from gateway.errors import Conflict
from gateway.intake import issuing
from gateway.intake.finalize import queued
from gateway.store import desk as cases
from gateway.store.pool import Connection
from gateway.store.trail import Trail
from gateway.wiring import Wiring
from schemas.answers import InvoiceAnswer
from schemas.states import CASE_MOVES, SUBMISSION_MOVES, CaseState, Standing, SubmissionState, advance


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """An issued invoice as it was read: its row, its submissions and its documents. `former` is the one of the
    submissions whose place the new one takes, if any."""

    row: Any
    sent: list[Any]
    papers: list[Any]
    former: Any = None


async def supersede(connection: Connection, actor: Actor, former: Any, told: Trail, at: datetime) -> None:
    """The new submission takes the place of the `former` one (if any), whose open case ends with it."""
    if former is None:
        return
    # Its case is locked before it, as by whoever works the case.
    case = None
    if former["case_id"] is not None:
        case = await cases.get(connection, actor.tenant, actor.environment, former["case_id"], lock=True)
    target = advance(SUBMISSION_MOVES, SubmissionState(former["state"]), SubmissionState.SUPERSEDED)
    version = await cases.move_submission(
        connection, actor.tenant, actor.environment, former["id"], former["state"], target, at
    )
    if version is None:
        raise Conflict("The submission has moved on; read the invoice again.", code="version_conflict")
    told.note(
        "submission.superseded", "submission", former["id"], version=version, state=target, previous=former["state"]
    )
    if case is None or case["state"] != CaseState.OPEN:
        return
    to = advance(CASE_MOVES, CaseState.OPEN, CaseState.RESUBMITTED)
    moved = await cases.move(connection, actor.tenant, actor.environment, case["id"], case["state"], to, at)
    told.note("case.resubmitted", "case", case["id"], version=moved or 0, state=to, previous=case["state"])


def shown(wiring: Wiring, issued: Issued, done: issuing.Sealed, row: Any) -> InvoiceAnswer:
    """The invoice with its new submission; `row` is its own row as it is from now on."""
    (piece,) = done.pieces
    row = dict(row) | {"version": done.version, "updated_at": done.at}
    code, name = piece.order.jurisdiction, piece.sealed.name
    paper = {
        "jurisdiction": code,
        "name": name,
        "media_type": piece.sealed.media_type,
        "sha256": bytes.fromhex(piece.sealed.digest),
        "role": "sealed",
        "at": done.at,
        "place": 1 + sum(one["jurisdiction"] == code and one["name"] == name for one in issued.papers),
    }
    superseded = {"state": SubmissionState.SUPERSEDED, "updated_at": done.at}
    sent = tuple(
        presentation.submission(
            dict(one) | superseded | {"version": one["version"] + 1} if one is issued.former else one
        )
        for one in issued.sent
    )
    standing = None if piece.order.standing is Standing.NONE else str(piece.order.standing)
    fresh = replace(queued(row["id"], piece, done.at), standing=standing)
    papers = tuple(presentation.document(row["id"], one) for one in (*issued.papers, paper))
    return presentation.invoice(row, (*sent, fresh), papers, wiring.jurisdictions)
