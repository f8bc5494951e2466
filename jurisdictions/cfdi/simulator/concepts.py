"""Rules CFDI40165-40198 on the concepts: their amounts, what they are subject to, and their taxes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from lxml import etree

from jurisdictions.cfdi import codelists
from jurisdictions.cfdi.simulator import catalogues
from jurisdictions.cfdi.simulator.cadena import CFDI
from jurisdictions.cfdi.simulator.census import is_company
from jurisdictions.cfdi.simulator.figures import number, places, within_product, within_rate
from jurisdictions.cfdi.simulator.refusals import Fault

_TRANSFERS = f"{{{CFDI}}}Impuestos/{{{CFDI}}}Traslados/{{{CFDI}}}Traslado"
_WITHHOLDINGS = f"{{{CFDI}}}Impuestos/{{{CFDI}}}Retenciones/{{{CFDI}}}Retencion"


def faults(root: etree._Element, decimals: int) -> Iterator[Fault]:
    """What the concepts break, in their order; details begin with the concept's place."""
    kind, day = root.get("TipoDeComprobante") or "", date.fromisoformat((root.get("Fecha") or "")[:10])
    parties = {node.get("Rfc") for node in root if node.get("Rfc")}
    for place, concept in enumerate(root.iterfind(f"{{{CFDI}}}Conceptos/{{{CFDI}}}Concepto"), 1):
        for fault in (*_concept(concept, kind, day, decimals), *_parts(concept, day, decimals)):
            yield Fault(fault.code, f"concepto {place}: {fault.detail}")
        third = concept.find(f"{{{CFDI}}}ACuentaTerceros")
        if third is not None:
            yield from _third(third, parties, place)


def _third(third: etree._Element, parties: set[str | None], place: int) -> Iterator[Fault]:
    """Whom the concept is sold for."""
    rfc, regime = third.get("RfcACuentaTerceros") or "", third.get("RegimenFiscalACuentaTerceros") or ""
    if rfc in parties:
        yield Fault("CFDI40188", f"concepto {place}")
    of_person = catalogues.REGIMES_OF_COMPANIES if is_company(rfc) else catalogues.REGIMES_OF_PEOPLE
    if regime not in of_person:
        yield Fault("CFDI40191", f"concepto {place}: {regime}")


def _parts(concept: etree._Element, day: date, decimals: int) -> Iterator[Fault]:
    """The parts that a concept is made of."""
    for part in concept.iterfind(f"{{{CFDI}}}Parte"):
        code, price, amount = part.get("ClaveProdServ") or "", part.get("ValorUnitario"), part.get("Importe")
        if codelists.product(code, day) is None:
            yield Fault("CFDI40196", code)
        if price is not None and number(price) <= 0:
            yield Fault("CFDI40197", price)
        if amount is not None and not within_product(amount, part.get("Cantidad") or "", price or "", decimals):
            yield Fault("CFDI40198", amount)


def _concept(concept: etree._Element, kind: str, day: date, decimals: int) -> Iterator[Fault]:
    yield from _catalogues(concept, day)
    yield from _amounts(concept, kind, decimals)
    transfers, withholdings = concept.findall(_TRANSFERS), concept.findall(_WITHHOLDINGS)
    yield from _subject(concept, transfers, withholdings)
    for transfer in transfers:
        yield from _transfer(transfer, decimals)
    for withholding in withholdings:
        yield from _withholding(withholding, decimals)


def _catalogues(concept: etree._Element, day: date) -> Iterator[Fault]:
    product, unit = concept.get("ClaveProdServ") or "", concept.get("ClaveUnidad") or ""
    if codelists.product(product, day) is None:
        yield Fault("CFDI40162", product)
    if codelists.unit(unit, day) is None:
        yield Fault("CFDI40165", unit)


def _amounts(concept: etree._Element, kind: str, decimals: int) -> Iterator[Fault]:
    quantity, price = concept.get("Cantidad") or "", concept.get("ValorUnitario") or ""
    amount, discount = concept.get("Importe") or "", concept.get("Descuento")
    if kind in ("I", "E", "N") and number(price) <= 0:
        yield Fault("CFDI40166", price)
    if not within_product(amount, quantity, price, decimals):
        yield Fault("CFDI40167", f"{amount} no es {quantity} por {price}")
    if discount is not None and places(discount) > places(amount):
        yield Fault("CFDI40168", discount)
    if number(discount) > number(amount):
        yield Fault("CFDI40169", str(discount))


def _subject(
    concept: etree._Element, transfers: list[etree._Element], withholdings: list[etree._Element]
) -> Iterator[Fault]:
    """What may be broken down under each ObjetoImp (c_ObjetoImp; 06-08 since 2024-12-13)."""
    subject, node = concept.get("ObjetoImp") or "", concept.find(f"{{{CFDI}}}Impuestos")
    if subject not in catalogues.TAX_OBJECTS:
        yield Fault("CFDI40170", subject)
    if subject == "02" and node is None:
        yield Fault("CFDI40171")
    if subject in ("01", "03", "04", "05") and node is not None:
        yield Fault("CFDI40172", subject)
    if node is not None and not transfers and not withholdings:
        yield Fault("CFDI40173")
    passed, withheld = {one.get("Impuesto") for one in transfers}, {one.get("Impuesto") for one in withholdings}
    if subject in ("06", "08") and (passed or withheld - {"001"}):
        yield Fault("CFDI40172", subject)
    if subject == "07" and (passed != {"003"} or "002" in withheld):
        yield Fault("CFDI40172", subject)


def _transfer(tax: etree._Element, decimals: int) -> Iterator[Fault]:
    name, factor = tax.get("Impuesto") or "", tax.get("TipoFactor") or ""
    rate, amount = tax.get("TasaOCuota"), tax.get("Importe")
    if name not in catalogues.TAXES:
        yield Fault("CFDI40175", name)
    if factor not in catalogues.FACTORS:
        yield Fault("CFDI40176", factor)
    if factor == "Exento":
        if rate is not None or amount is not None:
            yield Fault("CFDI40177")
        return
    if rate is None or amount is None:
        yield Fault("CFDI40178")
        return
    if not catalogues.transferred_rate(name, factor, number(rate)):
        yield Fault("CFDI40179", f"{name} {factor} {rate}")
    if not within_rate(amount, tax.get("Base") or "", rate, decimals):
        yield Fault("CFDI40180", f"{amount} no es {tax.get('Base')} por {rate}")


def _withholding(tax: etree._Element, decimals: int) -> Iterator[Fault]:
    name, factor = tax.get("Impuesto") or "", tax.get("TipoFactor") or ""
    rate, amount = tax.get("TasaOCuota") or "", tax.get("Importe") or ""
    if name not in catalogues.TAXES:
        yield Fault("CFDI40182", name)
    if factor not in catalogues.FACTORS:
        yield Fault("CFDI40183", factor)
    if factor == "Exento":
        yield Fault("CFDI40184")
    elif not catalogues.withheld_rate(name, factor, number(rate)):
        yield Fault("CFDI40185", f"{name} {factor} {rate}")
    if not within_rate(amount, tax.get("Base") or "", rate, decimals):
        yield Fault("CFDI40186", f"{amount} no es {tax.get('Base')} por {rate}")
