"""Evidence of a payment as a caller writes it: how much came, when, and which invoices it pays."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from schemas.invoice import ExchangeRateInput, Extensions
from schemas.money import AmountText, RateText
from schemas.texts import Code, Currency, Key, Short

MAX_ALLOCATIONS = 100


class AllocationInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One invoice and what of the payment goes to it.

    `amount` is in the invoice's currency. `rate` is how many units of it make one unit of the payment's; absent where
    both are the same.
    """

    invoice: Code
    amount: AmountText
    rate: RateText | None = None


class PaymentInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The body of `POST /v1/payments`. `amount` is what came, in `currency`; `means` is a code of UNTDID 4461.

    `series` numbers the receipt, where the law of one of the invoices wants one. `replaces` names an earlier payment of
    the same money that was recorded wrongly: from now on this one counts in its place.
    """

    issuer: Code
    paid_at: Annotated[datetime, Meta(tz=True, description="RFC 3339, with an offset.")]
    currency: Currency
    amount: AmountText
    allocations: Annotated[tuple[AllocationInput, ...], Meta(min_length=1, max_length=MAX_ALLOCATIONS)]
    means: Annotated[str, Meta(pattern=r"^[A-Z0-9]{1,3}$(?!\n)", examples=["30"])] = "30"
    reference: Short | None = None
    exchange_rates: Annotated[tuple[ExchangeRateInput, ...], Meta(max_length=10)] = ()
    series: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9/_\-]{0,19}$(?!\n)")] | None = None
    source_ref: Key | None = None
    replaces: Code | None = None
    extensions: Extensions = {}
