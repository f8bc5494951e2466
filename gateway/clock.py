"""Time and identity, injected: the service reads no clock and draws no id but through these."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

Clock = Callable[[], datetime]
"""The time now, timezone-aware, UTC."""

NewId = Callable[[], UUID]
"""A fresh UUIDv7."""


def system_clock() -> datetime:
    return datetime.now(UTC)


def new_id() -> UUID:
    return uuid7()


NIL = UUID(int=0)
