"""Only one process owns a cluster: an advisory lock that the kernel releases when the owner dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from gateway.embedded_postgres.unavailable import ClusterOwned

LOCK_FILE = "owner.lock"


class Ownership:
    """The lock on DIR/owner.lock.

    flock, not lockf: a POSIX record lock would be lost as soon as anything else in the process opened and closed the
    file, and would not keep two owners within one process apart. A child that is forked without exec shares the lock
    with its parent, so it lets go of it at once (`forget`).
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._descriptor: int | None = None

    def take(self) -> None:
        """Become the owner; ClusterOwned, with the number of the process that is, when somebody else is."""
        path = self._directory / LOCK_FILE
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "?"
            os.close(descriptor)
            raise ClusterOwned(
                f"the cluster in {self._directory} is owned by process {owner}",
                tried=[f"the lock on {path}"],
                remedy="Attach to it (gateway.embedded_postgres.attach), stop that process, choose another directory",
            ) from None
        except OSError:
            os.close(descriptor)
            raise
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Let another process become the owner. The file stays: removing it would let two processes lock two files."""
        if self._descriptor is not None:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            self.forget()

    def forget(self) -> None:
        """Close our view of the lock without releasing it for those who share it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
