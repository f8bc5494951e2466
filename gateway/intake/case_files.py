"""Cases as a caller may see them: of the tenant's, and of the issuers that the key may use."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from gateway.actor import Origin
from gateway.errors import Conflict, Forbidden, NotFound
from gateway.identity import Prefix, written
from gateway.store import desk as cases
from gateway.store.pool import Connection
from schemas.states import CaseState


async def visible(connection: Connection, origin: Origin, case_id: UUID, *, lock: bool = False) -> Any:
    """The case, or 404, or 403; locked until the end of the transaction where asked."""
    actor = origin.actor
    case = await cases.get(connection, actor.tenant, actor.environment, case_id, lock=lock)
    if case is None:
        raise NotFound(f"There is no case {written(Prefix.CASE, case_id)}.")
    if actor.issuers:
        issuer = await cases.issuer_of(connection, case)
        if issuer is None or not actor.may_use(issuer):
            raise Forbidden("This key may not use this issuer.")
    return case


async def still_open(connection: Connection, origin: Origin, case_id: UUID) -> Any:
    """The open case, locked; 409 where it is not open any more."""
    case = await visible(connection, origin, case_id, lock=True)
    if case["state"] != CaseState.OPEN:
        raise Conflict(f"This case is {case['state']}.", code="case_not_open")
    return case
