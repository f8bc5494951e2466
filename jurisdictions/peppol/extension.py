"""What only Peppol knows of an issuer and of an invoice."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from schemas.party import Endpoint
from schemas.texts import Block, Country, Currency, Short


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An issuer's own settings.

    `participant` sends in place of the first usable endpoint of the issuer. `tax_currency` is the seller's accounting
    currency (BT-6): invoices in another one then state their tax in it too, by the invoice's own exchange rate.
    """

    participant: Endpoint | None = None
    tax_currency: Currency | None = None


class GreekNumber(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the number of a Greek seller's document tells beside seller, day, series and number (GR-R-001).

    `branch` is the seller's establishment (0 for its seat), `type` the document's kind in myDATA (`1.1` for a sale).
    """

    type: Annotated[str, Meta(pattern=r"^[0-9]{1,2}\.[0-9]{1,2}$(?!\n)", examples=["1.1"])]
    branch: Annotated[int, Meta(ge=0, le=999_999)] = 0


class Extension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`extensions.peppol` of an invoice.

    `participant` is the buyer's electronic address in place of the customer's first usable endpoint. `notes` join the
    invoice's note (BT-22); between German parties they stand beside it. `business_process` is BT-23, for one of the
    processes beside the usual one. `greek` composes the number that Greek sellers need.
    `accounting_cost` (BT-19), `mandate_reference` (BT-89) and `delivery_country` (BT-80) are older spellings of
    `accounting_reference`, `payment_means[].direct_debit.mandate` and `delivery.address.country`, which go before them.
    `withheld`: the standard has no withheld taxes. `refuse` (default) stops such an invoice; `note` lets it go out with
    the full amount due and a sentence in the payment terms that says what is withheld.
    """

    participant: Endpoint | None = None
    notes: Annotated[tuple[Block, ...], Meta(max_length=10)] = ()
    business_process: Short | None = None
    greek: GreekNumber | None = None
    accounting_cost: Short | None = None
    mandate_reference: Short | None = None
    delivery_country: Country | None = None
    withheld: Literal["refuse", "note"] = "refuse"


def settings_of(value: object) -> Settings:
    """The issuer's settings, or the defaults where it has none."""
    return value if isinstance(value, Settings) else Settings()


def extension_of(value: object) -> Extension:
    """The invoice's extension, or the defaults; also from the raw mapping, where it can be read."""
    if isinstance(value, Extension):
        return value
    try:
        return msgspec.convert(value, Extension) if value else Extension()
    except msgspec.ValidationError:
        return Extension()
