"""The rules of the Desglose: rates by date, and which régimen, qualification, exemption and amounts go together.

They look at a record's facts only, so they judge a record to be and a stranger's alike. Source: "Validaciones y
errores" 1.2.2 of 2026-04-08, §3.1.3.15 to 17; errores.properties of 2026-08-18.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.rules import rates
from jurisdictions.verifactu.rules.facts import Broken, RecordFacts, RowFacts, Rule
from schemas.money import HUNDRED, ZERO, plain, round_half_up

_TOO_LONG = Decimal(10) ** 12
_HIGHEST_RATE = Decimal(1000)
_IVA_IGIC = frozenset({lists.IVA, lists.IGIC})
_NOT_SUBJECT = frozenset({"N1", "N2"})
_ALL = lists.CALIFICACIONES | lists.EXENTAS
_PUBLIC_WORKS_TYPES = frozenset({"F1", "R1", "R2", "R3", "R4"})
_PUBLIC_BODIES = frozenset("PQSV")
_GROUP_REGIME_EXCLUDES = frozenset({"F2", "F3", "R5"})


# ------------------------------------------------------------------------------------------------ the rows together


def _rows(record: RecordFacts, today: date) -> Iterator[Broken]:
    """Every rule of a row, over every row."""
    if len(record.rows) > lists.MAX_ROWS:
        yield Broken("4113", "Desglose", str(len(record.rows)), str(lists.MAX_ROWS))
    for row in record.rows:
        for rule in _OF_ROW:
            yield from rule(record, row, today)


def _totals(record: RecordFacts, today: date) -> Iterator[Broken]:
    """2006 and 2005: the totals against the sum of the rows, except where the base does not show in them."""
    rows = record.rows
    if record.operation != "alta" or any(row.clave in lists.TOTALS_UNCHECKED for row in rows):
        return
    tax = base = ZERO
    for row in rows:
        base += row.base
        tax += (row.cuota or ZERO) + (row.cuota_recargo or ZERO)
    if abs(record.cuota_total - tax) > lists.TOLERANCE:
        yield Broken("2006", "CuotaTotal", _amount(record.cuota_total), _amount(tax))
    if abs(record.importe_total - base - tax) > lists.TOLERANCE:
        yield Broken("2005", "ImporteTotal", _amount(record.importe_total), _amount(base + tax))


def _simplified_limit(record: RecordFacts, today: date) -> Iterator[Broken]:
    """1150: the AEAT's own limit of an F2; surcharges do not count, agreements and art. 6.1.d lift it."""
    if record.tipo != "F2" or record.acuerdo is not None or record.art_61d == "S":
        return
    total = sum((row.base + (row.cuota or ZERO) for row in record.rows), ZERO)
    if total - lists.SIMPLIFIED_LIMIT > lists.TOLERANCE:
        yield Broken("1150", "ImporteTotal", _amount(total), _amount(lists.SIMPLIFIED_LIMIT))


# ------------------------------------------------------------------------------------------------ régimen


def _listed(record: RecordFacts, row: RowFacts, today: date) -> Iterator[Broken]:
    """1218, 1260, 1245, 1246, 2009: the tax, and the ClaveRegimen that it has."""
    if row.tax not in lists.IMPUESTOS:
        yield Broken("1218", f"{row.place}/Impuesto", row.impuesto, " ".join(sorted(lists.IMPUESTOS)))
        return
    where, admitted = f"{row.place}/ClaveRegimen", lists.CLAVES_REGIMEN[row.tax]
    if row.tax == lists.OTHER_TAX:
        if row.clave is not None:
            yield Broken("1260", where, row.clave)
    elif row.clave is None or row.clave not in admitted:
        tolerated = row.tax == lists.IPSI and today < lists.IPSI_CLAVE_ENFORCED
        code = "2009" if tolerated else "1245" if row.clave is None else "1246"
        yield Broken(code, where, row.clave, " ".join(sorted(admitted)))


@dataclass(frozen=True, slots=True)
class _Regime:
    """What one ClaveRegimen admits in a row of these taxes, and under which code it refuses the rest."""

    code: str
    taxes: frozenset[str]
    admits: frozenset[str]


_REGIMES: dict[str, _Regime] = {
    "01": _Regime("1199", _IVA_IGIC, _ALL - {"E2", "E3"}),
    "02": _Regime("1286", _IVA_IGIC, lists.EXENTAS),
    "03": _Regime("1200", _IVA_IGIC, lists.EXENTAS | {"S1"}),
    "04": _Regime("1201", _IVA_IGIC, lists.EXENTAS | {"S2"}),
    "07": _Regime("1203", _IVA_IGIC, frozenset({"S1", "E1", "E6", "E7", "E8"})),
    "08": _Regime("1252", _IVA_IGIC, frozenset({"N2"})),
    "10": _Regime("1205", _IVA_IGIC, frozenset({"N1"})),
    "20": _Regime("1293", frozenset({lists.IGIC}), frozenset({"N2"})),
}


def _regime(record: RecordFacts, row: RowFacts, today: date) -> Iterator[Broken]:
    """1199 to 1206, 1252, 1286, 1293: a régimen admits certain qualifications, exemptions and invoices."""
    regime = _REGIMES.get(row.clave or "")
    qualified = row.calificacion or row.exenta
    if regime is not None and row.tax in regime.taxes and qualified is not None and qualified not in regime.admits:
        yield Broken(regime.code, f"{row.place}/{_qualifier(row)}", qualified, " ".join(sorted(regime.admits)))
    special = _SPECIAL.get(row.clave or "")
    if special is not None and row.tax in _IVA_IGIC:
        yield from special(record, row)


def _group(record: RecordFacts, row: RowFacts) -> Iterator[Broken]:
    """1202: group of entities, advanced level."""
    if record.tipo in _GROUP_REGIME_EXCLUDES:
        yield Broken("1202", "TipoFactura", record.tipo, "F1 R1 R2 R3 R4")
    if row.a_coste is None:
        yield Broken("1202", f"{row.place}/BaseImponibleACoste")


def _collected_for_others(record: RecordFacts, row: RowFacts) -> Iterator[Broken]:
    """1205, beside what its table says: type F1, and every recipient by NIF (the first that is not is told)."""
    if record.tipo != "F1":
        yield Broken("1205", "TipoFactura", record.tipo, "F1")
    for one in record.recipients:
        if one.nif is None:
            yield Broken("1205", one.place, one.id, "NIF")
            return


def _premises(record: RecordFacts, row: RowFacts) -> Iterator[Broken]:
    """1206: lease of business premises, VAT only."""
    if row.tax == lists.IVA and row.tipo != 21:
        yield Broken("1206", f"{row.place}/TipoImpositivo", _amount(row.tipo), "21")


def _public_works(record: RecordFacts, row: RowFacts) -> Iterator[Broken]:
    """1148, 1149: certificates of works for public bodies (their date is 1147's)."""
    if record.tipo not in _PUBLIC_WORKS_TYPES:
        yield Broken("1148", "TipoFactura", record.tipo, " ".join(sorted(_PUBLIC_WORKS_TYPES)))
    for one in record.recipients:
        if (one.nif or "")[:1] not in _PUBLIC_BODIES:
            yield Broken("1149", one.place, one.nif or one.id, "P... Q... S... V...")


_SPECIAL: dict[str, Callable[[RecordFacts, RowFacts], Iterator[Broken]]] = {
    "06": _group,
    "10": _collected_for_others,
    "11": _premises,
    "14": _public_works,
}


# ------------------------------------------------------------------------------------------------ qualification


def _qualified(record: RecordFacts, row: RowFacts, today: date) -> Iterator[Broken]:
    """1181, 1182, 1195, 1196, 1197, 1289: either qualified or exempt, by words of the lists."""
    if row.calificacion is None and row.exenta is None:
        yield Broken("1195", row.place)
    elif row.calificacion is not None and row.exenta is not None:
        yield Broken("1196", row.place, f"{row.calificacion} {row.exenta}")
    if row.calificacion is not None:
        where = f"{row.place}/CalificacionOperacion"
        if row.calificacion not in lists.CALIFICACIONES:
            yield Broken("1181", where, row.calificacion, " ".join(sorted(lists.CALIFICACIONES)))
        elif row.calificacion == "S2" and record.tipo not in lists.FULL_TYPES:
            yield Broken("1197", where, f"S2 {record.tipo}", " ".join(sorted(lists.FULL_TYPES)))
    if row.exenta is not None:
        yield from _exempt(record, row)


def _exempt(record: RecordFacts, row: RowFacts) -> Iterator[Broken]:
    where = f"{row.place}/OperacionExenta"
    admitted = lists.EXENTAS if row.tax == lists.IGIC else lists.EXENTAS - lists.EXENTAS_IGIC_ONLY
    if row.exenta not in admitted:
        yield Broken("1182", where, row.exenta, " ".join(sorted(admitted)))
    if row.exenta == "E5" and row.tax == lists.IVA:
        for one in record.recipients:
            if one.nif is not None:
                yield Broken("1289", f"{one.place}/NIF", one.nif, "IDOtro")
                return


def _empty(record: RecordFacts, row: RowFacts, today: date) -> Iterator[Broken]:
    """1237, 1238, 1198, 1207, 1281: what a row that is not taxed by us must leave out, or show as zero."""
    if row.calificacion == "S1":
        return
    if row.exenta is not None or (row.calificacion in _NOT_SUBJECT and row.tax == lists.IVA):
        for name, value in _taxed_elements(row):
            yield Broken("1237" if row.exenta is None else "1238", f"{row.place}/{name}", _amount(value))
        return
    if row.calificacion == "S2":
        for element, zero in (("TipoImpositivo", row.tipo), ("CuotaRepercutida", row.cuota)):
            if zero is None or zero != ZERO:
                yield Broken("1198", f"{row.place}/{element}", _amount(zero), "0")
    elif row.cuota:
        yield Broken("1207", f"{row.place}/CuotaRepercutida", _amount(row.cuota), "0")
    for name, value in _taxed_elements(row):
        if "Recargo" in name:
            yield Broken("1281", f"{row.place}/{name}", _amount(value))


def _taxed_elements(row: RowFacts) -> tuple[tuple[str, Decimal], ...]:
    named = (
        ("TipoImpositivo", row.tipo),
        ("CuotaRepercutida", row.cuota),
        ("TipoRecargoEquivalencia", row.tipo_recargo),
        ("CuotaRecargoEquivalencia", row.cuota_recargo),
    )
    return tuple((name, value) for name, value in named if value is not None)


# ------------------------------------------------------------------------------------------------ rates, amounts


def _at_cost(record: RecordFacts, row: RowFacts, today: date) -> Iterator[Broken]:
    """1257: only groups of entities, IPSI and other taxes have a base at cost."""
    if row.a_coste is not None and row.clave != "06" and row.tax not in {lists.IPSI, lists.OTHER_TAX}:
        yield Broken("1257", f"{row.place}/BaseImponibleACoste", _amount(row.a_coste))


def _rate(record: RecordFacts, row: RowFacts, today: date) -> Iterator[Broken]:
    """1208, 1209; 1124, 1194, 1235, 1236 for VAT; 1100 where the element cannot hold the rate or the base."""
    for name, base in (("BaseImponibleOimporteNoSujeto", row.base), ("BaseImponibleACoste", row.a_coste)):
        if base is not None and abs(base) >= _TOO_LONG:
            yield Broken("1100", f"{row.place}/{name}", _amount(base))
    if row.calificacion != "S1":
        return
    code = "1208" if row.a_coste is None and row.clave != "06" else "1209"
    if row.cuota is None:
        yield Broken(code, f"{row.place}/CuotaRepercutida")
    where = f"{row.place}/TipoImpositivo"
    if row.tipo is None:
        yield Broken(code, where)
    elif row.tax != lists.IVA:
        if not _fits(row.tipo):
            yield Broken("1100", where, _amount(row.tipo))
    elif record.rate_date is not None:
        misfit = rates.of_vat(row.tipo, record.rate_date)
        if misfit is not None:
            yield Broken(misfit.code, where, _amount(row.tipo), _listing(misfit.admitted))


def _fits(percent: Decimal) -> bool:
    """Tipo2.2Type: unsigned, at most three digits and two decimals."""
    return ZERO <= percent < _HIGHEST_RATE and percent == round(percent, 2)


def _surcharge(record: RecordFacts, row: RowFacts, today: date) -> Iterator[Broken]:
    """1284; 1127, 1160, 1162 to 1170 and 1277 for VAT."""
    if row.calificacion != "S1" or (row.tipo_recargo is None and row.cuota_recargo is None):
        return
    if row.tipo_recargo is None or row.cuota_recargo is None:
        missing = "Tipo" if row.tipo_recargo is None else "Cuota"
        yield Broken("1284", f"{row.place}/{missing}RecargoEquivalencia")
    if row.tipo_recargo is None or row.tipo is None or row.tax != lists.IVA or record.rate_date is None:
        return
    misfit = rates.of_surcharge(row.tipo, row.tipo_recargo, record.rate_date)
    if misfit is not None:
        where = f"{row.place}/TipoRecargoEquivalencia"
        yield Broken(misfit.code, where, _amount(row.tipo_recargo), _listing(misfit.admitted))


def _charged(record: RecordFacts, row: RowFacts, today: date) -> Iterator[Broken]:
    """1142, 1143 and, at cost, 1144, 1140; none is asked of differences, nor of R2 and R3."""
    if row.calificacion != "S1" or row.tipo is None or row.cuota is None:
        return
    if record.rectificativa == "I" or record.tipo in {"R2", "R3"}:
        return
    base = row.base if row.a_coste is None else row.a_coste
    unequal, opposed = ("1142", "1143") if row.a_coste is None else ("1144", "1140")
    where, due = f"{row.place}/CuotaRepercutida", base * row.tipo / HUNDRED
    if abs(row.cuota - due) > lists.TOLERANCE:
        yield Broken(unequal, where, _amount(row.cuota), _amount(round_half_up(due, 2)))
    if row.cuota * base < ZERO:
        yield Broken(opposed, where, _amount(row.cuota), "the sign of the base")


# ------------------------------------------------------------------------------------------------ words


def _qualifier(row: RowFacts) -> str:
    return "CalificacionOperacion" if row.calificacion is not None else "OperacionExenta"


def _amount(value: Decimal | None) -> str:
    return "none" if value is None else plain(value.normalize())


def _listing(values: tuple[Decimal, ...]) -> str:
    return ", ".join(map(_amount, values))


_OF_ROW: tuple[Callable[[RecordFacts, RowFacts, date], Iterator[Broken]], ...] = (
    _listed,
    _regime,
    _qualified,
    _empty,
    _at_cost,
    _rate,
    _surcharge,
    _charged,
)
RULES: tuple[Rule, ...] = (_rows, _totals, _simplified_limit)
