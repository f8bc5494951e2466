"""Four answers about a receiver, through the worker and the real transport, from the simulated network over TLS."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import jurisdictions
from gateway.sandbox import MemoryBook, SandboxAuthority, SimulatorServer
from gateway.store.credentials import platform_context
from gateway.transport import Transport, endpoints_for
from gateway.vault import Vault
from gateway.worker import House, Worker
from tests.gateway.worker.conftest import MASTER, MakeHouse
from tests.gateway.worker.patience import drained
from tests.gateway.worker.rows import Rows
from tests.jurisdictions.peppol.simulated import BILLING, PROCESS, SENDER, UBL, invoice

CODE = "peppol"
CAPABLE, SECOND = "0208:0999000228", "0208:0999000327"
UNREGISTERED = "0208:0999000426"
WITHOUT_BILLING = "0208:0999000525"
UNREACHABLE = "0208:0999000723"
FOREIGN_ONLY = "0208:0999000822"
REDIRECTED = "0208:0999001317"
FLOW = "0208:0999000129"


def attributes(receiver: str) -> dict[str, str]:
    return {
        "sender": SENDER,
        "receiver": receiver,
        "document_type": f"busdox-docid-qns::{UBL}Invoice-2::Invoice##{BILLING}::2.1",
        "process": f"cenbii-procid-ubl::{PROCESS}",
        "country_c1": "BE",
        "country_c4": "BE",
    }


@dataclass
class Network:
    """A house whose way out leads to the simulated network."""

    house: House
    book: MemoryBook
    rows: Rows

    async def submitted(self, *receivers: str, tenant: UUID | None = None) -> tuple[UUID, list[str]]:
        """A flow with a document for each receiver."""
        tenant, _ = await self.rows.flow(0, tenant=tenant, key=FLOW, jurisdiction=CODE, ordered=False, max_batch=50)
        return tenant, [await self.one(tenant, receiver, place) for place, receiver in enumerate(receivers, 1)]

    async def one(self, tenant: UUID, receiver: str, place: int) -> str:
        """A sealed document for that receiver, at that place of the tenant's flow."""
        issuer = await self.rows.value("SELECT issuer_id FROM gateway.flow WHERE tenant_id = $1", tenant)
        body, known = invoice(receiver=receiver).encode(), json.dumps(attributes(receiver))
        [name] = await self.rows.documents(1, tenant, issuer, FLOW, CODE, first=place, body=body, attributes=known)
        return name

    async def told(self, name: str) -> Any:
        """The submission as it stands, and its evidence by name."""
        row = (await self.rows.fetch("SELECT * FROM gateway.submission WHERE id = $1", UUID(name)))[0]
        evidence = await self.rows.fetch(
            "SELECT name, body FROM gateway.document WHERE submission_id = $1 AND role = 'evidence'", UUID(name)
        )
        return row, {one["name"]: one["body"] for one in evidence}

    async def asked(self) -> list[str]:
        rows = await self.rows.fetch("SELECT endpoint FROM gateway.exchange")
        return [row["endpoint"] for row in rows]


@pytest.fixture
async def network(house: MakeHouse, rows: Rows, tmp_path: Path) -> AsyncIterator[Network]:
    known = {CODE: jurisdictions.load()[CODE]}
    authority, book = SandboxAuthority(tmp_path / "sandbox"), MemoryBook()
    simulator = known[CODE].simulator
    assert simulator is not None
    server = SimulatorServer(CODE, simulator, book=book, keys=authority)
    url = await server.start()
    await rows.run("DELETE FROM platform.credential WHERE environment = 'test' AND jurisdiction = $1", CODE)
    sealed = Vault(MASTER).seal({"token": "sandbox-token"}, platform_context("test", CODE, "access_point"))
    await rows.run(
        "INSERT INTO platform.credential (environment, jurisdiction, name, sealed) VALUES ('test', $1, $2, $3)",
        *(CODE, "access_point", sealed),
    )
    places = endpoints_for("test", known, {CODE: url})
    async with Transport("test", places, sandbox_trust=authority.certificate_pem) as transport:
        made = replace(house(jurisdictions=known), lines={"test": transport}, sandboxes=transport.sandboxes())
        yield Network(made, book, rows)
    await server.close(grace=0.1)


async def test_each_of_the_four_answers_settles_its_document(network: Network) -> None:
    receivers = (CAPABLE, UNREGISTERED, WITHOUT_BILLING, UNREACHABLE, FOREIGN_ONLY, REDIRECTED)
    tenant, ids = await network.submitted(*receivers)
    await drained(Worker(network.house))
    states = await network.rows.states(tenant)
    assert [states[name] for name in ids] == [
        "accepted",
        "rejected",
        "rejected",
        "retry_scheduled",
        "rejected",
        "accepted",
    ]
    taken, evidence = await network.told(ids[0])
    assert taken["authority_id"]
    assert json.loads(evidence["receiver.json"])["reach"] == "capable"
    absent, evidence = await network.told(ids[1])
    assert (absent["code"], absent["tries"]) == ("RECEIVER_NOT_REGISTERED", 0)
    assert json.loads(evidence["receiver.json"])["reach"] == "not_registered"
    lacking, _ = await network.told(ids[2])
    assert lacking["code"] == "DOCUMENT_TYPE_NOT_SUPPORTED"
    foreign, _ = await network.told(ids[4])
    assert "XRechnung" in foreign["message"]
    assert "PEPPOL-GW-FORMAT-XRECHNUNG" in str(foreign["findings"])


async def test_could_not_ask_is_no_answer_and_opens_no_case(network: Network) -> None:
    tenant, ids = await network.submitted(UNREACHABLE, CAPABLE)
    await drained(Worker(network.house))
    waiting, evidence = await network.told(ids[0])
    assert (waiting["state"], waiting["code"], waiting["tries"]) == ("retry_scheduled", "LOOKUP_FAILED", 0)
    assert waiting["not_before"] is not None
    assert "not registered" not in waiting["message"]
    assert not evidence
    cases = await network.rows.fetch("SELECT submission_id FROM gateway.case_file WHERE tenant_id = $1", tenant)
    assert not cases


async def test_who_is_not_there_has_a_case_that_says_what_to_do(network: Network) -> None:
    tenant, ids = await network.submitted(UNREGISTERED, WITHOUT_BILLING)
    await drained(Worker(network.house))
    cases = await network.rows.fetch("SELECT * FROM gateway.case_file WHERE tenant_id = $1", tenant)
    assert {str(case["submission_id"]) for case in cases} == set(ids)
    assert {case["case_class"] for case in cases} == {"recipient"}
    assert all(case["fix"] and case["pointer"] == "/customer/endpoints/0/value" for case in cases)
    assert "access_point" not in await network.asked(), "nothing was sent"


async def test_what_was_learned_serves_the_next_exchange(network: Network) -> None:
    tenant, _ = await network.submitted(CAPABLE, SECOND)
    await drained(Worker(network.house))
    assert sorted(await network.asked()) == ["access_point"] * 2 + ["sml"] * 2 + ["smp"] * 2
    name = await network.one(tenant, CAPABLE, 3)
    await drained(Worker(network.house))
    assert (await network.rows.states(tenant))[name] == "accepted"
    assert sorted(await network.asked()) == ["access_point"] * 3 + ["sml"] * 2 + ["smp"] * 2
