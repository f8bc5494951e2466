"""Asking for a receiver before anything is sent: four answers over HTTP, from the simulated network over TLS."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import jurisdictions
from gateway.clock import system_clock
from gateway.lookups import look_up
from gateway.sandbox import MemoryBook, SandboxAuthority, SimulatorServer
from gateway.transport import Transport, endpoints_for
from jurisdictions.contract import Capability
from tests.gateway.api.caller import Caller, problem

CODE = "peppol"


@pytest.fixture
async def simulated(tmp_path: Path) -> AsyncIterator[Transport]:
    known = {CODE: jurisdictions.load()[CODE]}
    authority, simulator = SandboxAuthority(tmp_path / "sandbox"), known[CODE].simulator
    assert simulator is not None
    server = SimulatorServer(CODE, simulator, book=MemoryBook(), keys=authority)
    places = endpoints_for("test", known, {CODE: await server.start()})
    yield Transport("test", places, sandbox_trust=authority.certificate_pem)
    await server.close(grace=0.1)


@pytest.mark.parametrize(
    ("receiver", "answer"),
    [
        ("0208:0999000228", "capable"),
        ("0208:0999000426", "not_registered"),
        ("0208:0999000822", "without_type"),
        ("0208:0999000723", "could_not_ask"),
    ],
)
async def test_the_network_is_asked_and_nothing_is_sent(simulated: Transport, receiver: str, answer: str) -> None:
    lookup = jurisdictions.load()[CODE].law.lookup
    assert lookup is not None
    found: tuple[Capability, ...] = await look_up(CODE, lookup, receiver, "test", lambda _: simulated, system_clock)
    assert [str(one.reach) for one in found] == [answer, answer]
    assert all(one.sentence for one in found)


async def test_over_http_the_answer_is_told_as_it_is(caller: Caller) -> None:
    """This process has no way out: that is said, and never that the receiver is not registered."""
    answer = await caller.get("/v1/jurisdictions/peppol/receivers/0208:0999000228")
    assert answer.status_code == 200, answer.text
    assert [one["answer"] for one in answer.json()] == ["could_not_ask"] * 2
    assert all("access point" in one["sentence"] for one in answer.json())


async def test_what_is_no_receiver(caller: Caller) -> None:
    problem(await caller.get("/v1/jurisdictions/peppol/receivers/nobody"), 400, "receiver_invalid")
    problem(await caller.get("/v1/jurisdictions/verifactu/receivers/B00000018"), 404)
    problem(await caller.get("/v1/jurisdictions/atlantis/receivers/1"), 404)
