"""SAT's rules about the taxes of the whole document, by their codes: a row a tax and rate, the concepts' rounded sums.

Source: Matriz de errores del CFDI 4.0 (CFDI40201-40221). Where SAT's text does not name the tie rule the sums round
HALF_UP. Rates are grouped by their number, never by how they are written. The totals are sums of rows that are already
rounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from lxml import etree

from jurisdictions.cfdi.rules.amounts import known
from jurisdictions.cfdi.rules.facts import FactRule, Facts, Sums, Tax, is_finer
from jurisdictions.cfdi.rules.reading import broken
from schemas.findings import Finding, Findings
from schemas.money import ZERO, plain, round_half_up

_TAXED = frozenset("IE")
_Key = tuple[str | None, str | None, Decimal | None]


def totals(facts: Facts) -> Iterator[Finding]:
    """CFDI40201-40206, 40209, 40212: the totals at cfdi:Impuestos."""
    sums = facts.sums
    if sums is None:
        return
    if facts.kind in ("T", "P"):
        yield broken("CFDI40201", sums.element)
        return
    rated = tuple(row for row in sums.transferred if row.factor != "Exento")
    yield from _total(sums.element, _WITHHELD, sums.total_withheld, sums.withheld, facts.decimals)
    if sums.transferred and not rated and sums.total_transferred is not None:
        yield broken("CFDI40205", sums.element, _TRANSFERRED, expected="absent, since all is exempt")
    else:
        yield from _total(sums.element, _TRANSFERRED, sums.total_transferred, rated, facts.decimals)


_WITHHELD, _TRANSFERRED = "TotalImpuestosRetenidos", "TotalImpuestosTrasladados"
_CODES = {
    _WITHHELD: ("CFDI40202", "CFDI40203", ("CFDI40206", "CFDI40209")),
    _TRANSFERRED: ("CFDI40204", "CFDI40205", ("CFDI40212",)),
}


def _total(
    element: etree._Element | None, name: str, value: Decimal | None, rows: tuple[Tax, ...], decimals: int
) -> Iterator[Finding]:
    too_fine, wrong, missing = _CODES[name]
    if value is None:
        for code in missing if rows else ():
            yield broken(code, element, name, found="absent")
        return
    if is_finer(element, name, value, decimals):
        yield broken(too_fine, element, name)
    expected = sum((row.amount for row in rows if row.amount is not None), ZERO)
    if value != expected:
        yield broken(wrong, element, name, expected=plain(expected))


def withheld(facts: Facts) -> Iterator[Finding]:
    """CFDI40207, 40208, 40210, 40211: one row a withheld tax, the rounded sum of the concepts'."""
    rows = () if facts.sums is None else facts.sums.withheld
    groups: dict[str | None, Decimal] = {}
    for concept in facts.concepts:
        for tax in concept.withheld:
            groups[tax.code] = groups.get(tax.code, ZERO) + (tax.amount or ZERO)
    if not rows and not groups:
        return
    seen: set[str | None] = set()
    for row in rows:
        if row.code not in ("001", "002", "003"):
            yield broken("CFDI40207", row.element, "Impuesto", expected="001, 002 or 003")
        if row.code in seen:
            yield broken("CFDI40208", row.element, "Impuesto")
        seen.add(row.code)
        if is_finer(row.element, "Importe", row.amount, facts.decimals):
            yield broken("CFDI40210", row.element, "Importe")
        yield from _equal("CFDI40211", row, "Importe", row.amount, groups.get(row.code, ZERO), facts.decimals)
    if facts.kind in _TAXED:
        for missing in sorted(str(code) for code in groups.keys() - seen):
            yield broken("CFDI40211", _place(facts), found="no row", expected=f"a row of tax {missing}")


def transferred(facts: Facts) -> Iterator[Finding]:
    """CFDI40213-40221: one row a tax, factor and rate; its base and amount are the rounded sums of the concepts'."""
    rows = () if facts.sums is None else facts.sums.transferred
    groups: dict[_Key, list[Tax]] = {}
    for concept in facts.concepts:
        for tax in concept.transferred:
            key = (tax.code, tax.factor, tax.rate)
            same = groups.get(key)
            if same is None:
                groups[key] = [tax]
            else:
                same.append(tax)
    seen: set[_Key] = set()
    for row in rows:
        key = (row.code, row.factor, row.rate)
        if key in seen:
            yield broken("CFDI40218", row.element, "TasaOCuota")
        seen.add(key)
        yield from _row(row, groups.get(key, []), facts)
    if facts.kind in _TAXED:
        for code, _factor, rate in sorted(groups.keys() - seen, key=str):
            yield broken("CFDI40221", _place(facts), found="no row", expected=f"a row of tax {code}, rate {rate}")


def _row(row: Tax, parts: list[Tax], facts: Facts) -> Iterator[Finding]:
    element, exempt, decimals = row.element, row.factor == "Exento", facts.decimals
    if row.code not in ("002", "003"):
        yield broken("CFDI40217", element, "Impuesto", expected="002 or 003")
    if exempt and (row.rate is not None or row.amount is not None):
        yield broken("CFDI40213", element, "Importe" if row.rate is None else "TasaOCuota")
    if is_finer(element, "Base", row.base, decimals):
        yield broken("CFDI40214", element, "Base")
    if is_finer(element, "Importe", row.amount, decimals):
        yield broken("CFDI40220", element, "Importe")
    whole = sum([one.base or ZERO for one in parts], ZERO)
    yield from _equal("CFDI40216" if exempt else "CFDI40215", row, "Base", row.base, whole, decimals)
    if exempt:
        return
    if row.rate is None or (row.code in ("002", "003") and not known(row, facts.day, withheld=False)):
        yield broken("CFDI40219", element, "TasaOCuota")
    whole = sum([one.amount or ZERO for one in parts], ZERO)
    yield from _equal("CFDI40221", row, "Importe", row.amount, whole, decimals)


def _equal(code: str, row: Tax, name: str, value: Decimal | None, whole: Decimal, decimals: int) -> Findings:
    expected = round_half_up(whole, decimals)
    if value is None or value == expected:
        return ()
    return (broken(code, row.element, name, expected=plain(expected)),)


def _place(facts: Facts) -> etree._Element | None:
    sums: Sums | None = facts.sums
    return facts.element if sums is None else sums.element


RULES: tuple[FactRule, ...] = (totals, withheld, transferred)
