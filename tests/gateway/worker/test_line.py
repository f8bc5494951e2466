"""One turn through the real transport, to a server on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import msgspec

from gateway.clock import NIL
from gateway.store.credentials import stored_context
from gateway.transport import Endpoint, Transport
from gateway.vault import Vault
from gateway.worker import Worker
from tests.gateway.worker.conftest import MASTER, MakeHouse
from tests.gateway.worker.patience import drained
from tests.gateway.worker.rows import AT, Rows
from tests.gateway.worker.toy import accepted, jurisdiction

Reply = Callable[[str, bytes], bytes | None]


@asynccontextmanager
async def serving(reply: Reply) -> AsyncIterator[str]:
    """HTTP/1.1 as plainly as it goes: `reply(head, body)` is the answer's body, None drops the line."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next((int(line[15:]) for line in head.lower().split("\r\n") if line.startswith("content-length:")), 0)
        answer = reply(head, await reader.readexactly(length))
        if answer is not None:
            writer.write(
                b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s" % (len(answer), answer)
            )
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_from_the_lease_to_a_server_and_back(house: MakeHouse, rows: Rows) -> None:
    tenant, ids = await rows.flow(2)
    sealed = Vault(MASTER).seal({"text": "sesame"}, stored_context(tenant, "test", NIL, "toyland", "password"))
    await rows.run(
        "INSERT INTO gateway.credential (tenant_id, environment, issuer_id, jurisdiction, name, sealed, updated_at)"
        " VALUES ($1, 'test', $2, 'toyland', 'password', $3, $4)",
        *(tenant, NIL, sealed, AT),
    )
    heard: list[str] = []

    def reply(head: str, body: bytes) -> bytes | None:
        heard.append(body.decode())
        if body == b"sesame":
            return b"t0ken"
        assert "x-token: t0ken" in head
        if len(heard) == 2:
            return None  # The first sending is heard, and its answer lost.
        return msgspec.json.encode({name: accepted(name) for name in body.decode().split("\n")})

    async with (
        serving(reply) as url,
        Transport("test", {("toyland", "desk"): Endpoint(url, "system")}) as transport,
    ):
        made = replace(house(jurisdictions={"toyland": jurisdiction(token=True)}), lines={"test": transport})
        await drained(Worker(made))
    assert await rows.states(tenant) == dict.fromkeys(ids, "accepted")
    assert heard == ["sesame", "\n".join(ids), "\n".join(ids)]
    asked = await rows.fetch("SELECT ask, phase FROM gateway.exchange ORDER BY at")
    assert [(row["ask"], row["phase"]) for row in asked] == [("login", "send"), ("send", "send"), ("look", "inquire")]
    answers = await rows.fetch("SELECT failure, body FROM gateway.exchange_answer ORDER BY at")
    assert [row["failure"] for row in answers] == [None, "maybe_sent", None]
    assert not any(b"t0ken" in row["body"] for row in answers), "a secret answer is not stored"
