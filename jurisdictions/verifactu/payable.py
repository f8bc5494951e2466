"""What stands on an invoice beside its importe total: suplidos, guarantees, retentions, and what is to be paid.

Source: FAQ for developers 1.3 §20 and §21; RD 1007/2023 art. 10.2 (records are in EUR; the rate and its source are
kept with the record).
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from jurisdictions.contract import Instruction
from jurisdictions.verifactu import breakdown
from schemas.document import ExchangeRate
from schemas.money import ZERO


class Payable(NamedTuple):
    """Amounts in EUR with the record's sign: `aside` are suplidos and guarantees, `total` what is to be paid after all.

    `rate` is the exchange rate as it was given, None for an invoice in EUR.
    """

    aside: Decimal
    withheld: Decimal
    total: Decimal
    rate: ExchangeRate | None


def payable(instruction: Instruction) -> Payable:
    """The total to pay is the invoice's own in EUR, not a sum of converted parts."""
    invoice = instruction.invoice
    factor = breakdown.factor_of(invoice)
    aside = breakdown.lines_aside(instruction) if any(instruction.line_extensions) else ZERO
    return Payable(
        aside=breakdown.in_euro(aside, factor),
        withheld=breakdown.in_euro(invoice.totals.withheld, factor),
        total=breakdown.in_euro(invoice.totals.payable, factor),
        rate=breakdown.rate_given(invoice),
    )
