"""Payments with their allocations, and time: deadlines that the gateway watches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import op
from sqlalchemy.util import await_only

revision = "0002"
down_revision = "0001"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    connection: Any = op.get_bind().connection.driver_connection
    for name in ("0004_payments.sql", "0005_time.sql"):
        await_only(connection.execute((SQL / name).read_text()))
