"""Asks over real HTTPS: what comes back, and what is known when nothing does."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from gateway.sandbox import MemoryBook, SandboxAuthority, SimulatorServer
from gateway.transport import Endpoint, Identity, Limits, Line, Transport
from gateway.vault import client_context
from jurisdictions.contract import Answer, Ask, AskKind, CredentialMissing, Effect, Failure, SecretSlot
from tests.gateway.sandbox.toy import TOY

SECRETS = {("pac", "password"): b"a&b<\"c'", ("pac", "token"): b"s3cret", ("pac", "broken"): b"a\r\nx: y"}
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def secrets(credential: str, name: str) -> bytes:
    try:
        return SECRETS[credential, name]
    except KeyError:
        raise CredentialMissing(f"{credential} is not stored") from None


async def no_identity(credential: str) -> Identity:
    raise CredentialMissing(f"{credential} is not stored")


def ask(path: str = "/echo", **changed: object) -> Ask:
    fields: dict[str, object] = {
        "name": path,
        "endpoint": "box",
        "effect": Effect.WRITE,
        "documents": ("sub_1",),
        "path": path,
        "timeout_seconds": 5.0,
    }
    return Ask(**(fields | changed))  # type: ignore[arg-type]


def transport(url: str, authority: SandboxAuthority, **options: object) -> Transport:
    endpoints = {("toy", "box"): Endpoint(url, "sandbox")}
    return Transport("test", endpoints, sandbox_trust=authority.certificate_pem, **options)  # type: ignore[arg-type]


@asynccontextmanager
async def toy_line(authority: SandboxAuthority, **options: object) -> AsyncIterator[Line]:
    """A line to the toy's simulator."""
    server = SimulatorServer("toy", TOY, book=MemoryBook(), keys=authority)
    url = await server.start()
    async with transport(url + "/box", authority, **options) as way:
        yield way.line("toy", secrets=secrets, identities=no_identity)
    await server.close(grace=0.1)


@asynccontextmanager
async def odd_line(authority: SandboxAuthority, talk: Talk, **options: object) -> AsyncIterator[Line]:
    """A line to a server that does as `talk` says after the handshake."""
    tls = authority.server_context(client_certificate=False)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    async with transport(f"https://127.0.0.1:{port}", authority, **options) as way:
        yield way.line("toy", secrets=secrets, identities=no_identity)
    server.close()
    await server.wait_closed()


async def test_an_answer_comes_back(authority: SandboxAuthority) -> None:
    async with toy_line(authority) as line:
        answer = await line.ask(ask(body=(b"hello",)))
        assert (answer.name, answer.status, answer.body, answer.failure) == ("/echo", 200, b"hello", None)
        assert answer.headers["content-type"] == "text/plain"
        moved = await line.ask(ask("/move"))
        assert moved.status == 302, "no redirect is followed"


async def test_headers_are_written_and_read(authority: SandboxAuthority) -> None:
    token = SecretSlot(credential="pac", field="token")
    async with toy_line(authority) as line:
        headers = (("Authorization", (b"bearer ", token)), ("SOAPAction", (b'""',)), ("Host", (b"elsewhere",)))
        answer = await line.ask(ask("/headers", headers=headers))
    seen = answer.body.decode()
    assert "authorization: bearer s3cret" in seen
    assert 'soapaction: ""' in seen
    assert "elsewhere" not in seen
    assert answer.headers["x-toy"] == "yes"


@pytest.mark.parametrize(
    ("media_type", "sent"),
    [
        (b"text/xml; charset=utf-8", b"<p>a&amp;b&lt;&quot;c&apos;</p>"),
        (b"application/soap+xml", b"<p>a&amp;b&lt;&quot;c&apos;</p>"),
        (b"application/json", b"<p>a&b<\\\"c'</p>"),
        (b"application/x-www-form-urlencoded", b"<p>a%26b%3C%22c%27</p>"),
        (b"text/plain", b"<p>a&b<\"c'</p>"),
    ],
)
async def test_a_secret_is_escaped_as_its_body_wants(
    authority: SandboxAuthority, media_type: bytes, sent: bytes
) -> None:
    slot = SecretSlot(credential="pac", field="password")
    async with toy_line(authority) as line:
        answer = await line.ask(ask(headers=(("Content-Type", (media_type,)),), body=(b"<p>", slot, b"</p>"), name="x"))
    assert answer.body == sent


async def test_no_secret_is_logged(authority: SandboxAuthority) -> None:
    slot = SecretSlot(credential="pac", field="token")
    broken = SecretSlot(credential="pac", field="broken")
    async with toy_line(authority) as line:
        with capture_logs() as logs:
            await line.ask(ask(headers=(("x", (slot,)),), body=(slot,)))
            answer = await line.ask(ask(headers=(("x", (broken,)),)))
    assert answer.failure is Failure.NOT_SENT
    assert "s3cret" not in str(logs)
    assert "x: y" not in str(logs) + str(answer.detail)


async def test_a_dns_question_travels_as_its_message(authority: SandboxAuthority) -> None:
    """RFC 8484: POST, one media type each way, whatever the ask says of HTTP."""
    question = b"\x00\x00\x01\x00\x00\x01"
    async with toy_line(authority) as line:
        told = await line.ask(ask("/headers", kind=AskKind.DNS, method="GET", body=(question,)))
        echoed = await line.ask(ask(kind=AskKind.DNS, body=(question,)))
    assert b"content-type: application/dns-message" in told.body
    assert b"accept: application/dns-message" in told.body
    assert echoed.body == question


@pytest.mark.parametrize(
    "changed",
    [
        {"endpoint": "none"},
        {"kind": AskKind.DNS, "endpoint": "none"},
        {"body": (SecretSlot(credential="none", field="x"),)},
        {"client_credential": "none"},
        {"path": "@elsewhere.example/"},
        {"path": ".elsewhere.example/"},
        {"path": "/a b"},
        {"headers": (("x y", (b"1",)),)},
    ],
)
async def test_what_cannot_be_sent_is_not_sent(authority: SandboxAuthority, changed: Mapping[str, object]) -> None:
    async with toy_line(authority) as line:
        answer = await line.ask(ask(**changed))  # type: ignore[arg-type]
    assert answer.failure is Failure.NOT_SENT
    assert answer.detail


async def test_nobody_listens(authority: SandboxAuthority) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    async with transport(f"https://127.0.0.1:{port}", authority) as way:
        line = way.line("toy", secrets=secrets, identities=no_identity)
        answer = await line.ask(ask())
    assert answer.failure is Failure.NOT_SENT


async def test_an_unknown_name(authority: SandboxAuthority) -> None:
    async with transport("https://nowhere.invalid", authority) as way:
        line = way.line("toy", secrets=secrets, identities=no_identity)
        assert (await line.ask(ask())).failure is Failure.NOT_SENT


async def test_a_server_of_another_authority_gets_nothing(
    authority: SandboxAuthority, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = SandboxAuthority(tmp_path_factory.mktemp("stranger"))
    server = SimulatorServer("toy", TOY, book=MemoryBook(), keys=stranger)
    url = await server.start()
    async with transport(url + "/box", authority) as way:
        answer = await way.line("toy", secrets=secrets, identities=no_identity).ask(ask("/put"))
    await server.close(grace=0.1)
    assert answer.failure is Failure.NOT_SENT
    assert "certificate" in (answer.detail or "").lower()


async def test_a_client_certificate_that_is_refused_was_heard_by_nobody(
    authority: SandboxAuthority, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = SandboxAuthority(tmp_path_factory.mktemp("stranger"))
    async with mutual(authority, stranger) as line:
        answer = await line.ask(ask("/who", client_credential="mutual"))
    assert answer.failure is Failure.NOT_SENT


async def test_a_refusal_after_the_first_bytes_says_so(authority: SandboxAuthority) -> None:
    """TLS 1.3: the client writes before the server has looked at its certificate; the alert tells."""
    tls = authority.server_context(client_certificate=True)
    tls.maximum_version = ssl.TLSVersion.TLSv1_3
    tls.verify_mode = ssl.CERT_REQUIRED
    with socket.create_server(("127.0.0.1", 0)) as listening:
        refusing = asyncio.create_task(asyncio.to_thread(_refuse_one, listening, tls))
        async with transport(f"https://127.0.0.1:{listening.getsockname()[1]}", authority) as way:
            answer = await way.line("toy", secrets=secrets, identities=no_identity).ask(ask())
        await refusing
    assert answer.failure is Failure.NOT_SENT
    assert "refused our certificate" in (answer.detail or "")


def _refuse_one(listening: socket.socket, tls: ssl.SSLContext) -> None:
    """asyncio's own server drops the alert; a plain one sends it, as real servers do."""
    listening.settimeout(5)
    plain, _ = listening.accept()
    with tls.wrap_socket(plain, server_side=True, do_handshake_on_connect=False) as line:
        line.settimeout(5)
        with contextlib.suppress(ssl.SSLError):
            line.do_handshake()
        raw = socket.socket(fileno=line.detach())
    with raw:
        raw.settimeout(5)
        while raw.recv(65536):  # Until the client has read the alert and gone: a reset would swallow it.
            pass


async def test_mutual_tls(authority: SandboxAuthority) -> None:
    async with mutual(authority, authority) as line:
        assert (await line.ask(ask("/who", client_credential="mutual"))).status == 200
        assert (await line.ask(ask("/who"))).status == 401


@asynccontextmanager
async def mutual(authority: SandboxAuthority, issuer: SandboxAuthority) -> AsyncIterator[Line]:
    """A line to the toy with a client certificate of `issuer`."""
    p12 = base64.b64encode(issuer.issue_pkcs12("Empresa", password="x")).decode()

    def context(trust: bytes | None) -> ssl.SSLContext:
        return client_context({"p12": p12, "password": "x"}, trust)

    async def identity(_: str) -> Identity:
        return Identity("mutual:1", context)

    server = SimulatorServer("toy", TOY, book=MemoryBook(), keys=authority)
    url = await server.start()
    async with transport(url + "/box", authority) as way:
        yield way.line("toy", secrets=secrets, identities=identity)
    await server.close(grace=0.1)


async def _hang_up(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read(10)


async def _silence(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    while await reader.read(65536):
        pass


async def _nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(10)
    writer.write(b"nonsense\r\n\r\n")
    await writer.drain()


async def _half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(10)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
    await writer.drain()


@pytest.mark.parametrize("talk", [_hang_up, _silence, _nonsense, _half])
async def test_once_begun_nobody_knows(authority: SandboxAuthority, talk: Talk) -> None:
    async with odd_line(authority, talk) as line:
        answer = await line.ask(ask(timeout_seconds=0.5))
    assert answer.failure is Failure.MAYBE_SENT
    assert answer.status == 0


async def test_a_lost_answer_is_maybe_sent(authority: SandboxAuthority) -> None:
    async with toy_line(authority) as line:
        assert (await line.ask(ask("/lost"))).failure is Failure.MAYBE_SENT


async def test_a_server_that_never_greets_was_sent_nothing(authority: SandboxAuthority) -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with transport(f"https://127.0.0.1:{port}", authority, limits=Limits(connect_seconds=0.3)) as way:
        line = way.line("toy", secrets=secrets, identities=no_identity)
        answer = await line.ask(ask())
    server.close()
    assert answer.failure is Failure.NOT_SENT


async def test_an_answer_has_its_limit(authority: SandboxAuthority) -> None:
    async with toy_line(authority, limits=Limits(answer_bytes=1000)) as line:
        assert len((await line.ask(ask("/large/1000"))).body) == 1000
        answer = await line.ask(ask("/large/1001"))
    assert answer.failure is Failure.MAYBE_SENT
    assert "longer than 1000" in (answer.detail or "")


async def test_asks_run_side_by_side_behind_their_bulkhead(authority: SandboxAuthority) -> None:
    async with toy_line(authority, slots={"toy": 2}) as line:
        started = asyncio.get_running_loop().time()
        answers = await line.ask_all(ask("/slow/0.2", name=str(number)) for number in range(4))
        took = asyncio.get_running_loop().time() - started
    assert [answers[str(number)].body for number in range(4)] == [b"slow"] * 4
    assert took >= 0.4, "two at a time"


async def test_who_finds_no_slot_has_sent_nothing(authority: SandboxAuthority) -> None:
    async with toy_line(authority, slots={"toy": 1}) as line:
        slow = asyncio.create_task(line.ask(ask("/slow/1")))
        await asyncio.sleep(0.1)
        answer = await line.ask(ask(timeout_seconds=0.2))
        slow.cancel()
    assert answer.failure is Failure.NOT_SENT


async def test_an_ask_can_be_cancelled(authority: SandboxAuthority) -> None:
    async with toy_line(authority, slots={"toy": 1}) as line:
        slow: asyncio.Task[Answer] = asyncio.create_task(line.ask(ask("/slow/30")))
        await asyncio.sleep(0.1)
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        assert (await line.ask(ask())).status == 200, "its slot is free again"


async def test_unused_clients_are_closed(authority: SandboxAuthority) -> None:
    server = SimulatorServer("toy", TOY, book=MemoryBook(), keys=authority)
    url = await server.start()
    endpoints = {("toy", name): Endpoint(url + "/box", "sandbox") for name in ("a", "b", "c")}
    limits = Limits(clients=2)
    async with Transport("test", endpoints, sandbox_trust=authority.certificate_pem, limits=limits) as way:
        line = way.line("toy", secrets=secrets, identities=no_identity)
        for endpoint in ("a", "b", "c", "a"):
            assert (await line.ask(ask(endpoint=endpoint))).status == 200
        assert len(way._pool._held) == 2
    assert (await line.ask(ask(endpoint="a"))).failure is Failure.NOT_SENT, "the transport is closed"
    await server.close(grace=0.1)
