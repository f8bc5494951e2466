"""Closing a case that was settled outside the gateway, with the reason on record."""

from __future__ import annotations

from uuid import UUID

import msgspec

from gateway import presentation
from gateway.actor import Origin
from gateway.errors import Refused
from gateway.intake import case_files
from gateway.intake.kept import Kept, once
from gateway.store import desk as cases
from gateway.store import trail
from gateway.store.pool import Connection
from gateway.store.trail import Trail
from gateway.wiring import Wiring
from schemas.answers import CaseAction
from schemas.findings import Finding
from schemas.states import CASE_MOVES, CaseState, advance


async def resolve(wiring: Wiring, origin: Origin, case_id: UUID, wish: CaseAction, key: str, wanted: bytes) -> Kept:
    """Close the case; a reason is required, the submission stays as the authority left it."""
    if not wish.reason:
        raise Refused(
            "Say how it was settled.",
            code="reason_missing",
            findings=(Finding(rule="GW-REASON", message="A reason is needed.", pointer="/reason"),),
        )
    actor = origin.actor

    async def work(connection: Connection) -> Kept:
        case, at = await case_files.still_open(connection, origin, case_id), wiring.clock()
        target = advance(CASE_MOVES, CaseState(case["state"]), CaseState.RESOLVED)
        version = await cases.move(connection, actor.tenant, actor.environment, case_id, case["state"], target, at)
        told = Trail(wiring.new_id, actor.name, origin.request_id)
        detail = {"reason": wish.reason}
        told.note(
            "case.resolved",
            "case",
            case_id,
            version=version or 0,
            state=target,
            previous=case["state"],
            body=detail,
            detail=detail,
        )
        await trail.write(connection, actor.tenant, actor.environment, at, told)
        row = await cases.get(connection, actor.tenant, actor.environment, case_id)
        return Kept(status=200, body=msgspec.json.encode(presentation.case(row)))

    return await once(wiring.store, actor, key, wanted, work)
