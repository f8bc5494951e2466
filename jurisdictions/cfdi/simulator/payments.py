"""Rules CRP201xx-202xx on the receipt of payment (Pagos 2.0): its fixed envelope, its payments and its totals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from lxml import etree

from jurisdictions.cfdi.simulator import banks, catalogues, receipt_taxes
from jurisdictions.cfdi.simulator.cadena import CFDI, PAGOS
from jurisdictions.cfdi.simulator.figures import ZERO, number, places, rounded
from jurisdictions.cfdi.simulator.refusals import Fault

# Attribute of the Comprobante or of its only concept: the value that it must have (None: it must be absent).
_ENVELOPE = {
    "Exportacion": ("CRP20102", "01"),
    "Moneda": ("CRP20104", "XXX"),
    "FormaPago": ("CRP20105", None),
    "MetodoPago": ("CRP20106", None),
    "CondicionesDePago": ("CRP20107", None),
    "Descuento": ("CRP20108", None),
    "TipoCambio": ("CRP20109", None),
    "SubTotal": ("CRP20103", "0"),
    "Total": ("CRP20110", "0"),
}
_CONCEPT = {
    "ClaveProdServ": ("CRP20113", "84111506"),
    "NoIdentificacion": ("CRP20114", None),
    "Cantidad": ("CRP20115", "1"),
    "ClaveUnidad": ("CRP20116", "ACT"),
    "Unidad": ("CRP20117", None),
    "Descripcion": ("CRP20118", "Pago"),
    "ValorUnitario": ("CRP20119", "0"),
    "Importe": ("CRP20120", "0"),
    "Descuento": ("CRP20121", None),
    "ObjetoImp": ("CRP20122", "01"),
}
# Totals by tax and rate: (code of the base, its attribute, code of the tax, its attribute).
_TRANSFER_TOTALS = {
    Decimal("0.16"): ("CRP20204", "TotalTrasladosBaseIVA16", "CRP20205", "TotalTrasladosImpuestoIVA16"),
    Decimal("0.08"): ("CRP20206", "TotalTrasladosBaseIVA8", "CRP20207", "TotalTrasladosImpuestoIVA8"),
    Decimal(0): ("CRP20208", "TotalTrasladosBaseIVA0", "CRP20209", "TotalTrasladosImpuestoIVA0"),
}
_WITHHELD_TOTALS = {
    "002": ("CRP20201", "TotalRetencionesIVA"),
    "001": ("CRP20202", "TotalRetencionesISR"),
    "003": ("CRP20203", "TotalRetencionesIEPS"),
}


def faults(root: etree._Element) -> Iterator[Fault]:
    """What a receipt of payment breaks; a Comprobante of another type that carries Pagos is refused too."""
    payments = root.find(f"{{{CFDI}}}Complemento/{{{PAGOS}}}Pagos")
    if root.get("TipoDeComprobante") != "P":
        if payments is not None:
            yield Fault("CRP20101", str(root.get("TipoDeComprobante")))
        return
    concepts = root.findall(f"{{{CFDI}}}Conceptos/{{{CFDI}}}Concepto")
    yield from _fixed(root, _ENVELOPE)
    if len(concepts) != 1:
        yield Fault("CRP20111", str(len(concepts)))
    yield from _fixed(concepts[0], _CONCEPT)
    if concepts[0].find(f"{{{CFDI}}}Impuestos") is not None:
        yield Fault("CRP20247")
    if root.find(f"{{{CFDI}}}Impuestos") is not None:
        yield Fault("CRP20123")
    if payments is None:
        yield Fault("CRP20101", "falta el complemento Pagos")
        return
    for payment in payments.iterfind(f"{{{PAGOS}}}Pago"):
        yield from _payment(payment)
    yield from _totals(payments)


def _fixed(node: etree._Element, expected: Mapping[str, tuple[str, str | None]]) -> Iterator[Fault]:
    for name, (code, value) in expected.items():
        written = node.get(name)
        same = written == value or (value == "0" and written is not None and number(written) == 0)
        if not same:
            yield Fault(code, f"{name} {written or 'ausente'}")


def _payment(payment: etree._Element) -> Iterator[Fault]:
    currency, rate, amount = payment.get("MonedaP") or "", payment.get("TipoCambioP"), payment.get("Monto")
    form = payment.get("FormaDePagoP") or ""
    if form == "99" or form not in catalogues.PAYMENT_FORMS:
        yield Fault("CRP20212", form)
    if currency == "XXX":
        yield Fault("CRP20213")
    if rate is None:
        yield Fault("CRP20214", currency)
    if currency == "MXN" and rate is not None and rate != "1":
        yield Fault("CRP20215", rate)
    if number(amount) <= 0:
        yield Fault("CRP20218", str(amount))
    if places(amount) > (catalogues.currency_decimals(currency) or 0):
        yield Fault("CRP20219", str(amount))
    yield from banks.faults(payment)
    yield from _documents(payment, currency)
    yield from receipt_taxes.faults(payment)


def _documents(payment: etree._Element, currency: str) -> Iterator[Fault]:
    paid = ZERO
    for document in payment.iterfind(f"{{{PAGOS}}}DoctoRelacionado"):
        equivalence = document.get("EquivalenciaDR")
        yield from _balance(document)
        if document.get("MonedaDR") == "XXX":
            yield Fault("CRP20236")
        if equivalence is None:
            yield Fault("CRP20237")
        elif document.get("MonedaDR") == currency and equivalence != "1":
            yield Fault("CRP20238", equivalence)
        if document.get("ObjetoImpDR") not in catalogues.TAX_OBJECTS:
            yield Fault("CRP20245", str(document.get("ObjetoImpDR")))
        if document.get("ObjetoImpDR") == "02" and document.find(f"{{{PAGOS}}}ImpuestosDR") is None:
            yield Fault("CRP20246")
        paid += number(document.get("ImpPagado")) / (number(equivalence) or Decimal(1))
    decimals = catalogues.currency_decimals(currency)
    if rounded(paid, 2 if decimals is None else decimals) > number(payment.get("Monto")):
        yield Fault("CRP20217", f"{paid} y {payment.get('Monto')}")


def _balance(document: etree._Element) -> Iterator[Fault]:
    before, paid, after = (number(document.get(name)) for name in ("ImpSaldoAnt", "ImpPagado", "ImpSaldoInsoluto"))
    decimals = catalogues.currency_decimals(document.get("MonedaDR") or "") or 0
    if before <= 0:
        yield Fault("CRP20239", str(before))
    if paid <= 0:
        yield Fault("CRP20241", str(paid))
    for name, code in (("ImpSaldoAnt", "CRP20240"), ("ImpPagado", "CRP20242"), ("ImpSaldoInsoluto", "CRP20243")):
        if places(document.get(name)) > decimals:
            yield Fault(code, str(document.get(name)))
    if after != before - paid:
        yield Fault("CRP20244", f"{before} - {paid} no es {after}")


def _totals(payments: etree._Element) -> Iterator[Fault]:
    totals = payments.find(f"{{{PAGOS}}}Totales")
    if totals is None:
        return
    sums: dict[tuple[str, str], Decimal] = {}
    for payment in payments.iterfind(f"{{{PAGOS}}}Pago"):
        rate = number(payment.get("TipoCambioP"))
        _add(sums, ("CRP20211", "MontoTotalPagos"), number(payment.get("Monto")) * rate)
        for tax in payment.iterfind(f"{{{PAGOS}}}ImpuestosP/{{{PAGOS}}}TrasladosP/{{{PAGOS}}}TrasladoP"):
            _add_transfer(sums, tax, rate)
        for tax in payment.iterfind(f"{{{PAGOS}}}ImpuestosP/{{{PAGOS}}}RetencionesP/{{{PAGOS}}}RetencionP"):
            if tax.get("ImpuestoP") in _WITHHELD_TOTALS:
                key = _WITHHELD_TOTALS[str(tax.get("ImpuestoP"))]
                _add(sums, key, number(tax.get("ImporteP")) * rate)
    for code, name in _every_total():
        written, expected = totals.get(name), sums.get((code, name))
        if (written is None) != (expected is None) or number(written) != rounded(expected or ZERO, 2):
            yield Fault(code, f"{name} {written} y {expected}")


def _add_transfer(sums: dict[tuple[str, str], Decimal], tax: etree._Element, rate: Decimal) -> None:
    if tax.get("ImpuestoP") != "002":
        return
    if tax.get("TipoFactorP") == "Exento":
        _add(sums, ("CRP20210", "TotalTrasladosBaseIVAExento"), number(tax.get("BaseP")) * rate)
        return
    row = _TRANSFER_TOTALS.get(number(tax.get("TasaOCuotaP")))
    if row is not None:
        _add(sums, (row[0], row[1]), number(tax.get("BaseP")) * rate)
        _add(sums, (row[2], row[3]), number(tax.get("ImporteP")) * rate)


def _add(sums: dict[tuple[str, str], Decimal], key: tuple[str, str], value: Decimal) -> None:
    sums[key] = sums.get(key, ZERO) + value


def _every_total() -> Iterator[tuple[str, str]]:
    yield "CRP20211", "MontoTotalPagos"
    yield "CRP20210", "TotalTrasladosBaseIVAExento"
    yield from _WITHHELD_TOTALS.values()
    for base_code, base, tax_code, tax in _TRANSFER_TOTALS.values():
        yield base_code, base
        yield tax_code, tax
