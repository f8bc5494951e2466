"""Payments as the API shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from gateway.actor import Actor
from gateway.identity import Prefix, written
from gateway.store import payments as store
from gateway.store.pool import Connection
from schemas.answers import AllocationAnswer, PaidAnswer, PaymentAnswer
from schemas.findings import Finding
from schemas.money import plain
from schemas.payments import AllocationInput, PaymentInput

_body = msgspec.json.Decoder(PaymentInput)
_findings = msgspec.json.Decoder(tuple[Finding, ...])


def payment(row: Mapping[str, Any], parts: Iterable[Mapping[str, Any]]) -> PaymentAnswer:
    """From a row of `gateway.payment` and the rows of its allocations."""
    body = _body.decode(row["body"])
    fields: dict[str, Any] = {name: getattr(body, name) for name in body.__struct_fields__}
    fields["source_ref"] = row["source_ref"]
    fields["allocations"] = tuple(_allocation(one, part) for one, part in zip(body.allocations, parts, strict=True))
    return PaymentAnswer(
        **fields,
        id=written(Prefix.PAYMENT, row["id"]),
        state=row["state"],
        version=row["version"],
        receipt=_receipt(row),
        findings=_findings.decode(row["findings"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _allocation(one: AllocationInput, part: Mapping[str, Any]) -> AllocationAnswer:
    return AllocationAnswer(
        invoice=one.invoice,
        amount=one.amount,
        rate=one.rate,
        installment=part["installment"],
        balance_before=plain(part["balance_before"]),
        balance_after=plain(part["balance_after"]),
        live=part["live"],
    )


def _receipt(row: Mapping[str, Any]) -> str | None:
    return written(Prefix.INVOICE, row["receipt_id"]) if row["receipt_id"] else None


async def payments_of(connection: Connection, actor: Actor, invoice: UUID) -> tuple[PaidAnswer, ...]:
    """The payments of an invoice, oldest first; of a receipt, the one that it was issued for."""
    place = (connection, actor.tenant, actor.environment, invoice)
    own = await store.of_receipt(*place)
    return (receipted(own),) if own is not None else tuple(paid(row) for row in await store.of_invoice(*place))


def paid(row: Mapping[str, Any]) -> PaidAnswer:
    """One payment of an invoice, from a row of `payments.of_invoice`."""
    return PaidAnswer(
        payment=written(Prefix.PAYMENT, row["id"]),
        state=row["state"],
        paid_at=row["paid_at"],
        currency=row["currency"],
        amount=plain(row["amount"]),
        live=row["live"],
        receipt=_receipt(row),
        installment=row["installment"],
        balance_before=plain(row["balance_before"]),
        balance_after=plain(row["balance_after"]),
    )


def receipted(row: Mapping[str, Any]) -> PaidAnswer:
    """The payment that a receipt was issued for, whole, from a row of `gateway.payment`."""
    return PaidAnswer(
        payment=written(Prefix.PAYMENT, row["id"]),
        state=row["state"],
        paid_at=row["paid_at"],
        currency=row["currency"],
        amount=plain(row["amount"]),
        live=row["state"] == "recorded",
        receipt=_receipt(row),
    )
