"""A lean HTTP/1.1 client: as many connections as asked for, on each one prepared request after the other."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Iterable, Sequence


def request(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A POST with a JSON body."""
    named = ((name.encode(), value.encode()) for name, value in headers.items())
    return prepared("POST", path, ((b"Content-Type", b"application/json"), *named), body)


def prepared(method: str, path: str, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bytes:
    """A request as it goes over the line."""
    lines = [f"{method} {path} HTTP/1.1".encode(), b"Host: localhost", b"Content-Length: %d" % len(body)]
    lines += [name + b": " + value for name, value in headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


async def _connection(
    port: int, work: list[bytes], answers: list[bytes], failures: list[bytes], tls: ssl.SSLContext | None
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls, limit=1 << 22)
    while work:
        writer.write(work.pop())
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
        )
        body = await reader.readexactly(length)
        (answers if head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")) else failures).append(body)
    writer.close()


async def fire(
    port: int, requests: Sequence[bytes], connections: int, tls: ssl.SSLContext | None = None
) -> tuple[float, list[bytes]]:
    """Seconds that it took, and the answers' bodies; every request must succeed."""
    work, answers, failures = list(reversed(requests)), list[bytes](), list[bytes]()
    begin = time.perf_counter()
    await asyncio.gather(*(_connection(port, work, answers, failures, tls) for _ in range(connections)))
    elapsed = time.perf_counter() - begin
    if failures:
        raise RuntimeError(f"{len(failures)} of {len(requests)} failed: {failures[0][:500]!r}")
    return elapsed, answers


def rate(port: int, requests: Sequence[bytes], connections: int = 16) -> float:
    """Requests a second; every one must succeed."""
    elapsed, _ = asyncio.run(fire(port, requests, connections))
    return len(requests) / elapsed
