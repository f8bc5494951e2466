"""Deadlines: met in silence, warned of before, missed with a case that closes by itself once it is met after all."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from gateway.store import tasks as stored
from gateway.store.pool import to_json
from jurisdictions.contract import CaseClass, Deadline, Diagnosis, Path
from tests.gateway.api.caller import Json, problem
from tests.gateway.toyland import Toyland


async def cases(toyland: Toyland, **narrow: str) -> list[Json]:
    return list((await toyland.caller.get("/v1/cases", **narrow)).json()["data"])


async def tasks(toyland: Toyland) -> list[tuple[str, str, str]]:
    """Name, kind and state of every task, in the order in which they were due."""
    found = await toyland.house.value(
        "SELECT coalesce(json_agg(json_build_array(name, kind, state) ORDER BY created_at, due_at, kind), '[]')"
        " FROM gateway.task"
    )
    return [tuple(one) for one in msgspec.json.decode(found)]


async def told(toyland: Toyland) -> list[str]:
    """The events of cases and deadlines so far."""
    return [one for one in await toyland.told() if one.startswith("case.")]


async def test_a_deadline_that_is_met_makes_no_noise(toyland: Toyland) -> None:
    await toyland.issued()
    await toyland.work()
    before = await toyland.told()
    await toyland.days(8)
    assert await tasks(toyland) == [("report", "warning", "moot"), ("report", "deadline", "moot")]
    assert await toyland.told() == before
    assert await cases(toyland) == []


async def test_a_deadline_is_warned_of_then_missed_then_met_after_all(toyland: Toyland) -> None:
    invoice = await toyland.issued()
    toyland.office.down = True
    await toyland.days(6)
    assert await told(toyland) == ["case.due_soon"]
    assert await cases(toyland) == []
    await toyland.days(1)
    assert await told(toyland) == ["case.due_soon", "case.opened", "case.breached"]
    (case,) = await cases(toyland)
    assert (case["deadline"], case["invoice"], case["submission"], case["state"]) == (
        "report",
        invoice["id"],
        None,
        "open",
    )
    assert case["sentence"] == "The office has not registered it in a week."
    await toyland.days(2)
    assert len(await cases(toyland)) == 1
    refused = await toyland.caller.post(f"/v1/cases/{case['id']}/resubmit", {})
    assert problem(refused, 409, "new_document_needed")["link"] == f"/v1/invoices/{invoice['id']}/corrections"
    toyland.office.down = False
    await toyland.days(1)
    assert (await toyland.read(invoice))["submissions"][0]["state"] == "accepted"
    await toyland.days(1)
    assert (await toyland.caller.get(f"/v1/cases/{case['id']}")).json()["state"] == "resolved"
    assert await tasks(toyland) == [("report", "warning", "done"), ("report", "deadline", "moot")]


async def test_events_of_a_deadline_name_it_and_its_law(toyland: Toyland) -> None:
    invoice = await toyland.issued()
    toyland.office.down = True
    await toyland.days(7)
    await toyland.told()
    events = (await toyland.caller.get("/v1/events", limit=100)).json()["data"]
    soon, breached = (next(one for one in events if one["type"] == name) for name in ("case.due_soon", "case.breached"))
    (case,) = await cases(toyland)
    for event, version in ((soon, 1), (breached, 2)):
        data = event["data"]
        assert (data["object"], data["id"], data["version"]) == ("deadline", f"toyland:{invoice['id']}:report", version)
        assert (data["deadline"], data["law"], data["invoice"]) == ("report", "Toyland, Act 1", invoice["id"])
    assert breached["data"]["case"] == case["id"]


async def test_a_case_that_a_person_has_closed_stays_closed(toyland: Toyland) -> None:
    await toyland.issued()
    toyland.office.down = True
    await toyland.days(7)
    (case,) = await cases(toyland)
    answer = await toyland.caller.post(f"/v1/cases/{case['id']}/resolve", {"reason": "Told them by telephone"})
    assert answer.status_code == 200, answer.text
    await toyland.days(1)
    await toyland.days(1)
    assert [one["state"] for one in await cases(toyland)] == ["resolved"]
    assert await tasks(toyland) == [("report", "warning", "done"), ("report", "deadline", "done")]


async def test_a_pending_answer_has_its_own_deadline(toyland: Toyland) -> None:
    invoice = await toyland.issued()
    await toyland.work()
    answer = await toyland.caller.post(f"/v1/invoices/{invoice['id']}/cancel", {"option": "cancel"})
    assert answer.status_code == 200, answer.text
    await toyland.work()
    toyland.office.down = True
    await toyland.days(5)
    (case,) = await cases(toyland, state="open")
    assert case["deadline"] == "answer"
    toyland.office.down = False
    await toyland.days(0.5)
    assert (await toyland.read(invoice))["status"] == "void"
    await toyland.days(0.5)
    assert await cases(toyland, state="open") == []


DIAGNOSIS = Diagnosis(case_class=CaseClass.DATA_CORRECTION, sentence="Too late.", path=Path.NEW_DOCUMENT)


async def planted(toyland: Toyland, invoice: Json, unless: str) -> None:
    """A deadline of the invoice that falls now."""
    at = toyland.house.clock()
    deadline = Deadline(name=unless, at=at, law="Act 2", unless=unless, case=DIAGNOSIS)  # type: ignore[arg-type]
    await toyland.house.execute(
        "INSERT INTO gateway.task (tenant_id, environment, id, kind, jurisdiction, name, invoice_id, submission_id,"
        " due_at, body, created_at) VALUES ($1, 'test', $2, 'deadline', 'toyland', $3, $4, $5, $6, $7, $6)",
        *(toyland.caller.tenant, uuid4(), unless, UUID(invoice["id"][4:]), UUID(invoice["submissions"][0]["id"][4:])),
        *(at, to_json(deadline)),
    )


@pytest.mark.parametrize("unless", ["paid", "replaced", "never", "decided", "accepted"])
async def test_what_makes_a_deadline_moot(toyland: Toyland, unless: str) -> None:
    issuer = await toyland.caller.toy_issuer()
    missed, met = [await toyland.issued(issuer=issuer) for _ in range(2)]
    if unless == "paid":
        await toyland.house.execute("UPDATE gateway.invoice SET state = 'paid' WHERE id = $1", UUID(met["id"][4:]))
    if unless == "replaced":
        for kind, old in (("invoice", met), ("credit_note", missed)):
            named = {"kind": kind, "references": {"preceding": [{"invoice": old["id"]}]}}
            await toyland.caller.toy_issued(issuer, **named)
    if unless in ("decided", "accepted"):
        await toyland.house.execute(
            "UPDATE gateway.submission SET state = 'accepted', authority_id = 'T-1' WHERE id = $1",
            UUID(met["submissions"][0]["id"][4:]),
        )
    if unless == "never":
        await toyland.house.execute("UPDATE gateway.invoice SET state = 'void' WHERE id = $1", UUID(met["id"][4:]))
    for one in (missed, met):
        await planted(toyland, one, unless)
    toyland.office.down = True
    await toyland.days(0)
    (case,) = await cases(toyland)
    assert (case["invoice"], case["deadline"]) == (missed["id"], unless)


async def test_what_was_missed_is_not_met_by_a_new_seal(toyland: Toyland) -> None:
    toyland.office.down = True
    invoice = await toyland.issued("T-DATA")
    await toyland.days(7)
    (late,) = await cases(toyland)
    toyland.office.down = False
    await toyland.work()
    (refused,) = [one for one in await cases(toyland, state="open") if one["id"] != late["id"]]
    toyland.office.down = True
    mended = {"changes": {"extensions": {"toyland": {"ask_for": None}}}}
    answer = await toyland.caller.post(f"/v1/cases/{refused['id']}/resubmit", mended)
    assert answer.status_code == 200, answer.text
    await toyland.days(1)
    assert [one["id"] for one in await cases(toyland, state="open")] == [late["id"]]
    toyland.office.down = False
    await toyland.work()
    await toyland.days(1)
    assert [one["state"] for one in (await toyland.read(invoice))["submissions"]] == ["superseded", "accepted"]
    assert await cases(toyland, state="open") == []


async def test_a_void_replacement_replaces_nothing(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    invoice = await toyland.issued(issuer=issuer)
    other = await toyland.caller.toy_issued(issuer, references={"preceding": [{"invoice": invoice["id"]}]})
    await toyland.house.execute("UPDATE gateway.invoice SET state = 'void' WHERE id = $1", UUID(other["id"][4:]))
    await planted(toyland, invoice, "replaced")
    await toyland.days(0)
    assert [one["deadline"] for one in await cases(toyland)] == ["replaced"]


async def test_a_deadline_has_one_case_however_often_it_falls(toyland: Toyland) -> None:
    invoice = await toyland.issued()
    for _ in range(2):
        await planted(toyland, invoice, "never")
    await toyland.days(0)
    assert len(await cases(toyland)) == 1


async def test_one_hand_at_a_time(toyland: Toyland) -> None:
    invoice = await toyland.issued()
    await planted(toyland, invoice, "never")
    house = toyland.timekeeper._house
    async with house.store.connection() as connection:
        arguments = (connection, ["test"], house.now(), timedelta(seconds=60), 10)
        (leased,) = await stored.lease(*arguments)
        assert await stored.lease(*arguments) == []
    assert leased.tenant == toyland.caller.tenant
    assert not await toyland.timekeeper.turn()
    async with house.store.tenant(leased.tenant, "test") as connection:
        stale = stored.Leased(leased.tenant, "test", uuid4(), leased.ids)
        assert await stored.read(connection, stale, leased.ids[0]) is None
        assert await stored.read(connection, leased, leased.ids[0]) is not None
    async with house.store.tenant(uuid4(), "test") as connection:
        assert await connection.fetchval("SELECT count(*) FROM gateway.task") == 0


async def test_what_keeps_failing_is_given_up_and_said(toyland: Toyland, monkeypatch: pytest.MonkeyPatch) -> None:
    invoice = await toyland.issued()
    await planted(toyland, invoice, "never")

    async def broken(*_: object) -> None:
        raise RuntimeError("no room for a case")

    monkeypatch.setattr(stored, "open_case", broken)
    for attempt in range(5):
        assert ("never", "deadline", "scheduled") in await tasks(toyland), attempt
        await toyland.days(0.1)
    assert ("never", "deadline", "failed") in await tasks(toyland)
