"""Rules CRP20248-20279 on the taxes of a receipt of payment: of each paid document, and their sums in each payment.

A payment's sums are those of its documents, each divided by its EquivalenciaDR, and rounded to as many decimals as
they are written with. Where a document's currency is another one, the payment lies between the sums of what its
documents could be, each off by half a unit of the last decimals that were written (CRP20275-20277).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal

from lxml import etree

from jurisdictions.cfdi.simulator import catalogues
from jurisdictions.cfdi.simulator.cadena import PAGOS
from jurisdictions.cfdi.simulator.figures import ZERO, number, places, rounded, within_rate
from jurisdictions.cfdi.simulator.refusals import Fault

Group = tuple[str, str, Decimal]
_PASSED = f"{{{PAGOS}}}ImpuestosDR/{{{PAGOS}}}TrasladosDR/{{{PAGOS}}}TrasladoDR"
_WITHHELD = f"{{{PAGOS}}}ImpuestosDR/{{{PAGOS}}}RetencionesDR/{{{PAGOS}}}RetencionDR"
_PASSED_SUMS = f"{{{PAGOS}}}ImpuestosP/{{{PAGOS}}}TrasladosP/{{{PAGOS}}}TrasladoP"
_WITHHELD_SUMS = f"{{{PAGOS}}}ImpuestosP/{{{PAGOS}}}RetencionesP/{{{PAGOS}}}RetencionP"
_EXACT = 10
"""An EquivalenciaDR of 1 counts as one with ten decimals."""
_LEAST = Decimal("0.0000000001")


def faults(payment: etree._Element) -> Iterator[Fault]:
    """What the taxes of one payment break."""
    documents = payment.findall(f"{{{PAGOS}}}DoctoRelacionado")
    for document in documents:
        yield from _document(document)
    yield from _withheld_sums(payment, documents)
    yield from _passed_sums(payment, documents)
    yield from _margins(payment, documents)


def _document(document: etree._Element) -> Iterator[Fault]:
    node = document.find(f"{{{PAGOS}}}ImpuestosDR")
    passed, withheld = document.findall(_PASSED), document.findall(_WITHHELD)
    if node is not None and not passed and not withheld:
        yield Fault("CRP20248")
    yield from _subject(document, passed, withheld)
    decimals = catalogues.currency_decimals(document.get("MonedaDR") or "")
    for tax in passed:
        yield from _passed(tax, 2 if decimals is None else decimals)
    for tax in withheld:
        yield from _withheld(tax, 2 if decimals is None else decimals)


def _subject(document: etree._Element, passed: list[etree._Element], withheld: list[etree._Element]) -> Iterator[Fault]:
    """What may be broken down under each ObjetoImpDR (06 to 08 since 2024-12-13)."""
    subject = document.get("ObjetoImpDR")
    names = {tax.get("ImpuestoDR") for tax in (*passed, *withheld)}
    if subject in ("06", "08") and (passed or names - {"001"}):
        yield Fault("CRP20278", str(subject))
    if subject == "07" and ("002" in names or "003" not in {tax.get("ImpuestoDR") for tax in passed}):
        yield Fault("CRP20279")


def _passed(tax: etree._Element, decimals: int) -> Iterator[Fault]:
    name, factor = tax.get("ImpuestoDR") or "", tax.get("TipoFactorDR") or ""
    rate, amount = tax.get("TasaOCuotaDR"), tax.get("ImporteDR")
    if name not in catalogues.TAXES:
        yield Fault("CRP20256", name)
    if factor not in catalogues.FACTORS:
        yield Fault("CRP20257", factor)
    if factor == "Exento":
        if rate is not None or amount is not None:
            yield Fault("CRP20258")
        return
    if rate is None or amount is None:
        yield Fault("CRP20259", "falta TasaOCuotaDR o ImporteDR")
        return
    if not catalogues.transferred_rate(name, factor, number(rate)):
        yield Fault("CRP20260", f"{name} {factor} {rate}")
    if not within_rate(amount, tax.get("BaseDR") or "", rate, decimals):
        yield Fault("CRP20261", f"{amount} no es {tax.get('BaseDR')} por {rate}")


def _withheld(tax: etree._Element, decimals: int) -> Iterator[Fault]:
    name, factor = tax.get("ImpuestoDR") or "", tax.get("TipoFactorDR") or ""
    rate, amount = tax.get("TasaOCuotaDR") or "", tax.get("ImporteDR") or ""
    if name not in catalogues.TAXES:
        yield Fault("CRP20250", name)
    if factor not in catalogues.FACTORS:
        yield Fault("CRP20251", factor)
    if factor == "Exento":
        yield Fault("CRP20252")
    elif not catalogues.withheld_rate(name, factor, number(rate)):
        yield Fault("CRP20253", f"{name} {factor} {rate}")
    if not within_rate(amount, tax.get("BaseDR") or "", rate, decimals):
        yield Fault("CRP20254", f"{amount} no es {tax.get('BaseDR')} por {rate}")


def _withheld_sums(payment: etree._Element, documents: Iterable[etree._Element]) -> Iterator[Fault]:
    sums: dict[str, Decimal] = {}
    for document in documents:
        for tax in document.findall(_WITHHELD):
            name = tax.get("ImpuestoDR") or ""
            sums[name] = sums.get(name, ZERO) + number(tax.get("ImporteDR")) / _equivalence(document)
    rows = payment.findall(_WITHHELD_SUMS)
    for name, times in Counter(row.get("ImpuestoP") or "" for row in rows).items():
        if name not in catalogues.TAXES:
            yield Fault("CRP20262", name)
        if times > 1:
            yield Fault("CRP20263", name)
    written = {row.get("ImpuestoP") or "": row for row in rows}
    for name in sorted(written.keys() | sums.keys()):
        if not _equals(written.get(name), "ImporteP", sums.get(name)):
            yield Fault("CRP20265", f"{name}: {sums.get(name)}")


def _passed_sums(payment: etree._Element, documents: Iterable[etree._Element]) -> Iterator[Fault]:
    bases: dict[Group, Decimal] = {}
    amounts: dict[Group, Decimal] = {}
    for document in documents:
        for tax in document.findall(_PASSED):
            group = _group(tax, "DR")
            bases[group] = bases.get(group, ZERO) + number(tax.get("BaseDR")) / _equivalence(document)
            amounts[group] = amounts.get(group, ZERO) + number(tax.get("ImporteDR")) / _equivalence(document)
    rows = payment.findall(_PASSED_SUMS)
    yield from _groups(rows)
    written = {_group(row, "P"): row for row in rows}
    for group in sorted(written.keys() | bases.keys()):
        row, detail = written.get(group), " ".join(map(str, group))
        if row is None:
            yield Fault("CRP20266", detail)
        elif not _equals(row, "BaseP", bases.get(group)):
            yield Fault("CRP20269" if group[1] == "Exento" else "CRP20268", f"{detail}: {bases.get(group)}")
        elif group[1] != "Exento" and not _equals(row, "ImporteP", amounts.get(group)):
            yield Fault("CRP20274", f"{detail}: {amounts.get(group)}")


def _groups(rows: list[etree._Element]) -> Iterator[Fault]:
    for group, times in Counter(_group(row, "P") for row in rows).items():
        if group[0] not in catalogues.TAXES:
            yield Fault("CRP20270", group[0])
        if times > 1:
            yield Fault("CRP20271", " ".join(map(str, group)))
        if group[1] != "Exento" and not catalogues.transferred_rate(*group):
            yield Fault("CRP20272", " ".join(map(str, group)))


def _margins(payment: etree._Element, documents: list[etree._Element]) -> Iterator[Fault]:
    """Only where a document's currency is not the payment's."""
    currency, amount = payment.get("MonedaP"), number(payment.get("Monto"))
    if all(document.get("MonedaDR") == currency for document in documents):
        return
    low = high = ZERO
    for document in documents:
        paid, rate = document.get("ImpPagado") or "", document.get("EquivalenciaDR") or "1"
        half_paid = Decimal(1).scaleb(-places(paid)) / 2
        half_rate = Decimal(1).scaleb(-(places(rate) if number(rate) != 1 else _EXACT)) / 2
        least, most = number(paid) - half_paid, number(paid) + half_paid - _LEAST
        if number(rate) <= half_rate:
            yield Fault("CRP20275", rate)
            return
        low += least / (number(rate) + half_rate - _LEAST)
        high += most / (number(rate) - half_rate)
    decimals = catalogues.currency_decimals(currency or "")
    unit = 2 if decimals is None else decimals
    if not rounded(low, unit) <= amount <= rounded(high, unit):
        yield Fault("CRP20276", f"{amount} no está entre {low} y {high}")


def _equals(row: etree._Element | None, name: str, expected: Decimal | None) -> bool:
    text = row.get(name) if row is not None else None
    if text is None or expected is None:
        return False
    return number(text) == rounded(expected, max(places(text), 2))


def _group(tax: etree._Element, suffix: str) -> Group:
    rate = number(tax.get(f"TasaOCuota{suffix}"))
    return tax.get(f"Impuesto{suffix}") or "", tax.get(f"TipoFactor{suffix}") or "", rate


def _equivalence(document: etree._Element) -> Decimal:
    return number(document.get("EquivalenciaDR")) or Decimal(1)
