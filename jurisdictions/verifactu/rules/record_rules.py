"""The AEAT's rules of a record as a whole: identity, flags, type, days, marks, link, system and who generated it.

Source: "Validaciones y errores" 1.2.2 of 2026-04-08, §3.1.3 (1-11, 14, 18-20), §3.1.4 and §3.1.5; names of the codes:
errores.properties of 2026-08-18.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.rules.facts import Broken, RecordFacts, Rule
from jurisdictions.verifactu.rules.party_rules import PRODUCER, Codes, named

_TWENTY_YEARS = 20
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)")
_ALPHANUMERIC = re.compile(r"[0-9A-Za-z]*")
_SHA256 = re.compile(r"[0-9A-F]{64}")
_PRODUCT_ID = re.compile(r"[0-9A-Z]{2}")
_ART_7273_TYPES = lists.FULL_TYPES
_COUPON_TYPES = frozenset({"R1", "R5"})
_IVA_IGIC = frozenset({lists.IVA, lists.IGIC})
_ADVANCED = frozenset({"14", "15"})
_GENERATOR = Codes("1258", "1228", "1232", frozenset({lists.PASSPORT}), id_type="1231")
_RECIPIENT_GENERATOR = Codes("1258", "1228", "1230", frozenset({lists.PASSPORT, lists.NOT_IN_CENSUS}), id_type="1231")
_PREVIOUS = "Encadenamiento/RegistroAnterior"


def years(day: date, number: int) -> date:
    """The same day some years on; 28 February where there is none."""
    try:
        return day.replace(year=day.year + number)
    except ValueError:
        return day.replace(year=day.year + number, day=28)


def _identity_place(record: RecordFacts, name: str) -> str:
    return f"IDFactura/{name}{'Anulada' if record.operation == 'anulacion' else ''}"


def _issuer(record: RecordFacts, today: date) -> Iterator[Broken]:
    if record.obligado is not None and record.nif != record.obligado:
        yield Broken("1108", _identity_place(record, "IDEmisorFactura"), record.nif, record.obligado)


def _texts(record: RecordFacts, today: date) -> Iterator[Broken]:
    """What an alta must say in words (RD 1007/2023 art. 10.1), and the schema lets be empty."""
    if record.operation == "alta":
        for name, text in (("NombreRazonEmisor", record.name), ("DescripcionOperacion", record.description)):
            if not text:
                yield Broken("1100", name, "nothing", "a text")


def _flags(record: RecordFacts, today: date) -> Iterator[Broken]:
    if record.operation == "alta" and record.subsanacion != "S" and record.rechazo_previo in {"S", "X"}:
        yield Broken("1153" if record.rechazo_previo == "X" else "1161", "RechazoPrevio", record.rechazo_previo, "N")


def _type(record: RecordFacts, today: date) -> Iterator[Broken]:
    if record.operation != "alta":
        return
    corrective = record.tipo in lists.CORRECTIVE_TYPES
    if corrective and record.rectificativa is None:
        yield Broken("1114", "TipoFactura", record.tipo, "TipoRectificativa S or I")
    if not corrective and record.rectificativa is not None:
        yield Broken("1115", "TipoRectificativa", record.rectificativa, "none")
    if record.names_replaced and record.tipo != "F3":
        yield Broken("1116", "FacturasSustituidas", record.tipo, "F3")
    if record.names_corrected and not corrective:
        yield Broken("1117", "FacturasRectificadas", record.tipo, "R1 to R5")
    if record.rectificativa == "S" and record.rectified is None:
        yield Broken("1118", "TipoRectificativa", "S", "ImporteRectificacion")
    if record.rectificativa != "S" and record.rectified is not None:
        yield Broken("1119", "ImporteRectificacion", record.rectificativa or "none", "S")


def _issue_date(record: RecordFacts, today: date) -> Iterator[Broken]:
    day, place = record.issue_date, _identity_place(record, "FechaExpedicionFactura")
    if day is None:
        yield Broken("1105", place, record.dated, "a day of the calendar")
        return
    if record.operation == "anulacion":
        return
    if day > today:
        yield Broken("1112", place, record.dated, f"until {today:%d-%m-%Y}")
    if day < years(today, -_TWENTY_YEARS):
        yield Broken("1133", place, record.dated, f"from {years(today, -_TWENTY_YEARS):%d-%m-%Y}")
    if day < lists.FIRST_ISSUE_DATE:
        yield Broken("1152", place, record.dated, f"from {lists.FIRST_ISSUE_DATE:%d-%m-%Y}")


def _advance_date(record: RecordFacts, today: date) -> Iterator[Broken]:
    """1147: certificates of works for public bodies are invoiced before their operation."""
    if record.issue_date is None or not any(row.clave == "14" and row.tax in _IVA_IGIC for row in record.rows):
        return
    if record.operation_date is None or record.operation_date <= record.issue_date:
        yield Broken("1147", "FechaOperacion", record.operated or "none", f"after {record.dated}")


def _operation_date(record: RecordFacts, today: date) -> Iterator[Broken]:
    day, text = record.operation_date, record.operated
    if text is None:
        return
    if day is None:
        yield Broken("1145", "FechaOperacion", text, "a day of the calendar")
        return
    if day < years(today, -_TWENTY_YEARS):
        yield Broken("1134", "FechaOperacion", text, f"from {years(today, -_TWENTY_YEARS):%d-%m-%Y}")
    if day.year > today.year + 1:
        yield Broken("1125", "FechaOperacion", text, f"until 31-12-{today.year + 1}")
    if all(row.clave in _ADVANCED for row in record.rows if row.tax in _IVA_IGIC):
        return
    if day > today:
        yield Broken("1173", "FechaOperacion", text, f"until {today:%d-%m-%Y}")
    if record.issue_date is not None and record.issue_date < day:
        yield Broken("1146", "FechaOperacion", text, f"until {record.dated}")


def _named_days(record: RecordFacts, today: date) -> Iterator[Broken]:
    for one in (*record.corrected, *record.replaced):
        if one.day is None and one.dated:
            yield Broken("1145", f"{one.place}/FechaExpedicionFactura", one.dated, "a day of the calendar")


def _marks(record: RecordFacts, today: date) -> Iterator[Broken]:
    if record.operation != "alta":
        return
    if record.art_7273 == "S" and record.tipo not in _ART_7273_TYPES:
        yield Broken("1183", "FacturaSimplificadaArt7273", record.tipo, " ".join(sorted(_ART_7273_TYPES)))
    if record.art_61d == "S" and record.tipo not in lists.SIMPLIFIED_TYPES:
        yield Broken("1185", "FacturaSinIdentifDestinatarioArt61d", record.tipo, "F2 R5")
    if record.cupon == "S" and record.tipo not in _COUPON_TYPES:
        yield Broken("1157", "Cupon", record.tipo, "R1 R5")
    large = abs(record.importe_total) >= lists.MACRODATO
    if large and record.macrodato != "S":
        yield Broken("1139", "ImporteTotal", str(record.importe_total), "Macrodato S")
    if not large and record.macrodato == "S":
        yield Broken("1138", "Macrodato", "S", "N, or nothing")


def _moment(record: RecordFacts, today: date) -> Iterator[Broken]:
    if not _MOMENT.fullmatch(record.generated_at):
        yield Broken(
            "1244", "FechaHoraHusoGenRegistro", record.generated_at, "seconds, and Z or an offset of hours and minutes"
        )


def _own_huella(record: RecordFacts, today: date) -> Iterator[Broken]:
    if not _ALPHANUMERIC.fullmatch(record.huella):
        yield Broken("1292", "Huella", record.huella, "letters and digits")
    elif len(record.huella) != 64:
        yield Broken("1262", "Huella", str(len(record.huella)), "64")


def _previous(record: RecordFacts, today: date) -> Iterator[Broken]:
    """Form of the link: wrong days and numbers refuse, a wrong huella is accepted with errors."""
    before = record.previous
    if before is None:
        return
    if before.day is None:
        yield Broken("1174", f"{_PREVIOUS}/FechaExpedicionFactura", before.dated, "a day of the calendar")
    if not before.number:
        yield Broken("1175", f"{_PREVIOUS}/NumSerieFactura", "nothing", "1 to 60 characters")
    place = f"{_PREVIOUS}/Huella"
    if not before.huella:
        yield Broken("1269", place, "nothing", "the huella of the record before")
    elif not _ALPHANUMERIC.fullmatch(before.huella):
        yield Broken("1291", place, before.huella, "letters and digits")
    elif len(before.huella) != 64:
        yield Broken("2002", place, str(len(before.huella)), "64")
    elif not _SHA256.fullmatch(before.huella):
        yield Broken("2003", place, before.huella, "hexadecimal digits in capitals")
    elif before.huella == record.huella:
        yield Broken("2008", place, before.huella, "another huella than the record's own")


def _system(record: RecordFacts, today: date) -> Iterator[Broken]:
    system, producer = record.system, record.system.producer
    if producer.id_type == lists.NOT_IN_CENSUS:
        yield Broken("1221", "SistemaInformatico/IDOtro/IDType", producer.id_type, "02 to 06")
    else:
        yield from named(producer, record.rate_date, PRODUCER)
    if not _PRODUCT_ID.fullmatch(system.id):
        yield Broken("1177", "SistemaInformatico/IdSistemaInformatico", system.id, "two capitals or digits")
    if not system.name:
        yield Broken("1220", "SistemaInformatico/NombreSistemaInformatico", "nothing", "1 to 30 characters")
    for name, value in (
        ("NombreRazon", producer.name),
        ("Version", system.version),
        ("NumeroInstalacion", system.installation),
    ):
        if not value:
            yield Broken("1179", f"SistemaInformatico/{name}", "nothing", "a text")


def _generator(record: RecordFacts, today: date) -> Iterator[Broken]:
    who, made_by = record.generator, record.made_by
    if (who is None) is not (made_by is None):
        place = "GeneradoPor" if who is None else "Generador"
        yield Broken("1224", place, made_by or "none", "GeneradoPor and Generador together")
    if who is None:
        return
    if not who.name:
        yield Broken("1273", "Generador/NombreRazon", "nothing", "a name")
    if who.nif is not None and who.nif == record.issuer:
        yield Broken("1259", "Generador/NIF", who.nif, "another NIF than the obligado's")
    if who.nif is None and made_by == "E":
        yield Broken("1227", "Generador", "IDOtro", "NIF")
    if who.id_type == lists.NOT_IN_CENSUS and made_by == "T":
        yield Broken("1229", "Generador/IDOtro/IDType", who.id_type, "02 to 06")
    else:
        yield from named(who, record.issue_date, _RECIPIENT_GENERATOR if made_by == "D" else _GENERATOR)


CONTENT: tuple[Rule, ...] = (
    _issuer,
    _texts,
    _flags,
    _type,
    _issue_date,
    _advance_date,
    _operation_date,
    _named_days,
    _marks,
    _system,
    _generator,
)
"""What an invoice decides about its record."""
SEAL: tuple[Rule, ...] = (_moment, _own_huella, _previous)
"""What sealing adds to it."""
RULES = CONTENT + SEAL
