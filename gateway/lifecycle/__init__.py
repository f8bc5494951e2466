"""Processes: what each is made of, how it starts, says that it is ready, and ends; and `dev`, which runs them all."""

from gateway.lifecycle.service import app_from_environment

__all__ = ["app_from_environment"]
