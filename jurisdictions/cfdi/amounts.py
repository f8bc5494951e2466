"""SAT's rules about amounts, by their codes: the tolerances, the sums, and the decimals of the currency.

Source: Matriz de errores del CFDI 4.0 (CFDI40107-40120, 40166-40221). Where SAT's text does not name the tie rule the
sums round HALF_UP. Rates are grouped by their number, never by how they are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from lxml import etree

from jurisdictions.cfdi.codelists import RATES
from jurisdictions.cfdi.reading import Reading, Rule, broken, child, decimals_written, number
from schemas.findings import Finding
from schemas.money import ZERO, plain, round_half_up

_EPSILON = Decimal("1e-12")
_HALF = Decimal("0.5")
_SUMMED = frozenset("IEN")
_TAXED = frozenset("IE")


def limits(
    left: Decimal, left_scale: int, right: Decimal, right_scale: int | None, decimals: int
) -> tuple[Decimal, Decimal]:
    """The lowest and highest product of two numbers as written (CFDI40167); `right_scale` None: exact (CFDI40180)."""
    spread_left = _HALF.scaleb(-left_scale)
    spread_right = ZERO if right_scale is None else _HALF.scaleb(-right_scale)
    margin = ZERO if right_scale is None else _EPSILON
    unit = Decimal(1).scaleb(-decimals)
    low = (left - spread_left) * (right - spread_right)
    high = (left + spread_left - _EPSILON) * (right + spread_right - margin)
    return low.quantize(unit, ROUND_FLOOR), high.quantize(unit, ROUND_CEILING)


def subtotal(reading: Reading) -> Iterator[Finding]:
    """CFDI40107, 40108, 40109: SubTotal."""
    root = reading.root
    value = number(root, "SubTotal")
    if value is None:
        return
    if reading.kind in _SUMMED:
        if decimals_written(root, "SubTotal") > reading.decimals:
            yield broken("CFDI40107", root, "SubTotal")
        expected = _rounded(reading.concepts, "Importe", reading.decimals)
        if value != expected:
            yield broken("CFDI40108", root, "SubTotal", expected=plain(expected))
    elif value:
        yield broken("CFDI40109", root, "SubTotal", expected="0")


def discount(reading: Reading) -> Iterator[Finding]:
    """CFDI40110, 40111, 40112, 40168, 40169: discounts."""
    root = reading.root
    having = [concept for concept in reading.concepts if concept.get("Descuento") is not None]
    value = number(root, "Descuento")
    if reading.kind not in _SUMMED:
        for concept in having:
            yield broken("CFDI40111", concept, "Descuento")
        return
    whole = number(root, "SubTotal")
    if value is not None and whole is not None and value > whole:
        yield broken("CFDI40110", root, "Descuento", expected=f"at most {plain(whole)}")
    if decimals_written(root, "Descuento") > reading.decimals:
        yield broken("CFDI40112", root, "Descuento")
    for concept in having:
        amount, off = number(concept, "Importe"), number(concept, "Descuento")
        if decimals_written(concept, "Descuento") > max(decimals_written(concept, "Importe"), reading.decimals):
            yield broken("CFDI40168", concept, "Descuento")
        if amount is not None and off is not None and off > amount:
            yield broken("CFDI40169", concept, "Descuento", expected=f"at most {plain(amount)}")


def total(reading: Reading) -> Iterator[Finding]:
    """CFDI40119 (I, E and N), 40109's sister for T and P: Total. Local taxes need their complement and are not
    judged."""
    root = reading.root
    value = number(root, "Total")
    if value is None or "ImpuestosLocales" in reading.complements:
        return
    whole = number(root, "SubTotal") or ZERO
    taxes = reading.one("Impuestos")
    expected = whole - _rounded(reading.concepts, "Descuento", reading.decimals)
    if taxes is not None:
        expected += number(taxes, "TotalImpuestosTrasladados") or ZERO
        expected -= number(taxes, "TotalImpuestosRetenidos") or ZERO
    if value != expected:
        yield broken("CFDI40119", root, "Total", expected=plain(expected))


def concept_amounts(reading: Reading) -> Iterator[Finding]:
    """CFDI40166, 40167: unit price and amount of each concept."""
    if reading.kind not in _SUMMED:
        return
    for concept in reading.concepts:
        price, quantity, amount = (number(concept, name) for name in ("ValorUnitario", "Cantidad", "Importe"))
        if price is None or quantity is None or amount is None:
            continue
        if price <= 0:
            yield broken("CFDI40166", concept, "ValorUnitario", expected="more than 0")
        scales = decimals_written(concept, "Cantidad"), decimals_written(concept, "ValorUnitario")
        low, high = limits(quantity, scales[0], price, scales[1], reading.decimals)
        if not low <= amount <= high:
            yield broken("CFDI40167", concept, "Importe", expected=f"{plain(low)} to {plain(high)}")


def concept_taxes(reading: Reading) -> Iterator[Finding]:
    """CFDI40174-40186: each tax of each concept."""
    for concept in reading.concepts:
        for tax in child(concept, "Impuestos/Traslados/Traslado"):
            yield from _transferred(tax, reading)
        for tax in child(concept, "Impuestos/Retenciones/Retencion"):
            yield from _withheld(tax, reading)


def _transferred(tax: etree._Element, reading: Reading) -> Iterator[Finding]:
    base = number(tax, "Base")
    if base is not None and base <= 0:
        yield broken("CFDI40174", tax, "Base", expected="more than 0")
    if tax.get("Impuesto") not in ("002", "003"):
        yield broken("CFDI40175", tax, "Impuesto", expected="002 or 003")
        return
    given = [name for name in ("TasaOCuota", "Importe") if tax.get(name) is not None]
    if tax.get("TipoFactor") == "Exento":
        if given:
            yield broken("CFDI40177", tax, given[0])
        return
    if len(given) < 2:
        yield broken("CFDI40178", tax, "Importe" if "TasaOCuota" in given else "TasaOCuota")
        return
    yield from _rate("CFDI40179", tax, reading, withheld=False)
    yield from _product("CFDI40180", tax, reading)


def _withheld(tax: etree._Element, reading: Reading) -> Iterator[Finding]:
    base = number(tax, "Base")
    if base is not None and base <= 0:
        yield broken("CFDI40181", tax, "Base", expected="more than 0")
    if tax.get("Impuesto") not in ("001", "002", "003"):
        yield broken("CFDI40182", tax, "Impuesto", expected="001, 002 or 003")
    if tax.get("TipoFactor") == "Exento":
        yield broken("CFDI40184", tax, "TipoFactor")
        return
    yield from _rate("CFDI40185", tax, reading, withheld=True)
    yield from _product("CFDI40186", tax, reading)


def _rate(code: str, tax: etree._Element, reading: Reading, *, withheld: bool) -> Iterator[Finding]:
    rate = number(tax, "TasaOCuota")
    if rate is None:
        return
    known = any(
        row.tax == tax.get("Impuesto")
        and row.factor == tax.get("TipoFactor")
        and (row.withheld if withheld else row.transferred)
        and row.valid_on(reading.day)
        and row.holds(rate)
        for row in RATES
    )
    if not known:
        yield broken(code, tax, "TasaOCuota")


def _product(code: str, tax: etree._Element, reading: Reading) -> Iterator[Finding]:
    base, rate, amount = (number(tax, name) for name in ("Base", "TasaOCuota", "Importe"))
    if base is None or rate is None or amount is None:
        return
    low, high = limits(base, decimals_written(tax, "Base"), rate, None, reading.decimals)
    if not low <= amount <= high:
        yield broken(code, tax, "Importe", expected=f"{plain(low)} to {plain(high)}")


def totals_of_taxes(reading: Reading) -> Iterator[Finding]:
    """CFDI40201-40206, 40212: the sums at cfdi:Impuestos."""
    taxes = reading.one("Impuestos")
    if taxes is None:
        return
    if reading.kind in ("T", "P"):
        yield broken("CFDI40201", taxes)
        return
    withheld = child(taxes, "Retenciones/Retencion")
    transferred = child(taxes, "Traslados/Traslado")
    rated = [row for row in transferred if row.get("TipoFactor") != "Exento"]
    yield from _sum("TotalImpuestosRetenidos", taxes, withheld, ("CFDI40202", "CFDI40203", "CFDI40206"), reading)
    yield from _sum("TotalImpuestosTrasladados", taxes, rated, ("CFDI40204", "CFDI40205", "CFDI40212"), reading)


def _sum(
    name: str, taxes: etree._Element, rows: list[etree._Element], codes: tuple[str, str, str], reading: Reading
) -> Iterator[Finding]:
    too_fine, wrong, missing = codes
    value = number(taxes, name)
    if value is None:
        if rows and taxes.get(name) is None:
            yield broken(missing, taxes, name)
        return
    if decimals_written(taxes, name) > reading.decimals:
        yield broken(too_fine, taxes, name)
    expected = sum((number(row, "Importe") or ZERO for row in rows), ZERO)
    if value != expected:
        yield broken(wrong, taxes, name, expected=plain(expected))


def groups_withheld(reading: Reading) -> Iterator[Finding]:
    """CFDI40208, 40210, 40211: one row a withheld tax, the rounded sum of the concepts'."""
    rows = reading.all("Impuestos/Retenciones/Retencion")
    concept_rows = [tax for concept in reading.concepts for tax in child(concept, "Impuestos/Retenciones/Retencion")]
    seen: set[str | None] = set()
    for row in rows:
        code = row.get("Impuesto")
        if code in seen:
            yield broken("CFDI40208", row, "Impuesto")
        seen.add(code)
        if decimals_written(row, "Importe") > reading.decimals:
            yield broken("CFDI40210", row, "Importe")
        yield from _equal("CFDI40211", row, "Importe", (t for t in concept_rows if t.get("Impuesto") == code), reading)
    taxes = reading.one("Impuestos")
    for missing in sorted({tax.get("Impuesto", "") for tax in concept_rows} - seen if reading.kind in _TAXED else ()):
        place = taxes if taxes is not None else reading.root
        yield broken("CFDI40211", place, found="no row", expected=f"a row of tax {missing}")


def groups_transferred(reading: Reading) -> Iterator[Finding]:
    """CFDI40213-40221: one row a tax, factor and rate; its base and amount are the rounded sums of the concepts'."""
    rows = reading.all("Impuestos/Traslados/Traslado")
    concept_rows = [tax for concept in reading.concepts for tax in child(concept, "Impuestos/Traslados/Traslado")]
    seen: set[tuple[str | None, str | None, Decimal | None]] = set()
    for row in rows:
        key = _key(row)
        if key in seen:
            yield broken("CFDI40218", row, "TasaOCuota")
        seen.add(key)
        exempt = row.get("TipoFactor") == "Exento"
        if exempt and (row.get("TasaOCuota") is not None or row.get("Importe") is not None):
            yield broken("CFDI40213", row, "TipoFactor")
        for code, name in (("CFDI40214", "Base"), ("CFDI40220", "Importe")):
            if decimals_written(row, name) > reading.decimals:
                yield broken(code, row, name)
        same = [tax for tax in concept_rows if _key(tax) == key]
        yield from _equal("CFDI40216" if exempt else "CFDI40215", row, "Base", same, reading)
        if not exempt:
            yield from _equal("CFDI40221", row, "Importe", same, reading)
    taxes = reading.one("Impuestos")
    absent = {_key(tax) for tax in concept_rows} - seen if reading.kind in _TAXED else set()
    for tax_code, _factor, rate in sorted(absent, key=str):
        place = taxes if taxes is not None else reading.root
        yield broken("CFDI40221", place, found="no row", expected=f"a row of tax {tax_code}, rate {rate}")


def _equal(
    code: str, row: etree._Element, name: str, parts: Iterable[etree._Element], reading: Reading
) -> Iterator[Finding]:
    value = number(row, name)
    expected = _rounded(parts, name, reading.decimals)
    if value is not None and value != expected:
        yield broken(code, row, name, expected=plain(expected))


def _key(row: etree._Element) -> tuple[str | None, str | None, Decimal | None]:
    return row.get("Impuesto"), row.get("TipoFactor"), number(row, "TasaOCuota")


def _rounded(rows: Iterable[etree._Element], name: str, decimals: int) -> Decimal:
    """The sum of an attribute over the rows, HALF_UP to the currency's decimals."""
    return round_half_up(sum((number(row, name) or ZERO for row in rows), ZERO), decimals)


RULES: tuple[Rule, ...] = (
    subtotal,
    discount,
    total,
    concept_amounts,
    concept_taxes,
    totals_of_taxes,
    groups_withheld,
    groups_transferred,
)
