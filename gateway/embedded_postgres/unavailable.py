"""Why there is no embedded PostgreSQL.

EmbeddedPostgresUnavailable
└── ClusterOwned        another living process owns the cluster of this directory
"""

from __future__ import annotations

from collections.abc import Sequence


class EmbeddedPostgresUnavailable(RuntimeError):
    """The embedded PostgreSQL cannot be had; the text says why and what was tried, and names DATABASE_URL."""

    def __init__(self, why: str, *, tried: Sequence[str] = (), remedy: str = "") -> None:
        self.why = why
        self.tried = tuple(tried)
        lines = [f"The embedded PostgreSQL is not available: {why}."]
        if self.tried:
            lines.append("Tried: " + "; ".join(self.tried) + ".")
        way_out = "set DATABASE_URL to a PostgreSQL server of your own."
        lines.append(f"{remedy}, or {way_out}" if remedy else way_out[0].upper() + way_out[1:])
        super().__init__("\n".join(lines))


class ClusterOwned(EmbeddedPostgresUnavailable):
    """Another living process owns the cluster; only one may start it, everybody else attaches."""
