"""Our books against the simulated AEAT's: the same, and every way in which they may differ."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec
import pytest

from gateway import reconciling
from gateway.reconciling import ReconciliationRefused
from gateway.samples import invoices as samples
from jurisdictions.contract import Survey
from tests.gateway.api.caller import Json
from tests.gateway.offices import compared
from tests.gateway.world import World


async def issued(world: World, issuer: str, many: int = 1, **more: object) -> list[Json]:
    found = [await world.issued(samples.spanish(issuer, samples.line("A stay", "100.00")) | more) for _ in range(many)]
    assert {one["submissions"][-1]["state"] for one in found} == {"accepted"}
    return found


async def change(world: World, statement: str, *values: object) -> None:
    """As nobody may: around the triggers."""
    await world.house.execute(statement, *values)


async def test_two_books_that_say_the_same(world: World) -> None:
    issuer = await world.issuer("verifactu")
    invoices = await issued(world, issuer, 3)
    wish = {"option": "anulacion", "reason": "Never happened", "confirm": ["operation_never_happened"]}
    answer = await world.caller.post(f"/v1/invoices/{invoices[0]['id']}/cancel", wish)
    assert answer.status_code == 200, answer.text
    await world.pass_by(minutes=3)
    (found,) = await compared(world, issuer)
    assert (found.period, found.ours, found.theirs, found.matching, found.differences) == ("2026-11", 3, 3, 3, ())
    assert found.agrees
    assert "reconciliation.mismatch" not in await world.told()
    rows = await world.house.value("SELECT count(*) FROM gateway.reconciliation WHERE matching = 3")
    assert rows == 1


async def test_a_month_is_that_of_the_operation(world: World) -> None:
    issuer = await world.issuer("verifactu")
    await issued(world, issuer, operation_date="2026-10-30")
    await issued(world, issuer)
    october, november = await compared(world, issuer, date(2026, 10, 1), date(2026, 11, 30))
    assert (october.period, october.ours, october.theirs, october.matching) == ("2026-10", 1, 1, 1)
    assert (november.period, november.ours, november.theirs, november.matching) == ("2026-11", 1, 1, 1)
    (alone,) = await compared(world, issuer)
    assert (alone.ours, alone.agrees) == (1, True)


async def test_what_differs_is_named(world: World) -> None:
    issuer = await world.issuer("verifactu")
    lost, gone, other, state, late, same = await issued(world, issuer, 6)
    ids = {one["number"]: UUID(one["id"][4:]) for one in (lost, gone, other, state, late, same)}
    replica = "SET session_replication_role = replica; "
    await change(world, f"{replica}DELETE FROM gateway.submission WHERE invoice_id = '{ids[lost['number']]}'")
    book = world.authorities.book("verifactu")
    page = next(name for name in book if name.startswith("month/") and name.endswith("/2026-11/0"))
    book[page] = book[page].replace(f"20-11-2026 {gone['number']}\n".encode(), b"")
    await change(
        world,
        'UPDATE gateway.submission SET attributes = attributes || \'{"huella": "F"}\' WHERE invoice_id = $1',
        ids[other["number"]],
    )
    await change(world, "UPDATE gateway.standing SET state = 'cancelled' WHERE invoice_id = $1", ids[state["number"]])
    await change(
        world,
        "UPDATE gateway.submission SET state = 'outcome_unknown', authority_id = NULL WHERE invoice_id = $1",
        ids[late["number"]],
    )
    (found,) = await compared(world, issuer)
    assert {one.number: one.kind for one in found.differences} == {
        lost["number"]: "missing_here",
        gone["number"]: "missing_there",
        other["number"]: "other_record",
        state["number"]: "other_state",
        late["number"]: "unacknowledged",
    }
    assert (found.ours, found.theirs, found.matching, found.agrees) == (4, 5, 1, False)
    assert (await world.told())[-1] == "reconciliation.mismatch"
    kept = msgspec.json.decode(await world.house.value("SELECT differences::text FROM gateway.reconciliation"))
    assert {one["kind"] for one in kept} == {one.kind for one in found.differences}
    theirs = next(one.theirs for one in found.differences if one.kind == "missing_here")
    assert theirs is not None
    assert theirs.chain is not None


async def test_what_is_settled_while_the_books_are_read_is_no_difference(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer = await world.issuer("verifactu")
    await issued(world, issuer)
    survey = reconciling._Reader.survey

    async def slow(reader: reconciling._Reader, period: str) -> Survey:
        found = await survey(reader, period)
        await issued(world, issuer)
        return found

    monkeypatch.setattr(reconciling._Reader, "survey", slow)
    (found,) = await compared(world, issuer)
    assert (found.ours, found.theirs, found.matching, found.differences) == (1, 1, 1, ())
    assert "reconciliation.mismatch" not in await world.told()


async def test_a_record_that_was_accepted_is_held_though_another_takes_its_place(world: World) -> None:
    """Accepted with errors, and a subsanación of it is on its way or was refused: theirs is the former one still."""
    issuer = await world.issuer("verifactu")
    await issued(world, issuer)
    await change(world, "UPDATE gateway.submission SET state = 'superseded', updated_at = sealed_at")
    (found,) = await compared(world, issuer)
    assert (found.ours, found.matching, found.differences) == (1, 1, ())


async def test_books_that_cannot_be_read_are_no_empty_books(world: World) -> None:
    issuer = await world.issuer("verifactu")
    await issued(world, issuer)
    world.authorities.down |= {"aeat", "aeat_sello"}
    (found,) = await compared(world, issuer)
    assert found.trouble
    assert (found.differences, found.agrees) == ((), False)
    assert await world.house.value("SELECT count(*) FROM gateway.reconciliation") == 0


async def test_a_question_that_means_nothing_is_refused(world: World) -> None:
    issuer = await world.issuer("verifactu")
    for wrong in ("iss_1", "iss_" + "0" * 32):
        with pytest.raises(ReconciliationRefused, match="no issuer"):
            await compared(world, wrong)
    with pytest.raises(ReconciliationRefused, match="before"):
        await compared(world, issuer, date(2026, 11, 2), date(2026, 11, 1))
    with pytest.raises(ReconciliationRefused, match="months"):
        await compared(world, issuer, date(1900, 1, 1), date(2026, 11, 1))
