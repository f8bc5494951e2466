"""When a flow could not deliver: cause, beginning and end are kept, whatever became of the documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from gateway.errors import Busy
from gateway.worker import Worker
from jurisdictions.contract import Outcome, Sending, Setting, Step
from schemas.states import SubmissionState
from tests.gateway.worker.conftest import MakeHouse
from tests.gateway.worker.patience import drained
from tests.gateway.worker.rows import Rows
from tests.gateway.worker.toy import Authority, jurisdiction


async def _incidents(rows: Rows) -> list[Mapping[str, Any]]:
    return await rows.fetch("SELECT * FROM gateway.incident ORDER BY began_at, id")


async def _again(worker: Worker, rows: Rows) -> None:
    await rows.run("UPDATE gateway.flow SET backoff_until = NULL, state = 'open'")
    await rows.run("UPDATE platform.breaker SET open_until = NULL")
    assert await worker.turn()


async def test_an_outage_is_one_incident_from_its_first_failure_to_the_first_success(
    worker: Worker, rows: Rows, authority: Authority
) -> None:
    tenant, _ = await rows.flow(3)
    authority.behaviours = ["down", "503", "503"]
    await worker.turn()
    (first,) = await _incidents(rows)
    assert (first["cause"], first["tries"], first["unsent"], first["ended_at"]) == ("not_sent", 1, 3, None)
    issuer = await rows.value("SELECT issuer_id FROM gateway.flow")
    assert (first["flow_key"], first["jurisdiction"], first["issuer_id"]) == ("flow", "toyland", issuer)
    await rows.documents(2, tenant, issuer, "flow", "toyland", first=4)
    for _ in range(2):
        await _again(worker, rows)
    (same,) = await _incidents(rows)
    assert (same["id"], same["cause"], same["tries"], same["unsent"]) == (first["id"], "http_503", 3, 5)
    assert same["message"] == "desk answered HTTP 503."
    assert same["began_at"] == first["began_at"]
    await _again(worker, rows)
    await drained(worker)
    (over,) = await _incidents(rows)
    assert over["ended_at"] > over["began_at"]
    assert (over["cause"], over["unsent"], over["tries"]) == ("http_503", 5, 3)
    told = await rows.fetch("SELECT action, detail FROM gateway.audit WHERE object_type = 'incident' ORDER BY at, id")
    assert [row["action"] for row in told] == ["incident.began", "incident.ended"]
    assert set((await rows.states(tenant)).values()) == {"accepted"}


async def test_another_outage_is_another_incident(worker: Worker, rows: Rows, authority: Authority) -> None:
    tenant, _ = await rows.flow(1, max_batch=1)
    authority.behaviours = ["down"]
    await worker.turn()
    await _again(worker, rows)
    issuer = await rows.value("SELECT issuer_id FROM gateway.flow")
    await rows.documents(1, tenant, issuer, "flow", "toyland", first=2)
    authority.behaviours = ["lost"]
    await _again(worker, rows)
    found = await _incidents(rows)
    assert [(one["cause"], one["ended_at"] is None) for one in found] == [("not_sent", False), ("maybe_sent", True)]


async def test_a_hold_is_an_incident_until_something_has_been_delivered_again(
    worker: Worker, rows: Rows, authority: Authority
) -> None:
    tenant, _ = await rows.flow(2)
    authority.behaviours = ["403"]
    await worker.turn()
    (held,) = await _incidents(rows)
    assert (held["cause"], held["message"]) == ("F403", "your certificate is not known")
    issuer = await rows.value("SELECT issuer_id FROM gateway.flow")
    await rows.documents(5, tenant, issuer, "flow", "toyland", first=3)
    await rows.run("UPDATE gateway.flow SET state = 'open'")
    assert (await _incidents(rows))[0]["ended_at"] is None, "resuming is not delivering"
    await drained(worker)
    (over,) = await _incidents(rows)
    assert over["ended_at"] is not None
    assert over["unsent"] == 7, "what was issued meanwhile waited too"


async def test_a_refusal_is_no_incident(worker: Worker, rows: Rows, authority: Authority) -> None:
    _, (one, _) = await rows.flow(2)
    authority.answers[one] = {"state": "rejected", "code": "R1"}
    await drained(worker)
    assert await _incidents(rows) == []


async def test_settings_that_cannot_be_read_are_an_incident(worker: Worker, rows: Rows) -> None:
    await rows.flow(1)
    await rows.run("""UPDATE gateway.issuer SET body = body || '{"settings": 7}'""")
    await worker.turn()
    (held,) = await _incidents(rows)
    assert held["cause"] == "GW-SETTINGS"


async def test_a_turn_that_fails_of_itself_is_an_incident_but_a_busy_database_is_none(
    house: MakeHouse, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rows.flow(1)
    worker = Worker(house())

    async def broken(*_: object) -> None:
        raise KeyError("a defect")

    async def busy(*_: object) -> None:
        raise Busy("not now")

    monkeypatch.setattr("gateway.worker.turn.keep_evidence", busy)
    monkeypatch.setattr("gateway.worker.lease.TRIES", 1)
    await worker.turn()
    assert await _incidents(rows) == []
    await rows.run("UPDATE gateway.flow SET lease_token = NULL, leased_until = NULL")
    monkeypatch.setattr("gateway.worker.turn.keep_evidence", broken)
    await _again(worker, rows)
    (found,) = await _incidents(rows)
    assert (found["cause"], found["ended_at"]) == ("GW-DEFECT", None)
    assert "KeyError" in found["message"]


async def test_where_nothing_waits_any_more_nobody_is_in_trouble(
    house: MakeHouse, rows: Rows, authority: Authority
) -> None:
    """Held back one by one without a question: nobody would ever come again to end it."""
    law = jurisdiction()

    def kept_back(documents: tuple[Sending, ...], setting: Setting) -> Step:
        return Step(outcomes={one.submission: Outcome(state=SubmissionState.HELD, code="H") for one in documents})

    await rows.flow(1)
    authority.behaviours = ["down"]
    await Worker(house()).turn()
    strict = replace(law, exchange=replace(law.exchange, begin=kept_back))
    await _again(Worker(house(jurisdictions={"toyland": strict})), rows)
    assert await rows.value("SELECT state FROM gateway.submission") == "held"
    (over,) = await _incidents(rows)
    assert (over["ended_at"] is None, over["unsent"]) == (False, 1)


async def test_who_has_lost_the_flow_opens_no_incident(
    house: MakeHouse, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker has it by then, and may have left nothing that would ever end it."""
    await rows.flow(1)

    async def broken(*_: object) -> None:
        await rows.run("UPDATE gateway.flow SET lease_token = gen_random_uuid()")
        raise KeyError("a defect")

    monkeypatch.setattr("gateway.worker.turn.settle", broken)
    await Worker(house()).turn()
    assert await _incidents(rows) == []


async def test_what_only_waits_for_its_time_ends_no_incident(
    house: MakeHouse, rows: Rows, authority: Authority
) -> None:
    law = jurisdiction()

    def later(documents: tuple[Sending, ...], setting: Setting) -> Step:
        return Step(not_before=setting.at)

    await rows.flow(1)
    authority.behaviours = ["down"]
    await Worker(house()).turn()
    patient = replace(law, exchange=replace(law.exchange, begin=later))
    await _again(Worker(house(jurisdictions={"toyland": patient})), rows)
    assert [one["ended_at"] for one in await _incidents(rows)] == [None]
