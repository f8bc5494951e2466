"""Four answers about a receiver, through the worker and the real transport, from the simulated network over TLS."""

from __future__ import annotations

import json

from gateway.worker import Worker
from tests.gateway.worker.network import Network
from tests.gateway.worker.patience import drained

CAPABLE, SECOND = "0208:0999000228", "0208:0999000327"
UNREGISTERED = "0208:0999000426"
WITHOUT_BILLING = "0208:0999000525"
UNREACHABLE = "0208:0999000723"
FOREIGN_ONLY = "0208:0999000822"
REDIRECTED = "0208:0999001317"


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
