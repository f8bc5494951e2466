"""Cases of values that the schema refuses, each by its field's own code."""

from __future__ import annotations

from collections.abc import Callable

from tests.jurisdictions.verifactu.rules import documents as of
from tests.jurisdictions.verifactu.rules.case import Case


def _value(code: str, document: Callable[[], bytes], name: str, right: str, wrong: str, spared: str) -> Case:
    def said(value: str) -> tuple[tuple[str, str], ...]:
        return ((f"<sf:{name}>{right}</sf:{name}>", f"<sf:{name}>{value}</sf:{name}>"),)

    return Case(code=code, document=document, breaks=said(wrong), spares=said(spared))


CASES: tuple[Case, ...] = (
    _value("1106", of.invoice, "TipoFactura", "F1", "F9", "F3"),
    _value("1107", of.differences, "TipoRectificativa", "I", "X", "S"),
    _value("1136", of.marked, "FacturaSimplificadaArt7273", "S", "X", "N"),
    _value("1137", of.marked, "Macrodato", "N", "X", "S"),
    _value("1151", of.marked, "EmitidaPorTerceroODestinatario", "D", "E", "T"),
    _value("1171", of.marked, "Subsanacion", "S", "X", "N"),
    _value("1184", of.marked, "FacturaSinIdentifDestinatarioArt61d", "N", "X", "S"),
    _value("1212", of.invoice, "TipoUsoPosibleSoloVerifactu", "S", "X", "N"),
    _value("1213", of.invoice, "TipoUsoPosibleMultiOT", "S", "X", "N"),
    _value("1225", of.generated, "GeneradoPor", "T", "X", "D"),
    _value("1226", of.invoice, "IndicadorMultiplesOT", "N", "X", "S"),
    _value("1231", of.generated_abroad, "IDType", "03", "01", "04"),
    _value("1247", of.invoice, "TipoHuella", "01", "02", "01"),
    _value("1251", of.invoice, "IDVersion", "1.0", "1.1", "1.0"),
    _value("1253", of.marked, "RefExterna", "x", "x" * 61, "x" * 60),
    _value("1263", of.invoice, "TipoHuella", "01", "1", "02"),
    _value("1264", of.invoice, "PrimerRegistro", "S", "SS", "N"),
    _value("1265", of.invoice, "TipoFactura", "F1", "F", "F9"),
    _value("1266", of.invoice, "CuotaTotal", "21.00", "1234567890123.00", "21.0"),
    _value("1267", of.invoice, "ImporteTotal", "121.00", "1234567890123.00", "121.0"),
    _value("1268", of.invoice, "FechaHoraHusoGenRegistro", "2026-11-20T10:30:15+01:00", "", "2026-11-20"),
    _value("1274", of.invoice, "PrimerRegistro", "S", "N", "S"),
    _value("1275", of.marked, "RechazoPrevio", "X", "Y", "S"),
    _value("1276", of.cancellation, "SinRegistroPrevio", "N", "X", "S"),
)
