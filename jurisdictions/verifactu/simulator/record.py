"""A record and the business rules that refuse it, in the order of Validaciones y errores 1.2.2, 3.1.3 to 3.1.5."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from lxml import etree

from jurisdictions.verifactu.simulator import breakdown
from jurisdictions.verifactu.simulator.identity import foreigner_code, is_in_census, spaniard_code
from jurisdictions.verifactu.simulator.message import Branch

FIRST_DAY = date(2024, 10, 28)
"""As the text of 1152 says. Invoices from 2024-01-01 on were seen to be accepted in preproduction; the text is kept."""
_RECTIFICATIONS = frozenset({"R1", "R2", "R3", "R4", "R5"})
_UNNAMED = frozenset({"F2", "R5"})
_PRINTABLE = re.compile(r"[ -~]*")
_FORBIDDEN = frozenset("\"'<>=")
_MACRO = 100_000_000


class Record:
    """One alta or anulación as it was received: identity, operation, and the fields as branches."""

    __slots__ = ("element", "fields", "is_alta", "issued", "nif", "number")

    def __init__(self, element: etree._Element) -> None:
        self.element = element
        self.is_alta = element.tag.endswith("}RegistroAlta")
        self.fields = Branch(element)
        identity = self.fields.first("IDFactura")
        suffix = "" if self.is_alta else "Anulada"
        leaves = identity.leaves if identity else {}
        self.nif = leaves.get(f"IDEmisorFactura{suffix}", "")
        self.number = leaves.get(f"NumSerieFactura{suffix}", "")
        self.issued = leaves.get(f"FechaExpedicionFactura{suffix}", "")

    def get(self, name: str) -> str:
        return self.fields.leaves.get(name, "")

    @property
    def system(self) -> Branch:
        found = self.fields.first("SistemaInformatico")
        return found or self.fields

    @property
    def previous(self) -> Branch | None:
        """The record before as this one names it; None for the first of a chain."""
        link = self.fields.first("Encadenamiento")
        return link.first("RegistroAnterior") if link else None


def day(written: str) -> date | None:
    """A dd-mm-yyyy date that the calendar has."""
    try:
        return date(int(written[6:]), int(written[3:5]), int(written[:2]))
    except ValueError:
        return None


def refusal(record: Record, issuer: str, today: date) -> int | None:
    """The first code that refuses the record, before anything is asked of the book."""
    rules = _alta(record, issuer, today) if record.is_alta else _anulacion(record, issuer)
    return next(rules, None)


def _alta(record: Record, issuer: str, today: date) -> Iterator[int]:
    alta = record.fields
    yield from _number(record, issuer)
    issued = day(record.issued)
    if issued is None:
        yield 1105
        return
    if issued > today:
        yield 1112
    if issued < FIRST_DAY:
        yield 1152
    operation = day(alta.get("FechaOperacion")) if alta.get("FechaOperacion") else None
    yield from _flags(alta)
    yield from _rectification(alta)
    yield from _operation_date(alta, issued, operation, today)
    yield from _marks(alta)
    yield from _third_party(alta, issuer, issued)
    yield from _recipients(alta, operation or issued)
    code = breakdown.refusal(alta, breakdown.Context(alta, issued, operation, today))
    if code:
        yield code
    yield from _system(record.system, issued)
    if alta.get("NumRegistroAcuerdoFacturacion") and not alta.get("NumRegistroAcuerdoFacturacion").startswith("SIM"):
        yield 1128
    if alta.get("IdAcuerdoSistemaInformatico") and not alta.get("IdAcuerdoSistemaInformatico").startswith("SIM"):
        yield 1242
    yield from _link(record)


def _anulacion(record: Record, issuer: str) -> Iterator[int]:
    yield from _number(record, issuer)
    issued = day(record.issued)
    if issued is None:
        yield 1105
        return
    yield from _generator(record.fields, issuer, issued)
    yield from _system(record.system, issued)
    yield from _link(record)


def _number(record: Record, issuer: str) -> Iterator[int]:
    if record.nif != issuer:
        yield 1108
    if not _PRINTABLE.fullmatch(record.number):
        yield 1130
    if not _FORBIDDEN.isdisjoint(record.number):
        yield 1287


def _flags(alta: Branch) -> Iterator[int]:
    if alta.get("Subsanacion") != "S":
        if alta.get("RechazoPrevio") == "X":
            yield 1153
        if alta.get("RechazoPrevio") == "S":
            yield 1161


def _rectification(alta: Branch) -> Iterator[int]:
    kind, correction = alta.get("TipoFactura"), alta.get("TipoRectificativa")
    if kind in _RECTIFICATIONS and not correction:
        yield 1114
    if kind not in _RECTIFICATIONS and correction:
        yield 1115
    if kind not in _RECTIFICATIONS and alta.has("FacturasRectificadas"):
        yield 1117
    if kind != "F3" and alta.has("FacturasSustituidas"):
        yield 1116
    named = alta.inside("FacturasRectificadas", "IDFacturaRectificada")
    named = named + alta.inside("FacturasSustituidas", "IDFacturaSustituida")
    if any(not is_in_census(one.get("IDEmisorFactura")) for one in named):
        yield 1154
    if correction == "S" and not alta.has("ImporteRectificacion"):
        yield 1118
    if correction != "S" and alta.has("ImporteRectificacion"):
        yield 1119


def _operation_date(alta: Branch, issued: date, operation: date | None, today: date) -> Iterator[int]:
    if not alta.get("FechaOperacion"):
        return
    if operation is None:
        yield 1145
        return
    if operation < today.replace(year=today.year - 20, day=min(today.day, 28)):
        yield 1134
    if operation.year > today.year + 1:
        yield 1125
    lines = alta.inside("Desglose", "DetalleDesglose")
    early = [line for line in lines if (line.get("Impuesto") or "01") in {"01", "03"}]
    if all(line.get("ClaveRegimen") in {"14", "15"} for line in early):
        return
    if operation > today:
        yield 1173
    if issued < operation:
        yield 1146


def _marks(alta: Branch) -> Iterator[int]:
    kind = alta.get("TipoFactura")
    if alta.get("FacturaSimplificadaArt7273") == "S" and kind in _UNNAMED:
        yield 1183
    if alta.get("FacturaSinIdentifDestinatarioArt61d") == "S" and kind not in _UNNAMED:
        yield 1185
    large = abs(breakdown.amount(alta, "ImporteTotal")) >= _MACRO
    if large != (alta.get("Macrodato") == "S"):
        yield 1139 if large else 1138
    if alta.get("Cupon") == "S" and kind not in {"R1", "R5"}:
        yield 1157


def _third_party(alta: Branch, issuer: str, on: date) -> Iterator[int]:
    issued_by, third = alta.get("EmitidaPorTerceroODestinatario"), alta.first("Tercero")
    if issued_by == "T" and third is None:
        yield 1186
    if issued_by == "D" and not alta.has("Destinatarios"):
        yield 1158
    if third is None:
        return
    if issued_by != "T":
        yield 1159 if issued_by == "D" else 1155
    if third.get("NIF") == issuer:
        yield 1188
    other = third.first("IDOtro")
    if other is not None and other.get("IDType") == "07":
        yield 1211
    yield from _person(third, on, (1123, 1109), ("03",), 1232, 1178)


def _recipients(alta: Branch, on: date) -> Iterator[int]:
    kind, buyers = alta.get("TipoFactura"), alta.inside("Destinatarios", "IDDestinatario")
    if kind in _UNNAMED:
        if buyers:
            yield 1190
    elif not buyers:
        yield 1189
    for buyer in buyers:
        other = buyer.first("IDOtro")
        if other is not None:
            if kind == "R3" and other.get("IDType") != "07":
                yield 1191
            if kind == "R2" and other.get("IDType") not in {"02", "07"}:
                yield 1192
        yield from _person(buyer, on, (1123, 1110), ("03", "07"), 1126, 1239)


def _person(
    party: Branch, on: date, nif: tuple[int, int], spanish: tuple[str, ...], wrong: int, unknown: int
) -> Iterator[int]:
    """`nif` are the codes of a malformed and of an unknown NIF; `wrong` that of a type not for Spain."""
    other = party.first("IDOtro")
    code = spaniard_code(party.get("NIF"), *nif) if other is None else None
    if other is not None:
        code = foreigner_code(other, on, spanish, wrong, unknown)
    if code:
        yield code


def _generator(anulacion: Branch, issuer: str, on: date) -> Iterator[int]:
    made_by, generator = anulacion.get("GeneradoPor"), anulacion.first("Generador")
    if bool(made_by) != (generator is not None):
        yield 1224
    if generator is None:
        return
    other = generator.first("IDOtro")
    if made_by == "E" and other is not None:
        yield 1227
    if generator.get("NIF") == issuer:
        yield 1259
    if made_by == "T" and other is not None and other.get("IDType") == "07":
        yield 1229
    types, wrong = (("03", "07"), 1230) if made_by == "D" else (("03",), 1232)
    yield from _person(generator, on, (1258, 1259), types, wrong, 1273)


def _system(system: Branch, on: date) -> Iterator[int]:
    other = system.first("IDOtro")
    if other is not None and other.get("IDType") == "07":
        yield 1221
    yield from _person(system, on, (1176, 1110), ("03",), 1232, 1179)
    if not re.fullmatch(r"[A-Z0-9]{2}", system.get("IdSistemaInformatico")):
        yield 1177


def _link(record: Record) -> Iterator[int]:
    previous = record.previous
    if not re.fullmatch(r"[0-9A-Za-z]*", record.get("Huella")):
        yield 1292
    if previous is None:
        return
    if day(previous.get("FechaExpedicionFactura")) is None:
        yield 1174
    if not previous.get("NumSerieFactura"):
        yield 1175
    if not previous.get("Huella"):
        yield 1269
    if not re.fullmatch(r"[0-9A-Za-z]*", previous.get("Huella")):
        yield 1291
