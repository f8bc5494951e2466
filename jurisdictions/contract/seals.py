"""Making a legal document: what a seal is handed and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from jurisdictions.contract.instructions import Instruction, Issuer
from jurisdictions.contract.values import Value
from schemas.findings import Findings


class Keys(Protocol):
    """The vault's signer for one issuer: it signs and shows certificates, and never gives a key away."""

    def certificate(self, credential: str) -> bytes:
        """The DER certificate of the credential. Raises `CredentialMissing` where there is none."""

    def sign(self, credential: str, message: bytes, algorithm: Literal["rsa-sha256", "rsa-sha1"]) -> bytes:
        """PKCS#1 v1.5 signature over `message`. Raises `CredentialMissing` where there is no key."""


class CredentialMissing(LookupError):
    """The issuer has no such credential: `check` should have found it."""


class Position(Value, frozen=True, kw_only=True):
    """A place in a chain: 1-based `sequence`, and the link of the record before (None for the first)."""

    chain: str
    sequence: int
    previous: bytes | None


class Sealing(Value, frozen=True, kw_only=True):
    """What a seal is handed. `at` is timezone-aware UTC, read after the chain lock, never before the chain's last time.

    `submission` is the id (UUID text) of the submission to be made: the stable identity to give to a network.
    """

    instruction: Instruction
    issuer: Issuer
    number: str
    submission: str
    at: datetime
    edition: str
    position: Position | None = None
    facts: Mapping[str, str] = {}


class Sealed(Value, frozen=True, kw_only=True):
    """A legal document. `body` never changes. `link` is handed to the next record of the chain.

    `attributes` is what the exchange, matching and reporting need without reading the body again (texts only). `facts`
    carry neutral names to later routes of the same invoice and to the caller (`verification_url`…). `fingerprint`
    ignores
    time, link, seal and submission id, so that "the same as the refused one" can be asked.
    """

    name: str
    media_type: str
    body: bytes
    digest: str
    fingerprint: str
    link: bytes | None = None
    attributes: Mapping[str, str] = {}
    facts: Mapping[str, str] = {}


@dataclass(frozen=True, kw_only=True)
class Seal:
    """`chain` names the seal order or None. `verify(body, previous)` re-checks stored bytes against the former link.

    `proof(body, previous)` does so and gives the record's own link, in one reading (None where none can be told).
    `renew(settings, chain, at, entropy)` ends a chain (None: one that was kept elsewhere) and begins another: a merge
    patch on the issuer's settings for the jurisdiction, after which `chain` names the new one.
    """

    seal: Callable[[Sealing, Keys], Sealed]
    preview: Callable[[Instruction, Issuer, datetime], bytes]
    chain: Callable[[Instruction, Issuer], str] | None = None
    verify: Callable[[bytes, bytes | None], Findings] | None = None
    link: Callable[[bytes], bytes] | None = None
    """The link that a stored record gives to the next one, recomputed from its bytes."""
    proof: Callable[[bytes, bytes | None], tuple[Findings, bytes | None]] | None = None
    renew: Callable[[object, str | None, datetime, str], Mapping[str, object]] | None = None
