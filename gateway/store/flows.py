"""Flows as the worker moves them: leased, loaded, paced, held, let go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from gateway.store.pool import Connection
from gateway.store.trail import Event, Trail, write


class LeaseLost(Exception):
    """Another worker has taken the flow over: nothing of this turn may be settled any more."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to move one flow, for as long as `token` stands in its row."""

    tenant: UUID
    environment: str
    jurisdiction: str
    key: str
    token: UUID

    @property
    def flow(self) -> tuple[UUID, str, str, str]:
        return self.tenant, self.environment, self.jurisdiction, self.key


async def lease(
    connection: Connection,
    environments: Sequence[str],
    jurisdictions: Sequence[str],
    duration: timedelta,
    now: datetime,
) -> Lease | None:
    """One due flow of these jurisdictions, its tenant's turn come; None where nothing is due."""
    row = await connection.fetchrow(
        "SELECT * FROM platform.lease_flow($1, $2, $3, $4)", list(environments), list(jurisdictions), duration, now
    )
    return None if row is None else Lease(*row.values())


async def renew(connection: Connection, lease: Lease, duration: timedelta) -> bool:
    """Keep the lease for another `duration`; False where it is no longer ours."""
    done: str = await connection.execute(
        "UPDATE gateway.flow SET leased_until = clock_timestamp() + $6 WHERE tenant_id = $1 AND environment = $2"
        " AND jurisdiction = $3 AND key = $4 AND lease_token = $5",
        *lease.flow,
        lease.token,
        duration,
    )
    return done.endswith(" 1")


async def read(connection: Connection, lease: Lease) -> Any:
    """The flow with its issuer, the papers that count for it, whom else the jurisdiction serves, and whether an
    incident is open, in one row; None where the lease is no longer ours."""
    return await connection.fetchrow(
        """
        SELECT f.issuer_id, f.ordered, f.max_batch, f.failures, f.paced_until, f.version, i.body AS issuer,
            gateway.attestations_of($1, $2, f.issuer_id) AS attestations, gateway.flows_of($1, $2, ARRAY[$3]) AS flows,
            EXISTS (SELECT FROM gateway.incident n WHERE n.tenant_id = $1 AND n.environment = $2 AND n.jurisdiction = $3
                AND n.flow_key = $4 AND n.ended_at IS NULL) AS in_trouble
        FROM gateway.flow f
        JOIN gateway.issuer i ON i.tenant_id = f.tenant_id AND i.environment = f.environment AND i.id = f.issuer_id
        WHERE f.tenant_id = $1 AND f.environment = $2 AND f.jurisdiction = $3 AND f.key = $4 AND f.lease_token = $5
        """,
        *lease.flow,
        lease.token,
    )


async def documents(
    connection: Connection, lease: Lease, *, unsettled: bool, ordered: bool, now: datetime, limit: int
) -> list[Any]:
    """In flow order: those whose outcome is to be asked for (`unsettled`), or those that wait to be sent."""
    rows: list[Any] = await connection.fetch(
        "SELECT * FROM gateway.flow_documents($1, $2, $3, $4, $5, $6, $7, $8)",
        *lease.flow,
        unsettled,
        ordered,
        now,
        limit,
    )
    return rows


@dataclass(frozen=True, slots=True)
class Rest:
    """How a flow is left: None keeps the authority's pacing as it is, and ends a backoff."""

    failures: int = 0
    paced_until: datetime | None = None
    backoff_until: datetime | None = None


async def release(connection: Connection, lease: Lease, rest: Rest | None = None) -> None:
    """Let the flow go, under the token only; without `rest` it is left as it was found."""
    await connection.execute(
        """
        UPDATE gateway.flow SET lease_token = NULL, leased_until = NULL,
            failures = coalesce($6, failures), paced_until = coalesce($7, paced_until),
            backoff_until = CASE WHEN $6 IS NULL THEN backoff_until ELSE $8 END
        WHERE tenant_id = $1 AND environment = $2 AND jurisdiction = $3 AND key = $4 AND lease_token = $5
        """,
        *lease.flow,
        lease.token,
        None if rest is None else rest.failures,
        None if rest is None else rest.paced_until,
        None if rest is None else rest.backoff_until,
    )


@dataclass(frozen=True, slots=True)
class HeldCase:
    """The one case of a held flow."""

    id: UUID
    event: UUID
    case_class: str
    sentence: str
    path: str
    fix: str | None
    actions: str
    code: str
    message: str


async def hold(connection: Connection, lease: Lease, case: HeldCase, at: datetime, trail: Trail) -> None:
    """Stop the flow until a person has mended the cause; one open case, however often it is held."""
    body = {"jurisdiction": lease.jurisdiction, "flow": lease.key, "code": case.code}
    version = await connection.fetchval(
        """
        UPDATE gateway.flow SET state = 'held', hold_code = $6, hold_message = $7, version = version + 1
        WHERE tenant_id = $1 AND environment = $2 AND jurisdiction = $3 AND key = $4 AND lease_token = $5
        RETURNING version
        """,
        *lease.flow,
        lease.token,
        case.code,
        case.message,
    )
    if version is None:
        raise LeaseLost
    trail.events.append(
        Event(
            id=case.event,
            type="flow.held",
            object_type="flow",
            object_id=f"{lease.jurisdiction}:{lease.key}",
            version=version,
            state="held",
            previous_state="open",
            body=body,
        )
    )
    opened = await connection.fetchrow(
        """
        INSERT INTO gateway.case_file AS c (tenant_id, environment, id, jurisdiction, flow_key, case_class, sentence,
        path, fix,
            actions, external_code, external_message, opened_at, updated_at)
        VALUES ($1, $2, $5, $3, $4, $6, $7, $8, $9, $10, $11, $12, $13, $13)
        ON CONFLICT (tenant_id, environment, jurisdiction, flow_key) WHERE submission_id IS NULL AND state <> 'resolved'
            DO UPDATE SET state = 'open', version = c.version + 1, case_class = excluded.case_class,
                sentence = excluded.sentence, path = excluded.path, fix = excluded.fix, actions = excluded.actions,
                external_code = excluded.external_code, external_message = excluded.external_message,
                updated_at = excluded.updated_at
        RETURNING id, version
        """,
        *lease.flow,
        case.id,
        case.case_class,
        case.sentence,
        case.path,
        case.fix,
        case.actions,
        case.code,
        case.message,
        at,
    )
    trail.note("case.opened", "case", opened["id"], version=opened["version"], state="open", body=body)
    await write(connection, lease.tenant, lease.environment, at, trail)
