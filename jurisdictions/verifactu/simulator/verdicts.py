"""The verdict on one record: refused, accepted with errors, or correct, with a single code.

The order is the AEAT's: values, business rules, then what the book holds (annex of Validaciones y errores 1.2.2), and
for what is accepted the admissible errors in the priority of section 4.3.1, those exempt from subsanación last.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from lxml import etree

from jurisdictions.verifactu.simulator import breakdown, chain, record, structure
from jurisdictions.verifactu.simulator.book import Entry, Ledger
from jurisdictions.verifactu.simulator.markers import record_code

CORRECT, WITH_ERRORS, INCORRECT = "Correcto", "AceptadoConErrores", "Incorrecto"

VALUE_CODES = {
    "CodigoPais": 1101,
    "IDType": 1102,
    "ID": 1103,
    "NumSerieFactura": 1104,
    "NumSerieFacturaAnulada": 1104,
    "FechaExpedicionFactura": 1105,
    "FechaExpedicionFacturaAnulada": 1105,
    "TipoFactura": 1106,
    "TipoRectificativa": 1107,
    "IDEmisorFactura": 1120,
    "IDEmisorFacturaAnulada": 1120,
    "TipoImpositivo": 1124,
    "TipoRecargoEquivalencia": 1127,
    "FacturaSimplificadaArt7273": 1136,
    "Macrodato": 1137,
    "FechaOperacion": 1145,
    "EmitidaPorTerceroODestinatario": 1151,
    "Cupon": 1157,
    "Subsanacion": 1171,
    "IdSistemaInformatico": 1177,
    "CalificacionOperacion": 1181,
    "OperacionExenta": 1182,
    "FacturaSinIdentifDestinatarioArt61d": 1184,
    "TipoUsoPosibleSoloVerifactu": 1212,
    "TipoUsoPosibleMultiOT": 1213,
    "Impuesto": 1218,
    "NombreSistemaInformatico": 1220,
    "GeneradoPor": 1225,
    "IndicadorMultiplesOT": 1226,
    "FechaHoraHusoGenRegistro": 1244,
    "ClaveRegimen": 1246,
    "TipoHuella": 1247,
    "IDVersion": 1251,
    "Huella": 1262,
    "RefExterna": 1253,
    "CuotaTotal": 1266,
    "ImporteTotal": 1267,
    "PrimerRegistro": 1274,
    "SinRegistroPrevio": 1276,
}
"""The code of a wrong value by its field; every other field has 1100."""

_VALUE_CODES_WITHIN = {
    ("RegistroAnterior", "FechaExpedicionFactura"): 1174,
    ("RegistroAnterior", "NumSerieFactura"): 1175,
    ("RegistroAnterior", "IDEmisorFactura"): 1269,
    ("SistemaInformatico", "NIF"): 1176,
    ("Generador", "NIF"): 1258,
    ("RegistroAlta", "RechazoPrevio"): 1171,
    ("RegistroAnulacion", "RechazoPrevio"): 1275,
}


class Verdict:
    """What the AEAT answers about one record, and what it already held where that is why it refused it."""

    __slots__ = ("code", "duplicate", "record", "status")

    def __init__(self, one: record.Record, status: str, code: int = 0, duplicate: Entry | None = None) -> None:
        self.record = one
        self.status = status
        self.code = code
        self.duplicate = duplicate


class Session:
    """The message around the records: who issues and presents, when, and whether there was an incident."""

    __slots__ = ("at", "incident", "issuer", "last_day", "marked", "petition", "presented", "presenter", "today")

    def __init__(
        self, issuer: str, presenter: str, at: datetime, local: datetime, *, incident: bool, last_day: str = ""
    ) -> None:
        self.issuer = issuer
        self.presenter = presenter
        self.at = at
        self.today: date = local.date()
        self.presented = local.isoformat(timespec="seconds")
        self.incident = incident
        self.last_day = last_day
        self.petition = ""
        self.marked = False


def value_code(flaw: structure.Flaw) -> int:
    """The code of a record's first wrong value."""
    return _VALUE_CODES_WITHIN.get((flaw.parent, flaw.name)) or VALUE_CODES.get(flaw.name, 1100)


def judge(one: record.Record, flaw: structure.Flaw | None, ledger: Ledger, session: Session) -> Verdict:
    """Judge a record and write into the ledger what became of it."""
    forced = record_code(one) if session.marked else None
    code = _refusal(one, flaw, ledger, session, forced)
    former = ledger.of(one)
    if code:
        duplicate = former if code == 3000 and former and former.state != "none" else None
        if one.nif == session.issuer:
            ledger.write(one, former or Entry())
        return Verdict(one, INCORRECT, code, duplicate)
    warning = forced or next(_warnings(one, ledger, session), 0)
    ledger.write(one, _entry(one, warning, former, session))
    ledger.accepted(one)
    return Verdict(one, WITH_ERRORS if warning else CORRECT, warning)


def _refusal(
    one: record.Record, flaw: structure.Flaw | None, ledger: Ledger, session: Session, forced: int | None
) -> int | None:
    if flaw is not None:
        return value_code(flaw)
    if forced and not 2000 <= forced < 3000:
        return forced
    return record.refusal(one, session.issuer, session.today) or _unfit_state(one, ledger.of(one))


def _unfit_state(one: record.Record, held: Entry | None) -> int | None:
    """The tables of the annex: which operation fits which state of the invoice at the AEAT."""
    exists = held is not None and held.state != "none"
    if one.is_alta:
        must_exist = one.get("Subsanacion") == "S" and one.get("RechazoPrevio") != "X"
    else:
        must_exist = one.get("SinRegistroPrevio") != "S"
    if must_exist:
        return None if exists else 3002
    return 3000 if exists else None


def _warnings(one: record.Record, ledger: Ledger, session: Session) -> Iterator[int]:
    buyers = one.fields.inside("Destinatarios", "IDDestinatario")
    others = (buyer.first("IDOtro") for buyer in buyers)
    if any(other is not None and other.get("IDType") == "07" for other in others):
        yield 2001
    if chain.huella(one) != one.get("Huella"):
        yield 2000
    yield from chain.link_warnings(one, ledger)
    found = set(breakdown.warnings(one.fields, session.today)) if one.is_alta else set()
    yield from sorted(found - {2009})
    if one.previous is None and ledger.knows_system(one):
        yield 2007
    if 2009 in found:
        yield 2009
    if chain.clock_is_off(one, session.at, incident=session.incident):
        yield 2004


def _entry(one: record.Record, code: int, former: Entry | None, session: Session) -> Entry:
    on = one.get("FechaOperacion") or one.issued
    month = former.month if former and former.month and not one.is_alta else f"{on[6:]}-{on[3:5]}"
    return Entry(
        state="alta" if one.is_alta else "anulada",
        code=code,
        petition=session.petition,
        presenter=session.presenter,
        presented=session.presented,
        month=month,
        incident=session.incident,
        record=etree.tostring(one.element, encoding="unicode", with_tail=False),
    )
