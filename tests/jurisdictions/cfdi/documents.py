"""The documents that are looked at from every side: golden files, the official schema, the simulator, the judgement."""

from collections.abc import Callable

from jurisdictions.contract import Instruction
from schemas.document import Preceding
from schemas.party import Address, Party, TaxId
from tests.jurisdictions.cfdi.invoices import DAY, UUID, credit_note, instruction, invoice, line

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


def _quota() -> Instruction:
    taxes = [_IVA, {"tax": "IEPS", "percent": "25"}, {"tax": "IEPS", "per_unit": "1.7165", "units": "12"}]
    soda = line(description="Refresco de cola, 12 botellas de 1 l", quantity="1", unit_price="180.00", taxes=taxes)
    return instruction(invoice(soda, line(description="Flete", taxes=[_IVA])))


def _quota_shared_out() -> Instruction:
    """A discount of the whole document lessens the price, the IEPS on it, and the IVA on both; never the quota."""
    taxes = [_IVA, {"tax": "IEPS", "percent": "8"}, {"tax": "IEPS", "per_unit": "0.5", "units": "3"}]
    return instruction(
        invoice(line(taxes=taxes), line(taxes=taxes, unit_price="33.33"), allowances=[{"amount": "100.01"}])
    )


def _objects() -> Instruction:
    """ObjetoImp 07: IEPS is broken down, IVA is not; 08: no tax is broken down but the ISR withheld."""
    excise = line(taxes=[{"tax": "IEPS", "percent": "8"}])
    excise["extensions"] = {"cfdi": {**excise["extensions"]["cfdi"], "objeto_imp": "07"}}
    withheld = line(taxes=[{"tax": "ISR", "percent": "1.25", "withheld": True}])
    withheld["extensions"] = {"cfdi": {**withheld["extensions"]["cfdi"], "objeto_imp": "08"}}
    return instruction(invoice(excise, withheld))


def _global() -> Instruction:
    tickets = [
        {"description": "Venta", "unit_price": "10.00", "seller_id": "T-1", "taxes": [_IVA]},
        {"description": "Venta", "unit_price": "20.00", "seller_id": "T-2", "taxes": [_IVA]},
    ]
    made = invoice(*tickets, customer=Party(name="PUBLICO EN GENERAL"), simplified=True)
    return instruction(made, informacion_global={"periodicidad": "04", "meses": "11", "anio": 2026}, forma_pago="01")


def _third_party() -> Instruction:
    third = {
        "rfc": "JUFA7608212V6",
        "nombre": "ADRIANA JUAREZ FERNANDEZ",
        "regimen_fiscal": "612",
        "domicilio_fiscal": "29133",
    }
    sold = line()
    sold["extensions"] = {"cfdi": {**sold["extensions"]["cfdi"], "a_cuenta_terceros": third, "unidad": "Servicio"}}
    return instruction(invoice(sold))


def _imported() -> Instruction:
    pedimento = "26  47  3807  6000123"
    part = {
        "clave_prod_serv": "25174000",
        "descripcion": "Radiador",
        "cantidad": "1",
        "no_identificacion": "R-9",
        "unidad": "Pieza",
        "valor_unitario": "120.50",
        "importe": "120.50",
        "informacion_aduanera": [pedimento],
    }
    sold = line(description="Motor armado")
    sold["extensions"] = {
        "cfdi": {"clave_prod_serv": "26101500", "informacion_aduanera": [pedimento], "partes": [part]}
    }
    rented = line(description="Renta de local")
    rented["extensions"] = {"cfdi": {"clave_prod_serv": "80131502", "cuenta_predial": ["15956011002"]}}
    return instruction(invoice(sold, rented))


def _local_taxes() -> Instruction:
    rows = [
        {"nombre": "ISH", "tasa": "3", "importe": "30.00"},
        {"nombre": "Cinco al millar", "tasa": "0.50", "importe": "5.00", "retenido": True},
    ]
    return instruction(invoice(line(description="Hospedaje")), impuestos_locales=rows)


def _legends() -> Instruction:
    rows = [{"texto": "Contribuyente sujeto a un régimen especial", "disposicion_fiscal": "RMF", "norma": "2.7.1"}]
    return instruction(invoice(), leyendas_fiscales=rows, impuestos_locales=[_ISH], confirmacion="aB3d5")


_ISH = {"nombre": "ISH", "tasa": "3.00", "importe": "30.00"}


def _substitute() -> Instruction:
    """An invoice in the place of another one, which applies an advance too."""
    former = Preceding(number="A-1", issue_date=DAY, invoice_id="inv_0", external_ids={"cfdi": UUID})
    advance = {"tipo_relacion": "07", "uuids": ["5F2A1C0E-8E3C-4B5C-9B61-0A4B7F5D1E22"]}
    return instruction(invoice(preceding=former), relacionados=[advance])


def _moved() -> Instruction:
    return instruction(invoice(line(unit_price="0", description="Cajas", taxes=[])), tipo="T")


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
    "quota": _quota,
    "quota_shared_out": _quota_shared_out,
    "objects": _objects,
    "global": _global,
    "third_party": _third_party,
    "imported": _imported,
    "local_taxes": _local_taxes,
    "legends": _legends,
    "substitute": _substitute,
    "moved": _moved,
}
