"""Parties: who issues, who receives, and how they are known to tax offices and networks."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from schemas.texts import Code, Country, Name, Short


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
    """A postal address (BG-5, BG-8). `lines` hold street and number."""

    country: Country
    lines: Annotated[tuple[Name, ...], Meta(max_length=3)] = ()
    city: Short | None = None
    postal_code: Annotated[str, Meta(min_length=1, max_length=16, pattern=r"^[0-9A-Za-z \-]+$(?!\n)")] | None = None
    region: Short | None = None


class Contact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whom to ask (BG-6, BG-9)."""

    name: Short | None = None
    telephone: Short | None = None
    email: Short | None = None


class Party(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A legal person or a natural one, as an invoice names it."""

    name: Name
    trading_name: Name | None = None
    tax_ids: Annotated[tuple[TaxId, ...], Meta(max_length=10)] = ()
    registration: Code | None = None
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
