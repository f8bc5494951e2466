"""The shapes of the certifier's answers: JSON with `data`, `status`, and for refusals `message` and `messageDetail`."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from jurisdictions.cfdi.simulator.refusals import Fault
from jurisdictions.contract import SimulatorReply

_JSON = {"content-type": "application/json; charset=utf-8"}
_HTML = {"content-type": "text/html; charset=utf-8"}
_DOWN = b"<html><head><title>503 Service Unavailable</title></head><body><h1>Service Unavailable</h1></body></html>"


def success(data: Mapping[str, object], changes: Mapping[str, bytes | None], **manner: object) -> SimulatorReply:
    """200 with data."""
    body = msgspec.json.encode({"data": data, "status": "success"})
    return _with(SimulatorReply(status=200, headers=_JSON, body=body, changes=changes), manner)


def error(
    message: str,
    detail: str | None = None,
    *,
    status: int = 400,
    data: Mapping[str, object] | None = None,
    changes: Mapping[str, bytes | None] | None = None,
) -> SimulatorReply:
    """A refusal in the certifier's form."""
    body = {"message": message, "messageDetail": detail, "data": data, "status": "error"}
    return SimulatorReply(status=status, headers=_JSON, body=msgspec.json.encode(body), changes=changes or {})


def refusal(faults: tuple[Fault, ...]) -> SimulatorReply:
    """A refusal for what the CFDI breaks: the first code in the message, all of them (as JSON) in its detail."""
    if len(faults) == 1:
        return error(faults[0].message, faults[0].detail or None)
    listed = [f"{one.message} {one.detail}".rstrip() for one in faults]
    return error(faults[0].message, msgspec.json.encode(listed).decode())


def down(changes: Mapping[str, bytes | None] | None = None) -> SimulatorReply:
    """503 with a page of HTML, as a proxy before the certifier answers."""
    return SimulatorReply(status=503, headers=_HTML, body=_DOWN, changes=changes or {})


def _with(reply: SimulatorReply, manner: Mapping[str, object]) -> SimulatorReply:
    return msgspec.structs.replace(reply, **manner) if manner else reply
