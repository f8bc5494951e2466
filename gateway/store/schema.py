"""Bringing a database to the newest schema."""

from __future__ import annotations

from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).parents[1] / "migrations"


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["url"] = url.replace("postgresql://", "postgresql+asyncpg://", 1)
    return config


def migrate(url: str, revision: str = "head") -> None:
    """Upgrade the database at `url` (an administrator's or the owner's) to `revision`.

    Creates the roles `gateway_owner`, `gateway_api` and `gateway_worker` where they are missing. Raises what the
    database
    says if a lock cannot be had within four seconds: nothing is left half-made, run it again.
    """
    failure: list[BaseException] = []

    def upgrade() -> None:
        try:
            command.upgrade(_config(url), revision)
        except BaseException as why:
            failure.append(why)

    # Alembic's environment runs an event loop of its own, so it gets a thread of its own.
    thread = Thread(target=upgrade, name="migrate")
    thread.start()
    thread.join()
    if failure:
        raise failure[0]


def head() -> str | None:
    """The newest revision that this code knows."""
    return ScriptDirectory.from_config(_config("postgresql://")).get_current_head()


def as_role(url: str, role: str) -> str:
    """The same database under another login, for clusters that trust their socket (the embedded one)."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{role}@{host}").geturl()
