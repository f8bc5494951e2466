"""The documents that are looked at from every side: golden files, the official schema, the simulator, the judgement."""

from collections.abc import Callable

from jurisdictions.contract import Instruction
from schemas.party import Address, Party, TaxId
from tests.jurisdictions.cfdi.invoices import credit_note, instruction, invoice, line

_IVA = {"tax": "IVA", "percent": "16"}


def _plain() -> Instruction:
    return instruction()


def _deferred() -> Instruction:
    return instruction(invoice(due_in_days=30, payment_terms={"due_in_days": 30, "note": "30 días netos"}))


def _withheld() -> Instruction:
    fees = [
        _IVA,
        {"tax": "ISR", "percent": "10", "withheld": True},
        {"tax": "IVA", "percent": "10.6667", "withheld": True},
    ]
    return instruction(invoice(line(taxes=fees), line(description="Gastos", unit_price="33.333333", quantity="3.5")))


def _discounts() -> Instruction:
    return instruction(
        invoice(
            line(allowances=[{"percent": "10", "reason": "Volumen"}]),
            line(description="Exento", taxes=[{"tax": "IVA", "category": "E"}]),
            line(unit_price="19.99", quantity="3", charges=[{"amount": "1.10"}]),
            allowances=[{"amount": "12.34", "reason": "Cortesía", "taxes": [_IVA]}],
            charges=[{"amount": "10.00", "reason": "Flete & maniobras", "taxes": [_IVA]}],
        )
    )


def _exempt_only() -> Instruction:
    return instruction(invoice(line(taxes=[{"tax": "IVA", "category": "E"}])))


def _untaxed() -> Instruction:
    return instruction(invoice(line(taxes=[])))


def _excise() -> Instruction:
    return instruction(
        invoice(line(taxes=[{"tax": "IEPS", "percent": "8"}, {"tax": "IVA", "percent": "0", "category": "Z"}]))
    )


def _dollars() -> Instruction:
    rate = {"from_currency": "USD", "to_currency": "MXN", "rate": "18.9008", "source": "Banxico", "on": "2026-11-19"}
    return instruction(invoice(line(unit_price="12.345678"), currency="USD", exchange_rates=[rate]))


def _abroad() -> Instruction:
    buyer = Party(
        name="EXAMPLE CUSTOMER INC",
        tax_ids=(TaxId(scheme="US:EIN", value="123456789"),),
        address=Address(country="US", postal_code="10001"),
    )
    return instruction(invoice(line(taxes=[{"tax": "IVA", "category": "Z", "percent": "0"}]), customer=buyer))


def _anyone() -> Instruction:
    made = invoice(customer=Party(name="Público en general"), simplified=True)
    return instruction(made, informacion_global={"periodicidad": "01", "meses": "11", "anio": 2026})


def _note() -> Instruction:
    return instruction(credit_note(line(quantity="1")))


DOCUMENTS: dict[str, Callable[[], Instruction]] = {
    "plain": _plain,
    "deferred": _deferred,
    "withheld": _withheld,
    "discounts": _discounts,
    "exempt": _exempt_only,
    "untaxed": _untaxed,
    "excise": _excise,
    "dollars": _dollars,
    "abroad": _abroad,
    "anyone": _anyone,
    "credit_note": _note,
}
