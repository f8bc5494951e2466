"""Where simulators keep what they know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

Changes = Mapping[str, bytes | None]
"""New values by key; None deletes."""


class BookUnavailable(RuntimeError):
    """The changes could not be stored: nobody may be told that they happened."""


class Book(Protocol):
    """The memory of all simulators, each under its code. One sandbox writes it; it reads once and remembers."""

    async def load(self, code: str) -> dict[str, bytes]:
        """All that the simulator knows. Raises BookUnavailable."""
        ...

    async def store(self, code: str, changes: Changes) -> None:
        """Return when the changes would survive a crash. Calls take effect in the order in which they were made.

        Raises BookUnavailable."""
        ...

    async def close(self) -> None: ...


class MemoryBook:
    """A book that lasts as long as its process: for tests."""

    def __init__(self) -> None:
        self.pages: dict[str, dict[str, bytes]] = {}

    async def load(self, code: str) -> dict[str, bytes]:
        return dict(self.pages.get(code, {}))

    async def store(self, code: str, changes: Changes) -> None:
        apply(self.pages.setdefault(code, {}), changes)

    async def close(self) -> None:
        return


def apply(page: dict[str, bytes], changes: Changes) -> None:
    """Write the changes into the page."""
    for key, value in changes.items():
        if value is None:
            page.pop(key, None)
        else:
            page[key] = value
