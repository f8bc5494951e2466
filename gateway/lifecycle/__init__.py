"""Processes: what each is made of, how it starts, says that it is ready, and ends; and `dev`, which runs them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.lifecycle.service import Service


def app_from_environment() -> Service:
    """For any ASGI server: `granian --interface asgi --factory gateway.lifecycle:app_from_environment`."""
    from gateway.lifecycle.service import Service
    from gateway.logs import configure
    from gateway.settings import Settings

    settings = Settings.from_environment()
    configure(settings.log_level, settings.log_format)
    return Service(settings)
