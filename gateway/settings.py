"""What the operator decides, read from the environment once, by whoever starts a process: nothing is read at import.

| Variable | Meaning |
|---|---|
| DATABASE_URL | PostgreSQL as its administrator or owner; absent: the embedded cluster below the data |
| GATEWAY_API_DATABASE_URL, GATEWAY_WORKER_DATABASE_URL | the same database as `gateway_api`, `gateway_worker` |
| GATEWAY_MASTER_KEY | base64 of 32 bytes; absent: the file `master.key` below the data |
| GATEWAY_DATA | where the data lie (`.data`) |
| GATEWAY_ENDPOINTS | the operator's addresses: `environment:jurisdiction:endpoint=https://…`, separated by blanks |
| GATEWAY_SANDBOX_PROFILE | `default` or `strict` (the authorities' own pace) |
| GATEWAY_LOG_LEVEL, GATEWAY_LOG_FORMAT | `debug` to `error`; `json` or `console` |
| GATEWAY_DEPLOYMENT | a TOML file: what the operator says of this installation, as `[live.<jurisdiction>]` |
| GATEWAY_HOST, GATEWAY_PORT | where the API listens (127.0.0.1, 8000) |
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from gateway.embedded_postgres import attach
from gateway.store.schema import as_role
from gateway.transport.endpoints import Place
from gateway.vault import decode_master_key, load_master_key
from jurisdictions.contract import Environment

LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("json", "console")
PROFILES = ("default", "strict")
API_ROLE, WORKER_ROLE = "gateway_api", "gateway_worker"
ATTACH_WITHIN = 5.0  # seconds


class SettingsInvalid(ValueError):
    """A variable that cannot be used; the text names it and says what it takes."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that a process needs to know before it starts."""

    data: Path = Path(".data")
    database_url: str | None = None
    api_database_url: str | None = None
    worker_database_url: str | None = None
    master_key_text: str | None = field(default=None, repr=False)
    endpoints: Mapping[Environment, Mapping[Place, str]] = field(default_factory=dict)
    deployment: Path | None = None
    sandbox_profile: str = "default"
    log_level: str = "info"
    log_format: str = "json"
    host: str = "127.0.0.1"
    port: int = 8000

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, *, data: Path | None = None) -> Settings:
        """Read the variables; `data` (a command's option) goes before GATEWAY_DATA. Raises SettingsInvalid."""
        given = os.environ if environment is None else environment
        return cls(
            data=(data or Path(given.get("GATEWAY_DATA") or ".data")).absolute(),
            database_url=_address(given, "DATABASE_URL"),
            api_database_url=_address(given, "GATEWAY_API_DATABASE_URL"),
            worker_database_url=_address(given, "GATEWAY_WORKER_DATABASE_URL"),
            master_key_text=given.get("GATEWAY_MASTER_KEY") or None,
            endpoints=_endpoints(given.get("GATEWAY_ENDPOINTS", "")),
            deployment=Path(given["GATEWAY_DEPLOYMENT"]) if given.get("GATEWAY_DEPLOYMENT") else None,
            sandbox_profile=_one_of(given, "GATEWAY_SANDBOX_PROFILE", PROFILES),
            log_level=_one_of(given, "GATEWAY_LOG_LEVEL", LEVELS, "info"),
            log_format=_one_of(given, "GATEWAY_LOG_FORMAT", FORMATS),
            host=given.get("GATEWAY_HOST") or "127.0.0.1",
            port=_port(given),
        )

    @property
    def postgres(self) -> Path:
        """Where the embedded cluster lives."""
        return self.data / "postgres"

    @property
    def sandbox(self) -> Path:
        """Where the sandbox keeps its authority and its addresses."""
        return self.data / "sandbox"

    @cached_property
    def administrator(self) -> str:
        """The database as its administrator: the operator's, else the embedded cluster that somebody has started.

        Raises EmbeddedPostgresUnavailable where there is neither.
        """
        return self.database_url or attach(self.postgres, ATTACH_WITHIN).url()

    def as_api(self) -> str:
        return self.api_database_url or as_role(self.administrator, API_ROLE)

    def as_worker(self) -> str:
        return self.worker_database_url or as_role(self.administrator, WORKER_ROLE)

    def master_key(self) -> bytes:
        """The variable, else the file, which is made where there is none. Raises MasterKeyUnsafe."""
        if self.master_key_text is not None:
            return decode_master_key(self.master_key_text)
        return load_master_key(self.data / "master.key")


def prepared_folder(settings: Settings) -> Path:
    """Make the data directory; its folder for logs. Others may pass through (the embedded server's user has to, when we
    are root), but see nothing: what lies in it is private by its own mode."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o711)
    logs = settings.data / "logs"
    logs.mkdir(exist_ok=True, mode=0o700)
    return logs


def _address(given: Mapping[str, str], name: str) -> str | None:
    url = given.get(name) or None
    if url is not None and not url.startswith(("postgresql://", "postgres://")):
        raise SettingsInvalid(f"{name} must be postgresql://user@host/database")
    return url.replace("postgres://", "postgresql://", 1) if url and url.startswith("postgres://") else url


def _one_of(given: Mapping[str, str], name: str, known: tuple[str, ...], default: str | None = None) -> str:
    value = (given.get(name) or default or known[0]).lower()
    if value not in known:
        raise SettingsInvalid(f"{name} must be one of {', '.join(known)}, not {value!r}")
    return value


def _port(given: Mapping[str, str]) -> int:
    text = given.get("GATEWAY_PORT") or "8000"
    if not text.isdigit() or int(text) > 65535:
        raise SettingsInvalid(f"GATEWAY_PORT must be a number up to 65535, not {text!r}")
    return int(text)


def _endpoints(text: str) -> Mapping[Environment, Mapping[Place, str]]:
    found: dict[Environment, dict[Place, str]] = {"test": {}, "live": {}}
    for word in text.split():
        place, _, url = word.partition("=")
        parts = place.split(":")
        if len(parts) != 3 or parts[0] not in found or not url:
            raise SettingsInvalid(
                f"GATEWAY_ENDPOINTS takes environment:jurisdiction:endpoint=https://…, with the environment test or"
                f" live; {word!r} is none"
            )
        environment: Environment = "live" if parts[0] == "live" else "test"
        found[environment][parts[1], parts[2]] = url
    return found
