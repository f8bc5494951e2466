"""Draining what waits: a worker process against the simulators, and the simulators' own ceiling in the same run.

The ceiling is the same kind of documents, their messages built beforehand, fired by a lean client over as many
connections as the worker has in use: one for an ordered VERI*FACTU flow, the PAC's slots for CFDI.
"""

from __future__ import annotations

import asyncio
import ssl
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from ssl import SSLContext
from uuid import UUID

import asyncpg
import msgspec

from benchmarks import ground, load, stock
from benchmarks.processes import Running, running
from benchmarks.report import Figure
from gateway.identity import Prefix, written
from gateway.intake.sealing import Piece
from gateway.samples.issuers import MEXICAN, PASSWORD, SPANISH
from gateway.sandbox import SandboxAuthority
from gateway.transport.filling import filled_body, filled_headers
from gateway.vault import client_context
from jurisdictions.contract import Ask, Session, Setting
from schemas.invoice import InvoiceInput, LineInput, TaxInput
from schemas.party import Address, Party, TaxId

ROUNDS = 3
PATIENCE = 120.0  # seconds that a backlog has to be drained


@dataclass(frozen=True)
class Course:
    """One jurisdiction's run: how many wait, what they are called, and how an answer shows what it accepted."""

    code: str
    many: int
    noun: str
    connections: int
    accepted: Callable[[bytes], int]
    floor: float


VERIFACTU = Course("verifactu", 5000, "records", 1, lambda body: body.count(b"EstadoRegistro>Correcto<"), 1000.0)
CFDI = Course("cfdi", 1000, "CFDIs", 8, lambda body: int(b'"success"' in body), 100.0)


@dataclass
class Found:
    """One round: documents a second, and processor time of the simulator per second."""

    drained: list[float] = field(default_factory=list)
    ceiling: list[float] = field(default_factory=list)
    drained_share: list[float] = field(default_factory=list)
    ceiling_share: list[float] = field(default_factory=list)


def mexican_invoice(issuer: UUID) -> InvoiceInput:
    customer = Party(
        name="UNIVERSIDAD ROBOTICA ESPAÑOLA",
        tax_ids=(TaxId(scheme="MX:RFC", value="URE180429TM6"),),
        address=Address(country="MX", postal_code="86991", city="Villahermosa"),
        extensions={"cfdi": {"regimen_fiscal": "601", "uso_cfdi": "G03"}},
    )
    line = LineInput(
        description="Desarrollo de software",
        quantity="2",
        unit_price="500.00",
        taxes=(TaxInput(tax="IVA", percent="16"),),
        extensions={"cfdi": {"clave_prod_serv": "81112500", "clave_unidad": "E48"}},
    )
    return InvoiceInput(issuer=written(Prefix.ISSUER, issuer), currency="MXN", customer=customer, lines=(line,))


@dataclass
class Bench:
    """The place of the run: presses by jurisdiction, the sandbox, and the TLS side of the lean client."""

    place: ground.Ground
    sandbox: Running
    connection: asyncpg.Connection
    presses: dict[str, stock.Press]
    tls: dict[str, SSLContext]
    token: str

    async def drained(self, course: Course, found: Found) -> None:
        """The worker empties the backlog: from the moment its flow is let go until nothing waits."""
        press = self.presses[course.code]
        await press.lay_out(press.sealed(course.many))
        backlog = stock.Backlog(self.connection, self.place.tenant, course.code)
        before = (await backlog.states()).get("accepted", 0)
        cpu, begin = self.sandbox.seconds(), time.perf_counter()
        await backlog.let_go()
        async with asyncio.timeout(PATIENCE):
            while await backlog.waits():
                await asyncio.sleep(0.02)
        elapsed = time.perf_counter() - begin
        found.drained_share.append((self.sandbox.seconds() - cpu) / elapsed)
        states = await backlog.states()
        if states.get("accepted", 0) - before != course.many:
            raise RuntimeError(f"not every {course.noun} was accepted: {states}")
        found.drained.append(course.many / elapsed)

    async def fired(self, course: Course, found: Found) -> None:
        """The simulator alone: messages built beforehand."""
        press = self.presses[course.code]
        requests = await self._messages(course, press, press.sealed(course.many))
        cpu = self.sandbox.seconds()
        elapsed, answers = await load.fire(
            self.sandbox.port(course.code), requests, course.connections, self.tls[course.code]
        )
        found.ceiling_share.append((self.sandbox.seconds() - cpu) / elapsed)
        if (accepted := sum(map(course.accepted, answers))) != course.many:
            raise RuntimeError(f"{accepted} of {course.many} {course.noun} were accepted: {answers[0][:2000]!r}")
        found.ceiling.append(course.many / elapsed)

    async def _messages(self, course: Course, press: stock.Press, pieces: Sequence[Piece]) -> list[bytes]:
        """What the exchange would send, as it goes over the line."""
        messages: list[bytes] = []
        for first in range(0, len(pieces), pieces[0].max_batch):
            sendings = press.sendings(pieces[first : first + pieces[0].max_batch])
            at = press.wiring.clock()
            session = Session(values={"token": self.token}, expires_at=at + timedelta(hours=1))
            step = press.law.exchange.begin(sendings, Setting(issuer=press.order.issuer, session=session, at=at))
            assert press.law.simulator is not None
            below = press.law.simulator.endpoints
            messages += [await self._message(ask, below[ask.endpoint]) for ask in step.asks]
        return messages

    async def _message(self, ask: Ask, prefix: str) -> bytes:
        headers = await filled_headers(ask, self._secret)
        return load.prepared(ask.method, prefix + ask.path, headers, await filled_body(ask, self._secret, headers))

    async def _secret(self, credential: str, field: str) -> bytes:
        return self.token.encode()


async def _token(sandbox: Running, tls: SSLContext) -> str:
    """A session with the PAC, for the lean client."""
    body = msgspec.json.encode({"user": "sandbox", "password": PASSWORD})
    _, answers = await load.fire(sandbox.port("cfdi"), [load.request("/v2/security/authenticate", body, {})], 1, tls)
    token: str = msgspec.json.decode(answers[0])["data"]["token"]
    return token


async def _bench(place: ground.Ground, sandbox: Running, stack: AsyncExitStack) -> Bench:
    authority = SandboxAuthority(place.directory / "sandbox")
    trust = authority.certificate_pem
    wiring = await stack.enter_async_context(ground.wired(place))
    spanish, seller = await stock.add_sample(wiring, place, SPANISH, authority)
    mexican, school = await stock.add_sample(wiring, place, MEXICAN, authority)
    connection = await asyncpg.connect(place.url)
    stack.push_async_callback(connection.close)
    plain = ssl.create_default_context(cadata=trust.decode("ascii"))
    return Bench(
        connection=connection,
        place=place,
        sandbox=sandbox,
        presses={
            "verifactu": await stock.press(wiring, place, spanish, seller, ground.spanish_invoice(spanish), "V"),
            "cfdi": await stock.press(wiring, place, mexican, school, mexican_invoice(mexican), "C"),
        },
        tls={
            "verifactu": client_context(SPANISH.credentials["verifactu", "certificate"](authority), trust),
            "cfdi": plain,
        },
        token=await _token(sandbox, plain),
    )


async def _measure(place: ground.Ground) -> list[tuple[Course, Found]]:
    """Ceiling and drain take turns, so that both meet the same machine."""
    found = [(course, Found()) for course in (VERIFACTU, CFDI)]
    async with AsyncExitStack() as stack:
        sandbox = stack.enter_context(running(place, "sandbox"))
        bench = await _bench(place, sandbox, stack)
        stack.enter_context(running(place, "work"))
        for _ in range(ROUNDS):
            for course, figures in found:
                await bench.fired(course, figures)
                await bench.drained(course, figures)
    return found


def _figures(course: Course, found: Found) -> list[Figure]:
    drained, ceiling = statistics.median(found.drained), statistics.median(found.ceiling)
    name = f"drain {course.many:,} waiting {course.noun}"
    share, alone = statistics.median(found.drained_share), statistics.median(found.ceiling_share)
    return [
        Figure(
            name,
            f"{drained:,.0f}/s (simulator's CPU {share:.0%})",
            f"simulator alone {ceiling:,.0f}/s (its CPU {alone:.0%})",
            drained / ceiling,
            0.30,
        ),
        Figure(f"{name}, floor", f"{drained:,.0f}/s", f"floor {course.floor:,.0f}/s", drained / course.floor, 1.0),
    ]


def measure() -> list[Figure]:
    """Medians over rounds, each with documents of its own."""
    with ground.ground() as place:
        return [figure for course, found in asyncio.run(_measure(place)) for figure in _figures(course, found)]
