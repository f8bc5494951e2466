"""The two messages that we send: records, and the question for records.

Records go in as the bytes that were sealed, never read and written again. Source: "Descripción del servicio web"
1.0.3, SuministroLR.xsd and ConsultaLR.xsd 1.0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jurisdictions.contract import Ask, Effect
from jurisdictions.kit import soap
from jurisdictions.kit.xml import Markup, attributes, element, optional
from jurisdictions.verifactu import codelists as lists

ENDPOINT = "aeat"
CREDENTIAL = "certificate"
TIMEOUT_SECONDS = 60.0

_OPEN, _CLOSE = b"<sfLR:RegistroFactura>", b"</sfLR:RegistroFactura>"
_MESSAGE = attributes([("xmlns:sfLR", lists.SF_LR), ("xmlns:sf", lists.SF)])
_QUESTION = attributes([("xmlns:con", lists.SF_CONSULTA), ("xmlns:sf", lists.SF)])


@dataclass(frozen=True, slots=True)
class Query:
    """What to ask for: one month, one number or one day of it, from a page on (IDFactura of the last entry)."""

    period: str
    number: str | None = None
    day: str | None = None
    page: tuple[str, str, str] | None = None


def records(nif: str, name: str, bodies: Iterable[bytes], *, incident: bool) -> bytes:
    """RegFactuSistemaFacturacion with up to 1000 sealed records of one obligado."""
    header = element(
        "sfLR:Cabecera",
        _obligado(nif, name),
        element("sf:RemisionVoluntaria", element("sf:Incidencia", "S")) if incident else None,
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
        None
        if query.day is None
        else element("con:FechaExpedicionFactura", element("sf:FechaExpedicionFactura", query.day)),
        None if query.page is None else _page(*query.page),
    )
    header = element("con:Cabecera", element("sf:IDVersion", lists.ID_VERSION), _obligado(nif, name))
    body = f"<con:ConsultaFactuSistemaFacturacion{_QUESTION}>{header}{filter_}</con:ConsultaFactuSistemaFacturacion>"
    return soap.envelope([body.encode()])


def _obligado(nif: str, name: str) -> Markup:
    return element("sf:ObligadoEmision", element("sf:NombreRazon", name[:120]), element("sf:NIF", nif))


def _page(nif: str, number: str, day: str) -> Markup:
    return element(
        "con:ClavePaginacion",
        element("sf:IDEmisorFactura", nif),
        element("sf:NumSerieFactura", number),
        element("sf:FechaExpedicionFactura", day),
    )


def ask(name: str, effect: Effect, documents: Iterable[str], body: bytes) -> Ask:
    return Ask(
        name=name,
        endpoint=ENDPOINT,
        effect=effect,
        documents=tuple(documents),
        path=lists.SERVICE_PATH,
        headers=soap.headers(),
        body=(body,),
        client_credential=CREDENTIAL,
        timeout_seconds=TIMEOUT_SECONDS,
    )
