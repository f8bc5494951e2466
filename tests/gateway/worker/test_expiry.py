"""What was refused only because time had passed goes out again by itself: once, and as the worker's own act."""

from __future__ import annotations

import msgspec
import pytest

from gateway.errors import Busy
from gateway.intake.resubmission import resubmit
from tests.gateway.api.caller import Json
from tests.gateway.toyland import Toyland


async def states(toyland: Toyland, invoice: Json) -> list[str]:
    return [one["state"] for one in (await toyland.read(invoice))["submissions"]]


async def task(toyland: Toyland) -> tuple[str, int]:
    found = await toyland.house.value(
        "SELECT json_build_array(state, attempts) FROM gateway.task WHERE kind = 'resubmit' ORDER BY created_at LIMIT 1"
    )
    state, attempts = msgspec.json.decode(found)
    return state, attempts


async def test_an_expired_document_is_sealed_anew_under_its_number(toyland: Toyland) -> None:
    invoice = await toyland.issued("late-once")
    await toyland.days(0)
    assert await states(toyland, invoice) == ["rejected"]
    await toyland.days(0.01)
    after = await toyland.read(invoice)
    assert (after["number"], await states(toyland, invoice)) == (invoice["number"], ["superseded", "accepted"])
    (case,) = (await toyland.caller.get("/v1/cases")).json()["data"]
    assert (case["external_code"], case["state"]) == ("T-LATE", "resolved")
    trace = (await toyland.caller.get(f"/v1/invoices/{invoice['id']}/trace")).json()
    (queued,) = [one for one in trace["audit"] if one["action"] == "submission.queued"][1:]
    assert (queued["actor"], queued["request_id"][:5]) == ("worker", "task:")
    assert await task(toyland) == ("done", 0)
    # The old record's deadline went with it; the new one has its own.
    await toyland.days(8)
    assert [one["state"] for one in (await toyland.caller.get("/v1/cases")).json()["data"]] == ["resolved"]


async def test_the_second_time_it_is_left_to_a_person(toyland: Toyland) -> None:
    invoice = await toyland.issued("T-LATE")
    for _ in range(4):
        await toyland.days(0.1)
    assert await states(toyland, invoice) == ["superseded", "rejected"]
    found = {one["state"] for one in (await toyland.caller.get("/v1/cases")).json()["data"]}
    assert found == {"open", "resolved"}


async def test_other_refusals_never_go_out_by_themselves(toyland: Toyland) -> None:
    invoice = await toyland.issued("T-DATA")
    for _ in range(3):
        await toyland.days(0.1)
    assert await states(toyland, invoice) == ["rejected"]
    assert await toyland.house.value("SELECT count(*) FROM gateway.task WHERE kind = 'resubmit'") == 0


async def test_a_person_was_faster(toyland: Toyland) -> None:
    invoice = await toyland.issued("late-once")
    await toyland.days(0)
    (case,) = (await toyland.caller.get("/v1/cases")).json()["data"]
    assert (await toyland.caller.post(f"/v1/cases/{case['id']}/resubmit", {})).status_code == 200
    await toyland.days(0.01)
    assert await states(toyland, invoice) == ["superseded", "accepted"]
    assert await task(toyland) == ("moot", 0)


async def test_a_busy_database_costs_an_attempt_and_no_second_seal(
    toyland: Toyland, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = await toyland.issued("late-once")
    await toyland.days(0)

    async def busy(*_: object) -> None:
        raise Busy("no lock")

    with monkeypatch.context() as patch:
        patch.setattr("gateway.worker.timekeeper.resubmit", busy)
        await toyland.days(0.01)
    assert (await states(toyland, invoice), await task(toyland)) == (["rejected"], ("scheduled", 1))
    # Sealed, but the worker died before it could say so: the same key gives the same answer.

    async def dies(*arguments: object) -> None:
        await resubmit(*arguments)  # type: ignore[arg-type]
        raise RuntimeError("gone")

    with monkeypatch.context() as patch:
        patch.setattr("gateway.worker.timekeeper.resubmit", dies)
        await toyland.days(0.01)
    await toyland.days(0.1)
    assert await states(toyland, invoice) == ["superseded", "accepted"]
    assert (await task(toyland))[0] in ("done", "moot")
