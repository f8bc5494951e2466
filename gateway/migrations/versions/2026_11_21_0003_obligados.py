"""Chains that end and begin anew, the authority's books, attestations and incidents, and what lives again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import op
from sqlalchemy.util import await_only

revision = "0003"
down_revision = "0002"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    connection: Any = op.get_bind().connection.driver_connection
    for name in ("0006_chains.sql", "0007_attestations.sql", "0008_revival.sql"):
        await_only(connection.execute((SQL / name).read_text()))
