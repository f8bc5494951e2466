"""The interface of Finkok: SOAP 1.1 at /servicios/soap/stamp and /servicios/soap/cancel, `.wsdl` after it or not.

What goes wrong in the trade is told with HTTP 200 and an Incidencia (or a status); HTTP 500 carries a fault, now and
then with the words of a Python exception. Any user with the book's `password` may ask; an RFC under
`finkok/unregistered/<RFC>` is not of that account (702), and `finkok/suspended` closes it (703).
"""

from __future__ import annotations

import re

from jurisdictions.cfdi.simulator import certifying, finkok_cancelling, finkok_stamping, soap
from jurisdictions.contract import SimulatorReply, SimulatorRequest

_PATH = re.compile(r"/servicios/soap/(stamp|cancel)(?:\.wsdl)?/?")
_STAMPING = {
    "stamp": finkok_stamping.stamp,
    "quick_stamp": finkok_stamping.quick_stamp,
    "stamped": finkok_stamping.stamped,
    "query_pending": finkok_stamping.query_pending,
}
_CANCELLING = {
    "cancel_signature": finkok_cancelling.cancel_signature,
    "get_sat_status": finkok_cancelling.get_sat_status,
    "accept_reject_signature": finkok_cancelling.accept_reject_signature,
    "get_receipt": finkok_cancelling.get_receipt,
    "get_pending": finkok_cancelling.get_pending,
    "get_related_signature": finkok_cancelling.get_related_signature,
}


def answer(desk: certifying.Desk, path: str, request: SimulatorRequest) -> SimulatorReply:
    """The answer to one request below the endpoint's prefix."""
    service = _PATH.fullmatch(path)
    if service is None:
        return SimulatorReply(status=404, headers={"content-type": "text/html"}, body=b"<h1>Not Found</h1>")
    if request.method != "POST":
        return SimulatorReply(status=405, headers={"content-type": "text/plain"}, body=b"Method Not Allowed")
    asked = soap.read(request)
    if isinstance(asked, soap.Bad):
        return finkok_stamping.fault("Client.SchemaValidationError", asked.words)
    room = service.group(1)
    handlers = _STAMPING if room == "stamp" else _CANCELLING
    handler = handlers.get(asked.name)
    if handler is None or asked.namespace != f"http://facturacion.finkok.com/{room}":
        return finkok_stamping.fault("Client.ResourceNotFound", f"Requested resource {asked.name!r} not found")
    return handler(desk, asked)
