"""A certifier (PAC) with the REST interface of SW sapien, as a pure function: what it knows stands in its book.

It judges with its own reading of Anexo 20 and the validation matrices, and shares no rule with the rest of this
package. It trusts the certificates of the sandbox's authority, and those whose number stands in the book as
`trust/<serial>`. The book's `outage` makes it fail as a whole: `hang` (an answer after two minutes), `refuse` (the line
drops), anything else (503). Single documents choose their fate by markers, see `stamping`.

Routes: POST /v2/security/authenticate, POST /security/authenticate, POST [/v4]/cfdi33/stamp/{v1|v2|v3|v4}[/b64].
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from jurisdictions.cfdi.simulator import access, census, replies, stamping
from jurisdictions.contract import Simulator, SimulatorKeys, SimulatorReply, SimulatorRequest

_AUTHENTICATE = frozenset({"/v2/security/authenticate", "/security/authenticate"})
_STAMP = re.compile(r"(?:/v4)?/cfdi33/stamp/(v[1-4])(/b64)?")
_HANG_SECONDS = 120.0


def answer(
    book: Mapping[str, bytes], request: SimulatorRequest, at: datetime, keys: SimulatorKeys, profile: str
) -> SimulatorReply:
    """The certifier's answer to one request at the moment `at`. Both profiles keep the same pace."""
    outage = _outage(book)
    if outage is not None:
        return outage
    path = request.path.partition("?")[0].rstrip("/")
    if request.method != "POST":
        return replies.error("Método no permitido.", status=405)
    if path in _AUTHENTICATE:
        return access.authenticate(book, request, at)
    service = _STAMP.fullmatch(path)
    if service is None:
        return replies.error("El recurso no existe.", status=404)
    refused = access.refused(book, request, at)
    if refused is not None:
        return refused
    asked = stamping.Asked(book, at, keys, service.group(1), access.header(request, "customid"))
    return stamping.stamp(asked, stamping.posted(request, encoded=bool(service.group(2))))


def _outage(book: Mapping[str, bytes]) -> SimulatorReply | None:
    """The answer while the whole certifier fails."""
    mode = book.get("outage")
    if mode == b"refuse" or book.get("refuse"):
        return SimulatorReply(lost=True)
    if mode == b"hang" or book.get("hang"):
        return SimulatorReply(status=504, delay_seconds=_HANG_SECONDS)
    return replies.down() if mode else None


SIMULATOR = Simulator(
    answer=answer,
    endpoints={"sw": ""},
    signers=("stamping",),
    founding={**access.FOUNDING, **census.FOUNDING},
)
