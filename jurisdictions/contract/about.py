"""Who a jurisdiction is: its law, its dates, and what it needs of an installation."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

import msgspec

from jurisdictions.contract.values import Value
from schemas.invoice import Kind


class Scope(StrEnum):
    """Whose secret a credential is."""

    PLATFORM = "platform"
    TENANT = "tenant"
    ISSUER = "issuer"


class CredentialSpec(Value, frozen=True, kw_only=True):
    """A credential that the jurisdiction needs, by name; `fields` are written once and never read back.

    `kind`: `pkcs12` (fields p12, password), `key_pair` (certificate, private_key, password; binary ones as base64), or
    `secret` (any texts). `purpose` tells a person what it is.
    """

    name: str
    scope: Scope
    kind: Literal["pkcs12", "key_pair", "secret"]
    fields: tuple[str, ...]
    purpose: str
    required: bool = True


class EndpointSpec(Value, frozen=True, kw_only=True):
    """A named place that asks go to. `live` is the authority's own; in test the gateway serves `simulator` itself.

    `preproduction` is told to people only: no key of ours reaches it unless the operator configures it.
    """

    name: str
    live: str
    preproduction: str | None = None


class Edition(Value, frozen=True, kw_only=True):
    """A rule set or format with its dates: valid from the first day, until the last (None: still in force)."""

    code: str
    valid_from: date
    valid_until: date | None = None


class Obligation(Value, frozen=True, kw_only=True):
    """A dated duty, as data: who must, from when, under which law.

    `scope` says which invoices it covers. `met` says whether a document that this jurisdiction delivers meets the duty:
    `agreed_only` where the parties must have agreed on this way, `no` where only the authority's own `channel` does.
    """

    who: str
    valid_from: date
    law: str
    code: str | None = None
    country: str | None = None
    valid_until: date | None = None
    scope: str | None = None
    met: Literal["yes", "no", "agreed_only"] | None = None
    channel: str | None = None
    sentence: str | None = None


class Retention(Value, frozen=True, kw_only=True):
    """How long something is kept, as data: whole years after the end of the year of issue, under which law, and for
    what is issued from which day on."""

    what: Literal["documents", "evidence"]
    years: int
    law: str
    valid_from: date


class About(Value, frozen=True, kw_only=True):
    code: str
    name: str
    sources: tuple[str, ...]
    editions: tuple[Edition, ...]
    kinds: tuple[Kind, ...]
    credentials: tuple[CredentialSpec, ...]
    endpoints: tuple[EndpointSpec, ...]
    maturity: str
    obligations: tuple[Obligation, ...] = ()
    provides: tuple[str, ...] = ()
    """Facts that this seal gives to the seals of the same invoice's other routes."""
    consumes: tuple[str, ...] = ()
    """Facts that this seal takes if another route gives them: providers seal first, cycles are refused at load."""
    slots: int = 4
    """How many exchanges may run at the same time against one endpoint."""
    longest_pause_seconds: int = 3600
    """The longest that a flow may rest between two tries."""
    deployment_type: type[msgspec.Struct] | None = None
    """What the operator says once of this installation of the program; every field has a default."""
    retention: tuple[Retention, ...] = ()
