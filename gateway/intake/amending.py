"""One more record about an invoice that an authority holds: the option of the desk that makes no new document.

Nothing changes in it but what the option leaves open. The record takes its place at the end of its chain, under the
same number; what becomes of it is the standing, never this answer.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gateway import presentation
from gateway.actor import Actor, Origin, Scope
from gateway.errors import Conflict, Forbidden, Refused
from gateway.identity import Prefix, written
from gateway.intake import issuing, sealing
from gateway.intake.attached import digested
from gateway.intake.business_events import may_come_back
from gateway.intake.drafting import Draft, Further
from gateway.intake.earlier import earlier_of, standing_of
from gateway.intake.editing import edited
from gateway.intake.finalize import tagged
from gateway.intake.further_records import Issued, shown, supersede
from gateway.intake.kept import Kept
from gateway.intake.signers import signers
from gateway.store import desk as cases
from gateway.store import submissions
from gateway.store.pool import Connection, to_json
from gateway.store.submissions import Narrow
from gateway.wiring import Wiring
from jurisdictions.contract import CorrectionOption, InstructionKind
from schemas.answers import CorrectionInput
from schemas.findings import Finding
from schemas.states import ACCEPTED, SETTLED, CaseState, Standing, SubmissionState

_encode = msgspec.json.Encoder(decimal_format="string").encode
_REFUSED = frozenset({SubmissionState.REJECTED, SubmissionState.HELD})
_AT_REST = SETTLED | {SubmissionState.HELD}


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """A record with all that its seal needs, read before anything is locked. `said` are the fingerprints of what the
    authority has heard: the newest record, and the one that it holds."""

    issued: Issued
    draft: Draft
    order: sealing.Order
    option: CorrectionOption
    wish: CorrectionInput
    said: frozenset[str]


async def prepare(
    wiring: Wiring,
    connection: Connection,
    origin: Origin,
    row: Any,
    jurisdiction: str,
    option: CorrectionOption,
    wish: CorrectionInput,
) -> Work:
    """Judge the record as it would be. Raises Conflict where one is on its way or a case is open, and Refused."""
    actor = origin.actor
    if Scope.INVOICES_FINALIZE not in actor.scopes:
        raise Forbidden(f"This correction is sealed and sent at once: the key needs {Scope.INVOICES_FINALIZE}.")
    place = (connection, actor.tenant, actor.environment)
    sent = await submissions.of_invoice(*place, row["id"])
    about = [one for one in sent if one["jurisdiction"] == jurisdiction]
    if any(SubmissionState(one["state"]) not in _AT_REST for one in about):
        raise Conflict("A record of it is on its way: wait for the answer.", code="submission_in_progress")
    own = [one for one in about if one["instruction"] != InstructionKind.CANCEL]
    await _without_case(connection, actor, row, jurisdiction, own)
    await may_come_back(connection, actor, row)
    further = Further(
        jurisdiction=jurisdiction,
        kind=InstructionKind.CORRECT,
        standing=standing_of(sent, jurisdiction),
        earlier=earlier_of(sent, jurisdiction),
    )
    found = await edited(wiring, connection, actor, row, wish.changes, option.fields, further)
    counting = [one for one in own if one["state"] != SubmissionState.SUPERSEDED]
    former = counting[-1] if counting and counting[-1]["state"] in _REFUSED else None
    order = sealing.Order(
        jurisdiction=jurisdiction,
        issuer=found.draft.issuers[jurisdiction],
        edition=found.route.edition,
        kind=further.kind,
        standing=further.standing,
        earlier=further.earlier,
        supersedes=former["id"] if former else None,
        payment=found.payment,
    )
    held = [one for one in counting if one["state"] in ACCEPTED]
    return Work(
        issued=Issued(row=row, sent=sent, papers=await submissions.documents(*place, row["id"]), former=former),
        draft=found.draft,
        order=order,
        option=option,
        wish=wish,
        said=frozenset(one["fingerprint"] for one in (*counting[-1:], *held[-1:])),
    )


async def _without_case(connection: Connection, actor: Actor, row: Any, jurisdiction: str, own: list[Any]) -> None:
    """What a person is asked to mend already is mended there, once."""
    narrow = Narrow(state=CaseState.OPEN, jurisdiction=jurisdiction, invoice=row["id"])
    known = {one["id"] for one in own}
    for case in await cases.page(connection, actor.tenant, actor.environment, narrow, None, 100):
        if case["submission_id"] in known:
            raise Conflict(
                "A case is open about its record: mend it there.",
                code="correct_by_case",
                extra={"link": f"/v1/cases/{written(Prefix.CASE, case['id'])}/resubmit"},
            )


async def seal(wiring: Wiring, origin: Origin, work: Work, key: str, wanted: bytes) -> Kept:
    """Seal and enqueue the record. Raises Refused where it says nothing that the authority has not heard."""
    actor, issued = origin.actor, work.issued
    keys = await signers(wiring, actor, issued.row["issuer_id"], [work.order.jurisdiction])
    sought = issuing.about_issued(
        issued.row,
        invoice=work.draft.invoice,
        orders=(work.order,),
        keys=keys,
        key=key,
        wanted=wanted,
        draft=to_json(work.draft.written),
    )
    async with wiring.store.tenant(actor.tenant, actor.environment) as connection:

        async def finish(done: issuing.Sealed) -> Kept:
            _says_something_new(work, done.pieces[0])
            await may_come_back(connection, actor, issued.row)
            _tell(done, origin, work)
            await supersede(connection, actor, issued.former, done.told, done.at)
            row = dict(issued.row) | {"document": to_json(done.invoice), "draft": sought.draft}
            answer = _encode(shown(wiring, issued, done, row))
            return Kept(status=200, body=answer, headers={"ETag": presentation.etag(done.version)})

        kept = await issuing.seal(wiring, connection, origin, sought, finish)
    if kept.replayed:
        return tagged(kept)
    wiring.store.wake_workers()
    return kept


def _says_something_new(work: Work, piece: sealing.Piece) -> None:
    """Unless it brings a cancelled invoice back, which the very same words do."""
    if work.order.standing is Standing.CANCELLED or piece.sealed.fingerprint not in work.said:
        return
    raise Refused(
        "Nothing has changed: the authority has this record already.",
        code="nothing_changed",
        findings=(
            Finding(
                rule="GW-NOTHING-CHANGED",
                message="The record would say what the one before it says.",
                pointer="/changes",
                expected=" | ".join(work.option.fields) or None,
                fix="Change one of these fields.",
            ),
        ),
    )


def _tell(done: issuing.Sealed, origin: Origin, work: Work) -> None:
    state, body = work.issued.row["state"], {"jurisdiction": work.order.jurisdiction, "option": work.option.option}
    done.told.note(
        "invoice.corrected",
        "invoice",
        work.issued.row["id"],
        version=done.version,
        state=state,
        previous=state,
        body=body,
        detail=body
        | {
            "changes": digested(work.wish.changes),
            "reason": work.wish.reason,
            "confirmed": work.wish.confirm,
            "correlation": origin.correlation,
        },
    )
