"""The postmaster as a process: started so that it dies with its owner, awaited, stopped; left-overs are put away."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from gateway.embedded_postgres.address import living
from gateway.embedded_postgres.binaries import Binaries
from gateway.embedded_postgres.placement import Placement
from gateway.embedded_postgres.unavailable import EmbeddedPostgresUnavailable

# A watcher reads a pipe whose other end only the owner holds. A word on it says "stay" (an orderly stop); its end says
# that the owner is gone, by whatever signal, and the watcher asks the postmaster for a fast shutdown. The shell leaves
# the watcher to init and becomes the postmaster. Against PR_SET_PDEATHSIG this also works on macOS, does not die with
# the *thread* that started the server, and needs no Python code between fork and exec.
WATCHED = '( { read -r word <&3 || kill -INT $$; } >/dev/null 2>&1 & ) 3<&0; exec "$@" </dev/null'

# An orderly environment: no PG* variable of the caller's reaches the server.
ENVIRONMENT: Mapping[str, str] = {"LC_ALL": "C", "PATH": os.defpath, "PGTZ": "UTC"}

STOPPING: tuple[tuple[signal.Signals, float], ...] = (
    (signal.SIGINT, 20.0),  # fast: sessions are ended, a checkpoint is written
    (signal.SIGQUIT, 8.0),  # immediate: the next start recovers from the log
    (signal.SIGKILL, 5.0),
)
NO_SUCH_PID = 2**30  # Above every system's largest process number.


class Postmaster:
    """A running server process, a direct child of ours."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    @classmethod
    def launch(cls, binaries: Binaries, placement: Placement, settings: Mapping[str, str]) -> Postmaster:
        """Start the server; it is not ready yet."""
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        account = placement.account
        with placement.log.open("ab") as log:
            process = subprocess.Popen(
                ["/bin/sh", "-c", WATCHED, "sh", binaries.program("postgres"), "-D", str(placement.data), *options],
                stdin=subprocess.PIPE, stdout=log, stderr=log, cwd="/", env=ENVIRONMENT, start_new_session=True,
                user=account.uid, group=account.gid, extra_groups=account.groups,
            )  # fmt: skip
        return cls(process)

    def ready(self, data: Path, deadline: float) -> bool:
        """Wait until sessions are accepted; False when the server gave up or `deadline` (monotonic) has passed."""
        while time.monotonic() < deadline and self._process.poll() is None:
            lines = _pid_file(data)
            if len(lines) > 7 and lines[0].strip() == str(self.pid) and lines[7].strip() == "ready":
                return True
            time.sleep(0.004)
        return False

    def stop(self, first: signal.Signals = signal.SIGINT) -> None:
        """End the server, asking with `first`, then with sterner signals."""
        _put_down(self.pid, first, self._gone)
        self.let_go(b"stay\n")

    def _gone(self) -> bool:
        return self._process.poll() is not None

    def let_go(self, word: bytes = b"") -> None:
        """Close our end of the watcher's pipe, with a word to it or, in a forked child that is no owner, without."""
        pipe = self._process.stdin
        if pipe is not None and not pipe.closed:
            with contextlib.suppress(BrokenPipeError):
                pipe.write(word)
                pipe.close()


def put_away_leftover(data: Path) -> None:
    """Deal with the postmaster of a dead owner. Only to be called by the owner of the cluster.

    One that still runs is stopped. A pid file whose number now belongs to another program would make PostgreSQL refuse
    to start; it gets a number that cannot exist, and PostgreSQL's own look at the shared memory decides.
    """
    lines = _pid_file(data)
    if not lines or not lines[0].strip().isdigit():
        return
    pid = int(lines[0])
    if _is_postmaster_of(pid, data):
        _put_down(pid, signal.SIGINT, lambda: not _is_postmaster_of(pid, data))
    if living(pid) and (rest := _pid_file(data)[1:]):
        # As root we write in a directory of another user: never through a link, and never a new file of our own.
        descriptor = os.open(data / "postmaster.pid", os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW)
        try:
            os.write(descriptor, ("\n".join([str(NO_SUCH_PID), *rest]) + "\n").encode())
        finally:
            os.close(descriptor)


def _put_down(pid: int, first: signal.Signals, gone: Callable[[], bool]) -> None:
    steps = STOPPING[[step for step, _ in STOPPING].index(first) :]
    for step, patience in steps:
        if gone():
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, step)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if gone():
                return
            time.sleep(0.004)
    if not gone():
        raise EmbeddedPostgresUnavailable(f"the postmaster, process {pid}, does not end", remedy="End it by hand")


def _is_postmaster_of(pid: int, data: Path) -> bool:
    """Whether this process is a living postmaster (it works inside its data directory) and no namesake or zombie."""
    process = Path(f"/proc/{pid}")
    if Path("/proc/self").exists():
        try:
            return (process / "cwd").readlink() == data.resolve()
        except OSError:
            return False
    answer = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], check=False, capture_output=True, text=True)
    return str(data) in answer.stdout


def _pid_file(data: Path) -> list[str]:
    """The lines of postmaster.pid (pid, data, start time, port, socket, address, shared memory, state)."""
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []
