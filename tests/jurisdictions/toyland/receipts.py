"""Toyland's receipts: the office is told of each instalment of an invoice that was to be paid in instalments."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from jurisdictions.contract import Payment
from schemas.findings import Finding, Findings
from tests.jurisdictions.toyland.codelists import CODE

INSTALMENTS = "instalments"


class PaymentExtension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`ask_for` as with an invoice; `teller` is who took the money."""

    ask_for: str | None = None
    teller: str | None = None


def wants(attributes: Mapping[str, str]) -> bool:
    return attributes.get(INSTALMENTS) == "yes"


def wrong(payment: Payment) -> Findings:
    """Cash (UNTDID 4461 code 10) needs its teller; what is no instalment has no receipt."""
    findings: Findings = ()
    if payment.means == "10" and getattr(payment.extension, "teller", None) is None:
        message = "Who took the money?"
        findings += (Finding(rule="TOY-6", source=CODE, message=message, pointer="/extensions/toyland/teller"),)
    for place, one in enumerate(payment.allocations):
        if not wants(one.attributes):
            message = "This invoice was to be paid at once."
            pointer = f"/allocations/{place}/invoice"
            findings += (Finding(rule="TOY-7", source=CODE, message=message, pointer=pointer),)
    return findings


def told(payment: Payment) -> dict[str, object]:
    """What the record says of a payment."""
    return {
        "at": payment.paid_at.isoformat(),
        "amount": f"{payment.amount} {payment.currency}",
        "teller": getattr(payment.extension, "teller", None),
        "of": [
            {
                "receipt": one.external_id,
                "instalment": one.installment,
                "paid": f"{one.amount} {one.invoice.currency}",
                "rate": None if one.rate is None else format(one.rate, "f"),
                "before": format(one.balance_before, "f"),
                "after": format(one.balance_after, "f"),
            }
            for one in payment.allocations
        ],
    }
