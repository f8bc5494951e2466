"""A process of ours and its parent: how it is started, says that it is ready, and never outlives the parent.

The child's stdin is a pipe whose other end only the parent holds: at its end the parent is gone, by whatever signal,
and the child ends itself. Its stdout is a pipe too: one JSON line says that it is ready. Its logs go to a file.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

SUPERVISED = "GATEWAY_SUPERVISED"
GRACE = 10.0  # seconds that an orphan has for an orderly end


class ChildFailed(RuntimeError):
    """A process of ours did not start or ended by itself; the text names its log."""


def supervised() -> bool:
    return os.environ.get(SUPERVISED) == "1"


def follow_parent() -> None:
    """In the child: end with the parent. Does nothing in a process that was started by hand."""
    if supervised():
        threading.Thread(target=_follow, name="parent", daemon=True).start()


def _follow() -> None:
    with suppress(OSError):
        while os.read(0, 64):
            pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)


def announce(**facts: Any) -> None:
    """In the child: tell the parent that it may go on."""
    if supervised():
        sys.stdout.write(msgspec.json.encode({"ready": facts}).decode() + "\n")
        sys.stdout.flush()


class Child:
    """One supervised process: `python -m gateway <arguments>`."""

    def __init__(self, name: str, arguments: list[str], *, environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self._arguments = arguments
        self._environment = environment
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "gateway",
                *self._arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env={**os.environ, **self._environment, SUPERVISED: "1"},
                start_new_session=True,  # Ctrl-C is the parent's to hear: it stops everything in order.
            )

    async def ready(self, within: float) -> Mapping[str, Any]:
        """What it announced. Raises ChildFailed where it ends first, or takes too long."""
        process = self._running()
        assert process.stdout is not None  # noqa: S101 - it was started with a pipe
        try:
            async with asyncio.timeout(within):
                line = await process.stdout.readline()
        except TimeoutError:
            raise ChildFailed(f"{self.name} was not ready within {within:g} s; see {self._log}") from None
        if not line:
            raise ChildFailed(f"{self.name} ended while it started; {self._log} ends: {tail(self._log)}")
        facts: Mapping[str, Any] = msgspec.json.decode(line)["ready"]
        return facts

    async def ended(self) -> int:
        """Its exit status, once it has ended."""
        return await self._running().wait()

    async def stop(self, grace: float = 15.0) -> None:
        """Ask it to end; then end it. Never harms twice."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(grace):
                await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    @property
    def pid(self) -> int:
        return self._running().pid

    def failure(self) -> ChildFailed:
        return ChildFailed(f"{self.name} ended by itself; {self._log} ends: {tail(self._log)}")

    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise ChildFailed(f"{self.name} was not started")
        return self._process


def tail(log: Path, characters: int = 700) -> str:
    """The end of a log, on one line."""
    try:
        return " ".join(log.read_text("utf-8", "replace")[-characters:].split()) or "(nothing)"
    except OSError:
        return "(nothing)"
