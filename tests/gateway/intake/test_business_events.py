"""One business event, one legal document: also while a cancelled invoice is on its way back."""

from __future__ import annotations

import asyncio
from uuid import UUID

import asyncpg
import pytest

from tests.gateway.api.caller import Json, problem, toy_invoice
from tests.gateway.api.test_amending import again, cancelled, corrections, registered
from tests.gateway.toyland import Toyland

EVENT = "order:7"
BACK = {"option": "record_again"}
NEVER = {"option": "cancel_never", "confirm": ["never_happened"]}


def asking(wish: str | None) -> Json:
    return {"changes": {"extensions": {"toyland": {"ask_for": wish}}}}


async def gone(toyland: Toyland) -> Json:
    return await cancelled(toyland, issuer=await toyland.caller.toy_issuer(), source_ref=EVENT)


async def case_of(toyland: Toyland, invoice: Json) -> str:
    (case,) = (await toyland.caller.get("/v1/cases", invoice=invoice["id"], state="open")).json()["data"]
    return f"/v1/cases/{case['id']}/resubmit"


async def test_nothing_is_invoiced_again_while_it_comes_back(toyland: Toyland) -> None:
    invoice = await gone(toyland)
    await again(toyland, invoice, BACK)
    other = toy_invoice(invoice["issuer"], source_ref=EVENT)
    refused = problem(await toyland.caller.post("/v1/invoices", other), 409, "duplicate_business_event")
    assert refused["link"] == f"/v1/invoices/{invoice['id']}"
    await toyland.work()
    assert (await toyland.read(invoice))["status"] == "open"


async def test_a_void_invoice_that_rests_frees_its_event(toyland: Toyland) -> None:
    invoice = await gone(toyland)
    await again(toyland, invoice, BACK | asking("T-CORRECT"))
    await toyland.work()
    other = await toyland.caller.toy_issued(invoice["issuer"], source_ref=EVENT)
    path = await case_of(toyland, invoice)
    refused = problem(await toyland.caller.post(path, asking(None)), 409, "duplicate_business_event")
    assert refused["link"] == f"/v1/invoices/{other['id']}"
    assert len((await toyland.read(invoice))["submissions"]) == 3


async def test_the_same_bytes_do_not_come_back_either(toyland: Toyland) -> None:
    invoice = await gone(toyland)
    await again(toyland, invoice, BACK | asking("T-OUTSIDE"))
    await toyland.work()
    own = {"source_ref": EVENT, "extensions": {"toyland": {"ask_for": "cancel-at-once"}}}
    other = await toyland.caller.toy_issued(invoice["issuer"], **own)
    path = await case_of(toyland, invoice)
    problem(await toyland.caller.post(path, {}), 409, "duplicate_business_event")
    await toyland.work()
    assert (await toyland.caller.post(f"/v1/invoices/{other['id']}/cancel", NEVER)).status_code == 200
    await toyland.work()
    assert (await toyland.read(other))["status"] == "void"
    assert (await toyland.caller.post(path, {})).status_code == 200


@pytest.mark.parametrize("turn", [1, -1])
async def test_whoever_comes_first_has_it(toyland: Toyland, turn: int) -> None:
    invoice = await gone(toyland)
    other = toy_invoice(invoice["issuer"], source_ref=EVENT)
    note = await toyland.caller.made("/v1/invoices", other | {"kind": "credit_note"})
    answers = await asyncio.gather(
        *[
            toyland.caller.post(corrections(invoice), BACK),
            toyland.caller.post("/v1/invoices", other),
            toyland.caller.patch(f"/v1/invoices/{note['id']}", {"kind": "invoice"}),
        ][::turn]
    )
    assert sorted(one.status_code for one in answers)[1:] == [409, 409], [one.text for one in answers]


async def test_a_correction_cannot_be_made_a_second_invoice(toyland: Toyland) -> None:
    invoice = await registered(toyland, source_ref=EVENT)
    note = await toyland.caller.made(corrections(invoice), {"option": "credit_note"})
    refused = problem(
        await toyland.caller.patch(f"/v1/invoices/{note['id']}", {"kind": "invoice"}), 409, "duplicate_business_event"
    )
    assert refused["link"] == f"/v1/invoices/{invoice['id']}"
    own = await toyland.caller.patch(f"/v1/invoices/{note['id']}", {"kind": "invoice", "source_ref": "order:8"})
    assert own.status_code == 200, own.text


async def test_no_record_goes_out_beside_a_cancellation(toyland: Toyland) -> None:
    invoice = await registered(toyland)
    await again(toyland, invoice, BACK | asking("T-CORRECT"))
    await toyland.work()
    assert (await toyland.caller.post(f"/v1/invoices/{invoice['id']}/cancel", NEVER)).status_code == 200
    path = await case_of(toyland, invoice)
    problem(await toyland.caller.post(path, asking(None)), 409, "cancel_in_progress")


async def test_a_first_record_does_not_bring_a_cancelled_invoice_back(toyland: Toyland) -> None:
    """Refused for a cause outside, cancelled meanwhile: the same bytes must not go out once the cause is mended."""
    invoice = await registered(toyland, "T-OUTSIDE")
    await toyland.house.execute(
        "UPDATE gateway.invoice SET state = 'void' WHERE id = $1", UUID(invoice["id"].removeprefix("inv_"))
    )
    path = await case_of(toyland, invoice)
    problem(await toyland.caller.post(path, {}), 409, "already_cancelled")


async def test_a_cancellation_that_was_held_back_is_asked_for_again(toyland: Toyland) -> None:
    invoice = await registered(toyland)
    path = f"/v1/invoices/{invoice['id']}/cancel"
    held = (await toyland.caller.post(path, NEVER)).json()["submissions"][-1]["id"]
    await toyland.house.execute(
        "UPDATE gateway.submission SET state = 'held' WHERE id = $1", UUID(held.removeprefix("sub_"))
    )
    shown = await toyland.caller.post(path, NEVER)
    assert shown.status_code == 200, shown.text
    assert [one["state"] for one in shown.json()["submissions"]] == ["accepted", "superseded", "queued"]


async def test_a_case_is_locked_before_its_submission(toyland: Toyland) -> None:
    """As by whoever works the case: else the two of them would wait for each other."""
    invoice = await registered(toyland, "T-OUTSIDE")
    await toyland.caller.post(await case_of(toyland, invoice), {})
    await toyland.work()
    path = f"/v1/invoices/{invoice['id']}/cancel"
    refused = (await toyland.caller.post(path, NEVER)).json()["submissions"][-1]["id"]
    await toyland.work()
    held = await asyncpg.connect(toyland.house.owner)
    try:
        async with held.transaction():
            await held.execute("SELECT FROM gateway.case_file WHERE state = 'open' FOR UPDATE")
            asked = asyncio.create_task(toyland.caller.post(path, NEVER))
            while not await held.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
                await asyncio.sleep(0.01)
            one = UUID(refused.removeprefix("sub_"))
            await held.execute("SELECT FROM gateway.submission WHERE id = $1 FOR UPDATE NOWAIT", one)
        assert (await asked).status_code == 200
    finally:
        await held.close()
