"""A payment as it was recorded, with the receipt that the law wanted of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from schemas.answers.page import Answer
from schemas.findings import Finding
from schemas.payments import MAX_ALLOCATIONS, AllocationInput, PaymentInput


class AllocationAnswer(AllocationInput, frozen=True, kw_only=True, omit_defaults=False):
    """What of the payment went to one invoice, with its balance before and after.

    `installment` counts the receipts of that invoice, null where its payment wants none; `live` is false once the
    payment or its receipt was undone.
    """

    balance_before: str
    balance_after: str
    live: bool
    installment: int | None = None


class PaymentAnswer(PaymentInput, frozen=True, kw_only=True, omit_defaults=False):
    """The payment as it stands. `receipt` is the invoice of kind `receipt` that was issued for it."""

    allocations: Annotated[tuple[AllocationAnswer, ...], Meta(min_length=1, max_length=MAX_ALLOCATIONS)]
    id: str
    state: str
    version: int
    findings: tuple[Finding, ...]
    created_at: datetime
    updated_at: datetime
    receipt: str | None = None


class PaidAnswer(Answer, frozen=True, kw_only=True):
    """One payment of an invoice, or the one that a receipt was issued for (then the amount is the whole payment's)."""

    payment: str
    state: str
    paid_at: datetime
    currency: str
    amount: str
    live: bool
    receipt: str | None = None
    installment: int | None = None
    balance_before: str | None = None
    balance_after: str | None = None
