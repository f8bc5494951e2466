"""ConsultaFactuSistemaFacturacion: what the book holds of one month. Source: Descripción del servicio web 1.0.3, 6.5.

A recipient who asks must name the issuer as Contraparte: the book has no index by recipient.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy

import msgspec
from lxml import etree

from jurisdictions.contract import SimulatorReply
from jurisdictions.verifactu.simulator import faults, structure
from jurisdictions.verifactu.simulator.book import Entry, invoices_of
from jurisdictions.verifactu.simulator.identity import Holder, is_in_census, is_nif
from jurisdictions.verifactu.simulator.message import CONSULTATION, CONSULTATION_REPLY, SF, Branch, Refused
from jurisdictions.verifactu.simulator.reception import presenter
from jurisdictions.verifactu.simulator.record import day
from jurisdictions.verifactu.simulator.wording import text

MOST_RECORDS = 10_000
_VALUE_CODES = {
    "Ejercicio": 1248,
    "Periodo": 1248,
    "IndicadorRepresentante": 1249,
    "IDVersion": 1251,
    "NIF": 1100,
    "MostrarNombreRazonEmisor": 1270,
    "MostrarSistemaInformatico": 1271,
    "NumSerieFactura": 1104,
    "FechaExpedicionFactura": 1105,
}
_NOT_SHOWN = frozenset({"IDVersion", "IDFactura", "Signature"})
_INLINE = frozenset({"FacturasRectificadas", "FacturasSustituidas", "Destinatarios", "Encadenamiento"})
"""Groups that the answer's schema declares itself, so that their own elements too are in its namespace."""
_STATES = {"alta": "Correcto", "anulada": "Anulado"}
_decoder = msgspec.json.Decoder(Entry)
Found = tuple[str, str, str, Entry, etree._Element]


class Question:
    """The consultation as it was asked, its header checked."""

    def __init__(self, message: etree._Element, book: Mapping[str, bytes], holder: Holder) -> None:
        asked = Branch(message)
        header, filters = asked.first("Cabecera"), asked.first("FiltroConsulta")
        assert header is not None  # noqa: S101 - the structure was judged before
        assert filters is not None  # noqa: S101
        self.filter = filters
        self.shown = asked.first("DatosAdicionalesRespuesta")
        issuer, buyer = header.first("ObligadoEmision"), header.first("Destinatario")
        asker = (issuer or buyer or header).get("NIF")
        if not is_in_census(asker):
            raise Refused(4104 if is_nif(asker) else 4116, f"NIF:{asker}")
        if buyer is not None and header.has("IndicadorRepresentante"):
            raise Refused(1261)
        if buyer is not None and self.shows("MostrarSistemaInformatico"):
            raise Refused(1272)
        try:
            presenter(book, holder, asker)
        except Refused as refused:
            raise Refused(4132, refused.detail) if buyer is not None else refused from refused
        self.buyer = asker if buyer is not None else ""
        party = self.filter.first("Contraparte")
        other = party.first("IDOtro") if party else None
        named = (other.get("ID") if other else party.get("NIF")) if party else ""
        self.issuer, self.party = (named, asker) if self.buyer else (asker, named)
        period = self.filter.first("PeriodoImputacion") or self.filter
        self.month = f"{period.get('Ejercicio')}-{period.get('Periodo')}"
        self.days = _days(self.filter)

    def shows(self, name: str) -> bool:
        return self.shown is not None and self.shown.get(name) == "S"


def answer(
    book: Mapping[str, bytes], message: etree._Element, holder: Holder, page: int = MOST_RECORDS
) -> SimulatorReply:
    """The invoices of the month that fit, at most `page` of them, in order of presentation."""
    flaw = structure.flaw(message, CONSULTATION)
    if flaw is not None:
        raise Refused(4102 if flaw.structural else _VALUE_CODES.get(flaw.name, 1100), flaw.name)
    question = Question(message, book, holder)
    found: list[Found] = []
    more = False
    for one in _fitting(book, question):
        if len(found) == page:
            more = True
            break
        found.append(one)
    return SimulatorReply(headers=faults.XML, body=_reply(message, question, found, more=more))


def _fitting(book: Mapping[str, bytes], question: Question) -> Iterator[Found]:
    after = question.filter.first("ClavePaginacion")
    waiting = (after.get("NumSerieFactura"), after.get("FechaExpedicionFactura")) if after else None
    seen: set[tuple[str, str]] = set()
    for number, issued in _candidates(book, question):
        if waiting is not None:
            waiting = None if waiting == (number, issued) else waiting
            continue
        if (number, issued) in seen:
            continue
        seen.add((number, issued))
        held = book.get(f"record/{question.issuer}/{number}/{issued}")
        entry = _decoder.decode(held) if held else Entry()
        if entry.state == "none" or entry.month != question.month:
            continue
        element = etree.fromstring(entry.record)
        if _fits(question, issued, Branch(element)):
            yield question.issuer, number, issued, entry, element


def _candidates(book: Mapping[str, bytes], question: Question) -> Iterator[tuple[str, str]]:
    number = question.filter.get("NumSerieFactura")
    first, last = question.days
    if number and first and first == last:
        yield number, first
        return
    for found, issued in invoices_of(book, question.issuer, question.month, number):
        if not number or found == number:
            yield found, issued


def _fits(question: Question, issued: str, record: Branch) -> bool:
    first, last = question.days
    on = _sortable(issued)
    if (first and on < _sortable(first)) or (last and on > _sortable(last)):
        return False
    wanted = question.filter.get("RefExterna")
    if wanted and record.get("RefExterna") != wanted:
        return False
    if question.party and question.party not in {
        number for buyer in record.inside("Destinatarios", "IDDestinatario") for number in _numbers(buyer)
    }:
        return False
    asked, system = question.filter.first("SistemaInformatico"), record.first("SistemaInformatico")
    return asked is None or (system is not None and _installation(asked) == _installation(system))


def _installation(system: Branch) -> tuple[list[str], str, str]:
    return _numbers(system), system.get("IdSistemaInformatico"), system.get("NumeroInstalacion")


def _numbers(party: Branch) -> list[str]:
    other = party.first("IDOtro")
    return [number for number in (party.get("NIF"), other.get("ID") if other else "") if number]


def _days(filter_: Branch) -> tuple[str, str]:
    issued = filter_.first("FechaExpedicionFactura")
    if issued is None:
        return "", ""
    if issued.get("FechaExpedicionFactura"):
        return issued.get("FechaExpedicionFactura"), issued.get("FechaExpedicionFactura")
    span = issued.first("RangoFechaExpedicion")
    first, last = (span.get("Desde"), span.get("Hasta")) if span else ("", "")
    if any(one and day(one) is None for one in (first, last)):
        raise Refused(1105)
    if first and last and _sortable(first) > _sortable(last):
        raise Refused(1250)
    return first, last


def _sortable(written: str) -> str:
    return written[6:] + written[3:5] + written[:2]


def _reply(message: etree._Element, question: Question, found: list[Found], *, more: bool) -> bytes:
    root = etree.Element(
        f"{{{CONSULTATION_REPLY}}}RespuestaConsultaFactuSistemaFacturacion",
        nsmap={"tikLRRC": CONSULTATION_REPLY, "tik": SF},
    )
    header = _add(root, "Cabecera")
    header.extend(deepcopy(list(message[0])))
    period = _add(root, "PeriodoImputacion")
    year, _, month = question.month.partition("-")
    _add(period, "Ejercicio", year)
    _add(period, "Periodo", month)
    _add(root, "IndicadorPaginacion", "S" if more else "N")
    _add(root, "ResultadoConsulta", "ConDatos" if found else "SinDatos")
    for one in found:
        _invoice(root, question, one)
    if more:
        _identity(_add(root, "ClavePaginacion"), *found[-1][:3])
    etree.cleanup_namespaces(root)
    return faults.envelope(etree.tostring(root, encoding="unicode"))


def _invoice(root: etree._Element, question: Question, found: Found) -> None:
    nif, number, issued, entry, record = found
    row = _add(root, "RegistroRespuestaConsultaFactuSistemaFacturacion")
    _identity(_add(row, "IDFactura"), nif, number, issued)
    data = _add(row, "DatosRegistroFacturacion")
    name = record.find(f"{{{SF}}}NombreRazonEmisor")
    if name is not None:
        record.insert(0, name)
    for child in list(record):
        local = etree.QName(child).localname
        hidden = (local == "SistemaInformatico" and not question.shows("MostrarSistemaInformatico")) or (
            local == "NombreRazonEmisor" and not question.shows("MostrarNombreRazonEmisor")
        )
        if local not in _NOT_SHOWN and not hidden:
            _rename(child)
            if local in _INLINE:
                for inner in child:
                    _rename(inner)
            data.append(child)
    if entry.incident:
        _add(data, "Incidencia", "S")
    presented = _add(row, "DatosPresentacion")
    _add(presented, "NIFPresentador", entry.presenter, SF)
    _add(presented, "TimestampPresentacion", entry.presented, SF)
    _add(presented, "IdPeticion", entry.petition, SF)
    state = _add(row, "EstadoRegistro")
    _add(state, "TimestampUltimaModificacion", entry.presented)
    with_errors = entry.state == "alta" and entry.code
    _add(state, "EstadoRegistro", "AceptadoConErrores" if with_errors else _STATES[entry.state])
    if entry.code:
        _add(state, "CodigoErrorRegistro", str(entry.code))
        _add(state, "DescripcionErrorRegistro", text(entry.code))


def _rename(element: etree._Element) -> None:
    element.tag = f"{{{CONSULTATION_REPLY}}}{etree.QName(element).localname}"


def _identity(parent: etree._Element, nif: str, number: str, issued: str) -> None:
    _add(parent, "IDEmisorFactura", nif, SF)
    _add(parent, "NumSerieFactura", number, SF)
    _add(parent, "FechaExpedicionFactura", issued, SF)


def _add(
    parent: etree._Element, name: str, content: str | None = None, namespace: str = CONSULTATION_REPLY
) -> etree._Element:
    child = etree.SubElement(parent, f"{{{namespace}}}{name}")
    child.text = content
    return child
