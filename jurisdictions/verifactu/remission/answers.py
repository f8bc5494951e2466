"""Reading what the AEAT answers: the lines of a remission, the entries of a consulta, faults and pages of HTML.

Nothing here decides; `exchange` does. Source: RespuestaSuministro.xsd and RespuestaConsultaLR.xsd 1.0, "Descripción
del servicio web" 1.0.3 §5. Lists are read leniently: the published samples differ in gender (Correcta, Correcto).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from jurisdictions.contract import Answer
from jurisdictions.contract import Failure as TransportFailure
from jurisdictions.kit import soap
from jurisdictions.verifactu import codelists as lists

_CODE = re.compile(r"Codigo\[(\d{4})\]\.?\s*")
_OF_CERTIFICATE = re.compile(rb"certificado|>[^<]*\b401\b")
_NUMBER_OF_SECONDS = re.compile(r"[0-9]{1,9}")
CERTIFICATE = "CERTIFICATE"
CORRECT, WITH_ERRORS, INCORRECT, ANNULLED = "Correcto", "AceptadoConErrores", "Incorrecto", "Anulado"
_STATES = (("correct", CORRECT), ("aceptad", WITH_ERRORS), ("incorrect", INCORRECT), ("anulad", ANNULLED))
_TURNED_BACK = frozenset({408, 429, 503})
_GATEWAY = frozenset({502, 504})
MOST_WAIT = 9999
"""TiempoEsperaEnvio has four digits."""
LONGEST_MESSAGE = 1500
"""DescripcionErrorRegistro has no more; a fault's text goes to each of a thousand records."""


class Trouble(StrEnum):
    """Why there is nothing to read. `lost`: they may have taken it. `broken`: they failed over it themselves, at which
    point of their work nobody tells. `busy`: they certainly did not take it."""

    NOT_SENT = "not_sent"
    LOST = "lost"
    BROKEN = "broken"
    BUSY = "busy"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer without a result. `code` and `message` are theirs where they gave any."""

    trouble: Trouble
    code: str
    message: str
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """RegistroDuplicado: which request they hold under this number, and its state."""

    request: str
    state: str


@dataclass(frozen=True, slots=True)
class Line:
    """RespuestaLinea. `operation` is Alta or Anulacion; `xml` the line as they wrote it."""

    nif: str
    number: str
    date: str
    operation: str
    state: str
    code: str | None
    message: str | None
    duplicate: Duplicate | None
    xml: bytes


@dataclass(frozen=True, slots=True)
class Result:
    """RespuestaRegFactuSistemaFacturacion. `wait` is TiempoEsperaEnvio in seconds, None where it is empty or absent."""

    csv: str | None
    presented_at: str | None
    wait: int | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """What they hold of one invoice: `state` Correcto, AceptadoConErrores or Anulado; `huella` that of the record
    accepted last, be it an anulación. `system` is IdSistemaInformatico and NumeroInstalacion, where they were asked
    for; `incident` whether its message said Incidencia=S."""

    number: str
    date: str
    huella: str
    state: str
    code: str | None
    message: str | None
    request: str | None
    presented_at: str | None = None
    incident: bool = False
    system: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a consulta; `next` is the ClavePaginacion of the following one."""

    entries: tuple[Entry, ...]
    next: tuple[str, str, str] | None


def result(answer: Answer) -> Result | Failure:
    content = _content(answer)
    if isinstance(content, Failure):
        return content
    if content.tag != _r("RespuestaRegFactuSistemaFacturacion"):
        return Failure(Trouble.LOST, "ANSWER", f"An unexpected answer: {etree.QName(content).localname}.")
    return Result(
        csv=_text(content, _r("CSV")),
        presented_at=_text(content, f"{_r('DatosPresentacion')}/{_s('TimestampPresentacion')}"),
        wait=_seconds(content.findtext(_r("TiempoEsperaEnvio")), MOST_WAIT),
        lines=tuple(map(_line, content.iterfind(_r("RespuestaLinea")))),
    )


def page(answer: Answer) -> Page | Failure:
    """A page of the book. What contradicts itself is no answer: an invoice must not seem absent for it."""
    content = _content(answer)
    if isinstance(content, Failure):
        return content
    if content.tag != _c("RespuestaConsultaFactuSistemaFacturacion"):
        return Failure(Trouble.LOST, "ANSWER", f"An unexpected answer: {etree.QName(content).localname}.")
    key = content.find(_c("ClavePaginacion"))
    more = _text(content, _c("IndicadorPaginacion")) == "S"
    if more and key is None:
        return Failure(Trouble.LOST, "ANSWER", "There are more pages, and no ClavePaginacion that leads to them.")
    entries, told = tuple(_entries(content)), _text(content, _c("ResultadoConsulta"))
    if told != ("ConDatos" if entries else "SinDatos"):
        return Failure(Trouble.LOST, "ANSWER", f"ResultadoConsulta is {told}, with {len(entries)} entries.")
    return Page(entries=entries, next=_identity(key) if more else None)


def state_of(text: str) -> str:
    """The state as we name it: Correcta, AceptadaConErrores, Incorrecta and Anulada are in use as well."""
    lowered = text.lower()
    return next((state for start, state in _STATES if lowered.startswith(start)), text)


def _seconds(text: str | None, most: int) -> int | None:
    found = _NUMBER_OF_SECONDS.fullmatch((text or "").strip())
    return min(int(found[0]), most) if found else None


def _line(line: etree._Element) -> Line:
    own = _texts(line)
    nif, number, date = _identity(line.find(_IDENTITY))
    duplicate = line.find(_DUPLICATE)
    theirs = _texts(duplicate)
    return Line(
        nif=nif,
        number=number,
        date=date,
        operation=_texts(line.find(_OPERATION)).get(_KIND, ""),
        state=state_of(own.get(_STATE, "")),
        code=own.get(_CODE_OF_ERROR) or None,
        message=own.get(_WORDS_OF_ERROR) or None,
        duplicate=None
        if duplicate is None
        else Duplicate(request=theirs.get(_REQUEST, ""), state=state_of(theirs.get(_STATE_OF_DUPLICATE, ""))),
        xml=etree.tostring(line, with_tail=False),
    )


def _texts(element: etree._Element | None) -> dict[str, str]:
    """The trimmed texts of the children, by tag."""
    return {} if element is None else {child.tag: (child.text or "").strip() for child in element}


def _entries(content: etree._Element) -> Iterator[Entry]:
    for entry in content.iterfind(_c("RegistroRespuestaConsultaFactuSistemaFacturacion")):
        _, number, date = _identity(entry.find(_IDENTITY_OF_ENTRY))
        data, presented = entry.find(_DATA), _texts(entry.find(_PRESENTED))
        record, state = _texts(data), _texts(entry.find(_STATE_OF_ENTRY))
        system = None if data is None else _texts(data.find(_SYSTEM))
        yield Entry(
            number=number,
            date=date,
            huella=record.get(_HUELLA, "").upper(),
            state=state_of(state.get(_STATE_OF_ENTRY, "")),
            code=state.get(_CODE_OF_ENTRY) or None,
            message=state.get(_WORDS_OF_ENTRY) or None,
            request=presented.get(_PETITION) or None,
            presented_at=presented.get(_PRESENTED_AT) or None,
            incident=record.get(_INCIDENT) == "S",
            system=f"{system.get(_SYSTEM_ID, '')}/{system.get(_INSTALLATION, '')}" if system else None,
        )


def _content(answer: Answer) -> etree._Element | Failure:
    """The content of the SOAP body, or why there is none. A fault comes with any status."""
    if answer.failure is not None:
        sure = answer.failure is TransportFailure.NOT_SENT
        trouble = Trouble.NOT_SENT if sure else Trouble.LOST
        return Failure(trouble, "NETWORK", answer.detail or "No answer came.")
    if answer.status in {401, 403} or 300 <= answer.status < 400:
        return _turned_away(answer)
    try:
        content = soap.opened(answer.body)
    except soap.NotAnEnvelope as why:
        return _unreadable(answer, str(why))
    if isinstance(content, soap.Fault):
        return _fault(content)
    return content


def _turned_away(answer: Answer) -> Failure:
    """Without a certificate that they take, the AEAT answers 401 or leads to a page of errors (erro4011.html). Any
    other redirection leads away from the service: a passing one may end, a permanent one is a new address."""
    place = answer.headers.get("location", "")
    text = f"HTTP {answer.status}"
    if answer.status in {401, 403} or not place or "erro40" in place.lower():
        return Failure(Trouble.REFUSED, CERTIFICATE, f"{text}: the certificate was not accepted.")
    if answer.status in {301, 308}:
        return Failure(Trouble.REFUSED, str(answer.status), f"{text}: the service has moved to {place[:200]}.")
    return Failure(Trouble.BUSY, str(answer.status), f"{text}: led away to {place[:200]}.", _retry_after(answer))


def _retry_after(answer: Answer) -> int | None:
    """Retry-After in seconds; as a date it is left to our own waiting time."""
    return _seconds(answer.headers.get("retry-after"), 999_999_999)


def _unreadable(answer: Answer, why: str) -> Failure:
    """No SOAP. Only a server in front of the service, or its own word that it is too busy, tells that nobody looked at
    the message; a gateway's timeout (502, 504), an error of the service or a cut answer may have come after it did."""
    retry_after = _retry_after(answer)
    text = f"HTTP {answer.status}: {why}"
    start = answer.body[:2000].lower()
    if answer.status < 500 and answer.status != 429 and b"<html" in start and _OF_CERTIFICATE.search(start):
        return Failure(Trouble.REFUSED, CERTIFICATE, text)
    if answer.status in _TURNED_BACK or (400 <= answer.status < 500 and b"<html" in start):
        return Failure(Trouble.BUSY, str(answer.status), text, retry_after)
    if 400 <= answer.status < 500:
        return Failure(Trouble.REFUSED, str(answer.status), text)
    broken = answer.status >= 500 and answer.status not in _GATEWAY
    return Failure(
        Trouble.BROKEN if broken or b"<html" in start else Trouble.LOST, str(answer.status), text, retry_after
    )


def _fault(fault: soap.Fault) -> Failure:
    """`env:Client` with `Codigo[4102].text` refuses the whole message, some codes only for now. What else fails is to
    be sent again (WS 5.1), which does not say that nothing of it was kept."""
    found = _CODE.search(fault.text)
    code = found.group(1) if found else ""
    message = (fault.text[found.end() :] if found else fault.text)[:LONGEST_MESSAGE]
    if fault.code != "Client":
        return Failure(Trouble.BROKEN, code or fault.code or "FAULT", message)
    technical = code in lists.MESSAGE_TECHNICAL
    return Failure(Trouble.BUSY if technical else Trouble.REFUSED, code or fault.code, message)


def _identity(element: etree._Element | None) -> tuple[str, str, str]:
    of = _texts(element)
    return of.get(_NIF, ""), of.get(_NUMBER, ""), of.get(_DATE, "")


def _text(element: etree._Element, path: str) -> str | None:
    """The trimmed text, or None where it is absent or empty."""
    return (element.findtext(path) or "").strip() or None


def _s(name: str) -> str:
    return f"{{{lists.SF}}}{name}"


def _r(name: str) -> str:
    return f"{{{lists.SF_RESPUESTA}}}{name}"


def _c(name: str) -> str:
    return f"{{{lists.SF_RESPUESTA_CONSULTA}}}{name}"


# The tags of a line, made once: an answer has a thousand of them.
_IDENTITY, _DUPLICATE, _OPERATION = _r("IDFactura"), _r("RegistroDuplicado"), _r("Operacion")
_STATE, _CODE_OF_ERROR, _WORDS_OF_ERROR = (
    _r(name) for name in ("EstadoRegistro", "CodigoErrorRegistro", "DescripcionErrorRegistro")
)
_NIF, _NUMBER, _DATE = (_s(name) for name in ("IDEmisorFactura", "NumSerieFactura", "FechaExpedicionFactura"))
_KIND, _REQUEST = _s("TipoOperacion"), _s("IdPeticionRegistroDuplicado")
_STATE_OF_DUPLICATE = _s("EstadoRegistroDuplicado")

# And those of an entry, of which a page has ten thousand.
_IDENTITY_OF_ENTRY, _DATA, _PRESENTED, _STATE_OF_ENTRY, _CODE_OF_ENTRY, _WORDS_OF_ENTRY = (
    _c(name)
    for name in (
        "IDFactura",
        "DatosRegistroFacturacion",
        "DatosPresentacion",
        "EstadoRegistro",
        "CodigoErrorRegistro",
        "DescripcionErrorRegistro",
    )
)
_HUELLA, _INCIDENT, _SYSTEM = (_c(name) for name in ("Huella", "Incidencia", "SistemaInformatico"))
_PETITION, _PRESENTED_AT, _SYSTEM_ID, _INSTALLATION = (
    _s(name) for name in ("IdPeticion", "TimestampPresentacion", "IdSistemaInformatico", "NumeroInstalacion")
)
