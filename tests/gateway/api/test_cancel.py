"""Cancelling through the API: Toyland's customers have a say, and nothing here knows whose law it is."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from gateway.intake import cancelling
from gateway.intake.signers import signers
from tests.gateway.api.caller import Json, problem
from tests.gateway.toyland import Toyland


async def registered(toyland: Toyland, ask_for: str | None = None, issuer: str | None = None) -> Json:
    invoice = await toyland.issued(ask_for, issuer)
    await toyland.work()
    return invoice


async def asked(toyland: Toyland, invoice: Json, **wish: str) -> Json:
    answer = await toyland.caller.post(f"/v1/invoices/{invoice['id']}/cancel", {"option": "cancel", **wish})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def standing(toyland: Toyland, invoice: Json) -> tuple[str, str]:
    """The invoice's state and its standing."""
    shown = await toyland.read(invoice)
    return shown["status"], shown["submissions"][0]["standing"]


async def test_a_cancellation_is_one_more_submission_of_the_same_number(toyland: Toyland) -> None:
    invoice = await registered(toyland, "cancel-at-once")
    before = await toyland.read(invoice)
    shown = await asked(toyland, invoice, reason="It was for somebody else")
    assert (shown["status"], shown["number"], shown["version"]) == ("open", invoice["number"], before["version"] + 1)
    assert [one["instruction"] for one in shown["submissions"]] == ["issue", "cancel"]
    assert [one["name"] for one in shown["documents"]][-1] == "toyland-2-record.json"
    assert shown["facts"] == before["facts"]
    assert shown["deliverable"] == before["deliverable"]
    assert shown == {**(await toyland.read(invoice)), "documents": shown["documents"]}
    await toyland.work()
    assert await standing(toyland, invoice) == ("void", "cancelled")
    after = await toyland.read(invoice)
    assert [one["state"] for one in after["submissions"]] == ["accepted", "accepted"]
    assert after["facts"] == before["facts"]
    assert after["documents"][-1]["name"] == "toyland-2-record.json"
    told = await toyland.told()
    assert told[-5:] == [
        "submission.queued",
        "submission.submitted",
        "submission.accepted",
        "standing.cancelled",
        "invoice.voided",
    ]
    problem(await toyland.caller.post(f"/v1/invoices/{invoice['id']}/cancel", {}), 409, "already_cancelled")
    trace = (await toyland.caller.get(f"/v1/invoices/{invoice['id']}/trace")).json()
    assert {"invoice.cancel_requested", "invoice.voided"} <= {one["action"] for one in trace["audit"]}


async def test_silence_is_consent(toyland: Toyland) -> None:
    invoice = await registered(toyland)
    await asked(toyland, invoice)
    await toyland.work()
    assert await standing(toyland, invoice) == ("open", "cancel_pending")
    waiting = (await toyland.read(invoice))["submissions"][1]
    assert (waiting["state"], waiting["standing"]) == ("waiting", "cancel_pending")
    path = f"/v1/invoices/{invoice['id']}/cancel"
    problem(await toyland.caller.post(path, {"option": "cancel"}), 409, "cancel_in_progress")
    for _ in range(4):
        await toyland.days(1)
    assert await standing(toyland, invoice) == ("void", "cancelled")
    assert [one for one in await toyland.told() if one.startswith("standing")] == [
        "standing.registered",
        "standing.cancel_pending",
        "standing.cancelled",
    ]


async def test_consent_cancels(toyland: Toyland) -> None:
    invoice = await registered(toyland, "buyer-accepts")
    await asked(toyland, invoice)
    await toyland.days(0)
    await toyland.days(1)
    assert await standing(toyland, invoice) == ("void", "cancelled")


async def test_a_refusal_leaves_the_invoice_as_it_was_and_may_be_asked_again(toyland: Toyland) -> None:
    invoice = await registered(toyland, "buyer-refuses")
    await asked(toyland, invoice)
    await toyland.days(0)
    await toyland.days(1)
    assert await standing(toyland, invoice) == ("open", "registered")
    assert "standing.cancel_refused" in await toyland.told()
    (case,) = (await toyland.caller.get("/v1/cases", invoice=invoice["id"])).json()["data"]
    assert (case["external_code"], case["case_class"], case["state"]) == ("T-BUYER", "buyer_dispute", "open")
    problem(await toyland.caller.post(f"/v1/cases/{case['id']}/resubmit", {}), 409)
    shown = await asked(toyland, invoice, reason="They have agreed by telephone")
    assert [one["state"] for one in shown["submissions"]] == ["accepted", "superseded", "queued"]
    assert shown["submissions"] == (await toyland.read(invoice))["submissions"]
    assert (await toyland.caller.get(f"/v1/cases/{case['id']}")).json()["state"] == "resubmitted"
    await toyland.days(0)
    await toyland.days(1)
    assert (await toyland.caller.get(f"/v1/cases/{case['id']}")).json()["state"] == "resolved"
    assert len((await toyland.caller.get("/v1/cases", state="open")).json()["data"]) == 1


async def test_a_replacement_goes_first_and_stands_registered(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    invoice = await registered(toyland, "cancel-at-once", issuer)
    path = f"/v1/invoices/{invoice['id']}/cancel"
    wish = {"option": "cancel_replaced"}
    missing = problem(await toyland.caller.post(path, wish), 422, "validation_failed")
    assert {one["rule"] for one in missing["findings"]} == {"GW-REPLACEMENT", "TOY-5"}
    for name in ("inv_00000000000000000000000000000000", "nonsense", invoice["id"]):
        problem(await toyland.caller.post(path, wish | {"replacement": name}), 422, "validation_failed")
    named = {"references": {"preceding": [{"invoice": invoice["id"]}]}}
    other = await toyland.caller.toy_issued(issuer, **named)
    unregistered = problem(await toyland.caller.post(path, wish | {"replacement": other["id"]}), 422)
    assert [one["rule"] for one in unregistered["findings"]] == ["TOY-5"]
    await toyland.work()
    done = await toyland.caller.post(path, wish | {"replacement": other["id"]}, key="once")
    assert done.status_code == 200, done.text
    await toyland.work()
    assert await standing(toyland, invoice) == ("void", "cancelled")
    record = (await toyland.caller.get(f"{path.removesuffix('cancel')}documents/toyland-2-record.json")).json()
    replaced_by = (await toyland.read(other))["submissions"][0]["authority_id"]
    assert (record["replaced_by"], record["cancels"]) == (
        replaced_by,
        (await toyland.read(invoice))["submissions"][0]["authority_id"],
    )
    again = await toyland.caller.post(path, wish | {"replacement": other["id"]}, key="once")
    assert (again.content, again.headers["idempotent-replayed"]) == (done.content, "true")
    assert again.headers["etag"] == done.headers["etag"]
    problem(await toyland.caller.post(path, wish, key="once"), 422, "idempotency_key_reused")


async def test_what_names_it_goes_first(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    invoice = await registered(toyland, None, issuer)
    named = {"kind": "credit_note", "references": {"preceding": [{"invoice": invoice["id"]}]}}
    note = await toyland.caller.toy_issued(issuer, **named)
    found = problem(await toyland.caller.post(f"/v1/invoices/{invoice['id']}/cancel", {"option": "cancel"}), 422)
    (one,) = found["findings"]
    assert (one["rule"], note["number"] in one["message"]) == ("TOY-4", True)
    shown = await toyland.read(invoice)
    assert len(shown["submissions"]) == 1  # nothing half-made


async def test_what_comes_to_name_it_meanwhile_is_not_overlooked(
    toyland: Toyland, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer = await toyland.caller.toy_issuer()
    invoice = await registered(toyland, issuer=issuer)

    async def meanwhile(*arguments: Any) -> Any:
        await toyland.caller.toy_issued(
            issuer, kind="credit_note", references={"preceding": [{"invoice": invoice["id"]}]}
        )
        return await signers(*arguments)

    monkeypatch.setattr(cancelling, "signers", meanwhile)
    answer = await toyland.caller.post(f"/v1/invoices/{invoice['id']}/cancel", {"option": "cancel"})
    problem(answer, 409, "version_conflict")
    assert len((await toyland.read(invoice))["submissions"]) == 1


async def test_a_replacement_may_be_named_in_capitals(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    invoice = await registered(toyland, "cancel-at-once", issuer)
    other = await toyland.caller.toy_issued(issuer, references={"preceding": [{"invoice": invoice["id"]}]})
    await toyland.work()
    shouted = "inv_" + other["id"][4:].upper()
    await asked(toyland, invoice, option="cancel_replaced", replacement=shouted)
    await toyland.work()
    assert await standing(toyland, invoice) == ("void", "cancelled")


async def test_only_what_is_legal_now(toyland: Toyland) -> None:
    draft = await toyland.caller.toy_draft()
    problem(await toyland.caller.post(f"/v1/invoices/{draft['id']}/cancel", {}), 409, "not_finalized")
    invoice = await toyland.issued()
    path = f"/v1/invoices/{invoice['id']}/cancel"
    early = problem(await toyland.caller.post(path, {}), 422, "cancel_not_available")
    assert early["findings"][0]["expected"] == "none is legal now"
    await toyland.work()
    ambiguous = problem(await toyland.caller.post(path, {}), 422, "cancel_not_available")
    assert (
        ambiguous["findings"][0]["expected"] == "cancel (toyland) | cancel_replaced (toyland) | cancel_never (toyland)"
    )
    problem(await toyland.caller.post(path, {"option": "burn"}), 422, "cancel_not_available")
    problem(await toyland.caller.post(path, {"option": "cancel", "jurisdiction": "atlantis"}), 422)
    problem(await toyland.caller.send("POST", path, json={"option": "cancel"}), 400)
    problem(await toyland.caller.post("/v1/invoices/inv_00000000000000000000000000000000/cancel", {}), 404)
    offered = {one["option"]: one for one in (await toyland.caller.get(path.replace("cancel", "corrections"))).json()}
    assert offered["cancel_replaced"]["needs"] == ["replacement"]
    assert offered["cancel"]["consent"] == "silence"
    wrong_door = await toyland.caller.post(path.replace("cancel", "corrections"), {"option": "cancel"})
    assert problem(wrong_door, 409, "correct_by_cancelling")["link"] == path


@pytest.mark.parametrize("scopes", [frozenset({"invoices:write", "invoices:read"})])
async def test_it_needs_the_right_to_finalize(toyland: Toyland, scopes: frozenset[str]) -> None:
    invoice = await registered(toyland)
    weak = await toyland.house.caller(toyland.caller.tenant, scopes=scopes)
    problem(await weak.post(f"/v1/invoices/{invoice['id']}/cancel", {"option": "cancel"}), 403)


async def test_what_is_printed_is_data(toyland: Toyland) -> None:
    invoice = await registered(toyland)
    path = f"/v1/invoices/{invoice['id']}/documents/toyland-printed.json"
    printed = (await toyland.caller.get(path)).json()
    assert printed["invoice"]["number"] == invoice["number"]
    assert printed["invoice"]["totals"]["payable"] == invoice["totals"]["payable"]
    assert "printed" in printed
    problem(await toyland.caller.get(path.replace("toyland-", "atlantis-")), 404)
    problem(await toyland.caller.get(path.replace("toyland-", "")), 404)


async def test_two_requests_at_once_make_one_cancellation(toyland: Toyland) -> None:
    invoice = await registered(toyland, "cancel-at-once")
    path = f"/v1/invoices/{invoice['id']}/cancel"
    answers = await asyncio.gather(*(toyland.caller.post(path, {"option": "cancel"}) for _ in range(3)))
    assert sorted(one.status_code for one in answers) == [200, 409, 409], [one.text for one in answers]
    assert {one.json().get("code") for one in answers} <= {None, "version_conflict", "cancel_in_progress"}
    assert len((await toyland.read(invoice))["submissions"]) == 2


async def test_what_was_paid_stays_paid_until_it_is_cancelled(toyland: Toyland) -> None:
    invoice = await registered(toyland, "buyer-accepts")
    await toyland.house.execute("UPDATE gateway.invoice SET state = 'paid' WHERE id = $1", UUID(invoice["id"][4:]))
    assert (await asked(toyland, invoice))["status"] == "paid"
    await toyland.days(0)
    assert await standing(toyland, invoice) == ("paid", "cancel_pending")
    await toyland.days(1)
    assert await standing(toyland, invoice) == ("void", "cancelled")


async def test_what_another_authority_holds_is_not_void(toyland: Toyland) -> None:
    invoice = await registered(toyland, "cancel-at-once")
    await toyland.house.execute(
        "INSERT INTO gateway.standing (tenant_id, environment, invoice_id, jurisdiction, state, updated_at)"
        " SELECT tenant_id, environment, invoice_id, 'atlantis', 'registered', updated_at FROM gateway.standing"
    )
    await asked(toyland, invoice)
    await toyland.work()
    assert await standing(toyland, invoice) == ("open", "cancelled")


async def test_a_cancelled_business_event_may_be_invoiced_again(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    extensions = {"toyland": {"ask_for": "cancel-at-once"}}
    invoice = await toyland.caller.toy_issued(issuer, source_ref="order:7", extensions=extensions)
    await toyland.work()
    await asked(toyland, invoice)
    await toyland.work()
    again = await toyland.caller.toy_issued(issuer, source_ref="order:7")
    assert again["number"] != invoice["number"]
