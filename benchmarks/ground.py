"""A fresh database with a tenant, its issuers and its drafts, made without HTTP so that nothing else is measured."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec

import jurisdictions
from gateway.actor import ALL_SCOPES, Actor, Origin
from gateway.api.authentication import digest, mint
from gateway.clock import new_id, system_clock
from gateway.embedded_postgres import EmbeddedPostgres
from gateway.identity import Prefix, written
from gateway.intake import drafts
from gateway.intake.finalize import finalize
from gateway.store import objects
from gateway.store.pool import Store, to_json
from gateway.store.schema import as_role, migrate
from gateway.vault import Keyring, Vault
from gateway.wiring import Wiring
from schemas.answers import IssuerInput
from schemas.invoice import InvoiceInput, LineInput, TaxInput
from schemas.party import Address, Party, TaxId

MASTER_KEY = b"benchmark-master-key-32-bytes-ok"


@dataclass(frozen=True)
class Ground:
    """A running cluster with one tenant and its key."""

    url: str
    directory: Path
    tenant: UUID
    key: str

    @property
    def actor(self) -> Actor:
        return Actor(key=UUID(int=1), tenant=self.tenant, environment="test", scopes=ALL_SCOPES)


@contextlib.contextmanager
def ground() -> Iterator[Ground]:
    """A cluster of its own, migrated, thrown away afterwards."""
    with tempfile.TemporaryDirectory(prefix="gateway-bench-") as name:
        cluster = EmbeddedPostgres(Path(name) / "postgres")
        url = cluster.start()
        try:
            migrate(url)
            tenant, key = new_id(), mint("test")
            asyncio.run(_tenant(url, tenant, key))
            yield Ground(url=url, directory=Path(name), tenant=tenant, key=key)
        finally:
            cluster.discard()


async def _tenant(url: str, tenant: UUID, key: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("INSERT INTO platform.tenant VALUES ($1, 'benchmark')", tenant)
    await connection.execute(
        "INSERT INTO platform.api_key (id, tenant_id, environment, digest, hint, scopes)"
        " VALUES ($1, $2, 'test', $3, '', $4)",
        new_id(),
        tenant,
        digest(key),
        sorted(ALL_SCOPES),
    )
    await connection.execute("CREATE TABLE public.bare (id uuid PRIMARY KEY, body jsonb NOT NULL)")
    await connection.execute("GRANT INSERT ON public.bare TO gateway_api")
    await connection.close()


@contextlib.asynccontextmanager
async def wired(place: Ground, size: int = 8) -> AsyncIterator[Wiring]:
    """The parts of an API process over the ground."""
    store = await Store.open(as_role(place.url, "gateway_api"), role="gateway_api", size=size)
    try:
        yield Wiring(
            store=store,
            jurisdictions=jurisdictions.load(),
            vault=Vault(MASTER_KEY),
            keyring=Keyring(),
            clock=system_clock,
            new_id=new_id,
        )
    finally:
        await store.close()


async def add_issuer(wiring: Wiring, place: Ground, issuer: IssuerInput) -> UUID:
    issuer_id = wiring.new_id()
    async with wiring.store.tenant(place.tenant, "test") as connection:
        await objects.insert(connection, "issuer", (place.tenant, "test", issuer_id), to_json(issuer), wiring.clock())
    return issuer_id


def spanish_issuer(installation: str) -> IssuerInput:
    """An issuer whose invoices go to one chain of its own."""
    return IssuerInput(
        name="Ejemplo SL",
        tax_ids=(TaxId(scheme="ES:NIF", value="B00000018"),),
        address=Address(country="ES", lines=("Calle Mayor 1",), city="Madrid", postal_code="28001"),
        time_zone="Europe/Madrid",
        settings={"verifactu": {"installation": installation}},
    )


def spanish_invoice(issuer: UUID, note: str = "Pro plan, June") -> InvoiceInput:
    return InvoiceInput(
        issuer=written(Prefix.ISSUER, issuer),
        currency="EUR",
        customer=Party(
            name="Cliente SA",
            tax_ids=(TaxId(scheme="ES:NIF", value="B00000026"),),
            address=Address(country="ES", lines=("Calle Mayor 2",), city="Madrid", postal_code="28002"),
        ),
        lines=(
            LineInput(description=note, quantity="1", unit_price="49.00", taxes=(TaxInput(tax="VAT", percent="21"),)),
        ),
    )


async def draft(wiring: Wiring, place: Ground, body: InvoiceInput) -> UUID:
    """A stored draft; its id."""
    key = wiring.new_id().hex
    origin = Origin(actor=place.actor, request_id="bench")
    kept = await drafts.create(wiring, origin, body, f"draft:{key}", key.encode())
    identity: str = msgspec.json.decode(kept.body)["id"]
    return UUID(identity.partition("_")[2])


async def finalized(wiring: Wiring, place: Ground, invoice: UUID) -> None:
    await finalize(wiring, Origin(actor=place.actor, request_id="bench"), invoice, f"finalize:{invoice.hex}", b"")
