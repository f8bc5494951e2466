"""Official verdicts kept on disk, so that a run after a fix asks only about new documents.

The folder is named by the environment variable `DIFFERENTIAL_CACHE` and lies outside the checkout; without it
nothing is kept. The key is the SHA-256 of rule set and document.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from pathlib import Path
from typing import Self


class Memory:
    """Lines by (rule set, document)."""

    def __init__(self, folder: Path) -> None:
        """Open or make the file in the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        self.store = sqlite3.connect(folder / "verdicts.sqlite", isolation_level=None)
        self.store.execute("PRAGMA journal_mode=WAL")
        self.store.execute("PRAGMA synchronous=OFF")
        self.store.execute("PRAGMA busy_timeout=30000")
        self.store.execute(
            "CREATE TABLE IF NOT EXISTS verdict (key BLOB PRIMARY KEY, line TEXT NOT NULL) WITHOUT ROWID"
        )

    @classmethod
    def from_environment(cls) -> Self | None:
        """The memory that `DIFFERENTIAL_CACHE` names, if any."""
        named = os.environ.get("DIFFERENTIAL_CACHE")
        return cls(Path(named)) if named else None

    def recall(self, which: str, document: bytes) -> str | None:
        """The kept line, if any."""
        row = self.store.execute("SELECT line FROM verdict WHERE key = ?", (key(which, document),)).fetchone()
        return str(row[0]) if row else None

    def keep(self, which: str, document: bytes, line: str) -> None:
        """Keep one line; a second time is no harm."""
        self.store.execute("INSERT OR IGNORE INTO verdict VALUES (?, ?)", (key(which, document), line))

    def close(self) -> None:
        """Close the file."""
        self.store.close()


def key(which: str, document: bytes) -> bytes:
    """What one verdict is kept under."""
    return hashlib.sha256(which.encode() + b"\0" + document).digest()
