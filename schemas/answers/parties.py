"""Issuers, their credentials, and customers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from schemas.answers.page import Answer
from schemas.findings import Finding
from schemas.invoice import TaxInput
from schemas.party import Address, Contact, Endpoint, Identifier, Party, RegistrationScheme, TaxId
from schemas.texts import Block, Name, Short


class IssuerInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A legal entity that issues: the party as it stands on invoices, its time zone, and its settings per
    jurisdiction."""

    name: Name
    tax_ids: Annotated[tuple[TaxId, ...], Meta(min_length=1, max_length=10)]
    address: Address
    trading_name: Name | None = None
    identifiers: Annotated[tuple[Identifier, ...], Meta(max_length=10)] = ()
    tax_registration: Short | None = None
    registration: Short | None = None
    registration_scheme: RegistrationScheme | None = None
    legal_information: Block | None = None
    endpoints: Annotated[tuple[Endpoint, ...], Meta(max_length=10)] = ()
    contact: Contact | None = None
    time_zone: Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z]+(/[A-Za-z0-9_+\-]+)*$(?!\n)")] = "UTC"
    default_series: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9/_\-]{0,19}$(?!\n)")] = "A"
    default_taxes: Annotated[tuple[TaxInput, ...], Meta(max_length=5)] = ()
    settings: dict[str, dict[str, Any]] = {}

    def party(self) -> Party:
        """The issuer as invoices name it."""
        return Party(
            name=self.name,
            trading_name=self.trading_name,
            identifiers=self.identifiers,
            tax_ids=self.tax_ids,
            tax_registration=self.tax_registration,
            registration=self.registration,
            registration_scheme=self.registration_scheme,
            legal_information=self.legal_information,
            address=self.address,
            endpoints=self.endpoints,
            contact=self.contact,
        )


class CredentialAnswer(Answer, frozen=True, kw_only=True):
    """A stored credential: facts read from it, never the secret itself."""

    jurisdiction: str
    name: str
    version: int
    facts: dict[str, str] = {}


class IssuerAnswer(IssuerInput, frozen=True, kw_only=True):
    """An issuer, with what its jurisdictions have to say of it by itself (`findings`: not in lists)."""

    id: str
    version: int
    created_at: datetime
    updated_at: datetime
    credentials: tuple[CredentialAnswer, ...] = ()
    findings: tuple[Finding, ...] = ()


class CustomerAnswer(Party, frozen=True, kw_only=True, omit_defaults=False):
    id: str
    version: int
    created_at: datetime
    updated_at: datetime
