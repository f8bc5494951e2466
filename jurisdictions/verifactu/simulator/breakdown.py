"""The tax breakdown (Desglose) under the published rules. Source: Validaciones y errores 1.2.2, 3.1.3.15 to 17."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from jurisdictions.verifactu.simulator.message import Branch

MARGIN = Decimal(10)
CEILING_F2 = Decimal(3000)
WITHOUT_TOTALS = frozenset({"03", "05", "06", "08", "09"})
_ZERO = Decimal(0)
_FULL = frozenset({"F1", "F3", "R1", "R2", "R3", "R4"})
_IVA_REGIMES = frozenset("01 02 03 04 05 06 07 08 09 10 11 14 15 17 18 19 20".split())
_IGIC_REGIMES = _IVA_REGIMES | {"21"}
_IPSI_REGIMES = frozenset("01 08 11 18 19 20".split())
_RATES = frozenset(Decimal(rate) for rate in "0 2 4 5 7.5 10 21".split())
_PASSING_RATES = {
    Decimal(5): (date(2022, 7, 1), date(2024, 9, 30), 1194),
    Decimal(2): (date(2024, 10, 1), date(2024, 12, 31), 1235),
    Decimal("7.5"): (date(2024, 10, 1), date(2024, 12, 31), 1236),
}
_SURCHARGES = frozenset(Decimal(rate) for rate in "0 0.26 0.5 0.62 1 1.4 1.75 5.2".split())
_SURCHARGE_OF = {
    Decimal(21): (("5.2", "1.75"), 1162),
    Decimal(10): (("1.4",), 1163),
    Decimal("7.5"): (("1",), 1169),
    Decimal(4): (("0.5",), 1164),
    Decimal(2): (("0.26",), 1166),
}
_ABSENT_IF_UNTAXED = ("TipoImpositivo", "CuotaRepercutida", "TipoRecargoEquivalencia", "CuotaRecargoEquivalencia")


class Context:
    """What a line is judged against: the invoice's type, dates and recipients."""

    __slots__ = ("buyers", "correction", "issued", "kind", "on", "operation", "today")

    def __init__(self, alta: Branch, issued: date, operation: date | None, today: date) -> None:
        self.kind = alta.get("TipoFactura")
        self.correction = alta.get("TipoRectificativa")
        self.buyers = alta.inside("Destinatarios", "IDDestinatario")
        self.issued = issued
        self.operation = operation
        self.on = operation or issued
        self.today = today


def amount(line: Branch, name: str) -> Decimal:
    """An amount in euro as written; zero where it is absent."""
    written = line.leaves.get(name)
    return Decimal(written) if written else _ZERO


def refusal(alta: Branch, context: Context) -> int | None:
    """The code against the first line that breaks a rule, or against the lines together."""
    lines = alta.inside("Desglose", "DetalleDesglose")
    for line in lines:
        code = next(_codes(line, context), None)
        if code:
            return code
    if context.kind == "F2" and not alta.get("NumRegistroAcuerdoFacturacion"):
        together = sum(amount(one, "BaseImponibleOimporteNoSujeto") + amount(one, "CuotaRepercutida") for one in lines)
        if together > CEILING_F2 + MARGIN and alta.get("FacturaSinIdentifDestinatarioArt61d") != "S":
            return 1150
    return None


def warnings(alta: Branch, today: date) -> Iterator[int]:
    """The admissible errors of the breakdown: totals (2005, 2006) and IPSI without regime (2009)."""
    lines = alta.inside("Desglose", "DetalleDesglose")
    if WITHOUT_TOTALS.isdisjoint(line.get("ClaveRegimen") for line in lines):
        tax = sum((amount(one, "CuotaRepercutida") + amount(one, "CuotaRecargoEquivalencia") for one in lines), _ZERO)
        base = sum((amount(one, "BaseImponibleOimporteNoSujeto") for one in lines), _ZERO)
        if abs(amount(alta, "ImporteTotal") - base - tax) > MARGIN:
            yield 2005
        if abs(amount(alta, "CuotaTotal") - tax) > MARGIN:
            yield 2006
    if today < date(2027, 1, 1) and any(_ipsi_without_regime(line) for line in lines):
        yield 2009


def _ipsi_without_regime(line: Branch) -> bool:
    return line.get("Impuesto") == "02" and line.get("ClaveRegimen") not in _IPSI_REGIMES


def _codes(line: Branch, context: Context) -> Iterator[int]:
    tax = line.get("Impuesto") or "01"
    code = _regime_known(line, tax, context.today)
    if code:
        yield code
    if line.has("OperacionExenta"):
        yield from _exempt(line, tax, context)
    else:
        yield from _qualified(line, tax, context)
    if line.has("BaseImponibleACoste") and line.get("ClaveRegimen") != "06" and tax not in {"02", "05"}:
        yield 1257
    if tax in {"01", "03"}:
        yield from _regime(line, tax, context)


def _regime_known(line: Branch, tax: str, today: date) -> int | None:
    regime = line.get("ClaveRegimen")
    if tax == "05":
        return 1260 if regime else None
    if tax == "02":
        return 1245 if today >= date(2027, 1, 1) and _ipsi_without_regime(line) else None
    if not regime:
        return 1245
    return None if regime in (_IVA_REGIMES if tax == "01" else _IGIC_REGIMES) else 1246


def _exempt(line: Branch, tax: str, context: Context) -> Iterator[int]:
    exemption = line.get("OperacionExenta")
    if exemption in {"E7", "E8"} and tax != "03":
        yield 1182
    if tax in {"01", "03"} and line.get("ClaveRegimen") == "01" and exemption in {"E2", "E3"}:
        yield 1199
    if any(line.has(name) for name in _ABSENT_IF_UNTAXED):
        yield 1238
    if tax == "01" and exemption == "E5" and any(buyer.has("NIF") for buyer in context.buyers):
        yield 1289


def _qualified(line: Branch, tax: str, context: Context) -> Iterator[int]:
    subject = line.get("CalificacionOperacion")
    if subject in {"N1", "N2"}:
        if tax == "01" and any(line.has(name) for name in _ABSENT_IF_UNTAXED):
            yield 1237
        if amount(line, "CuotaRepercutida"):
            yield 1207
    elif subject == "S2":
        if context.kind not in _FULL:
            yield 1197
        if not line.get("TipoImpositivo") or not line.get("CuotaRepercutida"):
            yield 1198
        if amount(line, "TipoImpositivo") or amount(line, "CuotaRepercutida"):
            yield 1198
    else:
        yield from _taxed(line, tax, context)
    if line.has("TipoRecargoEquivalencia") != line.has("CuotaRecargoEquivalencia"):
        yield 1284
    if subject != "S1" and line.has("TipoRecargoEquivalencia"):
        yield 1281


def _taxed(line: Branch, tax: str, context: Context) -> Iterator[int]:
    if not line.get("TipoImpositivo") or not line.get("CuotaRepercutida"):
        yield 1209 if line.get("ClaveRegimen") == "06" else 1208
        return
    rate = amount(line, "TipoImpositivo")
    if tax == "01":
        yield from _rate(rate, context.on)
        if line.get("TipoRecargoEquivalencia"):
            yield from _surcharge(rate, amount(line, "TipoRecargoEquivalencia"), context.on)
    if context.correction == "I" or context.kind in {"R2", "R3"}:
        return
    at_cost = line.has("BaseImponibleACoste")
    base = amount(line, "BaseImponibleACoste" if at_cost else "BaseImponibleOimporteNoSujeto")
    charged = amount(line, "CuotaRepercutida")
    if base * charged < 0:
        yield 1140 if at_cost else 1143
    if abs(charged - base * rate / 100) > MARGIN:
        yield 1144 if at_cost else 1142


def _rate(rate: Decimal, on: date) -> Iterator[int]:
    if rate not in _RATES:
        yield 1124
    if rate in _PASSING_RATES:
        first, last, code = _PASSING_RATES[rate]
        if not first <= on <= last:
            yield code


def _surcharge(rate: Decimal, surcharge: Decimal, on: date) -> Iterator[int]:
    if surcharge not in _SURCHARGES:
        yield 1127
    elif rate in _SURCHARGE_OF:
        allowed, code = _SURCHARGE_OF[rate]
        if surcharge not in map(Decimal, allowed):
            yield code
    elif rate == 5:
        early = on <= date(2022, 12, 31)
        if surcharge != Decimal("0.5" if early else "0.62"):
            yield 1167 if early else 1168
    elif rate == 0:
        passing = date(2023, 1, 1) <= on <= date(2024, 9, 30)
        late = on >= date(2024, 10, 1)
        if (passing and surcharge) or (late and surcharge != Decimal("0.26")):
            yield 1165 if passing else 1170


def _regime(line: Branch, tax: str, context: Context) -> Iterator[int]:
    regime, subject, exemption = (
        line.get("ClaveRegimen"),
        line.get("CalificacionOperacion"),
        line.get("OperacionExenta"),
    )
    simple = {
        "02": (bool(subject), 1286),
        "03": (subject not in {"", "S1"}, 1200),
        "04": (subject not in {"", "S2"}, 1201),
        "06": (context.kind in {"F2", "F3", "R5"} or not line.get("BaseImponibleACoste"), 1202),
        "07": (subject in {"S2", "N1", "N2"} or exemption in {"E2", "E3", "E4", "E5"}, 1203),
        "08": (subject != "N2", 1252),
    }
    if regime in simple:
        broken, code = simple[regime]
        if broken:
            yield code
    elif regime == "10":
        by_nif = all(buyer.has("NIF") for buyer in context.buyers)
        if subject != "N1" or context.kind != "F1" or not by_nif:
            yield 1205
    elif regime == "11" and tax == "01" and amount(line, "TipoImpositivo") != 21:
        yield 1206
    elif regime == "14":
        yield from _pending_public_works(context)
    elif regime == "20" and tax == "03" and subject != "N2":
        yield 1293


def _pending_public_works(context: Context) -> Iterator[int]:
    if context.operation is None or context.operation <= context.issued:
        yield 1147
    if context.kind not in {"F1", "R1", "R2", "R3", "R4"}:
        yield 1148
    if not all(buyer.get("NIF")[:1] in {"P", "Q", "S", "V"} and buyer.has("NIF") for buyer in context.buyers):
        yield 1149
