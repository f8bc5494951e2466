"""Parties: who issues, who receives, and how they are known to tax offices and networks."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from schemas.texts import Block, Country, Name, NameOrNothing, Short


class Identifier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An identifier, under the scheme that issued it where one is known: an ISO 6523 code for parties and items."""

    value: Short
    scheme: Annotated[str, Meta(pattern=r"^[0-9A-Z]{1,10}$(?!\n)", examples=["0088"])] | None = None


class TaxId(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A tax identifier under a scheme `COUNTRY:KIND`: `ES:NIF`, `BE:VAT`, `MX:RFC`."""

    scheme: Annotated[str, Meta(pattern=r"^[A-Z]{2}:[A-Z0-9]{2,10}$(?!\n)", examples=["BE:VAT"])]
    value: Annotated[
        str, Meta(min_length=1, max_length=40, pattern=r"^[0-9A-Za-z&Ññ .\-/+]+$(?!\n)", examples=["BE0999000129"])
    ]

    @property
    def country(self) -> str:
        return self.scheme[:2]

    @property
    def kind(self) -> str:
        return self.scheme[3:]


class Endpoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An electronic address: EAS scheme and value, `0208` / `0999000129` (BT-34, BT-49)."""

    scheme: Annotated[str, Meta(pattern=r"^[0-9A-Z]{2,4}$(?!\n)", examples=["0208"])]
    value: Short


class Address(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A postal address (BG-5, BG-8). `lines` hold street and number; an empty one keeps the place of the next."""

    country: Country
    lines: Annotated[tuple[NameOrNothing, ...], Meta(max_length=3)] = ()
    city: Short | None = None
    postal_code: Annotated[str, Meta(min_length=1, max_length=16, pattern=r"^[0-9A-Za-z \-]+$(?!\n)")] | None = None
    region: Short | None = None


class Contact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whom to ask (BG-6, BG-9)."""

    name: Short | None = None
    telephone: Short | None = None
    email: Short | None = None


RegistrationScheme = Annotated[str, Meta(pattern=r"^[0-9A-Z]{0,10}$(?!\n)", examples=["0208"])]
"""The ISO 6523 code of a trade register; empty: the number goes without one."""


class Party(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A legal person or a natural one, as an invoice names it.

    `registration` is the number in the trade register (BT-30, BT-47), `registration_scheme` the ISO 6523 code of that
    register: absent, an endpoint of the same number tells it; empty, nothing does. `tax_registration` is a tax
    registration in words or numbers that is no tax id (BT-32), `legal_information` what the law wants said of the
    seller (BT-33).
    """

    name: Name
    trading_name: Name | None = None
    identifiers: Annotated[tuple[Identifier, ...], Meta(max_length=10)] = ()
    tax_ids: Annotated[tuple[TaxId, ...], Meta(max_length=10)] = ()
    tax_registration: Short | None = None
    registration: Short | None = None
    registration_scheme: RegistrationScheme | None = None
    legal_information: Block | None = None
    address: Address | None = None
    endpoints: Annotated[tuple[Endpoint, ...], Meta(max_length=10)] = ()
    contact: Contact | None = None
    extensions: dict[str, dict[str, Any]] = {}

    def tax_id(self, *schemes: str) -> str | None:
        """The first value under one of the schemes, or None."""
        for scheme in schemes:
            for tax_id in self.tax_ids:
                if tax_id.scheme == scheme:
                    return tax_id.value
        return None

    @property
    def country(self) -> str | None:
        """Where the party sits: its address, else the country of its first tax id."""
        if self.address is not None:
            return self.address.country
        return self.tax_ids[0].country if self.tax_ids else None


class Payee(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who is paid in the seller's place (BG-10)."""

    name: Name
    identifier: Identifier | None = None
    registration: Identifier | None = None


class TaxRepresentative(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who answers for the seller's VAT (BG-11), with its VAT number (BT-63) and address (BG-12)."""

    name: Name
    tax_id: TaxId
    address: Address
