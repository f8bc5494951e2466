"""The signers that seals need, from the vault: only for jurisdictions that sign with a key of the issuer's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from gateway.actor import Actor
from gateway.errors import Refused
from gateway.store import objects
from gateway.store.credentials import stored_context
from gateway.vault import SealBroken, StoredCredential, sealed_credential
from gateway.wiring import Wiring
from jurisdictions.contract import Jurisdiction, Keys
from schemas.findings import Finding


def context_of(tenant: UUID, environment: str, issuer: UUID, jurisdiction: str, name: str) -> str:
    """What a sealed credential is bound to, as the worker opens it: moved elsewhere, it does not open."""
    return stored_context(tenant, environment, issuer, jurisdiction, name)


def stored(wiring: Wiring, tenant: UUID, environment: str, row: Mapping[str, Any], kind: str) -> StoredCredential:
    """One row of `gateway.credential` as the vault takes it."""
    context = context_of(tenant, environment, row["issuer_id"], row["jurisdiction"], row["name"])
    return sealed_credential(
        wiring.vault,
        version=f"{context}:{row['version']}",
        kind=kind,
        sealed=row["sealed"],
        context=context,
    )


def _signing(jurisdiction: Jurisdiction) -> dict[str, str]:
    return {spec.name: spec.kind for spec in jurisdiction.about.credentials if spec.kind == "key_pair"}


async def signers(wiring: Wiring, actor: Actor, issuer: UUID, codes: Iterable[str]) -> dict[str, Keys]:
    """A signer for each of the jurisdictions, keys decrypted beforehand (82 ms for a CSD) so that no lock waits for
    it."""
    wanted = {code: _signing(wiring.jurisdictions[code]) for code in codes}
    rows: list[Any] = []
    if any(wanted.values()):
        async with wiring.store.tenant(actor.tenant, actor.environment) as connection:
            rows = await objects.credentials(connection, actor.tenant, actor.environment, issuer)
    keys: dict[str, Keys] = {}
    for code, kinds in wanted.items():
        credentials = {
            row["name"]: stored(wiring, actor.tenant, actor.environment, row, kinds[row["name"]])
            for row in rows
            if row["jurisdiction"] == code and row["name"] in kinds
        }
        await _warm(wiring, code, credentials)
        keys[code] = wiring.keyring.signer(credentials)
    return keys


async def _warm(wiring: Wiring, code: str, credentials: Mapping[str, StoredCredential]) -> None:
    """Open the credentials; one that this process's master key does not open is told, never a 500."""
    try:
        await wiring.keyring.warm(credentials)
    except SealBroken as why:
        names = ", ".join(credentials)
        raise Refused(
            f"The stored credential ({code}: {names}) cannot be opened with this installation's master key.",
            code="credential_unreadable",
            findings=(
                Finding(
                    rule="GW-CREDENTIAL",
                    message="The credential was sealed under another master key.",
                    pointer="/issuer",
                    fix="Store the credential again, or give the process the master key that it was stored under.",
                ),
            ),
        ) from why
