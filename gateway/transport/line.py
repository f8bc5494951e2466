"""One issuer's way out: an ask goes, an answer comes, and what went wrong says whether anything was sent.

Certainly nothing was sent until the first byte of the request is written: names, connections, TLS, a full pool and a
missing secret fail before that. From then on nobody knows, so every failure is `maybe_sent`: but for a TLS alert that
refuses our certificate, since in TLS 1.3 it comes after our first bytes, which the other side then never read
(RFC 8446 4.4.2.4 and 6.2).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx2
import msgspec
import structlog

from gateway.transport.endpoints import Endpoint, Place
from gateway.transport.filling import Secrets, Unsendable, filled_body, filled_headers
from jurisdictions.contract import Answer, Ask, AskKind, CredentialMissing, Failure

if TYPE_CHECKING:
    from gateway.transport.transport import Identities, Transport

log = structlog.get_logger(__name__)

# The alerts of RFC 8446 6.2 by which a server refuses the client's certificate, as OpenSSL writes them.
REFUSED_CERTIFICATE = ("CERTIFICATE", "UNKNOWN_CA", "ACCESS_DENIED", "DECRYPT_ERROR", "HANDSHAKE_FAILURE")
# httpcore tells each stage by name; HTTP/1.1 is all that we speak.
FIRST_BYTES = "http11.send_request_headers.started"
DNS_MESSAGE = b"application/dns-message"
HEADERS_NOT_OURS = frozenset({b"host", b"content-length", b"transfer-encoding", b"connection"})


class AnswerTooLong(Exception):
    """The answer is longer than the transport takes."""


class _Progress:
    """How far a request has come; httpcore calls it at each stage."""

    def __init__(self) -> None:
        self.begun = False

    async def __call__(self, stage: str, _: Mapping[str, object]) -> None:
        if stage == FIRST_BYTES:
            self.begun = True


class Line:
    """Made by `Transport.line`. Trouble with the other side is an answer, never an exception."""

    def __init__(self, transport: Transport, jurisdiction: str, secrets: Secrets, identities: Identities) -> None:
        self._transport = transport
        self._jurisdiction = jurisdiction
        self._secrets = secrets
        self._identities = identities

    async def ask_all(self, asks: Iterable[Ask]) -> dict[str, Answer]:
        """Every ask at the same time (each behind its endpoint's bulkhead); the answers by the asks' names."""
        asks = tuple(asks)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self.ask(ask)) for ask in asks]
        return {ask.name: task.result() for ask, task in zip(asks, tasks, strict=True)}

    async def ask(self, ask: Ask) -> Answer:
        """Ask once, never again by itself. Only cancellation passes as an exception."""
        place = (self._jurisdiction, ask.endpoint)
        endpoint = self._transport.endpoint(place)
        if endpoint is None:
            return _not_sent(ask, f"no address for {ask.kind} asks to {ask.endpoint}")
        ask = over_https(ask) if ask.kind is AskKind.DNS else ask
        progress = _Progress()
        try:
            async with self._slot(place, ask.timeout_seconds), asyncio.timeout(ask.timeout_seconds):
                answer = await self._exchange(ask, place, endpoint, progress)
        except TimeoutError:
            answer = _failed(ask, progress, f"no answer within {ask.timeout_seconds:g} s")
        except (CredentialMissing, Unsendable) as error:
            answer = _not_sent(ask, str(error))
        except AnswerTooLong as error:
            answer = _failed(ask, progress, str(error))
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            answer = _refused(ask, error) if _certificate_refused(error) else _failed(ask, progress, _told(error))
        except Exception as error:
            # Whatever it was, the question of whether something was sent has only one honest answer. A credential's
            # own text never reaches the log: only the kind of error does.
            log.error("transport.unforeseen", jurisdiction=place[0], endpoint=place[1], error=type(error).__name__)
            answer = _failed(ask, progress, f"unforeseen: {type(error).__name__}")
        self._report(ask, answer)
        return answer

    @asynccontextmanager
    async def _slot(self, place: Place, seconds: float) -> AsyncIterator[None]:
        """A place at the endpoint's bulkhead, waited for as long as the ask itself may take."""
        slot = self._transport.slot(place)
        async with asyncio.timeout(seconds):
            await slot.acquire()
        try:
            yield
        finally:
            slot.release()

    async def _exchange(self, ask: Ask, place: Place, endpoint: Endpoint, progress: _Progress) -> Answer:
        url = _joined(endpoint.url, ask.path)
        headers = [
            (name, value)
            for name, value in await filled_headers(ask, self._secrets)
            if name.lower() not in HEADERS_NOT_OURS
        ]
        body = await filled_body(ask, self._secrets, headers)
        identity = await self._identities(ask.client_credential) if ask.client_credential else None
        async with self._transport.client(place, endpoint, identity) as client:
            limits = self._transport.limits
            request = client.build_request(
                ask.method,
                url,
                headers=headers,
                content=body or None,
                timeout=httpx2.Timeout(ask.timeout_seconds, connect=limits.connect_seconds),
                extensions={"trace": progress},
            )
            response = await client.send(request, stream=True)
            try:
                return Answer(
                    name=ask.name,
                    status=response.status_code,
                    headers=_lowered(response.headers),
                    body=await _capped(response, limits.answer_bytes),
                )
            finally:
                await response.aclose()

    def _report(self, ask: Ask, answer: Answer) -> None:
        write = log.debug if answer.failure is None else log.warning
        write(
            "transport.asked",
            jurisdiction=self._jurisdiction,
            environment=self._transport.environment,
            endpoint=ask.endpoint,
            ask=ask.name,
            effect=str(ask.effect),
            status=answer.status or None,
            failure=None if answer.failure is None else str(answer.failure),
            detail=answer.detail,
        )


def over_https(ask: Ask) -> Ask:
    """A DNS question as a resolver takes it over HTTPS (RFC 8484 4.1): a message each way."""
    headers = (("content-type", (DNS_MESSAGE,)), ("accept", (DNS_MESSAGE,)))
    return msgspec.structs.replace(ask, method="POST", headers=headers)


def _joined(base: str, path: str) -> str:
    """The address of a path below the endpoint. Raises Unsendable where the path would lead to another host."""
    if path and path[0] not in "/?":
        raise Unsendable("the path of an ask starts with / or ?")
    url = base + path
    if urlsplit(url)[:2] != urlsplit(base)[:2] or "\\" in path or any(ord(sign) <= 0x20 for sign in path):
        raise Unsendable("the path of an ask leaves its endpoint")
    return url


def _lowered(headers: httpx2.Headers) -> dict[str, str]:
    """Lower-case names; the values of a repeated header are joined by commas (RFC 9110 5.3)."""
    found: dict[str, str] = {}
    for name, value in headers.multi_items():
        key = name.lower()
        found[key] = f"{found[key]}, {value}" if key in found else value
    return found


async def _capped(response: httpx2.Response, limit: int) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > limit:
            raise AnswerTooLong(f"the answer (status {response.status_code}) is longer than {limit} bytes")
    return bytes(body)


def _failed(ask: Ask, progress: _Progress, detail: str) -> Answer:
    failure = Failure.MAYBE_SENT if progress.begun else Failure.NOT_SENT
    return Answer(name=ask.name, failure=failure, detail=detail)


def _not_sent(ask: Ask, detail: str) -> Answer:
    return Answer(name=ask.name, failure=Failure.NOT_SENT, detail=detail)


def _refused(ask: Ask, error: BaseException) -> Answer:
    return _not_sent(ask, f"the other side refused our certificate ({_told(error)})")


def _causes(error: BaseException) -> list[BaseException]:
    """The error and what it came from, outermost first."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in chain:
        chain.append(current)
        current = current.__cause__ or current.__context__
    return chain


def _certificate_refused(error: BaseException) -> bool:
    return any(
        isinstance(cause, ssl.SSLError)
        and "ALERT" in (cause.reason or "")
        and any(word in (cause.reason or "") for word in REFUSED_CERTIFICATE)
        for cause in _causes(error)
    )


def _told(error: BaseException) -> str:
    """The kinds of error, and the words of the system or of TLS alone: a library's words may quote the request."""
    chain = _causes(error)
    words = next((str(cause) for cause in chain if isinstance(cause, OSError) and str(cause)), "")
    return f"{type(chain[0]).__name__}: {words}" if words else type(chain[0]).__name__
