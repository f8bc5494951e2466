"""One more record about an invoice that is held: Toyland lets its note change, and nothing else."""

from __future__ import annotations

import asyncio

import pytest

from tests.gateway.api.caller import Json, pointers, problem
from tests.gateway.toyland import Toyland

NOTED = {"option": "record_again", "reason": "The note was wrong", "changes": {"note": "Batteries are included"}}


async def registered(toyland: Toyland, ask_for: str | None = None, **more: object) -> Json:
    extensions = {"toyland": {"ask_for": ask_for}} if ask_for else {}
    invoice = await toyland.caller.toy_issued(extensions=extensions, **more)
    await toyland.work()
    return await toyland.read(invoice)


def corrections(invoice: Json) -> str:
    return f"/v1/invoices/{invoice['id']}/corrections"


async def again(toyland: Toyland, invoice: Json, wish: Json | None = None) -> Json:
    answer = await toyland.caller.post(corrections(invoice), wish or NOTED)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_it_is_one_more_submission_of_the_same_number(toyland: Toyland) -> None:
    invoice = await registered(toyland)
    offered = (await toyland.caller.get(corrections(invoice))).json()
    (option,) = [one for one in offered if one["instruction"] == "correct"]
    assert option["kind"] is None
    assert (option["option"], option["fields"]) == ("record_again", ["/note", "/extensions/toyland"])
    done = await toyland.caller.post(corrections(invoice), NOTED, key="once")
    assert done.status_code == 200, done.text
    shown = done.json()
    assert (shown["status"], shown["number"], shown["version"]) == ("open", invoice["number"], invoice["version"] + 1)
    assert (shown["note"], shown["totals"]) == ("Batteries are included", invoice["totals"])
    assert [(one["instruction"], one["state"]) for one in shown["submissions"]] == [
        ("issue", "accepted"),
        ("correct", "queued"),
    ]
    assert shown["documents"][-1]["name"] == "toyland-2-record.json"
    assert shown == {**(await toyland.read(invoice)), "documents": shown["documents"]}
    await toyland.work()
    after = await toyland.read(invoice)
    assert [one["state"] for one in after["submissions"]] == ["accepted", "accepted"]
    record = (await toyland.caller.get(f"/v1/invoices/{invoice['id']}/documents/toyland-2-record.json")).json()
    assert (record["instruction"], record["note"]) == ("correct", "Batteries are included")
    assert record["sequence"] == 2
    told = await toyland.told()
    assert told[-4:] == ["submission.queued", "invoice.corrected", "submission.submitted", "submission.accepted"]
    trace = (await toyland.caller.get(f"/v1/invoices/{invoice['id']}/trace")).json()
    (kept,) = [one["detail"] for one in trace["audit"] if one["action"] == "invoice.corrected"]
    assert (kept["changes"], kept["reason"]) == (NOTED["changes"], NOTED["reason"])
    replay = await toyland.caller.post(corrections(invoice), NOTED, key="once")
    assert (replay.content, replay.headers["idempotent-replayed"]) == (done.content, "true")
    assert replay.headers["etag"] == done.headers["etag"] == f'"{shown["version"]}"'
    problem(await toyland.caller.post(corrections(invoice), {"option": "credit_note"}, key="once"), 422)


async def test_it_goes_on_with_what_was_corrected_before(toyland: Toyland) -> None:
    invoice = await registered(toyland)
    await again(toyland, invoice)
    await toyland.work()
    shown = await again(toyland, invoice, NOTED | {"changes": {"note": None}})
    assert shown["note"] is None
    await toyland.work()
    assert [one["state"] for one in (await toyland.read(invoice))["submissions"]] == ["accepted"] * 3


async def test_nothing_else_may_change(toyland: Toyland) -> None:
    invoice = await registered(toyland)
    wrong = {
        "lines": [{"description": "Another", "unit_price": "1", "taxes": []}],
        "customer": {"name": "Another child"},
        "series": "B",
    }
    for name, value in wrong.items():
        found = problem(
            await toyland.caller.post(corrections(invoice), NOTED | {"changes": {name: value}}), 422, "not_editable"
        )
        assert all(str(one).startswith(f"/changes/{name}") for one in pointers(found)), found
    evil = await toyland.caller.post(corrections(invoice), NOTED | {"changes": {"note": "evil"}})
    assert [one["rule"] for one in problem(evil, 422, "validation_failed")["findings"]] == ["TOY-3"]
    assert len((await toyland.read(invoice))["submissions"]) == 1
    same = await toyland.caller.post(corrections(invoice), {"option": "record_again"})
    assert pointers(problem(same, 422, "nothing_changed")) == ["/changes"]
    assert await toyland.house.value("SELECT max(sequence) FROM gateway.link") == 1


async def test_what_changed_elsewhere_does_not_slip_in(toyland: Toyland) -> None:
    """Neither the customer's new name nor the issuer's new default taxes: the record is about what was issued."""
    issuer = await toyland.caller.toy_issuer(default_taxes=[{"tax": "VAT", "category": "S", "percent": "21"}])
    customer = (await toyland.caller.made("/v1/customers", {"name": "Child", "address": {"country": "AQ"}}))["id"]
    line = {"description": "Pro plan, June", "unit_price": "49.00"}
    invoice = await toyland.caller.toy_issued(issuer, customer=customer, lines=[line])
    await toyland.work()
    taxes = [{"tax": "VAT", "category": "S", "percent": "7"}]
    assert (await toyland.caller.patch(f"/v1/issuers/{issuer}", {"default_taxes": taxes})).status_code == 200
    assert (await toyland.caller.patch(f"/v1/customers/{customer}", {"name": "Grown up"})).status_code == 200
    shown = await again(toyland, invoice)
    assert (shown["totals"], shown["customer"]) == (invoice["totals"], customer)
    record = (await toyland.caller.get(f"/v1/invoices/{invoice['id']}/documents/toyland-2-record.json")).json()
    assert record["customer"] == "Child"


async def test_another_issuer_is_another_invoice(toyland: Toyland) -> None:
    invoice = await registered(toyland)
    changed = await toyland.caller.patch(f"/v1/issuers/{invoice['issuer']}", {"name": "Other Toys Ltd"})
    assert changed.status_code == 200
    refused = problem(await toyland.caller.post(corrections(invoice), NOTED), 422, "not_editable")
    assert pointers(refused) == ["/changes/issuer/name"]


async def test_the_day_of_issue_stays(toyland: Toyland) -> None:
    invoice = await registered(toyland)
    await toyland.days(40)
    await again(toyland, invoice)
    record = (await toyland.caller.get(f"/v1/invoices/{invoice['id']}/documents/toyland-2-record.json")).json()
    first = (await toyland.caller.get(f"/v1/invoices/{invoice['id']}/documents/toyland-record.json")).json()
    assert record["date"] == first["date"]


async def test_no_clock_puts_a_record_before_an_earlier_one(toyland: Toyland) -> None:
    """Another process, whose clock goes behind, and another chain, which knows nothing of the first record."""
    invoice = await registered(toyland)
    toyland.house.clock.pass_by(hours=-1)
    till = {"settings": {"toyland": {"installation": "2"}}}
    assert (await toyland.caller.patch(f"/v1/issuers/{invoice['issuer']}", till)).status_code == 200
    await again(toyland, invoice)
    shown = await toyland.read(invoice)
    assert [one["instruction"] for one in shown["submissions"]] == ["issue", "correct"]
    turns = "SELECT array_agg(position ORDER BY id) FROM gateway.submission"
    first, second = await toyland.house.value(turns)
    assert first < second


async def test_one_after_the_other(toyland: Toyland) -> None:
    invoice = await toyland.issued()
    problem(await toyland.caller.post(corrections(invoice), NOTED), 409, "submission_in_progress")
    await toyland.work()
    answers = await asyncio.gather(*(toyland.caller.post(corrections(invoice), NOTED) for _ in range(3)))
    assert sorted(one.status_code for one in answers) == [200, 409, 409], [one.text for one in answers]
    assert {one.json().get("code") for one in answers} <= {None, "version_conflict", "submission_in_progress"}
    assert len((await toyland.read(invoice))["submissions"]) == 2


async def test_what_has_a_case_is_mended_there(toyland: Toyland) -> None:
    invoice = await registered(toyland, "T-CORRECT")
    (case,) = (await toyland.caller.get("/v1/cases", invoice=invoice["id"])).json()["data"]
    refused = problem(await toyland.caller.post(corrections(invoice), NOTED), 409, "correct_by_case")
    assert refused["link"] == f"/v1/cases/{case['id']}/resubmit"
    resolved = await toyland.caller.post(f"/v1/cases/{case['id']}/resolve", {"reason": "Later"})
    assert resolved.status_code == 200, resolved.text
    shown = await again(toyland, invoice, NOTED | {"changes": {"extensions": {"toyland": {"ask_for": None}}}})
    assert [one["state"] for one in shown["submissions"]] == ["superseded", "queued"]
    assert shown["submissions"] == (await toyland.read(invoice))["submissions"]
    await toyland.work()
    assert [one["state"] for one in (await toyland.read(invoice))["submissions"]] == ["superseded", "accepted"]


async def test_what_is_sealed_needs_the_right_to_finalize(toyland: Toyland) -> None:
    invoice = await registered(toyland)
    scopes = frozenset({"invoices:write", "invoices:read"})
    weak = await toyland.house.caller(toyland.caller.tenant, scopes=scopes)
    problem(await weak.post(corrections(invoice), NOTED), 403)
    drafted = await weak.post(corrections(invoice), {"option": "credit_note"})
    assert drafted.status_code == 201


async def cancelled(toyland: Toyland, *, paid: bool = False, **more: object) -> Json:
    invoice = await registered(toyland, "cancel-at-once", **more)
    if paid:
        payment = {
            "issuer": invoice["issuer"],
            "paid_at": invoice["finalized_at"],
            "currency": "EUR",
            "amount": invoice["totals"]["payable"],
            "allocations": [{"invoice": invoice["id"], "amount": invoice["totals"]["payable"]}],
        }
        await toyland.caller.made("/v1/payments", payment)
    wish = {"option": "cancel_never", "confirm": ["never_happened"]}
    answer = await toyland.caller.post(f"/v1/invoices/{invoice['id']}/cancel", wish)
    assert answer.status_code == 200, answer.text
    await toyland.work()
    gone = await toyland.read(invoice)
    assert (gone["status"], gone["submissions"][0]["standing"]) == ("void", "cancelled")
    return gone


@pytest.mark.parametrize("state", ["open", "paid"])
async def test_the_same_words_bring_a_cancelled_invoice_back(toyland: Toyland, state: str) -> None:
    invoice = await cancelled(toyland, paid=state == "paid")
    (option,) = (await toyland.caller.get(corrections(invoice))).json()
    shown = await again(toyland, invoice, {"option": option["option"]})
    assert (shown["status"], shown["submissions"][-1]["instruction"]) == ("void", "correct")
    await toyland.work()
    after = await toyland.read(invoice)
    assert (after["status"], after["submissions"][-1]["standing"]) == (state, "registered")
    assert after["version"] == shown["version"] + 1
    assert {"standing.registered", "invoice.updated"} == set((await toyland.told())[-2:])
    once_more = {"option": "cancel_never", "confirm": ["never_happened"]}
    answer = await toyland.caller.post(f"/v1/invoices/{invoice['id']}/cancel", once_more)
    assert answer.status_code == 200, answer.text


async def test_what_has_taken_its_place_keeps_it_cancelled(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    invoice = await cancelled(toyland, issuer=issuer, source_ref="order:7")
    other = await toyland.caller.toy_issued(issuer, source_ref="order:7")
    answer = await toyland.caller.post(corrections(invoice), {"option": "record_again"})
    refused = problem(answer, 409, "duplicate_business_event")
    assert refused["link"] == f"/v1/invoices/{other['id']}"


async def test_a_document_begins_with_its_presets_and_names_what_is_meant(toyland: Toyland) -> None:
    invoice = await registered(toyland)
    note = await toyland.caller.made(corrections(invoice), {"option": "credit_note"})
    assert note["note"] == "Given back"
    own = await toyland.caller.made(corrections(invoice), {"option": "credit_note", "changes": {"note": "Broken"}})
    assert own["note"] == "Broken"
    assert (await toyland.caller.post(f"/v1/invoices/{note['id']}/finalize")).status_code == 200
    await toyland.work()
    wish = {"option": "note_anew", "jurisdiction": "toyland"}
    unsure = problem(await toyland.caller.post(corrections(note), wish), 422, "validation_failed")
    (finding,) = unsure["findings"]
    assert (finding["rule"], finding["pointer"], finding["expected"]) == ("GW-CONFIRM", "/confirm", "sent_back")
    anew = await toyland.caller.made(corrections(note), wish | {"confirm": ["sent_back"]})
    assert anew["references"]["preceding"][0]["invoice"] == invoice["id"]
    assert anew["note"] == "In place of the one before"
    nowhere = await toyland.caller.post(corrections(note), wish | {"jurisdiction": "atlantis"})
    problem(nowhere, 422, "correction_not_available")


async def test_a_cancellation_wants_its_cause_confirmed(toyland: Toyland) -> None:
    invoice = await registered(toyland)
    path = f"/v1/invoices/{invoice['id']}/cancel"
    for confirm in ([], ["something_else"]):
        unsure = problem(await toyland.caller.post(path, {"option": "cancel_never", "confirm": confirm}), 422)
        assert [(one["rule"], one["pointer"]) for one in unsure["findings"]] == [("GW-CONFIRM", "/confirm")]
    wish = {"option": "cancel_never", "confirm": ["never_happened", "something_else"]}
    assert (await toyland.caller.post(path, wish)).status_code == 200
    record = (await toyland.caller.get(f"/v1/invoices/{invoice['id']}/documents/toyland-2-record.json")).json()
    assert record["confirmed"] == ["never_happened"]
