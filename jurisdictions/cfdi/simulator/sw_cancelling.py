"""SW's cancellation and what belongs to it: cancel, relations, pendings, acceptreject, and the datawarehouse.

`POST /cfdi33/cancel/xml` takes a signed Cancelacion. `/cfdi33/cancel/{rfc}/{uuid}/{motivo}` would sign with a CSD that
is kept at SW; the sandbox keeps none, and refuses as SW does for an issuer without one. The receiver's word is
`POST /acceptreject/xml`, signed, or `/acceptreject/{rfc}/{uuid}/{Aceptacion|Rechazo}`. The datawarehouse keeps what SW
stamped.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from jurisdictions.cfdi.simulator import (
    access,
    acknowledgement,
    cancel_request,
    certifying,
    finkok_cancelling,
    receiver,
    registry,
    replies,
    stamping,
)
from jurisdictions.contract import SimulatorReply, SimulatorRequest

_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_STORED = re.compile(rf"/cfdi33/cancel/([^/]+)/({_UUID})/([^/]+)(?:/([^/]+))?")
_RELATIONS = re.compile(rf"/relations/([^/]+)/({_UUID})")
_PENDINGS = re.compile(r"/pendings/([^/]+)")
_WORD = re.compile(rf"/acceptreject/([^/]+)/({_UUID})/(Aceptacion|Rechazo)")
_LIVE = re.compile(rf"/datawarehouse/v1/live/({_UUID})")
_FILE = re.compile(rf"/datawarehouse/files/({_UUID})\.xml")
_WORDS = {
    "201": "Solicitud de cancelación recibida.",
    "202": "UUID previamente cancelado o con solicitud en proceso.",
    "203": "UUID no corresponde al RFC del emisor.",
    "204": "UUID no aplicable para cancelación.",
    "205": "UUID no existe.",
    "206": "UUID no corresponde a un CFDI del sector primario.",
    "207": "No se especificó el motivo de cancelación o el motivo no es válido.",
    "208": "Folio de sustitución inválido.",
    "209": "Folio de sustitución no requerido.",
    "210": "La fecha de solicitud de cancelación es mayor a la fecha de declaración.",
    "211": "La fecha de solicitud de cancelación límite para factura global.",
    "212": "Relación no válida o inexistente.",
    "1001": "No hay una petición de cancelación que espere respuesta.",
    "1003": "El UUID no corresponde al RFC del receptor.",
}
_TAKEN = frozenset({"201", "202"})


def answer(desk: certifying.Desk, path: str, request: SimulatorRequest) -> SimulatorReply | None:
    """The answer to a request of a caller with a token; None where the path is none of these."""
    if request.method == "POST" and path == "/cfdi33/cancel/xml":
        return cancel(desk, request)
    if request.method == "POST" and path == "/acceptreject/xml":
        return _signed_word(desk, request)
    rooms: tuple[tuple[str, re.Pattern[str], Callable[[certifying.Desk, re.Match[str]], SimulatorReply]], ...] = (
        ("POST", _STORED, _without_csd),
        ("POST", _RELATIONS, _relations),
        ("GET", _PENDINGS, _pendings),
        ("POST", _WORD, _word),
    )
    for method, pattern, room in rooms:
        found = pattern.fullmatch(path)
        if found and request.method == method:
            return room(desk, found)
    return None


def warehouse(desk: certifying.Desk, path: str, request: SimulatorRequest) -> SimulatorReply:
    """`GET /datawarehouse/v1/live/{uuid}`: where the stamped CFDI lies; and the CFDI itself at that address."""
    found = _FILE.fullmatch(path)
    made = certifying.stamp_of(desk, found.group(1)) if found else None
    if made is not None:
        return SimulatorReply(headers={"content-type": "text/xml; charset=utf-8"}, body=made.document.encode())
    refused = access.refused(desk.book, request, desk.at)
    if refused is not None:
        return refused
    found = _LIVE.fullmatch(path)
    made = certifying.stamp_of(desk, found.group(1)) if found and request.method == "GET" else None
    if made is None:
        return replies.error("El recurso no existe.", status=404)
    host = access.header(request, "host") or "api.test.sw.com.mx"
    address = f"https://{host}/sw-api/datawarehouse/files/{made.uuid}.xml"
    return replies.success({"records": [{"uuid": made.uuid, "urlXml": address}], "metadata": {"totalRecords": 1}}, {})


def cancel(desk: certifying.Desk, request: SimulatorRequest) -> SimulatorReply:
    """Hand a signed Cancelacion on to SAT."""
    xml = stamping.posted(request, encoded=False)
    if not xml:
        return replies.error("CACFDI33 - No se proporcionó el XML o va vacío.")
    failing = _failing(desk, xml)
    if failing is not None:
        return failing
    told = acknowledgement.answer(desk, xml)
    if told.refusal is not None:
        return replies.error(f"{told.refusal.code} - {told.refusal.sentence}", told.refusal.detail or None)
    data = {"acuse": told.acuse, "uuid": dict(told.codes)}
    wrong = [code for _, code in told.codes if code not in _TAKEN]
    if wrong:
        return replies.error(f"{wrong[0]} - {_WORDS.get(wrong[0], 'No se canceló.')}", data=data, changes=told.changes)
    return replies.success(data, told.changes)


def _failing(desk: certifying.Desk, xml: bytes) -> SimulatorReply | None:
    """SAT out of reach (708), as SW tells it, where a document asks for that."""
    request = cancel_request.read(xml)
    if not isinstance(request, cancel_request.CancelRequest):
        return None
    entries = (registry.entry(desk.book, folio.uuid) for folio in request.folios)
    if any({"708", "c708"} & set(entry.wishes) for entry in entries if entry):
        return replies.error("CACFDI33 - El servicio de cancelación del SAT no está disponible.", status=500)
    return None


def _without_csd(desk: certifying.Desk, found: re.Match[str]) -> SimulatorReply:
    del desk
    return replies.error(f"CACFDI33 - No hay un certificado de {found.group(1)} en la cuenta.")


def _relations(desk: certifying.Desk, found: re.Match[str]) -> SimulatorReply:
    entry = registry.entry(desk.book, found.group(2))
    if entry is None or found.group(1) not in (entry.issuer, entry.receiver):
        return replies.error("2001 - No existen CFDI relacionados al folio fiscal.")
    parents, children = finkok_cancelling.related(desk, entry)
    if not parents and not children:
        return replies.error("2001 - No existen CFDI relacionados al folio fiscal.")
    data = {
        "uuidConsultado": entry.uuid,
        "resultado": "WS Consulta CFDI relacionados RfcReceptor: Clave: 2000",
        "uuidsRelacionadosPadres": [_relative(one) for one in parents],
        "uuidsRelacionadosHijos": [_relative(one) for one in children],
    }
    return replies.success(data, {})


def _relative(one: registry.Entry) -> dict[str, str]:
    return {"uuid": one.uuid, "rfcEmisor": one.issuer, "rfcReceptor": one.receiver}


def _pendings(desk: certifying.Desk, found: re.Match[str]) -> SimulatorReply:
    return replies.success({"uuid": finkok_cancelling.pending(desk, found.group(1))}, {})


def _word(desk: certifying.Desk, found: re.Match[str]) -> SimulatorReply:
    told, changes = receiver.one(desk, *found.groups())
    return _words((told,), dict(changes))


def _words(told: tuple[receiver.Word, ...], changes: dict[str, bytes | None]) -> SimulatorReply:
    folios = [{"uuid": one.uuid, "estatusUUID": one.code, "respuesta": one.word} for one in told]
    data = {"acuse": None, "folios": folios}
    wrong = [one.code for one in told if one.code != receiver.TAKEN]
    if wrong:
        return replies.error(f"{wrong[0]} - {_WORDS.get(wrong[0], '')}", data=data, changes=changes)
    return replies.success(data, changes)


def _signed_word(desk: certifying.Desk, request: SimulatorRequest) -> SimulatorReply:
    heard = receiver.hear(desk, stamping.posted(request, encoded=False))
    if isinstance(heard, receiver.Heard):
        return _words(heard.words, heard.changes)
    return replies.error(f"{heard.code} - {heard.sentence}", heard.detail or None)
