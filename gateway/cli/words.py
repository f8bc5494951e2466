"""What the commands say when something foreseen stands in the way: a sentence, what to do, and exit status 2."""

from __future__ import annotations

import sys
from typing import NoReturn

import asyncpg
from sqlalchemy.exc import DBAPIError

from gateway.accounts import AccountRefused
from gateway.deployments import DeploymentInvalid
from gateway.embedded_postgres import EmbeddedPostgresUnavailable
from gateway.lifecycle.child import ChildFailed
from gateway.samples.seeding import SeedingFailed
from gateway.sandbox import BookUnavailable, SandboxRunning
from gateway.settings import SettingsInvalid
from gateway.transport.endpoints import EndpointRefused
from gateway.vault import MasterKeyUnsafe


class CommandRefused(ValueError):
    """A command that was given what it cannot use."""


EXPECTED = (
    AccountRefused,
    BookUnavailable,
    ChildFailed,
    CommandRefused,
    DeploymentInvalid,
    EmbeddedPostgresUnavailable,
    EndpointRefused,
    MasterKeyUnsafe,
    PermissionError,
    SandboxRunning,
    SeedingFailed,
    SettingsInvalid,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    ConnectionError,
    DBAPIError,
)


def failed(why: BaseException) -> NoReturn:
    """Say it on stderr and end."""
    sys.stderr.write(f"gateway: {sentence(why)}\n")
    sys.exit(2)


def sentence(why: BaseException) -> str:
    """The reason with what to do about it, where more than the reason is known."""
    if isinstance(why, DBAPIError) and why.orig is not None:
        why = why.orig.__cause__ or why.orig
    text = str(why).strip() or type(why).__name__
    if isinstance(why, asyncpg.UndefinedTableError | asyncpg.InvalidSchemaNameError | asyncpg.UndefinedObjectError):
        return f"the database is not prepared ({text}). Run `gateway migrate`."
    if isinstance(why, asyncpg.InvalidAuthorizationSpecificationError):
        return f"the database refuses the login: {text}. `gateway doctor` says which address is meant."
    if isinstance(why, ConnectionError | asyncpg.PostgresConnectionError | asyncpg.CannotConnectNowError):
        return f"the database does not answer: {text}. Is DATABASE_URL right? `gateway doctor` looks closer."
    return text
