"""The sandbox as a whole: all simulators, their addresses, a second start, signals."""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
from collections.abc import Mapping
from pathlib import Path

import httpx2
import pytest

from gateway.sandbox import SandboxAuthority, SandboxRunning, SandboxSettings, published_urls, serve_sandbox
from tests.gateway.transport.test_endpoints import installed


async def run(settings: SandboxSettings, stop: asyncio.Event | None = None) -> tuple[asyncio.Task[None], str]:
    """The running sandbox and the address of its toy."""
    ready: asyncio.Future[Mapping[str, str]] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve_sandbox(settings, jurisdictions=installed(), ready=ready.set_result, stop=stop))
    done, _ = await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED, timeout=10)
    if task in done:
        await task
    return task, (await ready)["toy"]


async def test_it_serves_until_it_is_stopped_and_keeps_its_addresses(tmp_path: Path) -> None:
    settings = SandboxSettings(directory=tmp_path / "sandbox", profile="strict")
    addresses = []
    for _ in range(2):
        stop = asyncio.Event()
        task, url = await run(settings, stop)
        addresses.append(url)
        assert published_urls(settings.directory) == {"toy": url}
        trust = SandboxAuthority(settings.directory).certificate_pem.decode()
        async with httpx2.AsyncClient(verify=ssl.create_default_context(cadata=trust), trust_env=False) as http:
            assert (await http.get(f"{url}/box/when")).text.endswith(" strict")
        stop.set()
        await task
    assert addresses[0] == addresses[1]


async def test_a_signal_ends_it(tmp_path: Path) -> None:
    task, _ = await run(SandboxSettings(directory=tmp_path))
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(task, timeout=5)


async def test_a_directory_has_one_sandbox(tmp_path: Path) -> None:
    stop = asyncio.Event()
    task, _ = await run(SandboxSettings(directory=tmp_path), stop)
    with pytest.raises(SandboxRunning):
        await run(SandboxSettings(directory=tmp_path))
    stop.set()
    await task


def test_no_addresses_before_the_first_run(tmp_path: Path) -> None:
    assert published_urls(tmp_path) == {}
