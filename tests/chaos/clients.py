"""Clients that know one thing about trouble: send the same request with the same Idempotency-Key again."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, cast

import httpx2

from gateway.accounts import add_key, administering, ensure_tenant, put_platform_credential
from gateway.samples.issuers import PLATFORM
from gateway.sandbox import SandboxAuthority
from gateway.vault import Vault
from tests.chaos.ground import Ground
from tests.chaos.wishes import WISHERS, Wish, Wisher

Json = dict[str, Any]
TWICE = 0.1
"""The share of requests that are sent twice at the same time, and of answers that are asked for again."""
IN_USE = "idempotency_key_in_use"


class Refusal(RuntimeError):
    """An answer that no client should get here."""


@dataclass
class Tally:
    """What the clients met on the way."""

    issued: dict[str, Json] = field(default_factory=dict)
    """The finalized invoice as it was answered, by the wish's name."""
    troubles: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Client:
    """One caller of the API, with a time after which it gives up. Of several addresses it takes any, each time anew."""

    def __init__(self, url: str | Sequence[str], key: str, chance: Random, tally: Tally, until: float) -> None:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._urls = (url,) if isinstance(url, str) else tuple(url)
        self._http = httpx2.AsyncClient(headers=headers, trust_env=False, timeout=10.0)
        self._chance = chance
        self._tally = tally
        self._until = until

    async def close(self) -> None:
        await self._http.aclose()

    async def issue(self, wish: Wish) -> None:
        """Draft and finalize. Whatever goes wrong for good is noted."""
        try:
            draft = await self.insist("POST", "/v1/invoices", wish.body, f"create:{wish.name}")
            if not draft["ready_to_finalize"]:
                raise Refusal(f"not ready: {draft['findings']}")
            issued = await self.insist("POST", f"/v1/invoices/{draft['id']}/finalize", b"", f"finalize:{wish.name}")
            self._tally.issued[wish.name] = issued
        except Refusal as why:
            self._tally.wrong.append(f"{wish.name}: {why}")

    async def insist(self, method: str, path: str, body: bytes = b"", key: str = "") -> Json:
        """The answer, asked for until there is one; sometimes twice at once, sometimes once more than needed."""
        if key and self._chance.random() < TWICE:
            first, second = await asyncio.gather(
                self._answered(method, path, body, key), self._answered(method, path, body, key)
            )
            if first != second:
                raise Refusal(f"{key}: two answers to one request: {first} and {second}")
            return first
        first = await self._answered(method, path, body, key)
        if key and self._chance.random() < TWICE and await self._answered(method, path, body, key) != first:
            raise Refusal(f"{key}: the replay is another answer")
        return first

    async def _answered(self, method: str, path: str, body: bytes, key: str) -> Json:
        headers = {"Idempotency-Key": key} if key else {}
        while time.monotonic() < self._until:
            url = self._urls[0] if len(self._urls) == 1 else self._chance.choice(self._urls)
            try:
                answer = await self._http.request(method, url + path, content=body, headers=headers)
            except httpx2.TransportError as why:
                self._tally.troubles[type(why).__name__] += 1
            else:
                if answer.is_success:
                    return cast(Json, answer.json())
                code = _code(answer)
                self._tally.troubles[f"{answer.status_code} {code}"] += 1
                if answer.status_code < 500 and code != IN_USE:
                    raise Refusal(f"{method} {path}: {answer.status_code} {answer.text[:600]}")
            await asyncio.sleep(0.05 + 0.3 * self._chance.random())
        raise Refusal(f"{method} {path}: no answer in time")


def _code(answer: httpx2.Response) -> str:
    try:
        return str(answer.json().get("code"))
    except ValueError:
        return "?"


async def serve(
    todo: Sequence[Wish],
    span: float,
    chance: Random,
    clients: Sequence[Client],
    act: Callable[[Client, Wish], Awaitable[None]],
) -> None:
    """The clients share the wishes; each wish has its moment within the span. The clients are closed at the end."""
    moments = sorted(chance.uniform(0, span) for _ in todo)
    waiting = list(zip(moments, todo, strict=True))[::-1]
    began = time.monotonic()

    async def work(client: Client) -> None:
        try:
            while waiting:
                moment, wish = waiting.pop()
                await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
                await act(client, wish)
        finally:
            await client.close()

    async with asyncio.TaskGroup() as group:
        for client in clients:
            group.create_task(work(client))


async def settle_in(ground: Ground, client_key: str, wishers: Sequence[Wisher] = WISHERS) -> dict[str, str]:
    """Tenant, key and the platform's credentials in the database; the issuers over HTTP. Their ids by name."""
    vault = Vault(ground.settings.master_key())
    async with administering(ground.owner) as connection:
        tenant = await ensure_tenant(connection, "Chaos")
        await add_key(connection, tenant, "test", secret=client_key)
        for (jurisdiction, name), fields in PLATFORM.items():
            await put_platform_credential(connection, vault, ("test", jurisdiction, name), fields)
    authority = await asyncio.to_thread(SandboxAuthority, ground.settings.sandbox)
    headers = {"Authorization": f"Bearer {client_key}"}
    async with httpx2.AsyncClient(base_url=ground.url, headers=headers, trust_env=False, timeout=30.0) as http:
        return {wisher.name: await _issuer(http, wisher, authority) for wisher in wishers}


async def _issuer(http: httpx2.AsyncClient, wisher: Wisher, authority: SandboxAuthority) -> str:
    key = {"Idempotency-Key": f"issuer:{wisher.name}"}
    made = _told(await http.post("/v1/issuers", json=wisher.body, headers=key))
    for (jurisdiction, credential), make in wisher.credentials.items():
        fields: Mapping[str, str] = await asyncio.to_thread(make, authority)
        path = f"/v1/issuers/{made['id']}/credentials/{credential}"
        _told(await http.put(path, json={"jurisdiction": jurisdiction, "fields": dict(fields)}))
    return str(made["id"])


def _told(answer: httpx2.Response) -> Json:
    if not answer.is_success:
        raise Refusal(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}")
    return cast(Json, answer.json())
