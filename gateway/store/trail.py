"""Event and audit rows of a move, written in the transaction of the move."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from gateway.clock import NewId
from gateway.store.pool import Connection, to_json


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What integrators are told: an object moved to a state, as its `version`."""

    id: UUID
    type: str
    object_type: str
    object_id: str
    version: int
    state: str | None = None
    previous_state: str | None = None
    body: Mapping[str, object] = {}


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what to which object, under which request, with what content."""

    id: UUID
    actor: str
    action: str
    object_type: str
    object_id: str
    request_id: str | None = None
    detail: Mapping[str, object] = {}


class Trail:
    """Collects the events and audit rows of one move."""

    def __init__(self, new_id: NewId, actor: str, request_id: str | None = None) -> None:
        self._new_id = new_id
        self._actor = actor
        self._request_id = request_id
        self.events: list[Event] = []
        self.audits: list[Audit] = []

    def note(
        self,
        action: str,
        object_type: str,
        object_id: UUID,
        *,
        version: int,
        state: str | None = None,
        previous: str | None = None,
        body: Mapping[str, object] | None = None,
        detail: Mapping[str, object] | None = None,
        told: bool = True,
    ) -> None:
        """Add an audit row, and an event of the same name where integrators are told of it."""
        self.note_named(
            action,
            object_type,
            str(object_id),
            version=version,
            state=state,
            previous=previous,
            body=body,
            detail=detail,
            told=told,
        )

    def note_named(
        self,
        action: str,
        object_type: str,
        object_name: str,
        *,
        version: int,
        state: str | None = None,
        previous: str | None = None,
        body: Mapping[str, object] | None = None,
        detail: Mapping[str, object] | None = None,
        told: bool = True,
    ) -> None:
        """The same for an object that is known by a name (a flow)."""
        if told:
            self.events.append(
                Event(
                    id=self._new_id(),
                    type=action,
                    object_type=object_type,
                    object_id=object_name,
                    version=version,
                    state=state,
                    previous_state=previous,
                    body=body or {},
                )
            )
        self.audits.append(
            Audit(
                id=self._new_id(),
                actor=self._actor,
                action=action,
                object_type=object_type,
                object_id=object_name,
                request_id=self._request_id,
                detail=detail or {},
            )
        )

    def rows(self) -> tuple[str, str]:
        """Both lists as JSON for `gateway.record` and `gateway.seal_close`."""
        return to_json(self.events), to_json(self.audits)


async def write(connection: Connection, tenant: UUID, environment: str, at: datetime, trail: Trail) -> None:
    """Store what was collected, within the caller's transaction."""
    events, audits = trail.rows()
    await connection.execute("SELECT gateway.record($1, $2, $3, $4, $5)", tenant, environment, at, events, audits)
