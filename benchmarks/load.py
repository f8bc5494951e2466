"""A lean HTTP/1.1 client: as many connections as asked for, one request after the other on each, prepared beforehand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence


def request(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def _connection(port: int, work: list[bytes], failures: list[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while work:
        writer.write(work.pop())
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
        )
        body = await reader.readexactly(length)
        if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")):
            failures.append(body)
    writer.close()


async def _drive(port: int, requests: Sequence[bytes], connections: int) -> float:
    work, failures = list(reversed(requests)), list[bytes]()
    begin = time.perf_counter()
    await asyncio.gather(*(_connection(port, work, failures) for _ in range(connections)))
    elapsed = time.perf_counter() - begin
    if failures:
        raise RuntimeError(f"{len(failures)} of {len(requests)} failed: {failures[0][:500]!r}")
    return len(requests) / elapsed


def rate(port: int, requests: Sequence[bytes], connections: int = 16) -> float:
    """Requests a second; every one must succeed."""
    return asyncio.run(_drive(port, requests, connections))
