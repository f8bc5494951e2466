"""Finkok's cancellation: cancel_signature, get_sat_status, get_receipt, get_pending, get_related_signature,
accept_reject_signature.

708 tells that SAT could not be reached: with `store_pending` the request waits in Finkok's queue and goes to SAT when
it is asked for again. A CFDI that it stamped a moment ago is Vigente by get_sat_status, while SAT answers 205.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable

from jurisdictions.cfdi.simulator import (
    acknowledgement,
    cancel_request,
    cancelling,
    certifying,
    finkok_stamping,
    receiver,
    registry,
    soap,
)
from jurisdictions.cfdi.simulator.figures import number
from jurisdictions.contract import SimulatorReply

NAMESPACE = "http://facturacion.finkok.com/cancel"
_TAKEN = "Petición de cancelación realizada exitosamente"
_STATUS_WORDS = {
    "201": _TAKEN,
    "202": "Petición de cancelación realizada previamente",
    "203": "UUID no corresponde con el emisor",
    "205": "UUID no existe",
}
_OWN = {
    "708": "No se pudo conectar al SAT",
    "711": "Error con el certificado al cancelar",
    "798": "Se puede repetir la solicitud después de 72 horas",
    "799": "Más de 5 solicitudes para el UUID",
}


def cancel_signature(desk: certifying.Desk, asked: soap.Operation) -> SimulatorReply:
    """Hand a signed Cancelacion on to SAT."""
    closed = finkok_stamping.unwelcome(desk, asked)
    if closed:
        return _result("cancel_signature", soap.element("s0:CodEstatus", f"{closed.code} - {closed.sentence}"))
    xml = _decoded(asked.fields.get("xml", ""))
    own = _own_words(desk, xml)
    if own:
        return _result("cancel_signature", soap.element("s0:CodEstatus", f"{own} - {_OWN[own]}"))
    told = acknowledgement.answer(desk, xml)
    if told.refusal is not None:
        words = f"{told.refusal.code} - {told.refusal.sentence} {told.refusal.detail}".rstrip()
        return _result("cancel_signature", soap.element("s0:CodEstatus", words))
    folios = "".join(_folio(uuid, code) for uuid, code in told.codes)
    fields = f"<s0:Folios>{folios}</s0:Folios>" + soap.element("s0:Acuse", told.acuse)
    fields += soap.element("s0:Fecha", told.moment) + soap.element("s0:RfcEmisor", told.issuer)
    return soap.answer(finkok_stamping.envelope(NAMESPACE, "cancel_signature", fields), changes=told.changes)


def get_sat_status(desk: certifying.Desk, asked: soap.Operation) -> SimulatorReply:
    """What SAT tells of a CFDI. A total that is not the CFDI's brings code 601, and Vigente all the same."""
    closed = finkok_stamping.unwelcome(desk, asked)
    if closed:
        return _result("get_sat_status", soap.element("s0:error", f"{closed.code} - {closed.sentence}"))
    entry = registry.entry(desk.book, asked.fields.get("uuid", ""))
    parties = asked.fields.get("taxpayer_id"), asked.fields.get("rtaxpayer_id")
    if entry is None or parties != (entry.issuer, entry.receiver):
        return _sat("N - 602: Comprobante no encontrado.", cancelling.Standing("No Encontrado", ""))
    now = cancelling.standing(desk.book, entry, desk.at)
    if number(asked.fields.get("total")) != number(entry.total):
        return _sat("N - 601: La expresión impresa proporcionada no es válida.", now)
    return _sat("S - Comprobante obtenido satisfactoriamente.", now)


def get_receipt(desk: certifying.Desk, asked: soap.Operation) -> SimulatorReply:
    """The acknowledgement of an accepted request to cancel."""
    uuid = asked.fields.get("uuid", "").upper()
    stored = desk.book.get(f"acuse/{uuid}")
    if finkok_stamping.unwelcome(desk, asked) or stored is None or asked.fields.get("type", "C") != "C":
        fields = soap.element("s0:uuid", uuid) + soap.element("s0:success", "false")
        return _result("get_receipt", fields + soap.element("s0:error", "El acuse no existe"))
    fields = soap.element("s0:uuid", uuid) + soap.element("s0:success", "true")
    fields += f"<s0:receipt><![CDATA[{stored.decode()}]]></s0:receipt>"
    return _result("get_receipt", fields + soap.element("s0:taxpayer_id", asked.fields.get("taxpayer_id", "")))


def accept_reject_signature(desk: certifying.Desk, asked: soap.Operation) -> SimulatorReply:
    """Hand the receiver's signed word on to SAT."""
    closed = finkok_stamping.unwelcome(desk, asked)
    heard = closed or receiver.hear(desk, _decoded(asked.fields.get("xml", "")))
    if not isinstance(heard, receiver.Heard):
        return _result("accept_reject_signature", soap.element("s0:error", f"{heard.code} - {heard.sentence}"))
    fields = _words("rechazo", "Rechaza", [one for one in heard.words if one.word == "Rechazo"])
    fields += _words("aceptacion", "Acepta", [one for one in heard.words if one.word != "Rechazo"])
    return soap.answer(finkok_stamping.envelope(NAMESPACE, "accept_reject_signature", fields), changes=heard.changes)


def _words(group: str, name: str, words: list[receiver.Word]) -> str:
    listed = "".join(
        f"<s0:{name}>{soap.element('s0:status', one.code)}{soap.element('s0:uuid', one.uuid)}</s0:{name}>"
        for one in words
    )
    return f"<s0:{group}>{listed}</s0:{group}>"


def get_pending(desk: certifying.Desk, asked: soap.Operation) -> SimulatorReply:
    """The CFDIs whose cancellation waits for the word of that receiver."""
    if finkok_stamping.unwelcome(desk, asked):
        return _result("get_pending", "<s0:uuids/>")
    found = pending(desk, asked.fields.get("rtaxpayer_id", ""))
    listed = "".join(soap.element("tns:string", uuid) for uuid in found)
    return _result("get_pending", f"<s0:uuids>{listed}</s0:uuids>")


def get_related_signature(desk: certifying.Desk, asked: soap.Operation) -> SimulatorReply:
    """What a CFDI names (Padres) and what names it (Hijos). The request's own signature is taken as it comes."""
    closed = finkok_stamping.unwelcome(desk, asked)
    uuid = _asked_uuid(_decoded(asked.fields.get("xml", "")))
    entry = registry.entry(desk.book, uuid) if closed is None else None
    if entry is None:
        return _result("get_related_signature", soap.element("s0:error", "El UUID no existe"))
    parents, children = related(desk, entry)
    fields = f"<s0:Padres>{''.join(_relative('Padre', one) for one in parents)}</s0:Padres>"
    return _result(
        "get_related_signature", f"{fields}<s0:Hijos>{''.join(_relative('Hijo', one) for one in children)}</s0:Hijos>"
    )


def related(desk: certifying.Desk, entry: registry.Entry) -> tuple[list[registry.Entry], list[registry.Entry]]:
    """The CFDIs that this one names, and those that name it."""
    return (
        _entries(desk, (uuid for uuid, _ in entry.names)),
        _entries(desk, (uuid for uuid, _ in registry.children(desk.book, entry.uuid))),
    )


def pending(desk: certifying.Desk, receiver: str) -> list[str]:
    """The UUIDs whose cancellation waits for the word of that receiver."""
    found = _entries(desk, (key.removeprefix("sat/") for key in desk.book if key.startswith("sat/")))
    mine = (one for one in found if one.receiver == receiver and one.request is not None)
    return sorted(one.uuid for one in mine if cancelling.standing(desk.book, one, desk.at).is_pending)


def _entries(desk: certifying.Desk, uuids: Iterable[str]) -> list[registry.Entry]:
    found = (registry.entry(desk.book, uuid) for uuid in uuids)
    return [one for one in found if one is not None]


def _relative(name: str, one: registry.Entry) -> str:
    fields = {"uuid": one.uuid, "receptor": one.receiver, "emisor": one.issuer}
    return f"<s0:{name}>{''.join(soap.element(f's0:{key}', text) for key, text in fields.items())}</s0:{name}>"


def _folio(uuid: str, code: str) -> str:
    """One folio. Finkok words SAT's 204 as no_cancelable."""
    told = "no_cancelable" if code == "204" else code
    fields = soap.element("s0:UUID", uuid) + soap.element("s0:EstatusUUID", told)
    return f"<s0:Folio>{fields}{soap.element('s0:EstatusCancelacion', _STATUS_WORDS.get(code, ''))}</s0:Folio>"


def _sat(code: str, now: cancelling.Standing) -> SimulatorReply:
    fields = {
        "CodigoEstatus": code,
        "Estado": now.state,
        "EsCancelable": now.cancellable,
        "EstatusCancelacion": now.progress,
    }
    inner = "".join(soap.element(f"s0:{name}", text) for name, text in fields.items())
    return _result("get_sat_status", f"<s0:sat>{inner}</s0:sat>")


def _result(operation: str, fields: str) -> SimulatorReply:
    return soap.answer(finkok_stamping.envelope(NAMESPACE, operation, fields))


def _own_words(desk: certifying.Desk, xml: bytes) -> str:
    """Finkok's own code that one of the documents asks for, empty where none does."""
    request = cancel_request.read(xml)
    if not isinstance(request, cancel_request.CancelRequest):
        return ""
    for folio in request.folios:
        entry = registry.entry(desk.book, folio.uuid)
        found = [wish.removeprefix("c") for wish in (entry.wishes if entry else ())]
        own = next((wish for wish in found if wish in _OWN), "")
        if own:
            return own
    return ""


def _asked_uuid(xml: bytes) -> str:
    place = xml.find(b'Uuid="')
    return xml[place + 6 : place + 42].decode("ascii", errors="replace") if place >= 0 else ""


def _decoded(text: str) -> bytes:
    try:
        return b64decode("".join(text.split()), validate=True)
    except (NotBase64, ValueError):
        return b""
