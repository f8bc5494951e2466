"""The two servers that are compared, each one granian worker: the API, and a bare POST that inserts one row."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from uuid import UUID

import asyncpg
import msgspec
import uvloop
from litestar import Litestar, Request, post
from litestar.datastructures import State

import jurisdictions
from benchmarks.ground import MASTER_KEY, Ground
from gateway.app import create_app
from gateway.clock import new_id, system_clock
from gateway.store.pool import Store
from gateway.store.schema import as_role
from gateway.vault import Keyring, Vault
from gateway.wiring import Wiring

POOL = 16


async def gateway_app() -> Litestar:
    store = await Store.open(os.environ["BENCH_URL"], role="gateway_api", size=POOL)
    return create_app(
        Wiring(
            store=store,
            jurisdictions=jurisdictions.load(),
            vault=Vault(MASTER_KEY),
            keyring=Keyring(),
            clock=system_clock,
            new_id=new_id,
        ),
        on_shutdown=[store.close],
    )


class Body(msgspec.Struct):
    """What the bare server reads: as large as a small invoice."""

    id: UUID
    text: str


@post("/bare", opt={"scope": None})
async def bare(request: Request) -> dict[str, str]:  # type: ignore[type-arg]
    data = msgspec.json.decode(await request.body(), type=Body)
    await request.app.state.pool.execute(
        "INSERT INTO public.bare (id, body) VALUES ($1, $2)", data.id, msgspec.json.encode(data).decode()
    )
    return {"id": str(data.id)}


async def bare_app() -> Litestar:
    pool = await asyncpg.create_pool(os.environ["BENCH_URL"], min_size=2, max_size=POOL)
    return Litestar([bare], state=State({"pool": pool}), on_shutdown=[pool.close], openapi_config=None)


def serve(which: str, port: int) -> None:
    """Serve in this process until it is stopped."""
    from granian.constants import Interfaces
    from granian.server.embed import Server

    async def main() -> None:
        app = await (gateway_app() if which == "gateway" else bare_app())
        await Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGI).serve()

    # The loop that production runs on, for both of them.
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())


@contextlib.contextmanager
def served(which: str, place: Ground) -> Iterator[tuple[int, int]]:
    """(port, pid) of a server process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"BENCH_URL": as_role(place.url, "gateway_api")}
    process = subprocess.Popen(
        [sys.executable, "-c", f"from benchmarks.serving import serve; serve({which!r}, {port})"], env=environment
    )
    try:
        _wait(port)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int) -> None:
    for _ in range(400):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise TimeoutError("the server did not start")


def resident_megabytes(pid: int) -> float:
    """Resident memory of a process, from /proc."""
    with open(f"/proc/{pid}/status") as status:  # noqa: PTH123
        line = next(line for line in status if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
