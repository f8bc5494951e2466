"""The birth of a cluster: initdb, and the gateway's database in it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from gateway.embedded_postgres.address import DATABASE, PORT, SUPERUSER
from gateway.embedded_postgres.binaries import Binaries
from gateway.embedded_postgres.placement import Account, Placement
from gateway.embedded_postgres.postmaster import ENVIRONMENT
from gateway.embedded_postgres.unavailable import EmbeddedPostgresUnavailable

BUILTIN_LOCALES_SINCE = 17
# Copying the template's files takes a fifth of the time of the default, which writes every page to the log.
CREATE_DATABASE = (
    f"SELECT 'CREATE DATABASE {DATABASE} STRATEGY file_copy' WHERE NOT EXISTS "  # noqa: S608 - a constant
    f"(SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec\n"
)


def ensure_data(binaries: Binaries, placement: Placement) -> None:
    """Make the data directory if there is none; else see that these binaries can read it.

    initdb works beside the final place, and one rename ends it: a start that is killed half-way leaves no half cluster.
    """
    version = placement.data / "PG_VERSION"
    try:
        found = version.read_text().strip() if version.exists() else None
    except PermissionError:
        raise EmbeddedPostgresUnavailable(
            f"{placement.data} belongs to another user",
            remedy="Start the gateway as that user or as root, or choose another directory",
        ) from None
    if found is None:
        _initialize(binaries, placement)
    elif found != str(binaries.major):
        raise EmbeddedPostgresUnavailable(
            f"{placement.data} was written by PostgreSQL {found}, and the programs here are of {binaries.major}",
            tried=[str(binaries.directory)],
            remedy=f"Install PostgreSQL {found}, remove the data",
        )


def ensure_database(binaries: Binaries, placement: Placement) -> None:
    """Create the gateway's database if it is missing; it is also the first session that the new server serves."""
    host = str(placement.address.socket_directory)
    command = [binaries.program("psql"), "-X", "-q", "-h", host, "-p", str(PORT), "-U", SUPERUSER, "-d", "postgres"]
    _run([*command, "-v", "ON_ERROR_STOP=1", "-f", "-"], placement.account, said=CREATE_DATABASE)


def _initialize(binaries: Binaries, placement: Placement) -> None:
    for abandoned in placement.home.glob("data.draft-*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    draft = placement.home / f"data.draft-{os.getpid()}"
    placement.account.own(draft)
    # The built-in C.UTF-8 sorts alike on Linux and macOS, and the wheel has no ICU. Trust: the socket is private.
    locale = ["--locale=C"]
    if binaries.major >= BUILTIN_LOCALES_SINCE:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command = [binaries.program("initdb"), "-D", str(draft), "-U", SUPERUSER, "-E", "UTF8", "--auth=trust"]
    _run([*command, "--no-instructions", "--data-checksums", *locale], placement.account)
    if placement.data.exists():
        placement.data.rmdir()  # An empty one, made by the caller; initdb has no objection either.
    draft.rename(placement.data)


def _run(command: list[str], account: Account, said: str = "") -> None:
    answer = subprocess.run(
        command, check=False, input=said, capture_output=True, text=True, cwd="/", env=ENVIRONMENT,
        user=account.uid, group=account.gid, extra_groups=account.groups,
    )  # fmt: skip
    if answer.returncode != 0:
        said_last = " ".join((answer.stderr or answer.stdout).split())[-600:]
        raise EmbeddedPostgresUnavailable(f"{Path(command[0]).name} failed: {said_last}", tried=[command[0]])
