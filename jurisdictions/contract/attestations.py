"""Signed papers that a law wants before anything is sent in earnest, and how they are drafted.

An attestation says something in somebody's name: that a system complies, that one may send for another. The gateway
keeps it with its dates, its revocation and the signed document; what it must say is the jurisdiction's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from jurisdictions.contract.about import Scope
from jurisdictions.contract.values import Value


class AttestationSpec(Value, frozen=True, kw_only=True):
    """A paper by name: whose it is (`platform`: the operator's, `issuer`: one issuer's), what it is for, and the type
    of its facts. `document`: a signed file goes with it."""

    name: str
    scope: Scope
    title: str
    purpose: str
    body_type: type[msgspec.Struct]
    document: bool = True


class Attestation(Value, frozen=True, kw_only=True):
    """One that is registered. `body` is of its spec's type, `sha256` (hex) that of the signed document.

    Days are the issuer's calendar days, both included. Wherever several are handed over, the newest comes first.
    """

    id: str
    name: str
    edition: str
    body: object
    sha256: str | None
    valid_from: date
    valid_until: date | None = None
    revoked_at: datetime | None = None
    registered_at: datetime

    def stands(self, day: date, at: datetime) -> bool:
        """Whether it holds on that day and has not been revoked by then."""
        dated = self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)
        return dated and (self.revoked_at is None or at < self.revoked_at)


class Draft(Value, frozen=True, kw_only=True):
    """What somebody has to sign: facts for its `body`, and its items as letter, describing words and our datum."""

    name: str
    edition: str
    body: Mapping[str, object]
    items: tuple[tuple[str, str, str], ...]
    text: str


@dataclass(frozen=True, kw_only=True)
class Attestations:
    """The papers of a jurisdiction. `draft(name, deployment)` is None where the gateway can draft nothing."""

    specs: tuple[AttestationSpec, ...]
    draft: Callable[[str, object], Draft | None]
