"""The rules of the Desglose: rates by date, and which régimen, qualification and exemption go together.

Source: "Validaciones y errores" 1.2.2 of 2026-04-08, §3.1.3 and §5; the same codes in errores.properties.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.breakdown import Row, reported
from jurisdictions.verifactu.document import money
from jurisdictions.verifactu.subject import Subject, finding
from schemas.findings import Finding
from schemas.money import HUNDRED, ZERO, plain


def _size(subject: Subject) -> Iterator[Finding]:
    if len(subject.about.rows) > lists.MAX_ROWS:
        yield finding(
            "4113",
            "A record has at most twelve rows of tax.",
            "/lines",
            found=str(len(subject.about.rows)),
            expected=str(lists.MAX_ROWS),
            fix="Split the invoice.",
        )
    for at, line in enumerate(subject.instruction.invoice.lines):
        if (line.net or not subject.about.rows) and not any(reported(one.tax) for one in line.taxes):
            yield finding(
                "1195",
                "Every amount is qualified: taxed, exempt or outside the tax.",
                f"/lines/{at}/taxes",
                found="none",
                fix="Give the line a tax; category O says that it lies outside VAT.",
            )


def _totals(subject: Subject) -> Iterator[Finding]:
    about = subject.about
    if abs(about.importe_total) >= Decimal(10) ** 12:
        yield finding("1267", "ImporteTotal has at most twelve digits before the point.", "/lines")
    over = about.importe_total - lists.SIMPLIFIED_LIMIT
    if about.tipo == "F2" and over > lists.TOLERANCE:
        yield finding(
            "1150",
            "A simplified invoice (F2) is at most 3000 EUR.",
            "/simplified",
            found=money(about.importe_total),
            expected="3000.00",
            fix="Issue a full invoice that names its customer.",
        )


def _clave(subject: Subject, row: Row) -> Iterator[Finding]:
    where = _extension(subject, row, "clave_regimen")
    if row.impuesto == lists.OTHER_TAX:
        return
    if row.clave is None:
        yield finding("1245", "ClaveRegimen is required with IVA, IPSI and IGIC.", where)
    elif row.clave not in lists.CLAVES_REGIMEN[row.impuesto]:
        admitted = " ".join(sorted(lists.CLAVES_REGIMEN[row.impuesto]))
        yield finding("1246", "The tax has no such ClaveRegimen.", where, found=row.clave, expected=admitted)


@dataclass(frozen=True, slots=True)
class _Regime:
    """What one ClaveRegimen admits in a row, under which code it refuses the rest."""

    code: str
    taxes: frozenset[str]
    admits: frozenset[str]
    says: str


_ALL = lists.CALIFICACIONES | lists.EXENTAS
_IVA_IGIC = frozenset({lists.IVA, lists.IGIC})
_ANY_TAX = frozenset({lists.IVA, lists.IGIC, lists.IPSI})

_REGIMES: dict[str, _Regime] = {
    "01": _Regime("1199", _IVA_IGIC, _ALL - {"E2", "E3"}, "admits no exemption E2 or E3"),
    "02": _Regime("1286", _IVA_IGIC, lists.EXENTAS, "admits exemptions only"),
    "03": _Regime("1200", _IVA_IGIC, lists.EXENTAS | {"S1"}, "admits S1 or an exemption"),
    "04": _Regime("1201", _IVA_IGIC, lists.EXENTAS | {"S2"}, "admits S2 or an exemption"),
    "07": _Regime("1203", _IVA_IGIC, frozenset({"S1", "E1", "E6", "E7", "E8"}), "admits S1, or an exemption E1 or E6"),
    "08": _Regime("1252", _ANY_TAX, frozenset({"N2"}), "admits N2 only"),
    "10": _Regime("1205", _IVA_IGIC, frozenset({"N1"}), "admits N1 only"),
    "20": _Regime("1293", frozenset({lists.IGIC}), frozenset({"N2"}), "admits N2 only"),
}


def _regime(subject: Subject, row: Row) -> Iterator[Finding]:
    where = _extension(subject, row, "clave_regimen")
    regime = _REGIMES.get(row.clave or "")
    qualified = row.calificacion or row.exenta or ""
    if regime is not None and row.impuesto in regime.taxes and qualified not in regime.admits:
        yield finding(
            regime.code,
            f"ClaveRegimen {row.clave} {regime.says}.",
            where,
            found=qualified,
            expected=" ".join(sorted(regime.admits)),
            fix="Change clave_regimen, or the category of the tax.",
        )
    about = subject.about
    if row.clave == "06":
        yield finding(
            "1202", "ClaveRegimen 06 needs BaseImponibleACoste, which is not supported here.", where, found="06"
        )
    if row.clave == "10" and (about.tipo != "F1" or about.recipient is None or about.recipient.nif is None):
        yield finding("1205", "ClaveRegimen 10 goes with type F1 and a recipient by NIF.", where, found=about.tipo)
    if row.clave == "11" and row.impuesto == lists.IVA and row.tipo != 21:
        yield finding("1206", "ClaveRegimen 11 goes with 21 %.", row.pointer + "/percent", found=_percent(row.tipo))
    if row.clave == "14":
        yield from _public_works(subject, where)


def _public_works(subject: Subject, where: str) -> Iterator[Finding]:
    """ClaveRegimen 14: certificates of works for public bodies, invoiced before the operation."""
    about = subject.about
    if about.operation_date is None or about.operation_date <= subject.instruction.invoice.issue_date:
        yield finding("1147", "ClaveRegimen 14 needs a date of operation after issue.", "/operation_date")
    if about.tipo not in {"F1", "R1", "R2", "R3", "R4"}:
        yield finding("1148", "ClaveRegimen 14 goes with F1 and R1 to R4.", where, found=about.tipo)
    if about.recipient is None or (about.recipient.nif or "")[:1] not in {"P", "Q", "S", "V"}:
        yield finding("1149", "ClaveRegimen 14 goes with a public body as customer.", "/customer/tax_ids")


def _qualification(subject: Subject, row: Row) -> Iterator[Finding]:
    about = subject.about
    where = _qualified_at(subject, row)
    if (row.calificacion is None) is (row.exenta is None):
        code = "1195" if row.calificacion is None else "1196"
        yield finding(code, "A row is either qualified or exempt.", where)
    if row.calificacion == "S2" and about.tipo not in lists.FULL_TYPES:
        yield finding("1197", "Reverse charge goes with F1, F3 and R1 to R4.", where, found=about.tipo)
    if row.exenta in lists.EXENTAS_IGIC_ONLY and row.impuesto != lists.IGIC:
        yield finding("1182", "E7 and E8 belong to IGIC.", where, found=row.exenta)
    named_by_nif = about.recipient is not None and about.recipient.nif is not None
    if row.exenta == "E5" and row.impuesto == lists.IVA and named_by_nif:
        yield finding(
            "1289",
            "An intra-community supply (E5) names its recipient by the VAT number of another member state.",
            "/customer/tax_ids",
            found="NIF",
            expected="NIF-IVA",
        )


def _rate(subject: Subject, row: Row) -> Iterator[Finding]:
    if row.calificacion != "S1":
        return
    where = row.pointer + "/percent"
    if row.tipo is None:
        yield finding("1208", "A taxed row has a rate.", where, found="none", fix="Give the percent, 0 included.")
        return
    if row.impuesto != lists.IVA:
        if row.tipo != round(row.tipo, 2) or row.tipo > 999:
            yield finding("1100", "A rate has at most two decimals.", where, found=_percent(row.tipo))
        return
    day = subject.rate_date
    dated = next((rate for rate in lists.IVA_RATES if rate.percent == row.tipo), None)
    in_force = [rate for rate in lists.IVA_RATES if _in_force(rate, day)]
    if dated is None or dated not in in_force:
        yield finding(
            "1124" if dated is None else dated.code,
            f"IVA has no rate of {_percent(row.tipo)} % on {day.isoformat()}.",
            where,
            found=_percent(row.tipo),
            expected=", ".join(_percent(rate.percent) for rate in in_force),
            fix="Use a rate in force; IGIC and IPSI are taxes of their own.",
        )


def _in_force(rate: lists.DatedRate, day: date) -> bool:
    return (rate.first is None or rate.first <= day) and (rate.last is None or day <= rate.last)


def _surcharge(subject: Subject, row: Row) -> Iterator[Finding]:
    if row.tipo_recargo is None or row.tipo is None or row.impuesto != lists.IVA:
        return
    admitted = lists.SURCHARGES.get(row.tipo)
    if admitted is not None and row.tipo_recargo not in admitted.percents:
        yield finding(
            admitted.code,
            f"A rate of {_percent(row.tipo)} % has no surcharge of {_percent(row.tipo_recargo)} %.",
            row.pointer + "/surcharge",
            found=_percent(row.tipo_recargo),
            expected=", ".join(map(_percent, admitted.percents)),
        )


def _amount(subject: Subject, row: Row) -> Iterator[Finding]:
    """1142 and 1143; neither is asked of differences, nor of R2 and R3."""
    if row.calificacion != "S1" or row.tipo is None or row.cuota is None:
        return
    if subject.about.rectificativa == "I" or subject.about.tipo in {"R2", "R3"}:
        return
    due = row.base * row.tipo / HUNDRED
    if abs(row.cuota - due) > lists.TOLERANCE:
        yield finding(
            "1142",
            "The tax is not that of base and rate.",
            row.pointer + "/percent",
            found=money(row.cuota),
            expected=money(due),
        )
    if row.cuota * row.base < ZERO:
        yield finding("1143", "Tax and base have different signs.", row.pointer, found=money(row.cuota))


def _extension(subject: Subject, row: Row, name: str) -> str:
    """Where the caller said it: on the line, else on the invoice."""
    line = "/".join(row.pointer.split("/")[:3])
    at = int(line.rpartition("/")[2])
    extensions = subject.instruction.line_extensions
    on_line = at < len(extensions) and getattr(extensions[at], name, None) is not None
    return f"{line if on_line else ''}/extensions/verifactu/{name}"


def _qualified_at(subject: Subject, row: Row) -> str:
    """The line's own word, else the category of its tax."""
    for name in ("exenta", "calificacion"):
        where = _extension(subject, row, name)
        if where.startswith("/lines/"):
            return where
    return row.pointer + "/category"


def _percent(value: Decimal | None) -> str:
    return "none" if value is None else plain(value.normalize())


def _each_row(rule: Callable[[Subject, Row], Iterator[Finding]]) -> Callable[[Subject], Iterator[Finding]]:
    def over_rows(subject: Subject) -> Iterator[Finding]:
        for row in subject.about.rows:
            yield from rule(subject, row)

    return over_rows


RULES: tuple[Callable[[Subject], Iterator[Finding]], ...] = (
    _size,
    _totals,
    *map(_each_row, (_clave, _regime, _qualification, _rate, _surcharge, _amount)),
)
