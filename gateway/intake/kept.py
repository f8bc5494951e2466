"""Kept answers: the same key gives the same answer, and only answers that changed something are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from gateway.actor import Actor
from gateway.errors import Conflict, Refused
from gateway.store.pool import Connection, Store


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as it goes out: status, JSON body, headers worth repeating, and whether it is a replay."""

    status: int
    body: bytes
    headers: dict[str, str] = {}
    replayed: bool = False


class ChainRetired(Conflict):
    """The chain that the seal was for has ended since the issuer's settings were read: another one goes on."""

    retryable = True

    def __init__(self) -> None:
        super().__init__(
            "The issuer's chain was renewed at this moment; nothing was sealed. Send the same request again.",
            code="chain_retired",
            headers={"Retry-After": "1"},
        )


def fingerprint(method: str, path: str, body: bytes) -> bytes:
    """What makes two requests the same: method, path and body."""
    return hashlib.sha256(b"\n".join((method.encode(), path.encode(), body))).digest()


def still_running() -> Conflict:
    return Conflict(
        "The first request with this Idempotency-Key is still being worked on.",
        code="idempotency_key_in_use",
        headers={"Retry-After": "1"},
    )


def used_otherwise() -> Refused:
    return Refused(
        "This Idempotency-Key was used for another request (method, path or body differ).",
        code="idempotency_key_reused",
    )


def replay_of(row: Any, wanted: bytes) -> Kept:
    """The kept answer, if the request is the same as then."""
    if row["fingerprint"] != wanted:
        raise used_otherwise()
    headers = msgspec.json.decode(row["headers"], type=dict[str, str])
    return Kept(status=row["status"], body=bytes(row["body"]), headers=headers, replayed=True)


async def look_up(connection: Connection, actor: Actor, key: str) -> Any:
    return await connection.fetchrow(
        "SELECT fingerprint, status, headers, body FROM gateway.idempotency"
        " WHERE tenant_id = $1 AND environment = $2 AND key = $3",
        actor.tenant,
        actor.environment,
        key,
    )


async def claim(connection: Connection, actor: Actor, key: str) -> None:
    """Take the key for this transaction: a crash leaves nothing stuck. Raises Conflict while another one has it."""
    locked = await connection.fetchval(
        "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))", f"{actor.tenant}{actor.environment}{key}"
    )
    if not locked:
        raise still_running()


def opened(row: Any) -> Kept | None:
    """What call 1 of a seal has found: None to go on, or the kept answer, or the reason why not."""
    match row["outcome"]:
        case "open":
            return None
        case "replay":
            return Kept(status=row["status"], body=bytes(row["kept"]), replayed=True)
        case "reused":
            raise used_otherwise()
        case "busy":
            raise still_running()
        case "retired":
            raise ChainRetired()
        case _:
            raise Conflict("It was changed or finalized in the meantime; read it again.", code="version_conflict")


async def once(
    store: Store, actor: Actor, key: str, wanted: bytes, work: Callable[[Connection], Awaitable[Kept]]
) -> Kept:
    """Do the work and keep its answer in one transaction; or give the answer kept before.

    While the first is running a second one is told so (409): the lock belongs to the transaction, a crash leaves
    nothing.
    """
    async with store.tenant(actor.tenant, actor.environment) as connection:
        await claim(connection, actor, key)
        row = await look_up(connection, actor, key)
        if row is not None:
            return replay_of(row, wanted)
        answer = await work(connection)
        await connection.execute(
            "INSERT INTO gateway.idempotency (tenant_id, environment, key, fingerprint, status, headers, body)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            actor.tenant,
            actor.environment,
            key,
            wanted,
            answer.status,
            msgspec.json.encode(answer.headers).decode(),
            answer.body,
        )
        return answer
