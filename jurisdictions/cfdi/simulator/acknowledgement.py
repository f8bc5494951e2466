"""SAT's acknowledgement of a request to cancel (acuse): what became of each folio, signed by the sandbox.

A request that fails as a whole has its code in CodEstatus and no folios.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from xml.sax.saxutils import quoteattr
from zoneinfo import ZoneInfo

from jurisdictions.cfdi.simulator import cancel_request, cancelling, certifying, registry, signed
from jurisdictions.cfdi.simulator.refusals import Fault
from jurisdictions.contract import SimulatorKeys

_MEXICO = ZoneInfo("America/Mexico_City")


class Acknowledged(NamedTuple):
    """SAT's answer to a request: who asked, when, the code of each UUID, and what it changed in the register."""

    issuer: str
    moment: str
    codes: tuple[tuple[str, str], ...]
    refusal: Fault | None
    acuse: str
    changes: Mapping[str, bytes | None]


def answer(desk: certifying.Desk, xml: bytes) -> Acknowledged:
    """Judge a request to cancel, folio by folio."""
    moment = desk.at.astimezone(_MEXICO).strftime("%Y-%m-%dT%H:%M:%S")
    request = cancel_request.read(xml)
    if isinstance(request, Fault):
        return Acknowledged("", moment, (), request, "", {})
    refusal = _unfit(desk, request)
    if refusal is not None:
        return Acknowledged(request.issuer, moment, (), refusal, "", {})
    changes: dict[str, bytes | None] = {}
    answers: list[tuple[str, str]] = []
    for folio in request.folios:
        answered = cancelling.ask(desk.book, request, folio, desk.at, answers=not desk.strict)
        answers.append((answered.uuid, answered.code))
        if answered.changed is not None:
            changes |= registry.kept(answered.changed)
    acuse = _acuse(desk.keys, request.issuer, moment, answers)
    changes |= {f"acuse/{uuid}": acuse.encode() for uuid, code in answers if code == "201"}
    return Acknowledged(request.issuer, moment, tuple(answers), None, acuse, changes)


def _unfit(desk: certifying.Desk, request: cancel_request.CancelRequest) -> Fault | None:
    """Why the request fails as a whole: on demand of one of its documents, or for its certificate."""
    for folio in request.folios:
        entry = registry.entry(desk.book, folio.uuid)
        wished = [wish for wish in (entry.wishes if entry else ()) if wish.startswith("c3")]
        if wished:
            return Fault(wished[0][1:], "a petición")
    if request.certificate.rfc != request.issuer:
        return Fault("303", f"CSD de {request.certificate.rfc}, solicitud de {request.issuer}")
    if request.certificate.purpose != "csd":
        return Fault("310")
    if not certifying.trusted(desk, request.certificate, request.der):
        return Fault("308", request.certificate.number)
    if desk.at > request.certificate.valid_until:
        return Fault("304")
    if not any(request.certificate.valid_from <= one <= request.certificate.valid_until for one in _moments(request)):
        return Fault("305", request.fecha)
    return None


def _moments(request: cancel_request.CancelRequest) -> Iterable[datetime]:
    local = datetime.fromisoformat(request.fecha)
    return (local.replace(tzinfo=ZoneInfo(name)) for name in ("America/Tijuana", "America/Cancun"))


def _acuse(keys: SimulatorKeys, issuer: str, moment: str, answers: list[tuple[str, str]]) -> str:
    folios = "".join(f"<Folios><UUID>{uuid}</UUID><EstatusUUID>{code}</EstatusUUID></Folios>" for uuid, code in answers)
    told = f'<CancelaCFDResult Fecha="{moment}" RfcEmisor={quoteattr(issuer)}>{folios}'
    value = b64encode(keys.sign("stamping", told.encode())).decode()
    signature = f'<Signature Id="SelloSAT" xmlns="{signed.DSIG}"><SignatureValue>{value}</SignatureValue></Signature>'
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<CancelaCFDResponse xmlns="{cancel_request.NAMESPACE}">{told}{signature}</CancelaCFDResult>'
        "</CancelaCFDResponse></s:Body></s:Envelope>"
    )
