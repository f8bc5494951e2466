"""What a tester may ask of a simulator's server itself, below `/_sandbox/`: outages, its book, its health."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import msgspec

from gateway.sandbox import outage
from jurisdictions.contract import SimulatorReply, SimulatorRequest

ADMIN = "/_sandbox/"


def administer(code: str, page: Mapping[str, bytes], request: SimulatorRequest) -> SimulatorReply:
    """`PUT /_sandbox/outage?mode=down|hang|refuse`, `DELETE /_sandbox/outage`, `GET /_sandbox/book?prefix=` (the keys)
    or `?key=` (the bytes of one), `GET /_sandbox/health`."""
    parts = urlsplit(request.path)
    query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    match request.method, parts.path.removeprefix(ADMIN):
        case "PUT", "outage":
            wanted = query.get("mode", "down")
            if wanted not in outage.MODES:
                return _json(400, {"error": f"mode is one of {', '.join(outage.MODES)}"})
            return _json(200, {"outage": wanted}, {outage.KEY: wanted.encode()})
        case "DELETE", "outage":
            return _json(200, {"outage": None}, {outage.KEY: None})
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


def _json(status: int, content: object, changes: Mapping[str, bytes | None] | None = None) -> SimulatorReply:
    return SimulatorReply(
        status=status,
        headers={"content-type": "application/json"},
        body=msgspec.json.encode(content) + b"\n",
        changes=changes or {},
    )
