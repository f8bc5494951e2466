"""Rules CFDI40201-40221 on the Comprobante's summary of taxes, recomputed from the concepts by group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from lxml import etree

from jurisdictions.cfdi.simulator import catalogues
from jurisdictions.cfdi.simulator.cadena import CFDI
from jurisdictions.cfdi.simulator.figures import ZERO, number, places, rounded
from jurisdictions.cfdi.simulator.refusals import Fault

_CONCEPT_TAXES = f"{{{CFDI}}}Conceptos/{{{CFDI}}}Concepto/{{{CFDI}}}Impuestos"

Group = tuple[str, str, Decimal]


def faults(root: etree._Element, decimals: int) -> Iterator[Fault]:
    """What the summary breaks. Groups are compared by the number of their rate, not by its text."""
    transfers = root.findall(f"{_CONCEPT_TAXES}/{{{CFDI}}}Traslados/{{{CFDI}}}Traslado")
    withholdings = root.findall(f"{_CONCEPT_TAXES}/{{{CFDI}}}Retenciones/{{{CFDI}}}Retencion")
    node = root.find(f"{{{CFDI}}}Impuestos")
    if root.get("TipoDeComprobante") in ("T", "P"):
        if node is not None:
            yield Fault("CFDI40201")
        return
    if node is None:
        if withholdings:
            yield Fault("CFDI40211", "falta el resumen")
        if transfers:
            yield Fault("CFDI40221", "falta el resumen")
        return
    yield from _withheld(node, withholdings, decimals)
    yield from _passed(node, transfers, decimals)


def _withheld(node: etree._Element, concept_rows: list[etree._Element], decimals: int) -> Iterator[Fault]:
    rows = node.findall(f"{{{CFDI}}}Retenciones/{{{CFDI}}}Retencion")
    total = node.get("TotalImpuestosRetenidos")
    if places(total) > decimals:
        yield Fault("CFDI40202", str(total))
    if number(total) != sum((number(row.get("Importe")) for row in rows), ZERO):
        yield Fault("CFDI40203", str(total))
    if rows and total is None:
        yield Fault("CFDI40206")
    for tax, times in Counter(row.get("Impuesto") for row in rows).items():
        if tax not in catalogues.TAXES:
            yield Fault("CFDI40207", str(tax))
        if times > 1:
            yield Fault("CFDI40208", str(tax))
        if any(places(row.get("Importe")) > decimals for row in rows if row.get("Impuesto") == tax):
            yield Fault("CFDI40210", str(tax))
    yield from _withheld_sums(rows, concept_rows, decimals)


def _withheld_sums(rows: list[etree._Element], concept_rows: list[etree._Element], decimals: int) -> Iterator[Fault]:
    sums: dict[str, Decimal] = {}
    for row in concept_rows:
        name = row.get("Impuesto") or ""
        sums[name] = sums.get(name, ZERO) + number(row.get("Importe"))
    written = {row.get("Impuesto") or "": number(row.get("Importe")) for row in rows}
    for tax in sorted(written.keys() | sums.keys()):
        if written.get(tax) != rounded(sums.get(tax, ZERO), decimals):
            yield Fault("CFDI40211", f"{tax}: {written.get(tax)} y {sums.get(tax)}")


def _passed(node: etree._Element, concept_rows: list[etree._Element], decimals: int) -> Iterator[Fault]:
    rows = node.findall(f"{{{CFDI}}}Traslados/{{{CFDI}}}Traslado")
    total = node.get("TotalImpuestosTrasladados")
    if places(total) > decimals:
        yield Fault("CFDI40204", str(total))
    if number(total) != sum((number(row.get("Importe")) for row in rows), ZERO):
        yield Fault("CFDI40205", str(total))
    taxed = any(row.get("TipoFactor") != "Exento" for row in rows)
    if taxed and total is None:
        yield Fault("CFDI40212")
    for row in rows:
        yield from _row(row, decimals)
    if rows and not taxed and total is not None:
        yield Fault("CFDI40213", "sobra TotalImpuestosTrasladados")
    for group, times in Counter(map(_group, rows)).items():
        if times > 1:
            yield Fault("CFDI40218", " ".join(map(str, group)))
    yield from _compared({_group(row): row for row in rows}, concept_rows, decimals)


def _row(row: etree._Element, decimals: int) -> Iterator[Fault]:
    if places(row.get("Base")) > decimals:
        yield Fault("CFDI40214", str(row.get("Base")))
    if places(row.get("Importe")) > decimals:
        yield Fault("CFDI40220", str(row.get("Importe")))
    name, factor = row.get("Impuesto") or "", row.get("TipoFactor") or ""
    if name not in catalogues.TAXES:
        yield Fault("CFDI40217", name)
    if factor != "Exento" and not catalogues.transferred_rate(name, factor, number(row.get("TasaOCuota"))):
        yield Fault("CFDI40219", f"{name} {factor} {row.get('TasaOCuota')}")
    if row.get("TipoFactor") == "Exento" and (row.get("Importe") is not None or row.get("TasaOCuota") is not None):
        yield Fault("CFDI40213")


def _compared(rows: dict[Group, etree._Element], concept_rows: list[etree._Element], decimals: int) -> Iterator[Fault]:
    bases: dict[Group, Decimal] = {}
    amounts: dict[Group, Decimal] = {}
    for tax in concept_rows:
        group = _group(tax)
        bases[group] = bases.get(group, ZERO) + number(tax.get("Base"))
        amounts[group] = amounts.get(group, ZERO) + number(tax.get("Importe"))
    for group in sorted(rows.keys() | bases.keys()):
        row = rows.get(group)
        detail = " ".join(map(str, group))
        if row is None or number(row.get("Base")) != rounded(bases.get(group, ZERO), decimals):
            yield Fault("CFDI40216" if group[1] == "Exento" else "CFDI40215", detail)
        if row is None or number(row.get("Importe")) != rounded(amounts.get(group, ZERO), decimals):
            yield Fault("CFDI40221", detail)


def _group(tax: etree._Element) -> Group:
    return tax.get("Impuesto") or "", tax.get("TipoFactor") or "", number(tax.get("TasaOCuota"))
