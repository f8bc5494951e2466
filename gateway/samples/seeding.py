"""Putting the samples into a running gateway, again and again with the same result: what is there already stays."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import httpx2
import msgspec

from gateway.accounts import add_key, administering, ensure_tenant, put_platform_credential
from gateway.api.authentication import mint
from gateway.samples.issuers import PLATFORM, SAMPLES, Sample
from gateway.sandbox import SandboxAuthority
from gateway.settings import Settings
from gateway.vault import Vault

TENANT = "Development"
KEPT = "keys.json"


class SeedingFailed(RuntimeError):
    """The gateway refused a sample; the text carries its words."""


class Seeded(msgspec.Struct, frozen=True, kw_only=True):
    """Keys of the development tenant, and its test issuers by the jurisdiction that each is made for."""

    api_key: str
    live_api_key: str
    issuers: Mapping[str, str] = {}


async def seed(settings: Settings, url: str) -> Seeded:
    """Keys (kept in DATA/keys.json, mode 0600), credentials of the platform, and the test issuers, over HTTP."""
    known = await _admitted(settings, _known(settings.data / KEPT))
    authority = await asyncio.to_thread(SandboxAuthority, settings.sandbox)
    headers = {"Authorization": f"Bearer {known.api_key}"}
    async with httpx2.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=30.0) as client:
        found = [
            await _issuer(client, code, sample, authority, known.issuers.get(code)) for code, sample in SAMPLES.items()
        ]
    seeded = msgspec.structs.replace(known, issuers=dict(zip(SAMPLES, found, strict=True)))
    _keep(settings.data / KEPT, seeded)
    return seeded


async def _admitted(settings: Settings, known: Seeded) -> Seeded:
    """The keys exist in this database: those of the file, so that a restart changes nothing for who uses them."""
    vault = Vault(settings.master_key())
    async with administering(settings.administrator) as connection:
        tenant = await ensure_tenant(connection, TENANT)
        await add_key(connection, tenant, "test", secret=known.api_key)
        await add_key(connection, tenant, "live", secret=known.live_api_key)
        for (jurisdiction, name), fields in PLATFORM.items():
            await put_platform_credential(connection, vault, ("test", jurisdiction, name), fields, replace=False)
    _keep(settings.data / KEPT, known)
    return known


async def _issuer(
    client: httpx2.AsyncClient, code: str, sample: Sample, authority: SandboxAuthority, known: str | None
) -> str:
    issuer = await _read(client, known) if known else None
    if issuer is None:
        issuer = await _created(client, code, sample)
    name = str(issuer["id"])
    there = {(one["jurisdiction"], one["name"]) for one in (await _read(client, name) or issuer)["credentials"]}
    for (jurisdiction, credential), make in sample.credentials.items():
        if (jurisdiction, credential) not in there:
            fields = await asyncio.to_thread(make, authority)
            path = f"/v1/issuers/{name}/credentials/{credential}"
            _told(await client.put(path, json={"jurisdiction": jurisdiction, "fields": dict(fields)}))
    return name


async def _created(client: httpx2.AsyncClient, code: str, sample: Sample) -> dict[str, Any]:
    body = msgspec.json.encode(sample.body)
    # The key carries the body's hash: a sample that has changed is another wish.
    key = f"sample:{code}:{hashlib.sha256(body).hexdigest()[:16]}"
    headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
    return _told(await client.post("/v1/issuers", content=body, headers=headers))


async def _read(client: httpx2.AsyncClient, issuer: str) -> dict[str, Any] | None:
    answer = await client.get(f"/v1/issuers/{issuer}")
    return None if answer.status_code == httpx2.codes.NOT_FOUND else _told(answer)


def _told(answer: httpx2.Response) -> dict[str, Any]:
    if not answer.is_success:
        raise SeedingFailed(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}")
    return cast(dict[str, Any], answer.json())


def _known(path: Path) -> Seeded:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Seeded)
    except (OSError, msgspec.DecodeError):
        return Seeded(api_key=mint("test"), live_api_key=mint("live"))


def _keep(path: Path, seeded: Seeded) -> None:
    """A file that only its owner reads, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.encode(seeded) + b"\n")
    draft.replace(path)
