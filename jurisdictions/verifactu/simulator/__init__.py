"""The AEAT's side of VERI*FACTU as a pure function: it judges by the published structure and rules and keeps a book.

Served: `POST …/SistemaFacturacion/VerifactuSOAP` (RegFactuSistemaFacturacion and ConsultaFactuSistemaFacturacion, with
a client certificate) and `GET …/ValidarQR` (without one). The book's keys are listed in `book`; the reserved texts that
ask for a chosen answer (`[sim:1239]`, `[sim:lost]`…) in `markers`; the census and its reserved NIFs in `identity`.

Certificates: two hosts, as the AEAT has, here two prefixes: `aeat` takes the signatures of persons, `aeat_sello` the
seals of entities, by the certificate's own qcStatements; the wrong one answers 401 with a page. A certificate without
that statement is taken at both. The holder must be the issuer, have `power/{holder}/{issuer}` or
`successor/{holder}/{issuer}` in the book, or be a colaborador social: `collaborator/{holder}` in the book, a company
numbered 8888…, or an organizational unit that says COLABORADOR SOCIAL; else 4112. The header's Representante is whoever
made the records: naming it gives nobody power (Descripción del servicio web 1.0.3, 2.4).

Pace: TiempoEsperaEnvio is 60 s in the strict profile, else 1 s, else what the book says in `wait`; `wait/once` is
answered once (it may be empty, which the schema allows). With `strict_wait` in the book, a message of fewer than 1000
records that comes sooner than the last answer allowed is refused with 4141.

Outage: the book's key `outage` with any value answers HTTP 503; `hang` answers it after two minutes; `refuse` drops
the line and registers nothing.

Stricter than the AEAT on purpose: a link that names none of the records received from the same system draws 2003.
Not judged: names against the census, whether a certificate's issuer is a qualified one, answers to a requerimiento.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from lxml import etree

from jurisdictions.contract import Simulator, SimulatorKeys, SimulatorReply, SimulatorRequest
from jurisdictions.verifactu.simulator import consultation, faults, official, reception, structure, verification
from jurisdictions.verifactu.simulator.identity import holder
from jurisdictions.verifactu.simulator.message import CONSULTATION, LR, Refused, operation

SERVICE = "/wlpl/TIKE-CONT/ws/SistemaFacturacion/VerifactuSOAP"
VERIFICATION = "/wlpl/TIKE-CONT/ValidarQR"
_UNVERIFIABLE = "/wlpl/TIKE-CONT/ValidarQRNoVerifactu"
_MADRID = ZoneInfo("Europe/Madrid")
ENDPOINTS = {"aeat": "", "aeat_sello": "/sello"}
_SEALS = ENDPOINTS["aeat_sello"] + SERVICE
_PAUSES = {"strict": "60"}
_HANGING_SECONDS = 120.0


def judging_with(schema: Callable[[], etree.XMLSchema | None]) -> Simulator:
    """The simulator, which also holds every message against what `schema` finds: the global elements of both messages
    in one schema, or None."""

    def answer(
        book: Mapping[str, bytes], request: SimulatorRequest, at: datetime, keys: SimulatorKeys, profile: str
    ) -> SimulatorReply:
        return _outage(book) or _routed(book, request, at, profile, schema())

    return Simulator(answer=answer, endpoints=ENDPOINTS, client_certificate=True)


def _outage(book: Mapping[str, bytes]) -> SimulatorReply | None:
    state = book.get("outage")
    if not state:
        return None
    reply = faults.page(503, "Servicio fuera de línea.")
    return SimulatorReply(
        status=reply.status,
        headers=reply.headers,
        body=reply.body,
        lost=state == b"refuse",
        delay_seconds=_HANGING_SECONDS if state == b"hang" else 0.0,
    )


def _routed(
    book: Mapping[str, bytes], request: SimulatorRequest, at: datetime, profile: str, schema: etree.XMLSchema | None
) -> SimulatorReply:
    address = urlsplit(request.path)
    if address.path in {VERIFICATION, _UNVERIFIABLE}:
        if request.method != "GET":
            return faults.page(405, "Solo se admite GET.", allow="GET")
        return verification.answer(book, address.query, verifiable=address.path == VERIFICATION)
    if address.path not in {SERVICE, _SEALS}:
        return faults.page(404, "No existe esta dirección.")
    if request.method != "POST":
        return faults.client_fault(Refused(4135))
    try:
        return _served(book, request, at, profile, schema, seals=address.path == _SEALS)
    except Refused as refused:
        return faults.client_fault(refused)


def _served(
    book: Mapping[str, bytes],
    request: SimulatorRequest,
    at: datetime,
    profile: str,
    schema: etree.XMLSchema | None,
    *,
    seals: bool,
) -> SimulatorReply:
    who = holder(request.client_certificate, at) if request.client_certificate else None
    if who is None:
        return faults.page(401, "Falta un certificado de cliente válido.")
    if who.seal is not None and who.seal is not seals:
        return faults.page(401, "Este certificado no corresponde a esta dirección.")
    message = operation(request.body)
    if schema is not None:
        structure.demand(schema, message)
    if message.tag == f"{{{CONSULTATION}}}ConsultaFactuSistemaFacturacion":
        return consultation.answer(book, message, who)
    if message.tag != f"{{{LR}}}RegFactuSistemaFacturacion":
        raise Refused(4118, str(etree.QName(message).localname))
    pause = _PAUSES.get(profile, "1")
    return reception.receive(book, message, request.body, who, at, at.astimezone(_MADRID), pause)


SIMULATOR = judging_with(official.named)
