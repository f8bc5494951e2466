"""The owner of a cluster: starts the server, publishes its address, and takes it along when it ends."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import time
import weakref
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.embedded_postgres import initialization
from gateway.embedded_postgres.address import DATABASE, PORT, SUPERUSER, ClusterAddress, publish, withdraw
from gateway.embedded_postgres.binaries import Binaries, find
from gateway.embedded_postgres.ownership import Ownership
from gateway.embedded_postgres.placement import Placement, place
from gateway.embedded_postgres.postmaster import Postmaster, put_away_leftover
from gateway.embedded_postgres.unavailable import EmbeddedPostgresUnavailable

START_WITHIN = 30.0  # seconds; recovery after a crash is part of a start
LOG_KEPT = 5_000_000  # bytes; a longer log moves aside at the next start

# Sized for a developer's machine. fsync and full_page_writes stay on: what was numbered must survive a power cut.
SETTINGS: Mapping[str, str] = {
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "min_wal_size": "48MB",
    "wal_compression": "on",
    "wal_level": "minimal",  # Nobody replicates an embedded cluster.
    "max_wal_senders": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
    "log_checkpoints": "off",
}
RESERVED = frozenset(
    {"listen_addresses", "port", "unix_socket_directories", "unix_socket_permissions", "data_directory"}
)


class EmbeddedPostgres:
    """A PostgreSQL cluster below `directory` that lives as long as its owner, this object's process.

    The data lies in DIR/data and the socket in DIR/socket (in /tmp when that path is too long for a socket). As root
    the server runs as `nobody`; where `nobody` cannot reach DIR, data and socket lie in a private directory named in
    DIR/location (see `placement`) and are found there again at every start. There is no network port, and who reaches
    the private socket directory is trusted: its owner and root.

    `settings` are added to the server's own (name to value). All methods are blocking; any thread may call them, one
    at a time. Errors are EmbeddedPostgresUnavailable, whose text names DATABASE_URL.
    """

    def __init__(self, directory: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self._directory = directory.absolute()
        self._settings = {**SETTINGS, **(settings or {})}
        if taken := RESERVED & self._settings.keys():
            raise ValueError(f"the embedded cluster itself decides about {', '.join(sorted(taken))}")
        self._ownership: Ownership | None = None
        self._placement: Placement | None = None
        self._binaries: Binaries | None = None
        self._postmaster: Postmaster | None = None
        _forget_in_children(self)

    def start(self) -> str:
        """Become the owner, make the cluster if there is none, start it; the superuser's URL once it answers."""
        if self._ownership is None:
            self._own()
            try:
                self._prepare()
                self._launch()
            except OSError as error:
                self._let_go()
                raise EmbeddedPostgresUnavailable(
                    f"the system refused: {error}", tried=[str(self._directory)]
                ) from error
            except BaseException:
                self._let_go()
                raise
            atexit.register(self.stop)
        return self.url()

    def stop(self) -> None:
        """End the server (sessions are cut, a checkpoint is written) and give up the ownership. Never harms twice."""
        if self._ownership is None:
            return
        atexit.unregister(self.stop)
        try:
            self._end(signal.SIGINT)
        finally:
            self._let_go()

    def restart(self) -> None:
        """Cut the server off without a checkpoint, as a crash would, and start it again on the same socket."""
        self._running()
        self._end(signal.SIGQUIT)
        self._launch()

    def discard(self) -> None:
        """Stop, and remove the data and the socket directory: for clusters of a test that nobody needs again."""
        placement = self._placement
        self.stop()
        if placement is not None:
            shutil.rmtree(placement.data, ignore_errors=True)
            shutil.rmtree(placement.address.socket_directory, ignore_errors=True)
            if placement.home != placement.directory:
                shutil.rmtree(placement.home, ignore_errors=True)

    @property
    def address(self) -> ClusterAddress:
        return self._running().address

    @property
    def pid(self) -> int:
        """The number of the postmaster's process."""
        self._running()
        return self._postmaster.pid if self._postmaster is not None else 0

    def url(self, user: str = SUPERUSER, database: str = DATABASE) -> str:
        """`postgresql://user@/database?host=/socket/directory&port=5432` of the running cluster."""
        return self.address.url(user, database)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _running(self) -> Placement:
        if self._ownership is None or self._placement is None:
            raise EmbeddedPostgresUnavailable(f"the cluster in {self._directory} is not started", remedy="Call start()")
        return self._placement

    def _own(self) -> None:
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            ownership = Ownership(self._directory.resolve())
            ownership.take()
        except OSError as error:
            raise EmbeddedPostgresUnavailable(
                f"{self._directory} cannot be used: {error}", remedy="Choose a directory that can be written"
            ) from error
        self._ownership = ownership

    def _prepare(self) -> None:
        placement = place(self._directory.resolve())
        self._binaries = find(placement.account)
        withdraw(placement.directory)
        put_away_leftover(placement.data)
        initialization.ensure_data(self._binaries, placement)
        placement.prepare()
        if placement.log.exists() and placement.log.stat().st_size > LOG_KEPT:
            placement.log.replace(placement.log.with_suffix(".log.1"))
        self._placement = placement

    def _launch(self) -> None:
        placement, binaries = self._placement, self._binaries
        assert placement is not None and binaries is not None  # noqa: S101 - _prepare ran before
        settings = {
            **self._settings,
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(placement.address.socket_directory),
            "unix_socket_permissions": "0700",
        }
        deadline = time.monotonic() + START_WITHIN
        while True:
            logged = placement.log.stat().st_size if placement.log.exists() else 0
            self._postmaster = Postmaster.launch(binaries, placement, settings)
            if self._postmaster.ready(placement.data, deadline):
                break
            self._postmaster.stop(signal.SIGQUIT)
            said = _log_since(placement.log, logged)
            # After a kill -9 of the postmaster its sessions need a moment to notice and to end.
            if "shared memory block" not in said or time.monotonic() > deadline:
                raise EmbeddedPostgresUnavailable(
                    f"the server did not come up; {placement.log} ends: {' '.join(said.split())[-600:]}",
                    tried=[binaries.program("postgres")],
                )
            time.sleep(0.1)
        initialization.ensure_database(binaries, placement)
        publish(placement.directory, placement.address, self._postmaster.pid)

    def _end(self, how: signal.Signals) -> None:
        if self._placement is not None:
            withdraw(self._placement.directory)
        if self._postmaster is not None:
            self._postmaster.stop(how)
            self._postmaster = None

    def _let_go(self) -> None:
        """Give everything back, whatever state a start was broken off in."""
        try:
            self._end(signal.SIGQUIT)
        finally:
            if self._ownership is not None:
                self._ownership.release()
            self._ownership = None

    def _forget(self) -> None:
        """In a forked child: neither lock nor watcher is ours, and holding them would outlive the owner."""
        if self._ownership is not None:
            self._ownership.forget()
            self._ownership = None
        if self._postmaster is not None:
            self._postmaster.let_go()
            self._postmaster = None


def _forget_in_children(cluster: EmbeddedPostgres) -> None:
    remembered = weakref.ref(cluster)

    def forget() -> None:
        if (found := remembered()) is not None:
            found._forget()

    os.register_at_fork(after_in_child=forget)


def _log_since(log: Path, start: int) -> str:
    with log.open("rb") as file:
        file.seek(start)
        return file.read().decode(errors="replace")
