"""A case and a near miss for every code of the Desglose and of the totals."""

from __future__ import annotations

from tests.jurisdictions.verifactu.rules.case import Case
from tests.jurisdictions.verifactu.rules.records import Edit, kind, leaf, operated, other, recipient, row, rows, sound

LAST_OF_5, FIRST_AFTER_5 = operated("30-09-2024"), operated("01-10-2024")
PUBLIC_BODY = recipient(leaf("NIF", "P00000000"))
BELGIAN = recipient(other("02", "BE0999000129", "BE"))
IGIC, IPSI, OTHER = "03", "02", "05"


def _case(code: str, breaks: tuple[Edit, ...], spares: tuple[Edit, ...]) -> Case:
    return Case(code=code, document=sound, breaks=breaks, spares=spares)


def _rows(code: str, breaks: str, spares: str, *also: Edit) -> Case:
    """Only the row differs; `also` is changed in both."""
    return _case(code, (rows(breaks), *also), (rows(spares), *also))


def _surcharge(code: str, rate: str, breaks: str, spares: str, *also: Edit) -> Case:
    def surcharged(percent: str) -> str:
        return row(tipo=rate, cuota=rate, recargo=percent, cuota_recargo="0.50")

    return _rows(code, surcharged(breaks), surcharged(spares), *also)


def _rate(code: str, rate: str, breaks: Edit, spares: Edit) -> Case:
    taxed = rows(row(tipo=rate, cuota=rate))
    return _case(code, (taxed, breaks), (taxed, spares))


CASES: tuple[Case, ...] = (
    _rows("1100", row(base="1234567890123.00"), row(base="123456789012.00")),
    _rows("1124", row(tipo="16.00", cuota="16.00"), row(tipo="10", cuota="10")),
    _surcharge("1127", "21", "3", "5.2"),
    _rows("1140", row("06", a_coste="-5.00", cuota="1.00"), row("06", a_coste="5.00", cuota="1.00")),
    _rows("1142", row(cuota="31.01"), row(cuota="31.00")),
    _rows("1143", row(base="5.00", cuota="-1.00"), row(base="5.00", cuota="1.00")),
    _rows("1144", row("06", a_coste="100.00", cuota="31.01"), row("06", a_coste="100.00", cuota="11.00")),
    _case("1148", (rows(row("14")), kind("F3")), (rows(row("14")), kind("R1"))),
    _case("1149", (rows(row("14")),), (rows(row("14")), PUBLIC_BODY)),
    _rows("1150", row(base="2490.01", cuota="520.00"), row(base="2490.00", cuota="520.00"), kind("F2")),
    _surcharge("1160", "5", "1.4", "0.62", LAST_OF_5),
    _surcharge("1162", "21", "1.4", "1.75"),
    _surcharge("1163", "10", "0.5", "1.4"),
    _surcharge("1164", "4", "1.4", "0.5"),
    _surcharge("1165", "0", "0.26", "0", LAST_OF_5),
    _surcharge("1166", "2", "0.5", "0.26", operated("31-12-2024")),
    _surcharge("1167", "5", "0.62", "0.5", operated("31-12-2022")),
    _surcharge("1168", "5", "0.5", "0.62", operated("01-01-2023")),
    _surcharge("1169", "7.5", "0.5", "1", operated("31-12-2024")),
    _surcharge("1170", "0", "0", "0.26", FIRST_AFTER_5),
    _surcharge("1277", "0", "0.5", "0.26"),
    _rows("1181", row(calificacion="S3"), row(calificacion="S2")),
    _rows("1182", row("02", None, None, None, exenta="E7"), row("01", None, None, None, exenta="E7", impuesto=IGIC)),
    _rate("1194", "5", FIRST_AFTER_5, LAST_OF_5),
    _rate("1235", "2", LAST_OF_5, FIRST_AFTER_5),
    _rate("1236", "7.5", operated("01-01-2025"), operated("31-12-2024")),
    _rows("1195", row(calificacion=None), row()),
    _rows("1196", row(exenta="E1"), row(calificacion=None, exenta="E1")),
    _case(
        "1197",
        (rows(row(calificacion="S2", tipo="0", cuota="0")), kind("F2")),
        (rows(row(calificacion="S2", tipo="0", cuota="0")), kind("F3")),
    ),
    _rows("1198", row(calificacion="S2", tipo="0", cuota=None), row(calificacion="S2", tipo="0", cuota="0")),
    _rows("1199", row("01", None, None, None, exenta="E2"), row("01", None, None, None, exenta="E1")),
    _rows("1200", row("03", "N1", None, None), row("03", None, None, None, exenta="E1")),
    _rows("1201", row("04"), row("04", "S2", "0", "0")),
    _rows("1202", row("06"), row("06", a_coste="100.00")),
    _rows("1203", row("07", None, None, None, exenta="E5"), row("07", None, None, None, exenta="E6")),
    _rows("1205", row("10", "N2", None, None), row("10", "N1", None, None)),
    _rows("1206", row("11", tipo="10", cuota="10"), row("11")),
    _rows("1207", row(calificacion="N2", tipo=None, impuesto=IGIC), row(calificacion="N2", cuota="0", impuesto=IGIC)),
    _rows("1208", row(cuota=None), row(cuota="21")),
    _rows("1209", row("06", tipo=None, a_coste="100.00"), row("06", a_coste="100.00")),
    _rows("1218", row(impuesto="04"), row(None, impuesto=OTHER)),
    _rows("1237", row(calificacion="N1", tipo="0", cuota=None), row(calificacion="N1", tipo=None, cuota=None)),
    _rows("1238", row("01", None, None, "0", exenta="E1"), row("01", None, None, None, exenta="E1")),
    _rows("1245", row(None), row(None, impuesto=OTHER)),
    _rows("1246", row("21"), row("21", impuesto=IGIC)),
    _rows("1252", row("08"), row("08", "N2", None, None)),
    _rows("1257", row(a_coste="100.00"), row(a_coste="100.00", impuesto=IPSI)),
    _rows("1260", row("01", impuesto=OTHER), row(None, impuesto=OTHER)),
    _rows(
        "1281",
        row(calificacion="S2", tipo="0", cuota="0", recargo="0", cuota_recargo="0"),
        row(calificacion="S2", tipo="0", cuota="0"),
    ),
    _rows("1284", row(recargo="5.2"), row(recargo="5.2", cuota_recargo="5.20")),
    _rows("1286", row("02"), row("02", None, None, None, exenta="E2")),
    _case(
        "1289",
        (rows(row("01", None, None, None, exenta="E5")),),
        (rows(row("01", None, None, None, exenta="E5")), BELGIAN),
    ),
    _rows("1293", row("20", impuesto=IGIC), row("20", "N2", None, None, impuesto=IGIC)),
    _case(
        "2005",
        ((leaf("ImporteTotal", "121.00"), leaf("ImporteTotal", "131.01")),),
        ((leaf("ImporteTotal", "121.00"), leaf("ImporteTotal", "131.00")),),
    ),
    _case(
        "2006",
        ((leaf("CuotaTotal", "21.00"), leaf("CuotaTotal", "31.01")),),
        ((leaf("CuotaTotal", "21.00"), leaf("CuotaTotal", "31.00")),),
    ),
    _rows("2009", row(None, impuesto=IPSI), row(impuesto=IPSI)),
    _case("4113", (rows(*[row()] * 13),), (rows(*[row()] * 12),)),
)
