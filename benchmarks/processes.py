"""The gateway's own processes over the ground, as `python -m gateway` runs them: the sandbox and a worker."""

from __future__ import annotations

import base64
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from benchmarks.ground import MASTER_KEY, Ground
from gateway.lifecycle.child import SUPERVISED, tail

TICKS = os.sysconf("SC_CLK_TCK")
GRACE = 40.0  # seconds: a worker sees running exchanges to their end


@dataclass(frozen=True)
class Running:
    """A process that has said that it is ready; `facts` is what it told (the sandbox: address by jurisdiction)."""

    pid: int
    facts: Mapping[str, object]

    def port(self, code: str) -> int:
        return urlsplit(str(self.facts[code])).port or 0

    def seconds(self) -> float:
        """Processor time that it has used so far, of user and system, from /proc."""
        return processor_seconds(self.pid)


def processor_seconds(pid: int) -> float:
    # The second field is the command in parentheses, which may hold blanks; 14 and 15 are utime and stime (proc(5)).
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@contextlib.contextmanager
def running(place: Ground, *command: str) -> Iterator[Running]:
    """`python -m gateway <command>` over the ground's database, ended in order at the end."""
    environment = os.environ | {
        "DATABASE_URL": place.url,
        "GATEWAY_DATA": str(place.directory),
        "GATEWAY_MASTER_KEY": base64.b64encode(MASTER_KEY).decode(),
        SUPERVISED: "1",
    }
    path = place.directory / f"{command[0]}.log"
    with path.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"{command[0]} did not start: {tail(path)}")
        yield Running(process.pid, msgspec.json.decode(line)["ready"])
    finally:
        process.terminate()
        process.wait(GRACE)
