"""The house: tables, roles' rights, row-level security, append-only evidence, and the one-round-trip functions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import op
from sqlalchemy.util import await_only

revision = "0001"
down_revision = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    connection: Any = op.get_bind().connection.driver_connection
    for name in ("0001_tables.sql", "0002_functions.sql", "0003_worker.sql"):
        await_only(connection.execute((SQL / name).read_text()))
