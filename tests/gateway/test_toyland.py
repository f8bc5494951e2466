"""A fourth jurisdiction is one folder and one word: the toy goes through the whole life of an invoice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from gateway.clock import new_id
from gateway.metrics import Metrics
from gateway.store.pool import Store
from gateway.store.schema import as_role
from gateway.transport.filling import filled_body, filled_headers
from gateway.worker import House as WorkerHouse
from gateway.worker import Pace, Worker
from gateway.worker.house import Identities, Secrets
from jurisdictions.contract import Answer, Ask, Failure, SimulatorRequest
from tests.gateway.api.caller import Caller, House, Json, open_house
from tests.jurisdictions.toy import with_toyland
from tests.jurisdictions.toyland.simulator import SIMULATOR


@dataclass
class Office:
    """The way to Toyland's simulated office, in this process."""

    clock: object
    book: dict[str, bytes] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)

    def line(self, jurisdiction: str, *, secrets: Secrets, identities: Identities) -> OfficeLine:
        assert jurisdiction == "toyland"
        return OfficeLine(self, secrets)


@dataclass
class OfficeLine:
    office: Office
    secrets: Secrets

    async def ask_all(self, asks: Iterable[Ask]) -> Mapping[str, Answer]:
        return {ask.name: await self._ask(ask) for ask in asks}

    async def _ask(self, ask: Ask) -> Answer:
        headers = await filled_headers(ask, self.secrets)
        body = await filled_body(ask, self.secrets, headers)
        self.office.heard.append(ask.name)
        request = SimulatorRequest(
            method=ask.method,
            path=SIMULATOR.endpoints[ask.endpoint] + ask.path,
            headers={name.decode(): value.decode() for name, value in headers},
            body=body,
        )
        reply = SIMULATOR.answer(self.office.book, request, self.office.clock(), None, "default")  # type: ignore[operator,arg-type]
        self.office.book |= {name: value for name, value in reply.changes.items() if value is not None}
        if reply.lost:
            return Answer(name=ask.name, failure=Failure.MAYBE_SENT)
        return Answer(name=ask.name, status=reply.status, headers=dict(reply.headers), body=reply.body)


@dataclass
class Toyland:
    """API, worker and office over one database."""

    house: House
    office: Office
    worker: Worker
    caller: Caller

    async def work(self) -> None:
        """Let the worker run until nothing is due, and time pass."""
        for _ in range(12):
            self.house.clock.pass_by(seconds=90)
            while await self.worker.turn():
                await asyncio.sleep(0)

    async def issued(self, ask_for: str | None = None, issuer: str | None = None) -> Json:
        extensions = {"toyland": {"ask_for": ask_for}} if ask_for else {}
        return await self.caller.toy_issued(issuer, extensions=extensions)

    async def read(self, invoice: Json) -> Json:
        return dict((await self.caller.get(f"/v1/invoices/{invoice['id']}")).json())


@pytest.fixture
async def toyland(database: str) -> AsyncIterator[Toyland]:
    api = await Store.open(as_role(database, "gateway_api"), role="gateway_api", size=4)
    working = await Store.open(as_role(database, "gateway_worker"), role="gateway_worker", size=4)
    house = await open_house(database, api, with_toyland())
    office = Office(house.clock)
    worker = Worker(
        WorkerHouse(
            store=working,
            jurisdictions=house.jurisdictions,
            lines={"test": office},
            vault=house.vault,
            clock=house.clock,
            new_id=new_id,
            metrics=Metrics(CollectorRegistry()),
            pace=Pace(backoff_base=timedelta(seconds=1)),
            chance=lambda: 1.0,
        )
    )
    yield Toyland(house, office, worker, await house.caller())
    await house.client.aclose()
    await working.close()
    await api.close()


async def test_an_invoice_is_accepted_with_its_evidence(toyland: Toyland) -> None:
    invoice = await toyland.issued()
    await toyland.work()
    after = await toyland.read(invoice)
    (submission,) = after["submissions"]
    assert submission["state"] == "accepted"
    assert submission["authority_id"].startswith("TOY-")
    assert submission["standing"] == "registered"
    assert [paper["name"] for paper in after["documents"]] == ["toyland-record.json", "toyland-receipt.txt"]
    receipt = await toyland.caller.get(after["documents"][1]["href"])
    assert receipt.text == submission["authority_id"]
    trace = (await toyland.caller.get(f"/v1/invoices/{invoice['id']}/trace")).json()
    (talk,) = trace["submissions"][0]["exchanges"]
    assert (talk["ask"], talk["status"]) == ("register", 200)
    assert "sesame" not in str(trace)
    await toyland.house.execute("SELECT platform.sequence_committed()")
    told = [one["type"] for one in (await toyland.caller.get("/v1/events")).json()["data"]]
    assert told == [
        "invoice.created",
        "invoice.finalized",
        "submission.queued",
        "submission.submitted",
        "submission.accepted",
        "standing.registered",
    ]


async def test_a_refusal_is_mended_through_its_case(toyland: Toyland) -> None:
    invoice = await toyland.issued("T-DATA")
    await toyland.work()
    (case,) = (await toyland.caller.get("/v1/cases", invoice=invoice["id"])).json()["data"]
    assert (case["external_code"], case["path"], case["state"]) == ("T-DATA", "reseal", "open")
    heard = len(toyland.office.heard)
    await toyland.work()
    assert len(toyland.office.heard) == heard  # what was refused never goes out by itself
    mended = {"changes": {"extensions": {"toyland": {"ask_for": None}}}}
    done = await toyland.caller.post(f"/v1/cases/{case['id']}/resubmit", mended)
    assert done.status_code == 200, done.text
    await toyland.work()
    after = await toyland.read(invoice)
    assert after["number"] == invoice["number"]
    assert [one["state"] for one in after["submissions"]] == ["superseded", "accepted"]
    assert (await toyland.caller.get(f"/v1/cases/{case['id']}")).json()["state"] == "resolved"


async def test_the_same_bytes_go_again_once_the_cause_is_mended(toyland: Toyland) -> None:
    invoice = await toyland.issued("T-OUTSIDE")
    await toyland.work()
    (case,) = (await toyland.caller.get("/v1/cases", invoice=invoice["id"])).json()["data"]
    assert (await toyland.caller.post(f"/v1/cases/{case['id']}/resubmit", {})).status_code == 200
    await toyland.work()
    after = await toyland.read(invoice)
    assert [one["state"] for one in after["submissions"]] == ["accepted"]
    assert after["documents"][0] == invoice["documents"][0]


async def test_a_lost_answer_is_recovered_without_a_second_record(toyland: Toyland) -> None:
    invoice = await toyland.issued("lost")
    await toyland.work()
    (submission,) = (await toyland.read(invoice))["submissions"]
    assert submission["state"] == "accepted"
    assert toyland.office.heard == ["register", "search"]
    assert len(toyland.office.book) == 1


async def test_a_wrong_account_holds_the_flow_with_one_case(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer(account=False)
    path = f"/v1/issuers/{issuer}/credentials/office"
    wrong = {"jurisdiction": "toyland", "fields": {"password": "wrong"}}
    assert (await toyland.caller.send("PUT", path, json=wrong)).status_code == 200
    invoices = [await toyland.issued(issuer=issuer) for _ in range(4)]
    await toyland.work()
    (flow,) = (await toyland.caller.get("/v1/flows")).json()
    assert (flow["state"], flow["hold_code"], flow["unsent"]) == ("held", "T-401", 4)
    (case,) = (await toyland.caller.get("/v1/cases")).json()["data"]
    right = wrong | {"fields": {"password": "sesame"}}
    assert (await toyland.caller.send("PUT", path, json=right)).status_code == 200
    assert (await toyland.caller.post(f"/v1/cases/{case['id']}/resubmit", {})).status_code == 200
    await toyland.work()
    for invoice in invoices:
        assert [one["state"] for one in (await toyland.read(invoice))["submissions"]] == ["accepted"]


async def test_a_flow_goes_out_in_order_and_in_batches(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    for _ in range(7):
        await toyland.issued(issuer=issuer)
    await toyland.work()
    assert toyland.office.heard == ["register"] * 3
    states = (await toyland.caller.get("/v1/submissions", limit=100)).json()["data"]
    assert [one["state"] for one in states] == ["accepted"] * 7
