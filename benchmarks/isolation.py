"""Peppol's way from finalize to accepted while the AEAT's simulator hangs with work waiting, against its normal."""

from __future__ import annotations

import asyncio
import statistics
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import httpx2
import msgspec

from benchmarks import ground, stock
from benchmarks.processes import Running, running
from benchmarks.report import Figure
from gateway.identity import Prefix, written
from gateway.samples.issuers import BELGIAN, PLATFORM, SPANISH
from gateway.sandbox import SandboxAuthority
from gateway.store.credentials import platform_context
from gateway.wiring import Wiring
from schemas.answers import IssuerInput
from schemas.invoice import InvoiceInput, LineInput, ReferencesInput, TaxInput
from schemas.party import Address, Endpoint, Party, TaxId

EACH = 30
HANGING = ("B00000018", "B00000026", "B00000034", "B00000042", "B00000059", "B00000067")
"""Issuers whose records wait: more than the AEAT has places in one worker."""
RECORDS = 100  # of each
STANDING_STILL = 5.0  # seconds that the hanging exchanges have to begin


def belgian_invoice(issuer: UUID) -> InvoiceInput:
    customer = Party(
        name="Voorbeeld Klant NV",
        tax_ids=(TaxId(scheme="BE:VAT", value="BE0999000228"),),
        registration="0999000228",
        address=Address(country="BE", lines=("Rue Haute 2",), city="Bruxelles", postal_code="1000"),
        endpoints=(Endpoint(scheme="0208", value="0999000228"),),
    )
    line = LineInput(
        description="Consulting", quantity="2", unit_price="450.00", taxes=(TaxInput(tax="VAT", percent="21"),)
    )
    return InvoiceInput(
        issuer=written(Prefix.ISSUER, issuer),
        currency="EUR",
        customer=customer,
        lines=(line,),
        due_in_days=30,
        references=ReferencesInput(buyer_reference="PO-1"),
    )


@dataclass
class Bench:
    place: ground.Ground
    wiring: Wiring
    connection: asyncpg.Connection
    belgian: UUID

    async def latency(self) -> float:
        """Seconds from the finalize of one invoice until its access point has answered."""
        invoice = await ground.draft(self.wiring, self.place, belgian_invoice(self.belgian))
        begin = time.perf_counter()
        await ground.finalized(self.wiring, self.place, invoice)
        while (state := await self._state(invoice)) in ("queued", "submitting"):
            await asyncio.sleep(0.002)
        elapsed = time.perf_counter() - begin
        if state != "accepted":
            raise RuntimeError(f"the invoice ended as {state}")
        return elapsed

    async def median(self) -> float:
        return statistics.median([await self.latency() for _ in range(EACH)])

    async def _state(self, invoice: UUID) -> str:
        state: str = await self.connection.fetchval(
            "SELECT state FROM gateway.submission WHERE tenant_id = $1 AND environment = 'test' AND invoice_id = $2",
            self.place.tenant,
            invoice,
        )
        return state


async def _bench(place: ground.Ground, stack: AsyncExitStack) -> Bench:
    wiring = await stack.enter_async_context(ground.wired(place))
    connection = await asyncpg.connect(place.url)
    stack.push_async_callback(connection.close)
    authority = SandboxAuthority(place.directory / "sandbox")
    for (jurisdiction, name), fields in PLATFORM.items():
        await connection.execute(
            "INSERT INTO platform.credential (environment, jurisdiction, name, sealed) VALUES ('test', $1, $2, $3)",
            jurisdiction,
            name,
            wiring.vault.seal(fields, platform_context("test", jurisdiction, name)),
        )
    belgian, _ = await stock.add_sample(wiring, place, BELGIAN, authority)
    for nif in HANGING:
        body = msgspec.convert(SPANISH.body, IssuerInput)
        body = msgspec.structs.replace(body, tax_ids=(TaxId(scheme="ES:NIF", value=nif),), endpoints=())
        issuer, body = await stock.add_sample(wiring, place, SPANISH, authority, body)
        press = await stock.press(wiring, place, issuer, body, ground.spanish_invoice(issuer), "H")
        await press.lay_out(press.sealed(RECORDS))
    return Bench(place, wiring, connection, belgian)


async def _outage(sandbox: Running, place: ground.Ground, method: str, mode: str = "") -> None:
    trust = SandboxAuthority(place.directory / "sandbox").certificate_pem.decode("ascii")
    context = httpx2.create_ssl_context()
    context.load_verify_locations(cadata=trust)
    async with httpx2.AsyncClient(verify=context, trust_env=False) as client:
        address = f"https://localhost:{sandbox.port('verifactu')}/_sandbox/outage{mode}"
        (await client.request(method, address)).raise_for_status()


async def _measure(place: ground.Ground) -> tuple[float, float, int]:
    """(normal, while it hangs, how many records waited in the meantime).

    The normal is taken before, never after: the AEAT's records would then be asked for and make it look slower."""
    async with AsyncExitStack() as stack:
        sandbox = stack.enter_context(running(place, "sandbox"))
        bench = await _bench(place, stack)
        stack.enter_context(running(place, "work"))
        for _ in range(3):
            await bench.latency()
        normal = await bench.median()
        await _outage(sandbox, place, "PUT", "?mode=hang")
        try:
            backlog = stock.Backlog(bench.connection, place.tenant, "verifactu")
            await backlog.let_go()
            async with asyncio.timeout(STANDING_STILL):
                while not (await backlog.states()).get("submitting"):
                    await asyncio.sleep(0.05)
            hanging = await bench.median()
            waiting = sum(many for state, many in (await backlog.states()).items() if state != "accepted")
        finally:
            await _outage(sandbox, place, "DELETE")
        while (await backlog.states()).get("submitting"):
            await asyncio.sleep(0.05)
        return normal, hanging, waiting


def measure() -> list[Figure]:
    """Medians of single invoices, one after the other."""
    with ground.ground() as place:
        normal, hanging, waiting = asyncio.run(_measure(place))
    return [
        Figure(
            f"Peppol, finalize to accepted, while the AEAT hangs ({waiting:,} records waiting there)",
            f"{hanging * 1000:.0f} ms",
            f"normal {normal * 1000:.0f} ms",
            hanging / normal,
            1.2,
            below=True,
        )
    ]
