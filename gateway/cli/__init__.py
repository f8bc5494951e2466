"""The commands. `gateway --help` lists them; each says what it needs, and its errors say what to do."""

from gateway.cli.program import main

__all__ = ["main"]
