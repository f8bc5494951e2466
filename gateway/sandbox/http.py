"""Just enough of an HTTP/1.1 server (RFC 9112) for a simulator: h11 over asyncio streams, with limits on everything."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import h11

from jurisdictions.contract import SimulatorReply, SimulatorRequest

BODY_BYTES = 30_000_000
HEAD_BYTES = 32_768
READ_BYTES = 262_144
IDLE_SECONDS = 75.0
REQUEST_SECONDS = 60.0
WRITE_SECONDS = 60.0
# h11 writes these itself.
FRAMING = frozenset({"content-length", "transfer-encoding", "connection"})


@dataclass
class Refusal(Exception):
    """A request that gets this status and the end of its connection."""

    status: int
    reason: str


class HttpConnection:
    """One client's connection: `receive` a request, `send` its reply, and so on while both want to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._h11 = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_BYTES)
        self._peer = _peer(writer)
        self.idle = True

    async def receive(self) -> SimulatorRequest | None:
        """The next request, None where the client has gone or said nothing for a while. Raises Refusal."""
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                head = await self._event()
            if not isinstance(head, h11.Request):
                return None
            self.idle = False
            async with asyncio.timeout(REQUEST_SECONDS):
                body = await self._body(head)
        except TimeoutError:
            if self.idle:
                return None
            raise Refusal(408, "the request did not come to an end") from None
        except h11.RemoteProtocolError as error:
            raise Refusal(error.error_status_hint, str(error)) from error
        if body is None:
            return None
        return SimulatorRequest(
            method=head.method.decode("ascii"),
            path=head.target.decode("latin-1"),
            headers=_joined(head),
            body=body,
            client_certificate=self._peer,
        )

    async def send(self, reply: SimulatorReply) -> bool:
        """Write the reply; whether the connection can carry another request."""
        await self._write(_head(reply), reply.body)
        if self._h11.our_state is h11.DONE and self._h11.their_state is h11.DONE:
            self._h11.start_next_cycle()
            self.idle = True
            return True
        return False

    async def refuse(self, refusal: Refusal) -> None:
        """Say why, if the connection still lets us, before it ends."""
        if self._h11.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        body = f"{refusal.reason}\n".encode()
        headers = [("content-type", "text/plain; charset=utf-8"), ("connection", "close")]
        headers.append(("content-length", str(len(body))))
        await self._write(h11.Response(status_code=refusal.status, headers=headers), body)

    def drop(self) -> None:
        """Cut the line without a word."""
        self._writer.transport.abort()

    async def close(self) -> None:
        self._writer.close()
        try:
            async with asyncio.timeout(2):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            self.drop()

    async def _write(self, head: h11.Response, body: bytes) -> None:
        data = [self._h11.send(head), self._h11.send(h11.Data(data=body)), self._h11.send(h11.EndOfMessage())]
        self._writer.write(b"".join(part for part in data if part))
        async with asyncio.timeout(WRITE_SECONDS):
            await self._writer.drain()

    async def _body(self, head: h11.Request) -> bytes | None:
        if sum(len(name) + len(value) for name, value in head.headers) + len(head.target) > HEAD_BYTES:
            raise Refusal(431, f"a head has at most {HEAD_BYTES} bytes")  # h11 bounds only heads that come in pieces.
        declared = next((value for name, value in head.headers if name == b"content-length"), b"0")
        if int(declared) > BODY_BYTES:
            raise Refusal(413, f"a body has at most {BODY_BYTES} bytes")
        body = bytearray()
        while True:
            event = await self._event()
            if isinstance(event, h11.EndOfMessage):
                return bytes(body)
            if not isinstance(event, h11.Data):
                return None
            body += event.data
            if len(body) > BODY_BYTES:
                raise Refusal(413, f"a body has at most {BODY_BYTES} bytes")

    async def _event(self) -> object:
        while True:
            event = self._h11.next_event()
            if event is not h11.NEED_DATA:
                return event
            if self._h11.they_are_waiting_for_100_continue:
                proceed = self._h11.send(h11.InformationalResponse(status_code=100, headers=[]))
                self._writer.write(proceed or b"")
            self._h11.receive_data(await self._reader.read(READ_BYTES))


def _head(reply: SimulatorReply) -> h11.Response:
    headers = [(name, value) for name, value in reply.headers.items() if name.lower() not in FRAMING]
    headers.append(("content-length", str(len(reply.body))))
    try:
        reason = HTTPStatus(reply.status).phrase
    except ValueError:
        reason = ""
    return h11.Response(status_code=reply.status, headers=headers, reason=reason.encode())


def _joined(head: h11.Request) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, value in head.headers:
        key, text = name.decode("ascii"), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def _peer(writer: asyncio.StreamWriter) -> bytes | None:
    """The DER of the client's certificate, verified by TLS against the sandbox's authority."""
    tls = writer.get_extra_info("ssl_object")
    return tls.getpeercert(binary_form=True) if isinstance(tls, ssl.SSLObject) else None
