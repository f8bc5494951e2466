"""Payments and their allocations, and the invoices that they pay under lock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from gateway.store.pool import Connection

_INVOICE = "i.id, i.issuer_id, i.kind, i.state, i.version, i.number, i.document"
_PAYMENT = (
    "p.id, p.issuer_id, p.version, p.state, p.source_ref, p.receipt_id, p.replaces, p.body, p.findings, p.currency,"
    " p.amount, p.paid_at, p.created_at, p.updated_at"
)


class NewAllocation(msgspec.Struct, frozen=True, kw_only=True):
    """One row of gateway.allocation; amount and balances in the invoice's currency."""

    invoice: UUID
    amount: Decimal
    rate: Decimal | None
    installment: int | None
    balance_before: Decimal
    balance_after: Decimal


async def locked(connection: Connection, tenant: UUID, environment: str, invoices: Sequence[UUID]) -> list[Any]:
    """The invoices, locked in the order of their ids for the rest of the transaction."""
    rows: list[Any] = await connection.fetch(
        f"SELECT {_INVOICE} FROM gateway.invoice i WHERE i.tenant_id = $1 AND i.environment = $2"  # noqa: S608
        " AND i.id = ANY ($3) AND i.deleted_at IS NULL ORDER BY i.id FOR UPDATE",
        tenant,
        environment,
        sorted(invoices),
    )
    return rows


async def read(connection: Connection, tenant: UUID, environment: str, invoices: Sequence[UUID]) -> list[Any]:
    """The same invoices without a lock."""
    rows: list[Any] = await connection.fetch(
        f"SELECT {_INVOICE} FROM gateway.invoice i WHERE i.tenant_id = $1 AND i.environment = $2"  # noqa: S608
        " AND i.id = ANY ($3) AND i.deleted_at IS NULL ORDER BY i.id",
        tenant,
        environment,
        list(invoices),
    )
    return rows


async def paid_before(connection: Connection, tenant: UUID, environment: str, invoices: Sequence[UUID]) -> list[Any]:
    """What the invoices have been paid so far, oldest first, with `live`; see gateway.allocations_of."""
    rows: list[Any] = await connection.fetch(
        "SELECT * FROM gateway.allocations_of($1, $2, $3)", tenant, environment, list(invoices)
    )
    return rows


async def sent_of(connection: Connection, tenant: UUID, environment: str, invoices: Sequence[UUID]) -> list[Any]:
    """The submissions of some invoices, oldest first, with what the authority holds of each."""
    rows: list[Any] = await connection.fetch(
        """
        SELECT s.id, s.invoice_id, s.jurisdiction, s.instruction, s.state, s.attributes, s.authority_id,
            g.state AS standing
        FROM gateway.submission s
        LEFT JOIN gateway.standing g ON g.tenant_id = s.tenant_id AND g.environment = s.environment
            AND g.invoice_id = s.invoice_id AND g.jurisdiction = s.jurisdiction
        WHERE s.tenant_id = $1 AND s.environment = $2 AND s.invoice_id = ANY ($3) ORDER BY s.sealed_at, s.id
        """,
        tenant,
        environment,
        list(invoices),
    )
    return rows


async def by_business_event(
    connection: Connection,
    tenant: UUID,
    environment: str,
    issuer: UUID,
    source_ref: str,
    *,
    instead_of: UUID | None = None,
) -> UUID | None:
    """The payment that this business event has made already: neither `instead_of` nor what it took the place of."""
    found: UUID | None = await connection.fetchval(
        "SELECT p.id FROM gateway.payment p WHERE p.tenant_id = $1 AND p.environment = $2 AND p.issuer_id = $3"
        " AND p.source_ref = $4 AND p.state = 'recorded' AND ($5::uuid IS NULL OR p.id <> $5 AND NOT EXISTS ("
        " SELECT FROM gateway.payment q WHERE q.tenant_id = $1 AND q.environment = $2 AND q.replaces = p.id))"
        " ORDER BY p.id DESC LIMIT 1",
        tenant,
        environment,
        issuer,
        source_ref,
        instead_of,
    )
    return found


async def in_place_of(connection: Connection, tenant: UUID, environment: str, payment: UUID) -> UUID | None:
    """The payment that has taken this one's place."""
    found: UUID | None = await connection.fetchval(
        "SELECT id FROM gateway.payment WHERE replaces = $3 AND tenant_id = $1 AND environment = $2"
        " AND state = 'recorded'",
        tenant,
        environment,
        payment,
    )
    return found


async def insert(
    connection: Connection, tenant: UUID, environment: str, row: Sequence[object], parts: Sequence[NewAllocation]
) -> None:
    """Record a payment with its allocations.

    row: id, issuer, source_ref, receipt, replaces, body, findings, currency, amount, paid_at, at.
    """
    await connection.execute(
        """
        INSERT INTO gateway.payment (tenant_id, environment, id, issuer_id, source_ref, receipt_id, replaces, body,
            findings, currency, amount, paid_at, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)
        """,
        tenant,
        environment,
        *row,
    )
    await connection.executemany(
        """
        INSERT INTO gateway.allocation (tenant_id, environment, payment_id, position, invoice_id, amount, rate,
            installment, balance_before, balance_after)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        [
            (
                tenant,
                environment,
                row[0],
                place,
                one.invoice,
                one.amount,
                one.rate,
                one.installment,
                one.balance_before,
                one.balance_after,
            )
            for place, one in enumerate(parts)
        ],
    )


async def balances(connection: Connection, tenant: UUID, environment: str, invoices: Sequence[UUID]) -> list[Any]:
    """Id, state and what each invoice still asks for."""
    rows: list[Any] = await connection.fetch(
        "SELECT i.id, i.state, gateway.balance_of($1, $2, i.id) AS balance FROM gateway.invoice i"
        " WHERE i.tenant_id = $1 AND i.environment = $2 AND i.id = ANY ($3) ORDER BY i.id",
        tenant,
        environment,
        list(invoices),
    )
    return rows


async def move_invoice(
    connection: Connection, tenant: UUID, environment: str, invoice: UUID, former: str, target: str, at: datetime
) -> int | None:
    """Move an invoice between open and paid: its new version, or None where it was not `former` any more."""
    version: int | None = await connection.fetchval(
        "UPDATE gateway.invoice SET state = $5, version = version + 1, updated_at = $6"
        " WHERE tenant_id = $1 AND environment = $2 AND id = $3 AND state = $4 RETURNING version",
        tenant,
        environment,
        invoice,
        former,
        target,
        at,
    )
    return version


async def get(connection: Connection, tenant: UUID, environment: str, payment: UUID) -> Any:
    return await connection.fetchrow(
        f"SELECT {_PAYMENT} FROM gateway.payment p"  # noqa: S608
        " WHERE p.tenant_id = $1 AND p.environment = $2 AND p.id = $3",
        tenant,
        environment,
        payment,
    )


async def of_receipt(connection: Connection, tenant: UUID, environment: str, receipt: UUID) -> Any:
    """The payment that a receipt was issued for, or None."""
    return await connection.fetchrow(
        f"SELECT {_PAYMENT} FROM gateway.payment p"  # noqa: S608
        " WHERE p.receipt_id = $3 AND p.tenant_id = $1 AND p.environment = $2",
        tenant,
        environment,
        receipt,
    )


async def of_invoice(connection: Connection, tenant: UUID, environment: str, invoice: UUID) -> list[Any]:
    """The payments of an invoice, oldest first, each with what of it went there and whether it still counts."""
    rows: list[Any] = await connection.fetch(
        """
        SELECT p.id, p.state, p.receipt_id, p.currency, p.amount AS whole, a.amount, a.installment, a.balance_before,
            a.balance_after, p.paid_at, a.live
        FROM gateway.allocations_of($1, $2, ARRAY[$3::uuid]) a
        JOIN gateway.payment p ON p.tenant_id = $1 AND p.environment = $2 AND p.id = a.payment_id
        ORDER BY p.created_at, p.id
        """,
        tenant,
        environment,
        invoice,
    )
    return rows


class PaymentFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What a list is narrowed to; None narrows nothing."""

    state: str | None = None
    issuer: UUID | None = None
    issuers: tuple[UUID, ...] | None = None
    invoice: UUID | None = None


async def page(
    connection: Connection, tenant: UUID, environment: str, narrow: PaymentFilter, before: UUID | None, limit: int
) -> list[Any]:
    """Newest first, strictly before `before`."""
    rows: list[Any] = await connection.fetch(
        f"""
        SELECT {_PAYMENT} FROM gateway.payment p
        WHERE p.tenant_id = $1 AND p.environment = $2 AND ($3::uuid IS NULL OR p.id < $3)
          AND ($5::text IS NULL OR p.state = $5) AND ($6::uuid IS NULL OR p.issuer_id = $6)
          AND ($7::uuid[] IS NULL OR p.issuer_id = ANY ($7))
          AND ($8::uuid IS NULL OR EXISTS (SELECT FROM gateway.allocation a WHERE a.tenant_id = $1
            AND a.environment = $2 AND a.payment_id = p.id AND a.invoice_id = $8))
        ORDER BY p.id DESC LIMIT $4
        """,  # noqa: S608
        tenant,
        environment,
        before,
        limit,
        narrow.state,
        narrow.issuer,
        None if narrow.issuers is None else list(narrow.issuers),
        narrow.invoice,
    )
    return rows


async def allocations(connection: Connection, tenant: UUID, environment: str, payments: Sequence[UUID]) -> list[Any]:
    """The allocations of some payments, by payment and place, with `live`."""
    rows: list[Any] = await connection.fetch(
        """
        SELECT a.* FROM gateway.allocations_of($1, $2, ARRAY(SELECT DISTINCT o.invoice_id FROM gateway.allocation o
            WHERE o.tenant_id = $1 AND o.environment = $2 AND o.payment_id = ANY ($3))) a
        WHERE a.payment_id = ANY ($3) ORDER BY a.payment_id, a.allocation
        """,
        tenant,
        environment,
        list(payments),
    )
    return rows
