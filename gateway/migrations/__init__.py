"""Alembic migrations: dated, one subject each, with lock and statement timeouts."""
