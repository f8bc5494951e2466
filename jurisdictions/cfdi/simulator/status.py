"""SAT's own services that anybody may ask: the status of a CFDI, and the certificates by their number.

`POST /ConsultaCFDIService.svc` is SOAP 1.1 with the expression of the QR code (`?re=…&rr=…&tt=…&id=…[&fe=…]`, the whole
address too). 601 is an expression that is none, 602 a CFDI that SAT does not know, or not with these parties, this
total, this end of its seal. `GET /rccf/<6>/<6>/<2>/<2>/<2>/<number>.cer` is a certificate.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from jurisdictions.cfdi.simulator import access, cancelling, certificates, certifying, registry, soap
from jurisdictions.cfdi.simulator.figures import number
from jurisdictions.contract import SimulatorReply, SimulatorRequest

_SERVICE = "/ConsultaCFDIService.svc"
_NAMESPACE = "http://tempuri.org/"
_ACTION = f"{_NAMESPACE}IConsultaCFDIService/Consulta"
_RESULTS = "http://schemas.datacontract.org/2004/07/Sat.Cfdi.Negocio.ConsultaCfdi.Servicio"
_CERTIFICATE = re.compile(r"(?:/rccf)?/([0-9]{6})/([0-9]{6})/([0-9]{2})/([0-9]{2})/([0-9]{2})/([0-9]{20})\.cer")
_TOTAL = re.compile(r"[0-9]{1,18}(\.[0-9]{1,6})?")
_FOUND = "S - Comprobante obtenido satisfactoriamente."
_NO_EXPRESSION = "N - 601: La expresión impresa proporcionada no es válida."
_NOT_FOUND = "N - 602: Comprobante no encontrado."
_NOTHING = cancelling.Standing("No Encontrado", "")


def consult(desk: certifying.Desk, path: str, request: SimulatorRequest) -> SimulatorReply:
    """The status of one CFDI."""
    if path not in ("", "/", _SERVICE):
        return SimulatorReply(status=404, headers={"content-type": "text/html"}, body=b"<h1>Not Found</h1>")
    if request.method != "POST":
        return SimulatorReply(status=405, headers={"content-type": "text/plain"}, body=b"Method Not Allowed")
    action = (access.header(request, "soapaction") or "").strip().strip('"')
    asked = soap.read(request)
    if isinstance(asked, soap.Bad):
        return _fault("a:DeserializationFailed", asked.words)
    if action != _ACTION or (asked.namespace, asked.name) != (_NAMESPACE, "Consulta"):
        return _fault("a:ActionNotSupported", f"The message with Action '{action}' cannot be processed")
    code, now = _status(desk, asked.fields.get("expresionImpresa", ""))
    fields = {
        "CodigoEstatus": code,
        "EsCancelable": now.cancellable,
        "Estado": now.state,
        "EstatusCancelacion": now.progress,
        "ValidacionEFOS": "200" if code == _FOUND else "",
    }
    inner = "".join(soap.element(f"a:{name}", text) for name, text in fields.items())
    return soap.answer(
        f'<s:Envelope xmlns:s="{soap.ENVELOPE}"><s:Body><ConsultaResponse xmlns="{_NAMESPACE}">'
        f'<ConsultaResult xmlns:a="{_RESULTS}">{inner}</ConsultaResult></ConsultaResponse></s:Body></s:Envelope>'
    )


def certificate(desk: certifying.Desk, path: str, request: SimulatorRequest) -> SimulatorReply:
    """A certificate of this authority (DER) at the address that its number makes."""
    found = _CERTIFICATE.fullmatch(path)
    der = desk.keys.certificate("stamping")
    facts = certificates.read(der)
    if request.method != "GET" or found is None or facts is None or facts.number != found.group(6):
        return SimulatorReply(status=404, headers={"content-type": "text/html"}, body=b"<h1>Not Found</h1>")
    if "".join(found.groups()[:5]) != facts.number[:18]:
        return SimulatorReply(status=404, headers={"content-type": "text/html"}, body=b"<h1>Not Found</h1>")
    return SimulatorReply(headers={"content-type": "application/x-x509-ca-cert"}, body=der)


def _status(desk: certifying.Desk, expression: str) -> tuple[str, cancelling.Standing]:
    asked = dict(parse_qsl(expression.partition("?")[2] or expression.lstrip("?"), keep_blank_values=True))
    total = asked.get("tt", "")
    if not {"re", "rr", "tt", "id"} <= asked.keys() or not _TOTAL.fullmatch(total):
        return _NO_EXPRESSION, _NOTHING
    entry = registry.entry(desk.book, asked["id"])
    if entry is None or desk.at < entry.visible_at:
        return _NOT_FOUND, _NOTHING
    same = (asked["re"], asked["rr"]) == (entry.issuer, entry.receiver) and number(total) == number(entry.total)
    # `+` stands unescaped in fe, and a reader of forms takes it for a blank.
    end = asked.get("fe", entry.seal_end).replace(" ", "+")
    if not same or end != entry.seal_end:
        return _NOT_FOUND, _NOTHING
    return _FOUND, cancelling.standing(desk.book, entry, desk.at)


def _fault(code: str, words: str) -> SimulatorReply:
    told = f'<faultcode xmlns:a="http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher">{code}'
    return soap.fault(
        f'<s:Envelope xmlns:s="{soap.ENVELOPE}"><s:Body><s:Fault>{told}</faultcode>'
        f"{soap.element('faultstring', words)}</s:Fault></s:Body></s:Envelope>"
    )
