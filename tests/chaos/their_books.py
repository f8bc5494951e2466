"""The reckoning in the authorities' books: what each simulator says it holds is what we say that it accepted."""

from __future__ import annotations

import json
import ssl
from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import asyncpg
import httpx2

from gateway.sandbox import SandboxAuthority
from tests.chaos.ground import Ground
from tests.chaos.reckoning import Row, Wrong


async def their_books(connection: asyncpg.Connection, ground: Ground) -> tuple[Wrong, Mapping[str, int]]:
    """What differs, and how many documents each authority holds."""
    rows = await connection.fetch(
        "SELECT s.jurisdiction, s.authority_id, s.id, s.attributes::text AS attributes, i.number"
        " FROM gateway.submission s JOIN gateway.invoice i"
        " ON i.tenant_id = s.tenant_id AND i.environment = s.environment AND i.id = s.invoice_id"
        " WHERE s.instruction = 'issue'"
    )
    ours: dict[str, list[Row]] = {code: [] for code in _JUDGES}
    for row in rows:
        ours[row["jurisdiction"]].append(dict(row) | {"attributes": json.loads(row["attributes"])})
    wrong: Wrong = []
    held: dict[str, int] = {}
    for code, judge in _JUDGES.items():
        async with Page(ground, code) as book:
            found, held[code] = await judge(book, ours[code])
            wrong += [f"{code}: {text}" for text in found]
    return wrong, held


class Page:
    """A simulator's book, read over HTTPS as its administrator."""

    def __init__(self, ground: Ground, code: str) -> None:
        authority = SandboxAuthority(ground.settings.sandbox)
        trust = ssl.create_default_context(cadata=authority.certificate_pem.decode())
        url = f"https://localhost:{urlsplit(ground.simulators[code]).port}"
        self._http = httpx2.AsyncClient(base_url=url, verify=trust, trust_env=False, timeout=30.0)

    async def __aenter__(self) -> Page:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def keys(self, prefix: str) -> list[str]:
        answer = await self._http.get(f"/_sandbox/book?prefix={quote(prefix)}")
        return list(answer.raise_for_status().json()["keys"])

    async def value(self, key: str) -> bytes:
        return (await self._http.get(f"/_sandbox/book?key={quote(key)}")).raise_for_status().content

    async def json(self, key: str) -> Any:
        return json.loads(await self.value(key))


async def _aeat(book: Page, ours: list[Row]) -> tuple[Wrong, int]:
    """One record an invoice, an alta, with our huella and no other; and the month's list names each once."""
    wanted = {
        f"record/{of['nif']}/{of['number']}/{of['date']}": of["huella"] for row in ours for of in (row["attributes"],)
    }
    keys = await book.keys("record/")
    wrong = _same(keys, list(wanted))
    for key in wanted.keys() & set(keys):
        entry = await book.json(key)
        found = entry.get("state"), entry["huellas"], entry.get("code", 0)
        if found != ("alta", [wanted[key]], 0):
            wrong.append(f"{key} is {found}; our huella is {wanted[key]}")
    listed: Counter[str] = Counter()
    for key in await book.keys("month/"):
        if key.count("/") == 3:
            nif = key.split("/")[1]
            for line in (await book.value(key)).decode().splitlines():
                listed[f"record/{nif}/{line[11:]}/{line[:10]}"] += 1
    return wrong + _same(list(listed.elements()), list(wanted)), len(keys)


async def _pac(book: Page, ours: list[Row]) -> tuple[Wrong, int]:
    """One stamp a seal, its UUID ours; as many stamps as the PAC has counted; no number with two stamps."""
    wanted = {f"stamp/{row['attributes']['sello']}": row["authority_id"].lower() for row in ours}
    keys = await book.keys("stamp/")
    wrong = _same(keys, list(wanted))
    for key in wanted.keys() & set(keys):
        uuid = (await book.json(key))["uuid"].lower()
        if uuid != wanted[key]:
            wrong.append(f"{key} bears {uuid}; ours {wanted[key]}")
    uuids = [key.removeprefix("uuid/").lower() for key in await book.keys("uuid/")]
    wrong += _same(uuids, list(wanted.values()))
    counted = int(await book.value("counter")) if ours else 0
    wrong += [f"{key} bears several stamps" for key in await book.keys("folio/") if len(await book.json(key)) > 1]
    return wrong + ([f"{counted} stamps were counted, {len(ours)} are ours"] if counted != len(ours) else []), len(keys)


async def _access_point(book: Page, ours: list[Row]) -> tuple[Wrong, int]:
    """One message an instance, under the message id that we keep."""
    keys = await book.keys("message/")
    held = [(await book.json(key))["message_id"] for key in keys]
    return _same(held, [row["authority_id"] for row in ours]), len(keys)


def _same(theirs: list[str], ours: list[str]) -> Wrong:
    found, wanted = Counter(theirs), Counter(ours)
    wrong = [f"{key} is {found[key]} times in their book, {wanted[key]} times in ours" for key in found - wanted]
    return wrong + [f"{key} is in our book, and not in theirs" for key in wanted - found]


_JUDGES = {"verifactu": _aeat, "cfdi": _pac, "peppol": _access_point}
