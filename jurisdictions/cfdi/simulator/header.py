"""Rules CFDI40103-40137 on the Comprobante's own attributes, its global information and its relations."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from lxml import etree

from jurisdictions.cfdi import codelists
from jurisdictions.cfdi.simulator import catalogues
from jurisdictions.cfdi.simulator.cadena import CFDI, LOCAL
from jurisdictions.cfdi.simulator.census import GENERAL_PUBLIC, NATIONAL
from jurisdictions.cfdi.simulator.figures import ZERO, number, places, rounded
from jurisdictions.cfdi.simulator.refusals import Fault


def faults(root: etree._Element, decimals: int, year: int) -> Iterator[Fault]:
    """What the header breaks. `year` is the present one where the invoice was issued."""
    yield from _catalogues(root)
    yield from _payment(root)
    yield from _currency(root)
    yield from _amounts(root, decimals)
    yield from _total(root, decimals)
    yield from _global_information(root, year)
    for related in root.iterfind(f"{{{CFDI}}}CfdiRelacionados"):
        if related.get("TipoRelacion") not in catalogues.RELATIONS:
            yield Fault("CFDI40137", str(related.get("TipoRelacion")))


def _catalogues(root: etree._Element) -> Iterator[Fault]:
    if root.get("TipoDeComprobante") not in catalogues.TYPES:
        yield Fault("CFDI40121", str(root.get("TipoDeComprobante")))
    if root.get("Exportacion") not in catalogues.EXPORTS:
        yield Fault("CFDI40123", str(root.get("Exportacion")))
    if root.get("Exportacion") == "02":
        yield Fault("CFDI40122")  # the complement itself is not among those that this certifier takes
    if codelists.postal_code(root.get("LugarExpedicion") or "") is None:
        yield Fault("CFDI40126", str(root.get("LugarExpedicion")))


def _payment(root: etree._Element) -> Iterator[Fault]:
    kind, form, method = root.get("TipoDeComprobante"), root.get("FormaPago"), root.get("MetodoPago")
    if form is not None and kind in ("T", "N", "P"):
        yield Fault("CFDI40103", form)
    if form is not None and form not in catalogues.PAYMENT_FORMS:
        yield Fault("CFDI40104", form)
    if method == "PPD" and form != "99":
        yield Fault("CFDI40105", form or "sin FormaPago")
    if method is not None and method not in catalogues.PAYMENT_METHODS:
        yield Fault("CFDI40124", method)
    if method is not None and kind in ("T", "P"):
        yield Fault("CFDI40125", method)


def _currency(root: etree._Element) -> Iterator[Fault]:
    currency, rate = root.get("Moneda") or "", root.get("TipoCambio")
    if catalogues.currency_decimals(currency) is None:
        yield Fault("CFDI40113", currency)
    if currency == "MXN" and rate is not None and rate != "1":
        yield Fault("CFDI40114", rate)
    if currency not in ("MXN", "XXX") and rate is None:
        yield Fault("CFDI40115", currency)
    if currency == "XXX" and rate is not None:
        yield Fault("CFDI40116", rate)
    expected = catalogues.RATES.get(currency)
    strange = expected is not None and rate is not None and not expected / 3 <= number(rate) <= expected * 3
    if strange and root.get("Confirmacion") is None:
        yield Fault("CFDI40118", f"{currency} {rate}")
    if root.get("Confirmacion") is not None:
        yield Fault("CFDI40128" if strange else "CFDI40127", str(root.get("Confirmacion")))


def _amounts(root: etree._Element, decimals: int) -> Iterator[Fault]:
    kind, subtotal, discount = root.get("TipoDeComprobante"), root.get("SubTotal"), root.get("Descuento")
    concepts = root.findall(f"{{{CFDI}}}Conceptos/{{{CFDI}}}Concepto")
    if places(subtotal) > decimals:
        yield Fault("CFDI40107", str(subtotal))
    amounts = sum((number(one.get("Importe")) for one in concepts), ZERO)
    if kind in ("I", "E", "N") and number(subtotal) != rounded(amounts, decimals):
        yield Fault("CFDI40108", f"{subtotal} y {amounts}")
    if kind in ("T", "P") and number(subtotal) != 0:
        yield Fault("CFDI40109", str(subtotal))
    discounts = sum((number(one.get("Descuento")) for one in concepts), ZERO)
    if number(discount) > number(subtotal) or number(discount) != rounded(discounts, decimals):
        yield Fault("CFDI40110", f"{discount} y {discounts}")
    if kind not in ("I", "E", "N") and any(one.get("Descuento") is not None for one in concepts):
        yield Fault("CFDI40111")
    if places(discount) > decimals:
        yield Fault("CFDI40112", str(discount))


def _total(root: etree._Element, decimals: int) -> Iterator[Fault]:
    total = number(root.get("Total"))
    taxes = root.find(f"{{{CFDI}}}Impuestos")
    expected = number(root.get("SubTotal")) - number(root.get("Descuento"))
    if taxes is not None:
        expected += number(taxes.get("TotalImpuestosTrasladados")) - number(taxes.get("TotalImpuestosRetenidos"))
    for local in root.iterfind(f"{{{CFDI}}}Complemento/{{{LOCAL}}}ImpuestosLocales"):
        expected += number(local.get("TotaldeTraslados")) - number(local.get("TotaldeRetenciones"))
    if total != expected or places(root.get("Total")) > max(decimals, 2):
        yield Fault("CFDI40119", f"{total} y {Decimal(expected)}")


def _global_information(root: etree._Element, year: int) -> Iterator[Fault]:
    receiver, information = root.find(f"{{{CFDI}}}Receptor"), root.find(f"{{{CFDI}}}InformacionGlobal")
    rfc, name = (receiver.get("Rfc"), receiver.get("Nombre")) if receiver is not None else (None, None)
    if name == GENERAL_PUBLIC and rfc != NATIONAL:
        yield Fault("CFDI40146", str(rfc))
    general = (rfc, name) == (NATIONAL, GENERAL_PUBLIC)
    if information is None:
        if general and root.get("TipoDeComprobante") == "I":
            yield Fault("CFDI40130", "falta InformacionGlobal")
        return
    if not general:
        yield Fault("CFDI40130", f"{rfc} {name}")
    yield from _period(root, information)
    if number(information.get("Año")) not in (year, year - 1):
        yield Fault("CFDI40136", str(information.get("Año")))


def _period(root: etree._Element, information: etree._Element) -> Iterator[Fault]:
    period, months = information.get("Periodicidad"), information.get("Meses") or ""
    issuer = root.find(f"{{{CFDI}}}Emisor")
    if period not in catalogues.PERIODS:
        yield Fault("CFDI40131", str(period))
    if period == "05" and (issuer is None or issuer.get("RegimenFiscal") != "621"):
        yield Fault("CFDI40132")
    if months not in catalogues.MONTHS | catalogues.BIMESTERS:
        yield Fault("CFDI40133", months)
    if period != "05" and months not in catalogues.MONTHS:
        yield Fault("CFDI40134", months)
    if period == "05" and months not in catalogues.BIMESTERS:
        yield Fault("CFDI40135", months)
