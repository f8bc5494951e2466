"""What a tester may ask of a simulator's server itself, below `/_sandbox/`: outages, its book, its health."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import parse_qs, urlsplit

import msgspec

from gateway.sandbox import outage
from jurisdictions.contract import SimulatorReply, SimulatorRequest

ADMIN = "/_sandbox/"


def administer(
    code: str, page: Mapping[str, bytes], request: SimulatorRequest, endpoints: Collection[str] = ()
) -> SimulatorReply:
    """`PUT /_sandbox/outage?mode=down|hang|refuse`, `DELETE /_sandbox/outage` (both of the whole simulator, or with
    `endpoint=` of one), `GET /_sandbox/book?prefix=` (the keys) or `?key=` (the bytes of one), and
    `GET /_sandbox/health`."""
    parts = urlsplit(request.path)
    query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    match request.method, parts.path.removeprefix(ADMIN):
        case (("PUT" | "DELETE"), "outage"):
            return _outage(request.method, query, endpoints)
        case "GET", "book" if "key" in query:
            value = page.get(query["key"])
            if value is None:
                return _json(404, {"error": "no such key"})
            return SimulatorReply(headers={"content-type": "application/octet-stream"}, body=value)
        case "GET", "book":
            return _json(200, {"keys": sorted(key for key in page if key.startswith(query.get("prefix", "")))})
        case "GET", "health":
            return _json(200, {"simulator": code, "keys": len(page), "outage": outage.mode(page)})
        case _:
            return _json(404, {"error": "no such administration"})


def _outage(method: str, query: Mapping[str, str], endpoints: Collection[str]) -> SimulatorReply:
    endpoint, wanted = query.get("endpoint"), query.get("mode", "down")
    if endpoint is not None and endpoint not in endpoints:
        return _json(400, {"error": f"endpoint is one of {', '.join(sorted(endpoints))}"})
    if method == "DELETE":
        return _json(200, {"outage": None}, {outage.key(endpoint): None})
    if wanted not in outage.MODES:
        return _json(400, {"error": f"mode is one of {', '.join(outage.MODES)}"})
    return _json(200, {"outage": wanted}, {outage.key(endpoint): wanted.encode()})


def _json(status: int, content: object, changes: Mapping[str, bytes | None] | None = None) -> SimulatorReply:
    return SimulatorReply(
        status=status,
        headers={"content-type": "application/json"},
        body=msgspec.json.encode(content) + b"\n",
        changes=changes or {},
    )
