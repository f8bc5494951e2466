"""Means of payment beside a bank transfer: cards and direct debit (BG-18, BG-19)."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from schemas.texts import Short


class Card(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The card that paid: the first six and last four digits of its number at most (BT-87), holder and network."""

    number: Annotated[str, Meta(min_length=1, max_length=19, pattern=r"^[0-9Xx* ]+$(?!\n)", examples=["1234"])]
    holder: Short | None = None
    network: Short | None = None


class DirectDebit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the seller collects by: mandate (BT-89), creditor identifier (BT-90), the buyer's account (BT-91)."""

    mandate: Short | None = None
    creditor_id: Short | None = None
    account: Short | None = None
