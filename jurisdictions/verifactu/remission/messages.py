"""The two messages that we send: records, and the question for records.

Records go in as the bytes that were sealed, never read and written again. Sources: "Descripción del servicio web"
1.0.3, SuministroLR.xsd and ConsultaLR.xsd 1.0; record design DsRegistro 1.0, Cabecera; Order HAC/1177/2024 arts. 16.4
(Incidencia) and 17.3 (FechaFinVeriFactu).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from jurisdictions.contract import Ask, Effect
from jurisdictions.kit import soap
from jurisdictions.kit.xml import Markup, attributes, element, optional
from jurisdictions.verifactu import codelists as lists

CREDENTIAL = "certificate"
TIMEOUT_SECONDS = 60.0

_OPEN, _CLOSE = b"<sfLR:RegistroFactura>", b"</sfLR:RegistroFactura>"
_MESSAGE = attributes([("xmlns:sfLR", lists.SF_LR), ("xmlns:sf", lists.SF)])
_QUESTION = attributes([("xmlns:con", lists.SF_CONSULTA), ("xmlns:sf", lists.SF)])


@dataclass(frozen=True, slots=True)
class Query:
    """What to ask for: one month of operations, and in it one number, one day of issue, or the days of issue from
    `first` to `last` (None: no end on that side); from a page on (IDFactura of the last entry). `systems`: each entry
    also tells the installation that made it."""

    period: str
    number: str | None = None
    day: str | None = None
    first: date | None = None
    last: date | None = None
    page: tuple[str, str, str] | None = None
    systems: bool = False


def records(
    nif: str,
    name: str,
    bodies: Iterable[bytes],
    *,
    incident: bool,
    last_day: date | None = None,
    representative: tuple[str, str] | None = None,
) -> bytes:
    """RegFactuSistemaFacturacion with up to 1000 sealed records of one obligado.

    `incident`: something technical kept them from going in time. `last_day`: the last one under VERI*FACTU, once it is
    to be told. `representative` (name, NIF) only where it has made the records itself.
    """
    voluntary = element(
        "sf:RemisionVoluntaria",
        None if last_day is None else element("sf:FechaFinVeriFactu", written(last_day)),
        element("sf:Incidencia", "S") if incident else None,
    )
    header = element(
        "sfLR:Cabecera",
        _person("sf:ObligadoEmision", name, nif),
        None if representative is None else _person("sf:Representante", *representative),
        voluntary if incident or last_day is not None else None,
    )
    parts: list[bytes] = [f"<sfLR:RegFactuSistemaFacturacion{_MESSAGE}>{header}".encode()]
    for body in bodies:
        parts += (_OPEN, body, _CLOSE)
    parts.append(b"</sfLR:RegFactuSistemaFacturacion>")
    return soap.envelope(parts)


def question(nif: str, name: str, query: Query) -> bytes:
    """ConsultaFactuSistemaFacturacion of an obligado about its own records."""
    year, month = query.period.split("-")
    filter_ = element(
        "con:FiltroConsulta",
        element("con:PeriodoImputacion", element("sf:Ejercicio", year), element("sf:Periodo", month)),
        optional("con:NumSerieFactura", query.number),
        _days(query),
        None if query.page is None else _page(*query.page),
    )
    header = element(
        "con:Cabecera", element("sf:IDVersion", lists.ID_VERSION), _person("sf:ObligadoEmision", name, nif)
    )
    shown = ""
    if query.systems:
        shown = element("con:DatosAdicionalesRespuesta", element("con:MostrarSistemaInformatico", "S"))
    name_ = "con:ConsultaFactuSistemaFacturacion"
    return soap.envelope([f"<{name_}{_QUESTION}>{header}{filter_}{shown}</{name_}>".encode()])


def written(day: date) -> str:
    """dd-mm-yyyy."""
    return f"{day.day:02}-{day.month:02}-{day.year:04}"


def _days(query: Query) -> Markup | None:
    if query.day is not None:
        return element("con:FechaExpedicionFactura", element("sf:FechaExpedicionFactura", query.day))
    if query.first is None and query.last is None:
        return None
    span = (
        None if day is None else element(f"sf:{name}", written(day))
        for name, day in (("Desde", query.first), ("Hasta", query.last))
    )
    return element("con:FechaExpedicionFactura", element("sf:RangoFechaExpedicion", *span))


def _person(tag: str, name: str, nif: str) -> Markup:
    return element(tag, element("sf:NombreRazon", name.strip()[:120].strip()), element("sf:NIF", nif))


def _page(nif: str, number: str, day: str) -> Markup:
    return element(
        "con:ClavePaginacion",
        element("sf:IDEmisorFactura", nif),
        element("sf:NumSerieFactura", number),
        element("sf:FechaExpedicionFactura", day),
    )


def ask(name: str, effect: Effect, documents: Iterable[str], body: bytes, endpoint: str) -> Ask:
    """The question as the transport takes it; `endpoint` as `hosts` chooses it."""
    return Ask(
        name=name,
        endpoint=endpoint,
        effect=effect,
        documents=tuple(documents),
        path=lists.SERVICE_PATH,
        headers=soap.headers(),
        body=(body,),
        client_credential=CREDENTIAL,
        timeout_seconds=TIMEOUT_SECONDS,
    )
