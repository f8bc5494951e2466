"""A simulator over real HTTPS: turns, changes before answers, outages, bad HTTP."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx2
import pytest

from gateway.sandbox import BookUnavailable, MemoryBook, SandboxAuthority, SimulatorServer
from gateway.sandbox.http import BODY_BYTES
from gateway.vault import client_context
from tests.gateway.sandbox.toy import TOY

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class FailingBook(MemoryBook):
    """Stores nothing while `broken`."""

    broken = False

    async def store(self, code: str, changes: Mapping[str, bytes | None]) -> None:
        await asyncio.sleep(0)
        if self.broken:
            raise BookUnavailable("broken")
        await super().store(code, changes)


@asynccontextmanager
async def served(
    authority: SandboxAuthority, book: MemoryBook | None = None, *, mutual: bool = True
) -> AsyncIterator[SimulatorServer]:
    toy = dataclasses.replace(TOY, client_certificate=mutual)
    server = SimulatorServer("toy", toy, book=book or MemoryBook(), keys=authority, clock=lambda: NOON)
    await server.start()
    try:
        yield server
    finally:
        await server.close(grace=0.1)


def client(server: SimulatorServer, authority: SandboxAuthority, **options: object) -> httpx2.AsyncClient:
    context = options.pop("context", None) or ssl.create_default_context(cadata=authority.certificate_pem.decode())
    assert isinstance(context, ssl.SSLContext)
    return httpx2.AsyncClient(verify=context, base_url=server.url, timeout=5, trust_env=False)


def admin(server: SimulatorServer, authority: SandboxAuthority) -> httpx2.AsyncClient:
    context = ssl.create_default_context(cadata=authority.certificate_pem.decode())
    url = server.url.replace("127.0.0.1", "localhost")
    return httpx2.AsyncClient(verify=context, base_url=url, timeout=5, trust_env=False)


async def test_each_answer_builds_upon_the_last(authority: SandboxAuthority) -> None:
    book = MemoryBook()
    async with served(authority, book) as server, client(server, authority) as http:
        answers = await asyncio.gather(*(http.post("/box/put", content=b"x") for _ in range(20)))
    assert sorted(int(answer.text) for answer in answers) == list(range(1, 21))
    assert book.pages["toy"]["count"] == b"20"
    assert book.pages["toy"]["founded"] == b"yes"


async def test_the_book_outlives_the_server(authority: SandboxAuthority) -> None:
    book = MemoryBook()
    for expected in ("1", "2"):
        async with served(authority, book) as server, client(server, authority) as http:
            assert (await http.post("/box/put")).text == expected


async def test_a_connection_is_kept(authority: SandboxAuthority) -> None:
    async with served(authority) as server, client(server, authority) as http:
        for _ in range(3):
            await http.post("/box/put")
        assert len(server._clients) == 1


async def test_time_profile_and_signature_are_handed_in(authority: SandboxAuthority) -> None:
    async with served(authority) as server, client(server, authority) as http:
        assert (await http.get("/box/when")).text == "2026-11-21T12:00:00+00:00 default"
        assert (await http.post("/box/sign", content=b"m")).content == authority.sign("stamping", b"m")


async def test_the_simulator_sees_the_client_certificate(authority: SandboxAuthority) -> None:
    p12 = authority.issue_pkcs12("Empresa", organization_identifier="VATES-B00000018", password="x")
    fields = {"p12": base64.b64encode(p12).decode(), "password": "x"}
    async with served(authority) as server:
        async with client(server, authority) as http:
            assert (await http.get("/box/who")).status_code == 401
        context = client_context(fields, authority.certificate_pem)
        async with client(server, authority, context=context) as http:
            answer = await http.get("/box/who")
    assert answer.status_code == 200
    assert b"VATES-B00000018" in answer.content


async def test_a_lost_answer_has_changed_the_book(authority: SandboxAuthority) -> None:
    book = MemoryBook()
    async with served(authority, book) as server, client(server, authority) as http:
        with pytest.raises(httpx2.TransportError):
            await http.post("/box/lost", content=b"accepted")
    assert book.pages["toy"]["item:lost"] == b"accepted"


async def test_a_slow_answer_holds_nobody_up(authority: SandboxAuthority) -> None:
    async with served(authority) as server, client(server, authority) as http:
        slow = asyncio.create_task(http.get("/box/slow/0.5"))
        await asyncio.sleep(0.1)
        assert (await http.post("/box/put")).status_code == 200
        assert not slow.done()
        assert (await slow).text == "slow"


async def test_what_cannot_be_stored_is_never_answered_nor_remembered(authority: SandboxAuthority) -> None:
    book = FailingBook()
    async with served(authority, book) as server, client(server, authority) as http:
        assert (await http.post("/box/put")).text == "1"
        book.broken = True
        with pytest.raises(httpx2.TransportError):
            await http.post("/box/put")
        book.broken = False
        assert (await http.post("/box/put")).text == "2"


async def test_a_defect_of_a_simulator_is_said_loudly(authority: SandboxAuthority) -> None:
    async with served(authority) as server, client(server, authority) as http:
        assert (await http.get("/box/fail")).status_code == 500
        assert (await http.post("/box/put")).text == "1"


async def test_an_outage_comes_and_goes(authority: SandboxAuthority) -> None:
    book = MemoryBook()
    async with served(authority, book) as server, client(server, authority) as http, admin(server, authority) as desk:
        assert (await desk.put("/_sandbox/outage?mode=down")).status_code == 200
        assert book.pages["toy"]["outage"] == b"down"
        answer = await http.post("/box/put")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        await desk.delete("/_sandbox/outage")
        assert (await http.post("/box/put")).text == "1"
        assert (await desk.put("/_sandbox/outage?mode=odd")).status_code == 400


async def test_a_hanging_simulator_ends_with_its_outage(authority: SandboxAuthority) -> None:
    async with served(authority) as server, client(server, authority) as http, admin(server, authority) as desk:
        await desk.put("/_sandbox/outage?mode=hang")
        with pytest.raises(httpx2.ReadTimeout):
            await http.post("/box/put", timeout=0.3)
        await desk.delete("/_sandbox/outage")
        assert (await http.post("/box/put")).text == "1"


@pytest.mark.parametrize("mutual", [True, False])
async def test_a_refusing_simulator_takes_no_connection(authority: SandboxAuthority, mutual: bool) -> None:
    async with (
        served(authority, mutual=mutual) as server,
        client(server, authority) as http,
        admin(server, authority) as desk,
    ):
        await http.post("/box/put")
        await desk.put("/_sandbox/outage?mode=refuse")
        with pytest.raises(httpx2.ConnectError):
            await http.post("/box/put")
        await desk.delete("/_sandbox/outage")
        assert (await http.post("/box/put")).text == "2"


async def test_an_outage_may_be_of_one_endpoint(authority: SandboxAuthority) -> None:
    book = MemoryBook()
    two = dataclasses.replace(TOY, endpoints={"toy": "", "box": "/box"})
    server = SimulatorServer("toy", two, book=book, keys=authority, clock=lambda: NOON)
    await server.start()
    async with client(server, authority) as http, admin(server, authority) as desk:
        for mode, trouble in (("refuse", httpx2.TransportError), ("hang", httpx2.ReadTimeout)):
            assert (await desk.put(f"/_sandbox/outage?mode={mode}&endpoint=box")).status_code == 200
            assert book.pages["toy"]["outage/box"] == mode.encode()
            with pytest.raises(trouble):
                await http.post("/box/put", timeout=0.3)
            assert (await http.get("/boxes")).status_code != 503
        await desk.put("/_sandbox/outage?mode=down&endpoint=box")
        assert (await http.post("/box/put")).status_code == 503
        await desk.delete("/_sandbox/outage?endpoint=box")
        assert (await http.post("/box/put")).text == "1"
        assert (await desk.put("/_sandbox/outage?endpoint=other")).status_code == 400
    await server.close(grace=0.1)


async def test_the_book_can_be_read(authority: SandboxAuthority) -> None:
    async with served(authority) as server, client(server, authority) as http:
        await http.post("/box/put", content=b"bytes")
        assert (await http.get("/_sandbox/book?prefix=item:")).json() == {"keys": ["item:1"]}
        assert (await http.get("/_sandbox/book?key=item:1")).content == b"bytes"
        assert (await http.get("/_sandbox/book?key=none")).status_code == 404
        assert (await http.get("/_sandbox/health")).json() == {"simulator": "toy", "keys": 3, "outage": None}
        assert (await http.get("/_sandbox/else")).status_code == 404


def _raw(server: SimulatorServer, authority: SandboxAuthority, data: bytes) -> bytes:
    """What comes back for these bytes."""
    context = ssl.create_default_context(cadata=authority.certificate_pem.decode())
    host, port = server.url.removeprefix("https://").split(":")
    with (
        socket.create_connection((host, int(port)), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname=host) as tls,
    ):
        tls.sendall(data)
        received = b""
        while chunk := tls.recv(65536):
            received += chunk
        return received


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nhost: x\r\nx: " + b"a" * 40_000 + b"\r\n\r\n", b"431"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % (BODY_BYTES + 1), b"413"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: no\r\n\r\n", b"400"),
    ],
)
async def test_bad_http_is_refused(authority: SandboxAuthority, data: bytes, status: bytes) -> None:
    async with served(authority) as server:
        received = await asyncio.to_thread(_raw, server, authority, data)
    assert received.split(b" ")[1] == status


async def test_a_taken_port_gives_way(authority: SandboxAuthority) -> None:
    async with served(authority) as first:
        port = int(first.url.rsplit(":", 1)[1])
        second = SimulatorServer("other", TOY, book=MemoryBook(), keys=authority, port=port)
        assert await second.start() != first.url
        await second.close()


async def test_close_does_not_wait_for_a_hanging_request(authority: SandboxAuthority) -> None:
    async with client_after(authority) as slow:
        with pytest.raises(httpx2.TransportError):
            await slow


@asynccontextmanager
async def client_after(authority: SandboxAuthority) -> AsyncIterator[asyncio.Task[httpx2.Response]]:
    """A request that still waits when its server has closed."""
    async with served(authority) as server:
        http = client(server, authority)
        slow = asyncio.create_task(http.get("/box/slow/60", timeout=30))
        await asyncio.sleep(0.2)
    yield slow
    await http.aclose()
