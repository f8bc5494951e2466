"""Where a running cluster is reached, and the file by which other processes learn it.

DIR/postgres.url has two lines, the URL of the superuser and `pid N` of the postmaster. It is written in one step once
the server answers, and removed when the server stops, so its presence with a living pid means "connect now".
"""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from gateway.embedded_postgres.unavailable import EmbeddedPostgresUnavailable

SUPERUSER = "gateway"
DATABASE = "gateway"
PORT = 5432  # Never opened on a network: it is only part of the socket's name.
URL_FILE = "postgres.url"


@dataclass(frozen=True, slots=True)
class ClusterAddress:
    """A cluster on a Unix socket. The socket's directory is private to one user; whoever reaches it is trusted."""

    socket_directory: Path

    @property
    def socket(self) -> Path:
        return self.socket_directory / f".s.PGSQL.{PORT}"

    def url(self, user: str = SUPERUSER, database: str = DATABASE) -> str:
        """The address as asyncpg takes it; SQLAlchemy wants `postgresql+asyncpg` for the scheme.

        The port is named because clients would otherwise believe a PGPORT in the environment.
        """
        host = quote(str(self.socket_directory))
        return f"postgresql://{quote(user, safe='')}@/{quote(database, safe='')}?host={host}&port={PORT}"

    def answers(self) -> bool:
        """Whether somebody listens on the socket."""
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket))
            except OSError:
                return False
        return True


def publish(directory: Path, address: ClusterAddress, postmaster: int) -> None:
    """Tell the other processes where the cluster is."""
    draft = directory / f"{URL_FILE}.{os.getpid()}"
    draft.write_text(f"{address.url()}\npid {postmaster}\n")
    draft.replace(directory / URL_FILE)


def withdraw(directory: Path) -> None:
    """Tell the other processes that the cluster is gone."""
    (directory / URL_FILE).unlink(missing_ok=True)


def living(pid: int) -> bool:
    """Whether a process of this number exists, whoever it belongs to."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def attach(directory: Path, timeout: float = 20) -> ClusterAddress:
    """The address of the cluster that another process owns in `directory`; waits up to `timeout` seconds for it.

    Raises EmbeddedPostgresUnavailable when no living cluster shows up.
    """
    deadline = time.monotonic() + timeout
    while (found := _published(directory)) is None:
        if time.monotonic() >= deadline:
            raise EmbeddedPostgresUnavailable(
                f"no running cluster was found in {directory} within {timeout:g} s",
                tried=[f"the address in {directory / URL_FILE}"],
                remedy="Start the process that owns it (`gateway dev`)",
            )
        time.sleep(0.02)
    return found


def _published(directory: Path) -> ClusterAddress | None:
    try:
        url, pid = (directory / URL_FILE).read_text().split("\npid ")
        address = ClusterAddress(Path(parse_qs(urlsplit(url).query)["host"][0]))
        alive = living(int(pid))
    except (OSError, ValueError, LookupError):
        return None  # Not there yet, or not ours: the caller waits and asks again.
    return address if alive and address.answers() else None
