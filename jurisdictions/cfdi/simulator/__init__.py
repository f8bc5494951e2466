"""Mexico's side as a pure function: two certifiers (PACs), SW sapien (REST) and Finkok (SOAP), and SAT behind them.

What they know stands in the book, each certifier's part by itself. All judge with their own reading of Anexo 20 and the
validation matrices, and share no rule with the rest of this package. They trust the certificates of the sandbox's
authority, and those whose number stands in the book as `trust/<serial>`. The book's `outage` makes all fail,
`outage/<endpoint>` one of them (the two endpoints of SW fail together): `hang` (no answer for two minutes), `refuse`
(the line drops), anything else (503). Single documents choose their fate by markers, see `wishes`.

Routes: SW at the root: POST /v2/security/authenticate, /security/authenticate, [/v4]/cfdi33/stamp/{v1|v2|v3|v4}[/b64],
/cfdi33/cancel/…, /relations/…, /acceptreject/…, GET /pendings/…; its datawarehouse below /sw-api; Finkok below /finkok;
SAT's status service below /sat, its certificates below /rdc.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from jurisdictions.cfdi.simulator import access, census, certifying, finkok, replies, stamping, status, sw_cancelling
from jurisdictions.contract import Simulator, SimulatorKeys, SimulatorReply, SimulatorRequest

_AUTHENTICATE = frozenset({"/v2/security/authenticate", "/security/authenticate"})
_STAMP = re.compile(r"(?:/v4)?/cfdi33/stamp/(v[1-4])(/b64)?")
_ROOMS = ("/cfdi33/", "/v4/cfdi33/", "/relations/", "/pendings/", "/acceptreject/")
_HANG_SECONDS = 120.0
_ENDPOINTS = {"sw": "", "sw_api": "/sw-api", "finkok": "/finkok", "sat": "/sat", "sat_certificates": "/rdc"}


def answer(
    book: Mapping[str, bytes], request: SimulatorRequest, at: datetime, keys: SimulatorKeys, profile: str
) -> SimulatorReply:
    """The answer to one request at the moment `at`.

    The profile `strict` keeps the authority's pace: SAT learns of a stamp after ninety seconds, Finkok tells a repeat
    nothing for eight, and a receiver whom no marker binds stays silent instead of assenting after a minute.
    """
    path = request.path.partition("?")[0].rstrip("/")
    endpoint = next((name for name, prefix in _ENDPOINTS.items() if prefix and _below(path, prefix)), "sw")
    outage = _outage(book, endpoint)
    if outage is not None:
        return outage
    within = path.removeprefix(_ENDPOINTS[endpoint])
    who = certifying.FINKOK if endpoint == "finkok" else certifying.SW
    desk = certifying.Desk(book, at, keys, who, strict=profile == "strict")
    match endpoint:
        case "finkok":
            return finkok.answer(desk, within, request)
        case "sat":
            return status.consult(desk, within, request)
        case "sat_certificates":
            return status.certificate(desk, within, request)
        case "sw_api":
            return sw_cancelling.warehouse(desk, within, request)
        case _:
            return _sw(desk, within, request)


def _sw(desk: certifying.Desk, path: str, request: SimulatorRequest) -> SimulatorReply:
    if request.method == "POST" and path in _AUTHENTICATE:
        return access.authenticate(desk.book, request, desk.at)
    if request.method != ("GET" if path.startswith("/pendings/") else "POST"):
        return replies.error("Método no permitido.", status=405)
    if not path.startswith(_ROOMS):
        return replies.error("El recurso no existe.", status=404)
    refused = access.refused(desk.book, request, desk.at)
    if refused is not None:
        return refused
    service = _STAMP.fullmatch(path)
    if service is None:
        return sw_cancelling.answer(desk, path, request) or replies.error("El recurso no existe.", status=404)
    asked = stamping.Asked(desk, service.group(1), access.header(request, "customid"))
    return stamping.stamp(asked, stamping.posted(request, encoded=bool(service.group(2))))


def _below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")


def _outage(book: Mapping[str, bytes], endpoint: str) -> SimulatorReply | None:
    """The answer while everything, or this endpoint, fails."""
    mode = book.get("outage") or book.get(f"outage/{endpoint}")
    if mode is None and endpoint == "sw_api":
        mode = book.get("outage/sw")
    if mode == b"refuse" or book.get("refuse"):
        return SimulatorReply(lost=True)
    if mode == b"hang" or book.get("hang"):
        return SimulatorReply(status=504, delay_seconds=_HANG_SECONDS, lost=True)
    return replies.down() if mode else None


SIMULATOR = Simulator(
    answer=answer,
    endpoints=_ENDPOINTS,
    signers=("stamping",),
    founding={**access.FOUNDING, **census.FOUNDING},
)
