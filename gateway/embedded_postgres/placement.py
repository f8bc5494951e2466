"""Where a cluster lies and which system user runs it.

PostgreSQL refuses to run as root. When we are root it runs as the owner of an existing data directory, else as
`nobody`; no user is made and no directory of anybody else changes its mode. What `nobody` cannot reach (DIR below
/root, a private temporary directory) therefore lies in a directory of ours named after a hash of DIR: below the
system's temporary directory when DIR is there too, else in /var/lib/gateway-postgres (/var/tmp where that cannot be
written). DIR/location names it and is honoured at the next start; lock, address and log are in DIR in every case.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import secrets
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from gateway.embedded_postgres.address import ClusterAddress
from gateway.embedded_postgres.unavailable import EmbeddedPostgresUnavailable

# sun_path holds 104 bytes on macOS and 108 on Linux; "/.s.PGSQL.5432.lock" must still fit below 100.
LONGEST_SOCKET_DIRECTORY = 80
# PostgreSQL splits the directories at commas, and asyncpg the hosts of a URL; nothing needs quoting in these.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")
LOCATION_FILE = "location"
ORIGIN_FILE = "origin"


@dataclass(frozen=True, slots=True)
class Account:
    """The system user that PostgreSQL runs as. None stands for ourselves: a process that is not root cannot change."""

    uid: int | None
    gid: int | None

    @property
    def groups(self) -> list[int] | None:
        """The further groups of the user: none, so that root's do not come along."""
        return None if self.uid is None else []

    @classmethod
    def choose(cls, data: Path) -> Account:
        """The user who may read the data directory, or could once it is made."""
        if os.geteuid() != 0:
            return cls(None, None)
        if data.exists() and (owner := data.stat()).st_uid != 0:
            return cls(owner.st_uid, owner.st_gid)
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            raise EmbeddedPostgresUnavailable(
                "PostgreSQL refuses to run as root, and this system has no user `nobody` to run it as",
                remedy="Start the gateway as an ordinary user",
            ) from None
        return cls(nobody.pw_uid, nobody.pw_gid)

    def own(self, path: Path) -> None:
        """Make a directory that only this user may enter, or take over one that is already this user's or ours."""
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            if not _is_directory_of(path, os.geteuid() if self.uid is None else self.uid, os.geteuid()):
                raise EmbeddedPostgresUnavailable(f"{path} was made by somebody else") from None
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)
        path.chmod(0o700)

    def reaches(self, path: Path) -> bool:
        """Whether every directory down to `path` lets anybody through (judged by the mode bits alone)."""
        return self.uid is None or all(step.stat().st_mode & stat.S_IXOTH for step in (path, *path.parents))


@dataclass(frozen=True, slots=True)
class Placement:
    """The places of one cluster. `directory` is the caller's; `home` holds data and socket, mostly the same."""

    directory: Path
    home: Path
    account: Account

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.directory / "postgres.log"

    @property
    def address(self) -> ClusterAddress:
        """The same in every process and after every restart: it depends on the home alone."""
        inside = self.home / "socket"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_DIRECTORY and PLAIN_PATH.fullmatch(str(inside)):
            return ClusterAddress(inside)
        shared = Path("/tmp")  # noqa: S108 - short and the same in every process, unlike TMPDIR; ours by name and owner
        return ClusterAddress(shared / f"gateway-postgres-{_key(self.home)}")

    def prepare(self) -> None:
        """Make the socket's directory, private to the account."""
        self.account.own(self.address.socket_directory)


def place(directory: Path) -> Placement:
    """Choose the places for a cluster in `directory`, an existing and resolved path."""
    account = Account.choose(directory / "data")
    if account.reaches(directory):
        return Placement(directory, directory, account)
    if (directory / "data").exists():
        raise EmbeddedPostgresUnavailable(
            f"the data in {directory} cannot be reached by the user who owns it",
            remedy="Let that user through (chmod o+x) on every directory above it",
        )
    home = _recorded(directory) or _unused(private_directory(directory) / f"cluster-{_key(directory)}")
    home.mkdir(exist_ok=True)
    home.chmod(0o711)
    (home / ORIGIN_FILE).write_text(f"{directory}\n")
    (directory / LOCATION_FILE).write_text(f"{home}\n")
    return Placement(directory, home, Account.choose(home / "data"))


def private_directory(near: Path) -> Path:
    """A directory of root that anybody may pass through and nobody else may write."""
    temporary = Path(tempfile.gettempdir()).resolve()
    lasting = [Path("/var/lib"), Path("/var/tmp")]  # noqa: S108 - its owner is checked below
    for parent in [temporary] if near.is_relative_to(temporary) else lasting:
        path = parent / "gateway-postgres"
        try:
            path.mkdir(mode=0o711, exist_ok=True)
        except OSError:
            continue
        if _is_directory_of(path, os.geteuid()):
            path.chmod(0o711)  # Ours; the umask may have closed it.
            return path
    raise EmbeddedPostgresUnavailable(
        "no directory could be made that the user `nobody` reaches",
        tried=[str(parent) for parent in lasting],
        remedy="Choose a directory outside /root",
    )


def _recorded(directory: Path) -> Path | None:
    """The home noted at an earlier start, unless it is gone or belongs to the directory this one was copied from."""
    try:
        home = Path((directory / LOCATION_FILE).read_text().strip())
        origin = (home / ORIGIN_FILE).read_text().strip()
    except OSError:
        return None
    return home if origin == str(directory) and home.stat().st_uid == os.geteuid() else None


def _unused(home: Path) -> Path:
    """That name, or one beside it: a home that nothing points to belonged to a directory that was since removed, and
    whoever makes a new one under the same name must not find the old data in it."""
    return home if not home.exists() else home.with_name(f"{home.name}-{secrets.token_hex(4)}")


def _is_directory_of(path: Path, *users: int) -> bool:
    """Whether this is a directory, not a link to one, and belongs to one of these users."""
    found = path.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid in users


def _key(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
