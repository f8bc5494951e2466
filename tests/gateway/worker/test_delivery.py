"""From lease to settlement: what a turn does with its documents, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import pytest

from gateway.worker import Worker
from jurisdictions.contract import Answer, Exchange, Jurisdiction, Sending, Setting, Step
from tests.gateway.worker.conftest import MakeHouse
from tests.gateway.worker.patience import drained
from tests.gateway.worker.rows import Rows
from tests.gateway.worker.toy import Authority, jurisdiction


async def test_a_flow_is_leased_sent_and_settled(worker: Worker, rows: Rows, authority: Authority) -> None:
    tenant, ids = await rows.flow(3)
    assert await worker.turn()
    assert await rows.states(tenant) == dict.fromkeys(ids, "accepted")
    assert authority.sent() == [ids], "in flow order, in one question"
    assert not await worker.turn(), "nothing is left to do"
    flow = (await rows.fetch("SELECT lease_token, failures, state FROM gateway.flow"))[0]
    assert tuple(flow.values()) == (None, 0, "open")
    told = await rows.fetch("SELECT type, count(*) AS many FROM gateway.event GROUP BY 1 ORDER BY 1")
    assert {row["type"]: row["many"] for row in told} == {
        "standing.registered": 3,
        "submission.accepted": 3,
        "submission.submitted": 3,
    }
    standing = "SELECT count(*) FROM gateway.standing WHERE state = 'registered' AND authority_id IS NOT NULL"
    assert await rows.value(standing) == 3
    (asked,) = await rows.fetch(
        "SELECT e.*, a.status FROM gateway.exchange e JOIN gateway.exchange_answer a ON a.exchange_id = e.id"
    )
    assert [str(one) for one in asked["submissions"]] == ids
    assert (asked["phase"], asked["effect"], asked["status"]) == ("send", "write", 200)
    assert "«session.token»" in asked["headers"], "a secret is shown as its slot"
    tried = await rows.fetch("SELECT tries, first_tried_at FROM gateway.submission")
    assert all(row["tries"] == 1 and row["first_tried_at"] for row in tried)


async def test_an_ordered_flow_goes_out_in_batches_in_its_order(
    worker: Worker, rows: Rows, authority: Authority
) -> None:
    _, ids = await rows.flow(5, max_batch=2)
    assert await drained(worker) == 3
    assert authority.sent() == [ids[:2], ids[2:4], ids[4:]]


async def test_an_unknown_outcome_blocks_an_ordered_flow_and_is_inquired(
    worker: Worker, rows: Rows, authority: Authority
) -> None:
    tenant, ids = await rows.flow(2, max_batch=1)
    authority.behaviours = ["lost"]
    await worker.turn()
    assert await rows.states(tenant) == {ids[0]: "outcome_unknown", ids[1]: "queued"}
    await drained(worker)
    assert [(ask, names) for _, ask, names in authority.heard] == [
        ("send", ids[:1]),
        ("look", ids[:1]),
        ("send", ids[1:]),
    ]
    assert not authority.again


async def test_an_unknown_outcome_lets_an_unordered_flow_go_on(
    worker: Worker, rows: Rows, authority: Authority
) -> None:
    tenant, ids = await rows.flow(3, max_batch=1, ordered=False)
    authority.behaviours = ["lost", "lost"]
    await worker.turn()
    await rows.run("UPDATE gateway.flow SET backoff_until = NULL")
    await rows.run(
        "UPDATE gateway.submission SET not_before = now() + interval '1 hour' WHERE state = 'outcome_unknown'"
    )
    await drained(worker, settled=False)
    states = await rows.states(tenant)
    assert states[ids[0]] == "outcome_unknown"
    assert authority.sent()[:2] == [ids[:1], ids[1:2]], "the second does not wait for the first"


async def test_what_they_never_saw_is_sent_again_but_not_with_fresh_ones(
    worker: Worker, rows: Rows, authority: Authority
) -> None:
    tenant, ids = await rows.flow(4, max_batch=2)
    authority.behaviours = ["down"]
    await drained(worker)
    assert set((await rows.states(tenant)).values()) == {"accepted"}
    assert authority.sent() == [ids[:2], ids[:2], ids[2:]]
    tenant, ids = await rows.flow(4)
    await rows.run("UPDATE gateway.submission SET state = 'retry_scheduled', tries = 1 WHERE id = $1", ids[0])
    await drained(worker)
    assert authority.sent()[3:] == [ids[:1], ids[1:]], "the batch is the jurisdiction's choice"


async def test_a_document_left_in_submitting_is_inquired_first(
    worker: Worker, rows: Rows, authority: Authority
) -> None:
    _, ids = await rows.flow(2, state="submitting")
    authority.book[ids[0]] = "A-before the crash"
    await drained(worker)
    assert [(ask, names) for _, ask, names in authority.heard] == [("look", ids), ("send", ids[1:])]


async def test_what_was_asked_and_not_answered_is_unknown(worker: Worker, rows: Rows, authority: Authority) -> None:
    tenant, ids = await rows.flow(2)
    authority.behaviours = ["silent"]
    await worker.turn()
    assert await rows.states(tenant) == dict.fromkeys(ids, "outcome_unknown")
    assert await rows.value("SELECT backoff_until IS NOT NULL FROM gateway.flow"), "and not asked for in a hurry"
    await drained(worker)
    assert not authority.again


async def test_waiting_is_asked_for_when_it_is_due(worker: Worker, rows: Rows, authority: Authority) -> None:
    tenant, ids = await rows.flow(1)
    authority.answers[ids[0]] = {"state": "waiting", "wait": "3600"}
    await worker.turn()
    assert await rows.states(tenant) == {ids[0]: "waiting"}
    assert not await worker.turn()
    await rows.run("UPDATE gateway.submission SET not_before = now()")
    authority.book[ids[0]] = "A-later"
    await drained(worker)
    assert await rows.states(tenant) == {ids[0]: "accepted"}


async def test_the_authoritys_pacing_is_kept_unless_a_full_batch_may_override_it(
    worker: Worker, rows: Rows, authority: Authority
) -> None:
    authority.headers = {"pause": "3600"}
    tenant, ids = await rows.flow(5, max_batch=2, overrides=True)
    assert await drained(worker, settled=False) == 2, "two full batches, and the fifth waits"
    assert list((await rows.states(tenant)).values()) == ["accepted"] * 4 + ["queued"]
    _, ids = await rows.flow(3, max_batch=2, jurisdiction="toyland", key="patient")
    assert await drained(worker, settled=False) == 1
    assert authority.sent()[-1] == ids[:2]


async def test_only_a_full_batch_passes_the_authoritys_pacing_and_not_what_lies_before_it(
    worker: Worker, rows: Rows, authority: Authority
) -> None:
    """Many wait behind a record that was tried and goes out alone, or behind one in doubt: neither is a full batch."""
    for state in ("retry_scheduled", "outcome_unknown"):
        tenant, ids = await rows.flow(5, max_batch=2, overrides=True, key=state)
        await rows.run("UPDATE gateway.submission SET state = $1, tries = 1 WHERE id = $2", state, UUID(ids[0]))
        await rows.run("UPDATE gateway.flow SET paced_until = now() + interval '1 hour', failures = 3")
        heard = len(authority.heard)
        assert await drained(worker, settled=False) == 1, "looked at once, and not again and again"
        assert (authority.heard[heard:], (await rows.states(tenant))[ids[0]]) == ([], state)
        assert await rows.value("SELECT failures FROM gateway.flow WHERE key = $1", state) == 3
        await rows.run("UPDATE gateway.flow SET paced_until = now(), backoff_until = now() WHERE key = $1", state)
        await drained(worker, settled=False)
        assert set((await rows.states(tenant)).values()) == {"accepted"}


async def test_a_batch_that_failed_is_not_sent_around_the_pacing_of_a_backoff(
    worker: Worker, rows: Rows, authority: Authority
) -> None:
    await rows.flow(4, max_batch=2, overrides=True)
    authority.behaviours = ["503"]
    await worker.turn()
    await rows.run("UPDATE gateway.flow SET backoff_until = now() + interval '1 hour'")
    assert not await worker.turn()


async def test_the_issuer_and_the_time_reach_the_jurisdiction(
    house: MakeHouse, rows: Rows, authority: Authority
) -> None:
    seen: list[Setting] = []

    def begin(documents: tuple[Sending, ...], setting: Setting) -> Step:
        seen.append(setting)
        return toy.exchange.begin(documents, setting)

    toy = jurisdiction()
    await rows.flow(1)
    await Worker(house(jurisdictions={"toyland": exchanging(toy, begin=begin)})).turn()
    assert seen[0].issuer.party.name == "Toy Maker SL"
    assert seen[0].issuer.id.startswith("iss_")
    assert isinstance(seen[0].at, datetime)
    assert seen[0].session is None


def exchanging(toy: Jurisdiction, **parts: object) -> Jurisdiction:
    """The toy with parts of its exchange replaced."""
    whole = {name: getattr(toy.exchange, name) for name in ("flow", "batch", "begin", "resume", "inquire")} | parts
    exchange = Exchange(**whole)  # type: ignore[arg-type]
    return Jurisdiction(about=toy.about, law=toy.law, seal=toy.seal, exchange=exchange, desk=toy.desk)


async def test_what_a_step_remembers_is_stored_once_for_all_its_questions(house: MakeHouse, rows: Rows) -> None:
    """It may be a megabyte, and a step may have fifty questions."""
    toy = jurisdiction()

    def begin(documents: tuple[Sending, ...], setting: Setting) -> Step:
        asks = (*toy.exchange.begin(documents, setting).asks, *toy.exchange.inquire(documents, setting).asks)
        return Step(asks=asks, memo={"of": 2})

    def resume(
        documents: tuple[Sending, ...], memo: Mapping[str, object], answers: Mapping[str, Answer], setting: Setting
    ) -> Step:
        assert memo == {"of": 2}
        return toy.exchange.resume(documents, memo, {"send": answers["send"]}, setting)

    await rows.flow(1)
    await Worker(house(jurisdictions={"toyland": exchanging(toy, begin=begin, resume=resume)})).turn()
    stored = {row["ask"]: row["memo"] for row in await rows.fetch("SELECT ask, memo FROM gateway.exchange")}
    assert stored == {"send": '{"of": 2}', "look": "{}"}


@pytest.mark.parametrize("broken", ["begin", "resume", "batch"])
async def test_a_defect_of_ours_holds_the_flow_and_sends_nothing_twice(
    broken: str, house: MakeHouse, rows: Rows, authority: Authority
) -> None:
    def fails(*_: object) -> Step:
        raise ZeroDivisionError("our own mistake")

    tenant, ids = await rows.flow(2)
    worker = Worker(house(jurisdictions={"toyland": exchanging(jurisdiction(), **{broken: fails})}))
    await worker.turn()
    assert not await worker.turn()
    held = (await rows.fetch("SELECT state, hold_code, lease_token FROM gateway.flow"))[0]
    assert tuple(held.values()) == ("held", "GW-DEFECT", None)
    assert await rows.value("SELECT case_class FROM gateway.case_file") == "defect"
    assert set((await rows.states(tenant)).values()) == {"outcome_unknown" if broken == "resume" else "queued"}
    await rows.run("UPDATE gateway.flow SET state = 'open', backoff_until = NULL")
    await drained(Worker(house()))
    assert await rows.states(tenant) == dict.fromkeys(ids, "accepted")
    assert not authority.again


async def test_an_outcome_that_no_table_allows_is_a_defect(house: MakeHouse, rows: Rows, authority: Authority) -> None:
    tenant, ids = await rows.flow(1)
    authority.answers[ids[0]] = {"state": "superseded"}
    await Worker(house()).turn()
    assert await rows.states(tenant) == {ids[0]: "outcome_unknown"}
    assert await rows.value("SELECT hold_code FROM gateway.flow") == "GW-DEFECT"
