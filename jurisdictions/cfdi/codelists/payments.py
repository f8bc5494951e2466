"""Ways to pay, and what a receipt may say about the banks of each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from jurisdictions.cfdi.codelists.entry import Entry
from jurisdictions.cfdi.codelists.published import plain, small

PAYMENT_FORMS: dict[str, Entry] = plain("c_FormaPago")
PAYMENT_METHODS: dict[str, Entry] = plain("c_MetodoPago")

PAYMENT_FORM_OF_MEANS: dict[str, str] = {
    "10": "01",
    "20": "02",
    "30": "03",
    "31": "03",
    "42": "03",
    "58": "03",
    "48": "04",
    "54": "04",
    "55": "28",
}
"""UNCL4461 means of payment and the `c_FormaPago` that they are."""


@dataclass(frozen=True, kw_only=True)
class BankForm:
    """What `c_FormaPago` says of a way to pay: whether it goes through a bank, and which fields of it may be told.

    The patterns are regular expressions for the whole account number; None where any text will do.
    """

    banked: bool
    payer_bank: bool
    payer_account: bool
    payer_pattern: str | None
    payee_bank: bool
    payee_account: bool
    payee_pattern: str | None
    chain: bool
    foreign_bank_name: bool

    def payer_fits(self, account: str) -> bool:
        return self.payer_pattern is None or re.fullmatch(self.payer_pattern, account) is not None

    def payee_fits(self, account: str) -> bool:
        return self.payee_pattern is None or re.fullmatch(self.payee_pattern, account) is not None


@cache
def bank_form(code: str) -> BankForm | None:
    """The banking side of a `c_FormaPago`; None for a code that the catalogue does not hold."""
    row = small()["c_FormaPago"].get(code)
    if row is None:
        return None
    _, (words, payer_pattern, payee_pattern) = row
    said = words.split()
    return BankForm(
        banked="banked" in said,
        payer_bank="payer_bank" in said,
        payer_account="payer_account" in said,
        payer_pattern=payer_pattern or None,
        payee_bank="payee_bank" in said,
        payee_account="payee_account" in said,
        payee_pattern=payee_pattern or None,
        chain="chain" in said,
        foreign_bank_name="foreign_bank_name" in said,
    )
