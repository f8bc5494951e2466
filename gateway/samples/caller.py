"""An integrator's side: the few requests that an invoice's life takes, and what is kept of it on disk."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx2
import msgspec

Json = dict[str, Any]
ENDED = frozenset({"accepted", "accepted_with_warnings", "rejected", "held"})
QR = "qr.svg"


class Unexpected(RuntimeError):
    """The gateway answered otherwise than the story goes; the text carries its words."""


class Caller:
    """Speaks HTTP with a key; every wish gets an Idempotency-Key of its own, named after the story and the run."""

    def __init__(self, client: httpx2.AsyncClient, run: str) -> None:
        self._client = client
        self.run = run

    async def draft(self, name: str, body: Json) -> Json:
        """A draft; `source_ref` is the story's business event."""
        return await self.post("/v1/invoices", {"source_ref": f"demo:{self.run}:{name}"} | body, f"{name}:draft")

    async def finalize(self, name: str, invoice: Json) -> Json:
        return await self.post(f"/v1/invoices/{invoice['id']}/finalize", None, f"{name}:finalize")

    async def refused(self, name: str, invoice: Json) -> Json:
        """The problem that a finalize answers with. Raises Unexpected where it goes through."""
        answer = await self._send(f"/v1/invoices/{invoice['id']}/finalize", None, f"{name}:finalize")
        if answer.status_code != httpx2.codes.UNPROCESSABLE_ENTITY:
            raise Unexpected(f"finalize answered {answer.status_code}, not 422: {answer.text[:500]}")
        return dict(answer.json())

    async def issued(self, name: str, body: Json) -> Json:
        """Drafted and finalized. Raises Unexpected with every finding where the rules say no."""
        invoice = await self.draft(name, body)
        if not invoice["ready_to_finalize"]:
            raise Unexpected(f"not ready: {spoken(invoice['findings'])}")
        return await self.finalize(name, invoice)

    async def settled(self, invoice: str, within: float, *, apart: Sequence[str] = ()) -> Json:
        """The invoice once every submission has ended; `apart` are submissions that do not count."""
        deadline = time.monotonic() + within
        while True:
            found = await self.get(f"/v1/invoices/{invoice}")
            waiting = [one for one in current(found) if one["state"] not in ENDED or one["id"] in apart]
            if not waiting:
                return found
            if time.monotonic() > deadline:
                states = ", ".join(f"{one['jurisdiction']} {one['state']} {one['code'] or ''}" for one in waiting)
                raise Unexpected(f"not settled within {within:g} s: {states}")
            await asyncio.sleep(0.15)

    async def get(self, path: str, **query: str) -> Json:
        answer = await self._client.get(path, params=query)
        return dict(told(answer).json())

    async def listed(self, path: str, **query: str) -> list[Json]:
        """Every page of a list, or a list that comes whole."""
        rows: list[Json] = []
        while True:
            page = told(await self._client.get(path, params=query)).json()
            if isinstance(page, list):
                return page
            rows += page["data"]
            if page["next_cursor"] is None:
                return rows
            query["cursor"] = page["next_cursor"]

    async def post(self, path: str, body: Json | None, key: str) -> Json:
        return dict(told(await self._send(path, body, key)).json())

    async def _send(self, path: str, body: Json | None, key: str) -> httpx2.Response:
        headers = {"Idempotency-Key": f"demo:{self.run}:{key}", "X-Correlation-Id": f"demo-{self.run}"}
        return await self._client.post(path, json=body, headers=headers)

    async def keep(self, folder: Path, invoice: Json) -> list[str]:
        """Every document, the QR codes and the trace below `folder`; their paths."""
        name = invoice["id"]
        paths = []
        for paper in await self.listed(f"/v1/invoices/{name}/documents"):
            body = told(await self._client.get(paper["href"])).content
            paths.append(write(folder / suffixed(paper["name"], paper["media_type"]), body))
        for one in current(invoice):
            if "verification_url" in one["facts"]:
                picture = told(await self._client.get(f"/v1/invoices/{name}/documents/{one['jurisdiction']}-{QR}"))
                paths.append(write(folder / f"{one['jurisdiction']}-{QR}", picture.content))
        trace = await self.get(f"/v1/invoices/{name}/trace")
        paths.append(write(folder / "trace.json", pretty(trace)))
        paths.append(write(folder / "invoice.json", pretty(invoice)))
        return paths

    async def document(self, invoice: Json, jurisdiction: str) -> bytes:
        """The sealed document of one jurisdiction."""
        papers = await self.listed(f"/v1/invoices/{invoice['id']}/documents")
        sealed = [one for one in papers if one["jurisdiction"] == jurisdiction and one["role"] == "sealed"]
        if not sealed:
            raise Unexpected(f"there is no sealed document of {jurisdiction}")
        return told(await self._client.get(sealed[-1]["href"])).content


def current(invoice: Json) -> list[Json]:
    """The submissions that count now: what was superseded has a successor."""
    return [one for one in invoice["submissions"] if one["state"] != "superseded"]


def told(answer: httpx2.Response) -> httpx2.Response:
    """The answer, if it is one. Raises Unexpected with the problem's own words."""
    if answer.is_success:
        return answer
    try:
        problem: Mapping[str, Any] = answer.json()
    except ValueError:
        problem = {}
    detail = problem.get("detail") or answer.text[:500]
    findings = spoken(problem.get("findings") or [])
    raise Unexpected(
        f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {detail} {findings}".strip()
    )


def spoken(findings: list[Json]) -> str:
    """Findings in one line."""
    return "; ".join(
        " ".join(str(word) for word in (one["rule"], one.get("pointer"), one["message"]) if word)
        for one in findings
        if one.get("severity", "fatal") == "fatal"
    )


def suffixed(name: str, media_type: str) -> str:
    """A file name that says what is in it."""
    suffix = {"application/xml": ".xml", "text/xml": ".xml", "application/json": ".json"}.get(
        media_type.split(";", maxsplit=1)[0], ""
    )
    return name if not suffix or name.endswith(suffix) else name + suffix


def write(path: Path, body: bytes) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return str(path)


def pretty(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
