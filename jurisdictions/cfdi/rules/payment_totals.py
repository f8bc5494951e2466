"""The taxes of a receipt of payment by their codes: of each paid document, of the payment, and the totals in pesos.

Source: Matriz de errores del complemento para recepción de pagos 2.0 (CRP20201-20211, 20248-20274). Sums are compared
with what is written after rounding HALF_UP to as many decimals as are written, at least the currency's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from lxml import etree

from jurisdictions.cfdi import codelists as lists
from jurisdictions.cfdi.rules.margins import limits
from jurisdictions.cfdi.rules.reading import Reading, Rule, broken, child, decimals_written, number
from jurisdictions.cfdi.xsd import PAGOS
from schemas.findings import Finding
from schemas.money import ZERO, plain, round_half_up

_IVA, _IEPS = "002", "003"
_EXEMPT = "Exento"
_ONE = Decimal(1)
_WITHHELD_TOTALS = {
    "002": ("CRP20201", "TotalRetencionesIVA"),
    "001": ("CRP20202", "TotalRetencionesISR"),
    "003": ("CRP20203", "TotalRetencionesIEPS"),
}
_RATED_TOTALS = {
    Decimal("0.16"): (("CRP20204", "TotalTrasladosBaseIVA16"), ("CRP20205", "TotalTrasladosImpuestoIVA16")),
    Decimal("0.08"): (("CRP20206", "TotalTrasladosBaseIVA8"), ("CRP20207", "TotalTrasladosImpuestoIVA8")),
    ZERO: (("CRP20208", "TotalTrasladosBaseIVA0"), ("CRP20209", "TotalTrasladosImpuestoIVA0")),
}
_EXEMPT_TOTAL = ("CRP20210", "TotalTrasladosBaseIVAExento")
_WHOLE = ("CRP20211", "MontoTotalPagos")
_EVERY_TOTAL = (
    *_WITHHELD_TOTALS.values(),
    *(pair for pairs in _RATED_TOTALS.values() for pair in pairs),
    _EXEMPT_TOTAL,
    _WHOLE,
)
_BASES = (*(base for base, _ in _RATED_TOTALS.values()), _EXEMPT_TOTAL)
_TAXES = tuple(tax for _, tax in _RATED_TOTALS.values())
Key = tuple[str | None, str | None, Decimal | None]


def document_taxes(reading: Reading) -> Iterator[Finding]:
    """CRP20248 to CRP20261: each tax of each paid document."""
    for payment in reading.payments:
        for document in child(payment, "DoctoRelacionado", PAGOS):
            withheld, transferred = _of_document(document)
            for node in child(document, "ImpuestosDR", PAGOS):
                if not withheld and not transferred:
                    yield broken("CRP20248", node)
            decimals = lists.CURRENCY_DECIMALS.get(document.get("MonedaDR", ""), 2)
            for tax in withheld:
                yield from _withheld(tax, decimals, reading.day)
            for tax in transferred:
                yield from _transferred(tax, decimals, reading.day)


def _withheld(tax: etree._Element, decimals: int, day: date) -> Iterator[Finding]:
    yield from _codes(tax, day, base="CRP20249", code="CRP20250", factor="CRP20251")
    if tax.get("TipoFactorDR") == _EXEMPT:
        yield broken("CRP20252", tax, "TipoFactorDR")
        return
    if not _rate_known(tax, "DR", day, withheld=True):
        yield broken("CRP20253", tax, "TasaOCuotaDR")
    yield from _limits("CRP20254", tax, decimals)


def _transferred(tax: etree._Element, decimals: int, day: date) -> Iterator[Finding]:
    yield from _codes(tax, day, base="CRP20255", code="CRP20256", factor="CRP20257")
    given = [name for name in ("TasaOCuotaDR", "ImporteDR") if tax.get(name) is not None]
    if tax.get("TipoFactorDR") == _EXEMPT:
        if given:
            yield broken("CRP20258", tax, given[0], expected="absent")
        return
    if len(given) < 2:
        missing = "ImporteDR" if "TasaOCuotaDR" in given else "TasaOCuotaDR"
        yield broken("CRP20259", tax, missing, found="absent")
        return
    if not _rate_known(tax, "DR", day, withheld=False):
        yield broken("CRP20260", tax, "TasaOCuotaDR")
    yield from _limits("CRP20261", tax, decimals)


def _codes(tax: etree._Element, day: date, *, base: str, code: str, factor: str) -> Iterator[Finding]:
    value = number(tax, "BaseDR")
    if value is not None and value <= 0:
        yield broken(base, tax, "BaseDR", expected="more than 0")
    if not lists.valid(lists.TAXES, tax.get("ImpuestoDR"), day):
        yield broken(code, tax, "ImpuestoDR")
    if not lists.valid(lists.FACTORS, tax.get("TipoFactorDR"), day):
        yield broken(factor, tax, "TipoFactorDR")


def _limits(code: str, tax: etree._Element, decimals: int) -> Iterator[Finding]:
    base, rate, amount = (number(tax, name) for name in ("BaseDR", "TasaOCuotaDR", "ImporteDR"))
    if base is None or rate is None or amount is None:
        return
    low, high = limits(base, decimals_written(tax, "BaseDR"), rate, None, decimals)
    if not low <= amount <= high:
        yield broken(code, tax, "ImporteDR", expected=f"{plain(low)} to {plain(high)}")


def withheld(reading: Reading) -> Iterator[Finding]:
    """CRP20262 to CRP20265: the withheld taxes of each payment."""
    nodes = [node for payment in reading.payments for node in child(payment, "ImpuestosP/RetencionesP", PAGOS)]
    if nodes and not _any_total(reading, _WITHHELD_TOTALS.values()):
        yield broken("CRP20264", _place_of_totals(reading), found="absent")
    for payment in reading.payments:
        sums = _sums(payment, transferred=False)
        seen: set[str | None] = set()
        for row in _withheld_rows(payment):
            code = row.get("ImpuestoP")
            if not lists.valid(lists.TAXES, code, reading.day):
                yield broken("CRP20262", row, "ImpuestoP")
            if code in seen:
                yield broken("CRP20263", row, "ImpuestoP")
            seen.add(code)
            yield from _same("CRP20265", row, "ImporteP", sums.get((code, None, None), (ZERO, ZERO))[1], payment)


def transferred(reading: Reading) -> Iterator[Finding]:
    """CRP20266 to CRP20274: the transferred taxes of each payment."""
    yield from _missing_totals(reading)
    for payment in reading.payments:
        sums = _sums(payment, transferred=True)
        seen: set[Key] = set()
        for row in _transferred_rows(payment):
            if any(row.get(name) is None for name in ("BaseP", "ImpuestoP", "TipoFactorP")):
                yield broken("CRP20266", row)
            if not lists.valid(lists.TAXES, row.get("ImpuestoP"), reading.day):
                yield broken("CRP20270", row, "ImpuestoP")
            key = _key(row, "P")
            if key in seen:
                yield broken("CRP20271", row)
            seen.add(key)
            yield from _row(row, sums.get(key, (ZERO, ZERO)), payment, reading.day)


def _row(row: etree._Element, sums: tuple[Decimal, Decimal], payment: etree._Element, day: date) -> Iterator[Finding]:
    if _exempt(row):
        for name in ("TasaOCuotaP", "ImporteP"):
            if row.get(name) is not None:
                yield broken("CRP20266", row, name, expected="absent")
        yield from _same("CRP20269", row, "BaseP", sums[0], payment)
        return
    if row.get("TasaOCuotaP") is not None and not _rate_known(row, "P", day, withheld=False):
        yield broken("CRP20272", row, "TasaOCuotaP")
    yield from _same("CRP20268", row, "BaseP", sums[0], payment)
    yield from _same("CRP20274", row, "ImporteP", sums[1], payment)


def _missing_totals(reading: Reading) -> Iterator[Finding]:
    rows = [row for one in reading.payments for row in _transferred_rows(one) if row.get("ImpuestoP") != _IEPS]
    if rows and not _any_total(reading, _BASES):
        yield broken("CRP20267", _place_of_totals(reading), found="absent")
    if any(not _exempt(row) for row in rows) and not _any_total(reading, _TAXES):
        yield broken("CRP20273", _place_of_totals(reading), found="absent")


def totals(reading: Reading) -> Iterator[Finding]:
    """CRP20201 to CRP20211: each total is what its rows add up to in pesos, rounded to two decimals HALF_UP."""
    node = _totals(reading)
    if node is None:
        return
    expected: dict[tuple[str, str], Decimal] = {}
    for payment in reading.payments:
        rate = number(payment, "TipoCambioP") or _ONE
        for pair, value in _parts(payment):
            expected[pair] = expected.get(pair, ZERO) + value * rate
    for pair in _EVERY_TOTAL:
        code, name = pair
        wanted = round_half_up(expected.get(pair, ZERO), 2)
        written = ZERO if node.get(name) is None else number(node, name)
        if written != wanted:
            yield broken(code, node, name, expected=plain(wanted), found=node.get(name, "absent"))


def _parts(payment: etree._Element) -> Iterator[tuple[tuple[str, str], Decimal]]:
    """Each amount of a payment and the total that it belongs to; transferred IEPS has none."""
    yield _WHOLE, number(payment, "Monto") or ZERO
    for row in _withheld_rows(payment):
        pair = _WITHHELD_TOTALS.get(row.get("ImpuestoP", ""))
        if pair is not None:
            yield pair, number(row, "ImporteP") or ZERO
    for row in _transferred_rows(payment):
        if row.get("ImpuestoP") != _IVA:
            continue
        base, tax = number(row, "BaseP") or ZERO, number(row, "ImporteP") or ZERO
        if _exempt(row):
            yield _EXEMPT_TOTAL, base
            continue
        rate = number(row, "TasaOCuotaP")
        pairs = None if rate is None else _RATED_TOTALS.get(rate)
        if pairs is not None:
            yield pairs[0], base
            yield pairs[1], tax


def _of_document(document: etree._Element) -> tuple[list[etree._Element], list[etree._Element]]:
    return (
        child(document, "ImpuestosDR/RetencionesDR/RetencionDR", PAGOS),
        child(document, "ImpuestosDR/TrasladosDR/TrasladoDR", PAGOS),
    )


def _withheld_rows(payment: etree._Element) -> list[etree._Element]:
    return child(payment, "ImpuestosP/RetencionesP/RetencionP", PAGOS)


def _transferred_rows(payment: etree._Element) -> list[etree._Element]:
    return child(payment, "ImpuestosP/TrasladosP/TrasladoP", PAGOS)


def _sums(payment: etree._Element, *, transferred: bool) -> dict[Key, tuple[Decimal, Decimal]]:
    """Bases and taxes of the paid documents in the payment's currency: withheld by tax, others by factor and rate."""
    found: dict[Key, tuple[Decimal, Decimal]] = {}
    for document in child(payment, "DoctoRelacionado", PAGOS):
        rate = number(document, "EquivalenciaDR") or _ONE
        for row in _of_document(document)[1 if transferred else 0]:
            key = _key(row, "DR") if transferred else (row.get("ImpuestoDR"), None, None)
            base, tax = found.get(key, (ZERO, ZERO))
            found[key] = (
                base + (number(row, "BaseDR") or ZERO) / rate,
                tax + (number(row, "ImporteDR") or ZERO) / rate,
            )
    return found


def _key(row: etree._Element, level: str) -> Key:
    """Tax, factor and rate; what names neither of the last two can only be meant as exempt."""
    factor, rate = row.get(f"TipoFactor{level}"), number(row, f"TasaOCuota{level}")
    return row.get(f"Impuesto{level}"), factor or (_EXEMPT if rate is None else None), rate


def _exempt(row: etree._Element) -> bool:
    return _key(row, "P")[1] == _EXEMPT


def _same(code: str, row: etree._Element, name: str, expected: Decimal, payment: etree._Element) -> Iterator[Finding]:
    value = number(row, name)
    if value is None:
        return
    scale = max(decimals_written(row, name), lists.CURRENCY_DECIMALS.get(payment.get("MonedaP", ""), 2))
    wanted = round_half_up(expected, scale)
    if value != wanted:
        yield broken(code, row, name, expected=plain(wanted))


def _rate_known(row: etree._Element, level: str, day: date, *, withheld: bool) -> bool:
    """Whether the rate stands in c_TasaOCuota for its tax and factor, on that side, on that day."""
    rate = number(row, f"TasaOCuota{level}")
    tax, factor = row.get(f"Impuesto{level}"), row.get(f"TipoFactor{level}")
    return rate is None or any(
        known.tax == tax
        and known.factor == factor
        and (known.withheld if withheld else known.transferred)
        and known.valid_on(day)
        and known.holds(rate)
        for known in lists.RATES
    )


def _totals(reading: Reading) -> etree._Element | None:
    for payment in reading.payments[:1]:
        return next(payment.itersiblings(f"{{{PAGOS}}}Totales", preceding=True), None)
    return None


def _place_of_totals(reading: Reading) -> etree._Element | None:
    """Totales, or where it should stand."""
    node = _totals(reading)
    return reading.payments[0].getparent() if node is None and reading.payments else node


def _any_total(reading: Reading, pairs: Iterable[tuple[str, str]]) -> bool:
    node = _totals(reading)
    return node is not None and any(node.get(name) is not None for _, name in pairs)


RULES: tuple[Rule, ...] = (document_taxes, withheld, transferred, totals)
