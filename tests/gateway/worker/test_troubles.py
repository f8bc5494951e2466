"""Backoff, breaker, holds, secrets: what a flow does when the other side, or our own house, is not in order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from gateway.clock import NIL
from gateway.store.credentials import stored_context
from gateway.vault import Vault
from gateway.worker import Pace, Worker
from tests.gateway.worker.conftest import MASTER, QUICK, MakeHouse
from tests.gateway.worker.patience import drained
from tests.gateway.worker.rows import AT, Rows
from tests.gateway.worker.toy import Authority, jurisdiction


def test_the_pause_doubles_under_full_jitter_up_to_the_longest_that_is_allowed() -> None:
    pace = Pace()
    assert [pace.backoff(n, 60, 1.0).total_seconds() for n in (1, 2, 3, 6, 7, 500)] == [1, 2, 4, 32, 60, 60]
    assert pace.backoff(3, 60, 0.5) == timedelta(seconds=2)
    assert Pace(backoff_cap=timedelta(seconds=3)).backoff(9, 3600, 1.0) == timedelta(seconds=3)


async def test_failures_belong_to_the_flow_and_end_with_the_first_success(
    worker: Worker, rows: Rows, authority: Authority
) -> None:
    tenant, ids = await rows.flow(2)
    authority.behaviours = ["down", "503"]
    for failures in (1, 2):
        await rows.run("UPDATE gateway.flow SET backoff_until = NULL")
        assert await worker.turn()
        found = (await rows.fetch("SELECT failures, backoff_until > now() AS resting FROM gateway.flow"))[0]
        assert tuple(found.values()) == (failures, True)
        assert await rows.states(tenant) == dict.fromkeys(ids, "retry_scheduled")
    await drained(worker)
    assert await rows.value("SELECT failures FROM gateway.flow") == 0
    assert await rows.value("SELECT failures FROM platform.breaker") == 0
    assert await rows.value("SELECT count(*) FROM gateway.case_file") == 0, "an outage is nobody's case"


async def test_an_open_breaker_uses_up_no_attempts_and_lets_one_flow_probe(
    house: MakeHouse, rows: Rows, authority: Authority
) -> None:
    worker = Worker(house(pace=replace(QUICK, breaker_base=timedelta(minutes=5), breaker_cap=timedelta(minutes=5))))
    for _ in range(6):
        await rows.flow(1)
    authority.behaviours = ["down"] * 5
    for _ in range(5):
        assert await worker.turn()
    assert not await worker.turn(), "the sixth tenant's flow is not even leased"
    assert await rows.value("SELECT open_until > now() FROM platform.breaker")
    assert await rows.value("SELECT count(*) FROM gateway.submission WHERE tries = 0") == 1
    await rows.run("UPDATE platform.breaker SET open_until = now() + interval '1 hour'")
    await rows.run("UPDATE gateway.flow SET backoff_until = NULL")
    assert not await worker.turn()
    await rows.run("UPDATE platform.breaker SET open_until = now() - interval '1 second'")
    probe, other = await worker._lease(), await worker._lease()
    assert probe is not None and other is None, "half open: one probes and the others wait"
    await worker._carry(probe)
    assert await rows.value("SELECT open_until IS NULL AND failures = 0 FROM platform.breaker")
    await drained(worker)
    assert await rows.value("SELECT count(*) FROM gateway.submission WHERE state <> 'accepted'") == 0


async def test_a_fault_that_a_person_must_mend_holds_the_flow_with_one_case(
    worker: Worker, rows: Rows, authority: Authority
) -> None:
    tenant, ids = await rows.flow(50)
    authority.behaviours = ["403"]
    await worker.turn()
    assert not await worker.turn()
    flow = (await rows.fetch("SELECT state, version, hold_code, hold_message, lease_token FROM gateway.flow"))[0]
    assert tuple(flow.values()) == ("held", 2, "F403", "your certificate is not known", None)
    assert set((await rows.states(tenant)).values()) == {"retry_scheduled"}
    (case,) = await rows.fetch("SELECT * FROM gateway.case_file")
    assert (case["flow_key"], case["submission_id"], case["external_code"]) == ("flow", None, "F403")
    assert (case["case_class"], case["sentence"]) == ("configuration", "F403 in plain words")
    told = await rows.fetch("SELECT type, object_id FROM gateway.event WHERE type IN ('flow.held', 'case.opened')")
    assert sorted(row["type"] for row in told) == ["case.opened", "flow.held"]
    await rows.run("UPDATE gateway.flow SET state = 'open'")
    authority.behaviours = ["403"]
    await worker.turn()
    assert await rows.value("SELECT count(*) FROM gateway.case_file") == 1, "held again: the same case"
    await rows.run("UPDATE gateway.flow SET state = 'open'")
    await drained(worker)
    assert await rows.states(tenant) == dict.fromkeys(ids, "accepted"), "the same sealed records went out again"


async def test_a_credential_that_is_missing_holds_the_flow_before_anything_is_asked(
    house: MakeHouse, rows: Rows, authority: Authority
) -> None:
    tenant, ids = await rows.flow(2)
    await Worker(house(jurisdictions={"toyland": jurisdiction(token=True)})).turn()
    assert not authority.heard
    assert await rows.states(tenant) == dict.fromkeys(ids, "queued")
    assert await rows.value("SELECT hold_code FROM gateway.flow") == "GW-CREDENTIAL-MISSING"
    assert await rows.value("SELECT case_class FROM gateway.case_file") == "configuration"


async def test_a_session_is_opened_once_kept_sealed_and_dropped_when_they_no_longer_honour_it(
    house: MakeHouse, rows: Rows, authority: Authority
) -> None:
    tenant, ids = await rows.flow(3, max_batch=1)
    sealed = Vault(MASTER).seal({"text": "sesame"}, stored_context(tenant, "test", NIL, "toyland", "password"))
    await rows.run(
        "INSERT INTO gateway.credential (tenant_id, environment, issuer_id, jurisdiction, name, sealed, updated_at)"
        " VALUES ($1, 'test', $2, 'toyland', 'password', $3, $4)",
        *(tenant, NIL, sealed, AT),
    )
    worker = Worker(house(jurisdictions={"toyland": jurisdiction(token=True)}))
    authority.behaviours = ["answer", "401"]
    await drained(worker)
    assert await rows.states(tenant) == dict.fromkeys(ids, "accepted")
    assert [ask for _, ask, _ in authority.heard] == ["login", "send", "send", "login", "send", "send"]
    assert set(authority.tokens) == {b"token of sesame"}
    kept = (await rows.fetch("SELECT key, sealed FROM platform.session"))[0]
    assert tenant.hex in kept["key"]
    for table in ("exchange", "exchange_answer"):
        bodies = await rows.fetch(f"SELECT body, headers FROM gateway.{table}")
        assert not [row for row in bodies if b"sesame" in row["body"] or "sesame" in row["headers"]]
    assert b"sesame" not in kept["sealed"]
