"""The authorities' side on this machine: every jurisdiction's simulator behind real HTTPS, with a book that lasts.

`serve_sandbox` runs them all; `SandboxAuthority` is the certification authority whose certificates they trust and that
gives test issuers theirs; `Book` is where a simulator's memory is kept.
"""

from gateway.sandbox.authority import IssuedKeyPair, SandboxAuthority
from gateway.sandbox.book import Book, BookUnavailable, MemoryBook
from gateway.sandbox.postgres_book import PostgresBook
from gateway.sandbox.process import SandboxRunning, SandboxSettings, published_urls, serve_sandbox
from gateway.sandbox.server import SimulatorServer

__all__ = [
    "Book",
    "BookUnavailable",
    "IssuedKeyPair",
    "MemoryBook",
    "PostgresBook",
    "SandboxAuthority",
    "SandboxRunning",
    "SandboxSettings",
    "SimulatorServer",
    "published_urls",
    "serve_sandbox",
]
