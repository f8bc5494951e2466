"""The authority's side, as a pure function that the sandbox serves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from jurisdictions.contract.values import Value


class SimulatorRequest(Value, frozen=True, kw_only=True):
    """A request as the simulator's server read it. `client_certificate` is the DER of the mutual-TLS peer, if any."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    client_certificate: bytes | None = None


class SimulatorReply(Value, frozen=True, kw_only=True):
    """The authority's answer and what it writes into its book (None deletes). `lost`: the line drops before the answer.

    The server stores `changes` before the answer leaves. `delay_seconds` makes it slow.
    """

    status: int = 200
    headers: Mapping[str, str] = {}
    body: bytes = b""
    changes: Mapping[str, bytes | None] = {}
    lost: bool = False
    delay_seconds: float = 0.0


class SimulatorKeys(Protocol):
    """The sandbox's own authority: certificates that simulators trust, and the key that they stamp with."""

    def authority(self) -> bytes:
        """DER certificate of the sandbox's certification authority."""

    def certificate(self, name: str) -> bytes:
        """DER certificate of a named signer that the sandbox made (`stamping`, `access_point`)."""

    def sign(self, name: str, message: bytes) -> bytes:
        """RSA PKCS#1 v1.5 SHA-256 signature by the named signer."""


@dataclass(frozen=True, kw_only=True)
class Simulator:
    """The authority's side as a pure function of (book, request, time), as strict as the authority.

    `answer(book, request, at, keys, profile)`: `profile` is `default` (quick, for development) or `strict` (the
    authority's
    real pacing). `signers` names the keys it wants. `endpoints` maps each endpoint name to the path prefix served here.
    `founding` is what the book holds at first.
    """

    answer: Callable[[Mapping[str, bytes], SimulatorRequest, datetime, SimulatorKeys, str], SimulatorReply]
    endpoints: Mapping[str, str]
    client_certificate: bool = False
    signers: tuple[str, ...] = ()
    founding: Mapping[str, bytes] = field(default_factory=dict)
