"""The service in this process with a database of its own, and callers with API keys."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import msgspec
from litestar import Litestar

from gateway.actor import ALL_SCOPES
from gateway.api.authentication import digest, mint
from gateway.app import create_app
from gateway.clock import new_id
from gateway.store.pool import Store
from gateway.vault import Keyring, Vault
from gateway.wiring import Wiring
from jurisdictions.contract import Jurisdiction

Json = dict[str, Any]
KEYS = itertools.count(1)
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TOY_ISSUER: Json = {
    "name": "Toys Ltd",
    "tax_ids": [{"scheme": "AQ:TIN", "value": "1000"}],
    "address": {"country": "AQ", "city": "Toytown"},
}
TOY_CUSTOMER: Json = {"name": "Child", "address": {"country": "AQ"}}
TOY_LINE: Json = {
    "description": "Pro plan, June",
    "unit_price": "49.00",
    "taxes": [{"tax": "VAT", "category": "S", "percent": "21"}],
}


@dataclass
class Hands:
    """A clock that only the test moves."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **duration: float) -> None:
        self.at += timedelta(**duration)


@dataclass
class House:
    """One running service. `owner` is the administrator's URL of its database."""

    owner: str
    app: Litestar
    store: Store
    jurisdictions: Mapping[str, Jurisdiction]
    clock: Hands
    client: httpx2.AsyncClient
    vault: Vault = field(default_factory=lambda: Vault(b"1" * 32))

    async def execute(self, statement: str, *values: object) -> str:
        """What no caller could do: as the administrator."""
        connection = await asyncpg.connect(self.owner)
        try:
            return str(await connection.execute(statement, *values))
        finally:
            await connection.close()

    async def value(self, statement: str, *values: object) -> Any:
        connection = await asyncpg.connect(self.owner)
        try:
            return await connection.fetchval(statement, *values)
        finally:
            await connection.close()

    async def tenant(self) -> UUID:
        tenant = uuid4()
        await self.execute("INSERT INTO platform.tenant (id, name) VALUES ($1, 'tests')", tenant)
        return tenant

    async def caller(
        self,
        tenant: UUID | None = None,
        *,
        environment: str = "test",
        scopes: frozenset[str] = ALL_SCOPES,
        issuers: list[UUID] | None = None,
    ) -> Caller:
        """A caller with a fresh key; of a fresh tenant where none is named."""
        tenant, secret = tenant or await self.tenant(), mint(environment)
        await self.execute(
            "INSERT INTO platform.api_key (id, tenant_id, environment, digest, hint, scopes, issuers)"
            " VALUES ($1, $2, $3, $4, 'x', $5, $6)",
            uuid4(),
            tenant,
            environment,
            digest(secret),
            list(scopes),
            issuers,
        )
        return Caller(self, tenant, environment, {"Authorization": f"Bearer {secret}"})


@dataclass
class Caller:
    """Someone with an API key. `post` sends a fresh Idempotency-Key unless one is given."""

    house: House
    tenant: UUID
    environment: str
    headers: dict[str, str]

    async def send(self, method: str, path: str, **more: Any) -> httpx2.Response:
        headers = self.headers | (more.pop("headers", None) or {})
        return await self.house.client.request(method, path, headers=headers, **more)

    async def get(self, path: str, **params: Any) -> httpx2.Response:
        return await self.send("GET", path, params=params or None)

    async def post(self, path: str, body: Any = None, *, key: str | None = None, **more: Any) -> httpx2.Response:
        headers = {"Idempotency-Key": key or f"key-{next(KEYS)}"} | (more.pop("headers", None) or {})
        sent = {} if body is None else {"json": body}
        return await self.send("POST", path, headers=headers, **sent, **more)

    async def patch(self, path: str, body: Any, etag: str | None = None) -> httpx2.Response:
        return await self.send("PATCH", path, json=body, headers={"If-Match": etag} if etag else None)

    async def delete(self, path: str, etag: str | None = None) -> httpx2.Response:
        return await self.send("DELETE", path, headers={"If-Match": etag} if etag else None)

    async def made(self, path: str, body: Any) -> Json:
        """A new object; what is made must be makeable."""
        answer = await self.post(path, body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def toy_issuer(self, *, account: bool = True, **more: Any) -> str:
        """An issuer that Toyland's office knows."""
        issuer = (await self.made("/v1/issuers", TOY_ISSUER | more))["id"]
        if account:
            credential = {"jurisdiction": "toyland", "fields": {"password": "sesame"}}
            stored = await self.send("PUT", f"/v1/issuers/{issuer}/credentials/office", json=credential)
            assert stored.status_code == 200, stored.text
        return str(issuer)

    async def toy_draft(self, issuer: str | None = None, **more: Any) -> Json:
        issuer = issuer or await self.toy_issuer()
        return await self.made("/v1/invoices", toy_invoice(issuer, **more))

    async def toy_issued(self, issuer: str | None = None, **more: Any) -> Json:
        draft = await self.toy_draft(issuer, **more)
        answer = await self.post(f"/v1/invoices/{draft['id']}/finalize")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refused(self, invoice: Json, *, code: str, state: str = "rejected") -> Json:
        """What the worker does when the authority refuses: the submission's state, and its case."""
        submission, case = invoice["submissions"][0], new_id()
        desk = self.house.jurisdictions[submission["jurisdiction"]].desk
        diagnosis = desk.classify("issue", code, None)  # type: ignore[arg-type]
        await self.house.execute(
            "UPDATE gateway.submission SET state = $2, code = $3, version = version + 1 WHERE id = $1",
            UUID(submission["id"][4:]),
            state,
            code,
        )
        await self.house.execute(
            "INSERT INTO gateway.case_file (tenant_id, environment, id, jurisdiction, invoice_id, submission_id,"
            " case_class, sentence, path, actions, editable, external_code, external_message, fingerprint, opened_at,"
            " updated_at) SELECT tenant_id, environment, $2, jurisdiction, invoice_id, id, $3, $4, $5, '[]', $6, $7,"
            " 'their words', fingerprint, $8, $8 FROM gateway.submission WHERE id = $1",
            UUID(submission["id"][4:]),
            case,
            diagnosis.case_class,
            diagnosis.sentence,
            diagnosis.path,
            msgspec.json.encode(diagnosis.editable).decode(),
            code,
            self.house.clock(),
        )
        answer = await self.get(f"/v1/cases/case_{case.hex}")
        assert answer.status_code == 200, answer.text
        return answer.json()


def toy_invoice(issuer: str, **more: Any) -> Json:
    return {"issuer": issuer, "customer": TOY_CUSTOMER, "currency": "EUR", "lines": [TOY_LINE], **more}


def problem(answer: httpx2.Response, status: int, code: str | None = None) -> Json:
    """The problem that the service answers with; every one has the same shape."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    body: Json = answer.json()
    assert body["status"] == status
    assert body["request_id"] == answer.headers["request-id"]
    assert {"type", "title", "detail", "instance", "code", "retryable", "findings"} <= body.keys()
    if code is not None:
        assert body["code"] == code, body
    return body


def pointers(body: Json) -> list[str | None]:
    return [finding.get("pointer") for finding in body["findings"]]


async def open_house(
    owner: str, store: Store, jurisdictions: Mapping[str, Jurisdiction], *, described: bool = True
) -> House:
    clock, vault = Hands(), Vault(b"1" * 32)
    wiring = Wiring(
        store=store, jurisdictions=jurisdictions, vault=vault, keyring=Keyring(), clock=clock, new_id=new_id
    )
    app = create_app(wiring, described=described)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    client = httpx2.AsyncClient(transport=transport, base_url="http://localhost")
    return House(
        owner=owner, app=app, store=store, jurisdictions=jurisdictions, clock=clock, client=client, vault=vault
    )
