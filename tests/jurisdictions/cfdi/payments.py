"""Payments of Mexican invoices, their receipts, and cancellations, as the gateway hands them over."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from jurisdictions.cfdi.receipts.document import write_receipt
from jurisdictions.cfdi.receipts.receipt import receipt_findings
from jurisdictions.cfdi.receipts.words import PaymentExtension
from jurisdictions.cfdi.settings import LineExtension
from jurisdictions.contract import Allocation, Cancellation, Instruction, InstructionKind, Issuer, Payment, Related
from schemas.document import ExchangeRate, Invoice
from schemas.findings import Finding
from schemas.invoice import Kind
from schemas.states import Standing
from tests.jurisdictions.cfdi.invoices import AT, DAY, UUID, Vault, invoice, issuer, line

D = Decimal
IVA = {"tax": "IVA", "percent": "16"}
PAID = datetime.fromisoformat("2026-11-18T10:30:00-06:00")


class Signer(Vault):
    """The vault's signer, which also signs what SAT still wants with SHA-1."""

    def sign(self, credential: str, message: bytes, algorithm: Literal["rsa-sha256", "rsa-sha1"]) -> bytes:
        return self.by.key.sign(message, PKCS1v15(), SHA1() if algorithm == "rsa-sha1" else SHA256())


def other_uuid(number: int) -> str:
    return f"{UUID[:-4]}{number:04d}"


def rate(source: str, target: str, value: str) -> ExchangeRate:
    return ExchangeRate(from_currency=source, to_currency=target, rate=D(value), source="Banxico", on=DAY)


def allocation(
    made: Invoice | None = None,
    amount: str | None = None,
    before: str | None = None,
    *,
    uuid: str = UUID,
    installment: int = 1,
    equivalence: str | None = None,
    **attributes: str,
) -> Allocation:
    """A PPD invoice, paid wholly unless an amount is given."""
    made = made or invoice()
    total = made.totals.gross - made.totals.withheld
    open_ = D(before) if before else total
    paid = D(amount) if amount else open_
    known = {
        "metodo_pago": "PPD",
        "rfc": "EKU9003173C9",
        "receptor_rfc": "URE180429TM6",
        "serie": "A",
        "folio": "17",
        "total": str(total),
    }
    return Allocation(
        invoice=msgspec.structs.replace(made, number="A-17"),
        external_id=uuid,
        attributes=known | attributes,
        line_extensions=tuple(
            msgspec.convert(row.extensions["cfdi"], LineExtension) if "cfdi" in row.extensions else None
            for row in made.lines
        ),
        amount=paid,
        installment=installment,
        balance_before=open_,
        balance_after=open_ - paid,
        rate=D(equivalence) if equivalence else None,
    )


def payment(*allocations: Allocation, amount: str | None = None, words: Any = None, **changes: Any) -> Payment:
    """A transfer in pesos of what is allocated, with `words` in extensions.cfdi."""
    rows = allocations or (allocation(),)
    known: dict[str, Any] = {
        "id": "pay_1",
        "paid_at": PAID,
        "currency": "MXN",
        "amount": D(amount) if amount else sum((row.amount for row in rows), D(0)),
        "means": "30",
        "reference": "BNX-00917",
        "allocations": rows,
        "extension": msgspec.convert(words, PaymentExtension) if words else None,
    }
    return Payment(**(known | changes))


def receipt(paid: Payment | None = None, **changes: Any) -> Instruction:
    """The instruction to receipt a payment, with the neutral form that the gateway composes."""
    paid = paid or payment()
    row = line(description="Pago", quantity="1", unit_price="0", taxes=[], extensions={})
    neutral = msgspec.structs.replace(
        invoice(row, customer=paid.allocations[0].invoice.customer),
        kind=Kind.RECEIPT,
        series="P",
        currency=paid.currency,
    )
    known: dict[str, Any] = {"kind": InstructionKind.RECEIPT, "invoice": neutral, "payment": paid}
    return Instruction(**(known | changes))


def written(paid: Payment | None = None, **changes: Any) -> bytes:
    return write_receipt(receipt(paid, **changes), issuer(), AT, "P-9", certificate_number="0" * 20)


def findings(paid: Payment | None = None, by: Issuer | None = None, at: datetime = AT) -> dict[str, Finding]:
    """What is found in a payment, by rule."""
    return {found.rule: found for found in receipt_findings(receipt(paid), by or issuer(), at)}


def cancellation(
    option: str = "cancel_02", made: Invoice | None = None, standing: Standing = Standing.REGISTERED, **changes: Any
) -> Instruction:
    """The instruction to cancel a stamped invoice."""
    attributes = {
        "rfc": "EKU9003173C9",
        "receptor_rfc": "URE180429TM6",
        "total": "1160.00",
        "fecha": "2026-11-16T12:00:00",
        "zona": "America/Mexico_City",
        "sello_last8": "AbCdEf0=",
        "tipo": "I",
        "pac": "sw",
    }
    known: dict[str, Any] = {
        "option": option,
        "external_id": UUID,
        "attributes": attributes | changes.pop("attributes", {}),
        "registered_at": AT,
    }
    return Instruction(
        kind=InstructionKind.CANCEL,
        invoice=made or invoice(),
        standing=standing,
        cancellation=Cancellation(**(known | changes)),
    )


def related(
    number: str = "A-18",
    kind: Kind = Kind.INVOICE,
    standing: Standing = Standing.REGISTERED,
    uuid: str | None = other_uuid(18),
) -> Related:
    return Related(id=f"inv_{number}", kind=kind, number=number, external_id=uuid, standing=standing)


def fuel_and_fees() -> Invoice:
    """An invoice with everything that a receipt may have to share out."""
    fees = [
        IVA,
        {"tax": "ISR", "percent": "10", "withheld": True},
        {"tax": "IVA", "percent": "10.6667", "withheld": True},
    ]
    return invoice(
        line(taxes=fees, quantity="3", unit_price="333.333333"),
        line(description="Exento", quantity="1", unit_price="77.77", taxes=[{"tax": "IVA", "category": "E"}]),
        line(
            description="Tasa cero",
            quantity="7",
            unit_price="1.11",
            taxes=[{"tax": "IVA", "percent": "0", "category": "Z"}],
        ),
        line(description="Frontera", quantity="1", unit_price="49.99", taxes=[{"tax": "IVA", "percent": "8"}]),
        due_in_days=30,
    )


def quota_invoice() -> Invoice:
    """A hundred litres with IEPS per litre, and IVA on both."""
    return invoice(
        line(quantity="100", unit_price="20", taxes=[{"tax": "IEPS", "per_unit": "5.9195"}, IVA]), due_in_days=30
    )


def usd_invoice(**changes: Any) -> Invoice:
    told = {"from_currency": "USD", "to_currency": "MXN", "rate": "18.90", "source": "Banxico", "on": "2026-11-17"}
    return invoice(line(unit_price="50.00"), currency="USD", exchange_rates=[told], due_in_days=30, **changes)


RECEIPTS: dict[str, Callable[[], Payment]] = {
    "whole": payment,
    "first_of_three": lambda: payment(allocation(amount="386.67")),
    "last_of_three": lambda: payment(allocation(before="386.66", installment=3)),
    "two_invoices": lambda: payment(
        allocation(), allocation(fuel_and_fees(), "500.00", uuid=other_uuid(2), folio="18"), amount="1700.00"
    ),
    "every_tax": lambda: payment(allocation(fuel_and_fees(), "333.33")),
    "untaxed": lambda: payment(allocation(invoice(line(taxes=[])))),
    "exempt": lambda: payment(allocation(invoice(line(taxes=[{"tax": "IVA", "category": "E"}])))),
    "excise": lambda: payment(allocation(invoice(line(taxes=[{"tax": "IEPS", "percent": "8"}, IVA])))),
    "quota": lambda: payment(allocation(quota_invoice(), "1000.00")),
    "local_taxes": lambda: payment(allocation(amount="605.00", before="1210.00", total="1210.00")),
    "dollars": lambda: payment(
        allocation(usd_invoice(), "58.00"), currency="USD", exchange_rates=(rate("USD", "MXN", "18.9531"),)
    ),
    "dollars_in_pesos": lambda: payment(
        allocation(usd_invoice(), "58.00", equivalence="0.0529100529"), amount="1096.20"
    ),
    "pesos_in_dollars": lambda: payment(
        allocation(amount="580.00"),
        amount="30.60",
        currency="USD",
        exchange_rates=(rate("USD", "MXN", "18.9531"),),
    ),
    "bank": lambda: payment(
        words={
            "forma_de_pago": "03",
            "num_operacion": "4711",
            "rfc_emisor_cta_ord": "BNM840515VB1",
            "cta_ordenante": "002180700123456789",
            "rfc_emisor_cta_ben": "BBA830831LJ2",
            "cta_beneficiario": "012180001234567891",
            "tipo_cad_pago": "01",
            "cert_pago": "TUlJ",
            "cad_pago": "||1.0|SPEI||",
            "sello_pago": "c2VsbG8=",
        }
    ),
    "replaces": lambda: payment(words={"sustituye": [other_uuid(99)], "confirmacion": "aB3d5"}),
}
"""Payments that are looked at from every side."""

__all__ = [
    "PAID",
    "RECEIPTS",
    "Signer",
    "allocation",
    "cancellation",
    "findings",
    "fuel_and_fees",
    "other_uuid",
    "payment",
    "quota_invoice",
    "rate",
    "receipt",
    "related",
    "usd_invoice",
    "written",
]
