"""Receipts of payment through the whole life: issued, sent, refused and mended, cancelled; in the toy's law."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from gateway.intake import resubmission
from gateway.intake.receipts import payments_of
from gateway.intake.signers import signers
from gateway.store import invoices
from gateway.store.pool import Store
from tests.gateway.api.caller import TOY_LINE, Json, problem
from tests.gateway.toyland import Toyland
from tests.jurisdictions.toyland.codelists import AT_ONCE


def line(price: str) -> Json:
    return {**TOY_LINE, "unit_price": price, "taxes": [{"category": "Z", "percent": "0"}]}


async def in_instalments(toyland: Toyland, issuer: str, price: str = "900.00", **more: Any) -> Json:
    """An invoice whose payments want receipts; registered once the worker has worked."""
    extensions = {"toyland": {"instalments": True}}
    return await toyland.caller.toy_issued(issuer, lines=[line(price)], extensions=extensions, **more)


def paying(toyland: Toyland, issuer: str, *shares: tuple[Json, str], **more: Any) -> Json:
    rows = [{"invoice": invoice["id"], "amount": share} for invoice, share in shares]
    whole = f"{sum(float(share) for _, share in shares):.2f}"
    at = toyland.house.clock().isoformat()
    body = {"issuer": issuer, "paid_at": at, "currency": "EUR", "amount": whole, "allocations": rows}
    return body | more


async def pay(toyland: Toyland, body: Json) -> Json:
    answer = await toyland.caller.post("/v1/payments", body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def record_of(toyland: Toyland, receipt: Json, name: str = "toyland-record.json") -> Json:
    return dict((await toyland.caller.get(f"/v1/invoices/{receipt['id']}/documents/{name}")).json())


class _Actor:
    environment = "test"

    def __init__(self, tenant: UUID) -> None:
        self.tenant = tenant


async def test_an_invoice_is_paid_in_three_instalments(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    invoice = await in_instalments(toyland, issuer)
    await toyland.work()
    seen = []
    for _ in range(3):
        payment = await pay(toyland, paying(toyland, issuer, (invoice, "300.00")))
        (share,) = payment["allocations"]
        seen.append((share["installment"], share["balance_before"], share["balance_after"]))
    assert seen == [(1, "900.00", "600.00"), (2, "600.00", "300.00"), (3, "300.00", "0.00")]
    assert (await toyland.read(invoice))["status"] == "paid"
    await toyland.work()
    receipt = await toyland.read({"id": payment["receipt"]})
    assert (receipt["kind"], receipt["number"], receipt["status"]) == ("receipt", "P-3", "open")
    assert receipt["totals"]["payable"] == "0.00"
    (submission,) = receipt["submissions"]
    assert (submission["instruction"], submission["state"], submission["standing"]) == (
        "receipt",
        "accepted",
        "registered",
    )
    (of_it,) = (await record_of(toyland, receipt))["payment"]["of"]
    authority_id = (await toyland.read(invoice))["submissions"][0]["authority_id"]
    assert of_it == {
        "receipt": authority_id,
        "instalment": 3,
        "paid": "300.00 EUR",
        "rate": None,
        "before": "300.00",
        "after": "0.00",
    }
    trace = (await toyland.caller.get(f"/v1/invoices/{invoice['id']}/trace")).json()
    assert [(one["installment"], one["amount"], one["live"]) for one in trace["payments"]] == [
        (1, "300.00", True),
        (2, "300.00", True),
        (3, "300.00", True),
    ]
    of_the_receipt = (await toyland.caller.get(f"/v1/invoices/{receipt['id']}/trace")).json()["payments"]
    assert [one["payment"] for one in of_the_receipt] == [trace["payments"][2]["payment"]]
    told = await toyland.told()
    assert told.count("invoice.paid") == 1
    assert told.count("invoice.finalized") == 4
    listed = (await toyland.caller.get("/v1/invoices")).json()["data"]
    assert [one["kind"] for one in listed] == ["invoice"]
    receipts = (await toyland.caller.get("/v1/invoices", kind="receipt")).json()["data"]
    assert [one["number"] for one in receipts] == ["P-3", "P-2", "P-1"]


async def test_a_receipt_names_the_invoice_as_the_authority_does(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    invoice = await in_instalments(toyland, issuer)
    body = paying(toyland, issuer, (invoice, "900.00"))
    refused = problem(await toyland.caller.post("/v1/payments", body, key="too-early"), 422, "validation_failed")
    assert [one["rule"] for one in refused["findings"]] == ["GW-PAYMENT-UNREGISTERED"]
    await toyland.work()
    assert (await toyland.caller.post("/v1/payments", body, key="too-early")).status_code == 201


async def test_one_payment_pays_two_invoices_in_other_currencies(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    pesos = await in_instalments(toyland, issuer, "2000.00", currency="MXN")
    dollars = await in_instalments(toyland, issuer, "50.00", currency="USD")
    await toyland.work()
    body = paying(toyland, issuer, (pesos, "2000.00"), (dollars, "25.00"), amount="125.00", currency="USD")
    body["allocations"][0]["rate"] = "20"
    body["series"] = "REC"
    payment = await pay(toyland, body)
    assert payment["findings"] == []
    receipt = await toyland.read({"id": payment["receipt"]})
    assert (receipt["number"], receipt["currency"]) == ("REC-1", "USD")
    told = (await record_of(toyland, receipt))["payment"]
    assert told["amount"] == "125.00 USD"
    assert [(one["paid"], one["rate"], one["after"]) for one in told["of"]] == [
        ("2000.00 MXN", "20", "0.00"),
        ("25.00 USD", None, "25.00"),
    ]
    assert [(await toyland.read(one))["status"] for one in (pesos, dollars)] == ["paid", "open"]
    rest = await pay(
        toyland,
        paying(toyland, issuer, (dollars, "25.00"), amount="500.00", currency="MXN")
        | {"allocations": [{"invoice": dollars["id"], "amount": "25.00", "rate": "0.05"}]},
    )
    assert rest["allocations"][0]["installment"] == 2
    assert (await toyland.read(dollars))["status"] == "paid"


async def test_what_the_law_refuses_of_a_payment_uses_no_number(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    invoice, at_once = await in_instalments(toyland, issuer), await toyland.caller.toy_issued(issuer)
    await toyland.work()
    cash = paying(toyland, issuer, (invoice, "10.00"), (at_once, "1.00"), means="10")
    refused = problem(await toyland.caller.post("/v1/payments", cash), 422, "validation_failed")
    assert {(one["rule"], one["pointer"]) for one in refused["findings"]} == {
        ("TOY-6", "/extensions/toyland/teller"),
        ("TOY-7", "/allocations/1/invoice"),
    }
    wrong = paying(toyland, issuer, (invoice, "10.00"), extensions={"toyland": {"tellr": "Jo"}})
    found = problem(await toyland.caller.post("/v1/payments", wrong), 422)["findings"]
    assert [one["rule"] for one in found] == ["GW-EXTENSION"]
    told = paying(toyland, issuer, (invoice, "10.00"), means="10", extensions={"toyland": {"teller": "Jo"}})
    payment = await pay(toyland, told)
    receipt = await toyland.read({"id": payment["receipt"]})
    assert receipt["number"] == "P-1"
    assert (await record_of(toyland, receipt))["payment"]["teller"] == "Jo"
    check = (await toyland.caller.post(f"/v1/invoices/{receipt['id']}/check")).json()
    assert (check["findings"], [one["jurisdiction"] for one in check["routes"]]) == ([], ["toyland"])


async def test_a_refused_receipt_is_mended_and_its_balances_stay(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    invoice = await in_instalments(toyland, issuer)
    await toyland.work()
    ask = {"toyland": {"ask_for": "T-DATA"}}
    payment = await pay(toyland, paying(toyland, issuer, (invoice, "300.00"), extensions=ask))
    await toyland.work()
    await pay(toyland, paying(toyland, issuer, (invoice, "300.00")))
    (case,) = (await toyland.caller.get("/v1/cases", invoice=payment["receipt"])).json()["data"]
    mended = {"changes": {"extensions": {"toyland": {"ask_for": None, "teller": "Jo"}}}}
    done = await toyland.caller.post(f"/v1/cases/{case['id']}/resubmit", mended)
    assert done.status_code == 200, done.text
    await toyland.work()
    receipt = await toyland.read({"id": payment["receipt"]})
    assert [one["state"] for one in receipt["submissions"]] == ["superseded", "accepted"]
    again = await record_of(toyland, receipt, "toyland-2-record.json")
    assert (again["payment"]["teller"], again["number"]) == ("Jo", "P-1")
    (of_it,) = again["payment"]["of"]
    assert (of_it["instalment"], of_it["before"], of_it["after"]) == (1, "900.00", "600.00")


async def test_a_refused_receipt_of_a_payment_that_was_replaced_stays_refused(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    invoice = await in_instalments(toyland, issuer)
    await toyland.work()
    ask = {"toyland": {"ask_for": "T-DATA"}}
    former = await pay(toyland, paying(toyland, issuer, (invoice, "300.00"), extensions=ask))
    await toyland.work()
    payment = await pay(toyland, paying(toyland, issuer, (invoice, "200.00"), replaces=former["id"]))
    assert payment["allocations"][0]["balance_before"] == "900.00"
    (case,) = (await toyland.caller.get("/v1/cases", invoice=former["receipt"])).json()["data"]
    mended = {"changes": {"extensions": {"toyland": {"ask_for": None}}}}
    again = await toyland.caller.post(f"/v1/cases/{case['id']}/resubmit", mended)
    assert [one["rule"] for one in problem(again, 422)["findings"]] == ["GW-KIND"]


async def test_a_refused_receipt_is_not_mended_while_its_payment_is_replaced(
    toyland: Toyland, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer = await toyland.caller.toy_issuer()
    invoice = await in_instalments(toyland, issuer)
    await toyland.work()
    ask = {"toyland": {"ask_for": "T-DATA"}}
    former = await pay(toyland, paying(toyland, issuer, (invoice, "300.00"), extensions=ask))
    await toyland.work()
    (case,) = (await toyland.caller.get("/v1/cases", invoice=former["receipt"])).json()["data"]

    async def meanwhile(*arguments: Any) -> Any:
        await pay(toyland, paying(toyland, issuer, (invoice, "200.00"), replaces=former["id"]))
        return await signers(*arguments)

    monkeypatch.setattr(resubmission, "signers", meanwhile)
    mended = {"changes": {"extensions": {"toyland": {"ask_for": None}}}}
    problem(await toyland.caller.post(f"/v1/cases/{case['id']}/resubmit", mended), 409, "version_conflict")
    await toyland.work()
    assert [one["state"] for one in (await toyland.read({"id": former["receipt"]}))["submissions"]] == ["rejected"]


async def test_a_refused_receipt_does_not_go_out_again_for_a_payment_that_was_replaced(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    invoice = await in_instalments(toyland, issuer)
    await toyland.work()
    ask = {"toyland": {"ask_for": "T-OUTSIDE"}}
    former, other = [await pay(toyland, paying(toyland, issuer, (invoice, "300.00"), extensions=ask)) for _ in range(2)]
    await toyland.work()
    await pay(toyland, paying(toyland, issuer, (invoice, "200.00"), replaces=former["id"]))
    answers = []
    for payment in (former, other):
        (case,) = (await toyland.caller.get("/v1/cases", invoice=payment["receipt"])).json()["data"]
        answers.append(await toyland.caller.post(f"/v1/cases/{case['id']}/resubmit", {}))
    problem(answers[0], 422, "payment_replaced")
    assert answers[1].status_code == 200, answers[1].text
    await toyland.work()
    last = [(await toyland.read({"id": one["receipt"]}))["submissions"][-1]["state"] for one in (former, other)]
    assert last == ["rejected", "accepted"]
    # What ends a receipt goes out all the more.
    place = await pay(toyland, paying(toyland, issuer, (invoice, "300.00"), replaces=other["id"]))
    await toyland.work()
    wish = {"option": "cancel_replaced", "replacement": place["receipt"]}
    assert (await toyland.caller.post(f"/v1/invoices/{other['receipt']}/cancel", wish)).status_code == 200
    await toyland.work()
    (case,) = (await toyland.caller.get("/v1/cases", invoice=other["receipt"], state="open")).json()["data"]
    again = await toyland.caller.post(f"/v1/cases/{case['id']}/resubmit", {})
    assert again.status_code == 200, again.text


async def test_a_refused_receipt_is_not_mended_once_its_invoice_is_cancelled(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    invoice = await in_instalments(toyland, issuer)
    await toyland.work()
    cases = []
    for code in ("T-DATA", "T-OUTSIDE"):
        ask = {"toyland": {"ask_for": code}}
        payment = await pay(toyland, paying(toyland, issuer, (invoice, "300.00"), extensions=ask))
        await toyland.work()
        cases += (await toyland.caller.get("/v1/cases", invoice=payment["receipt"])).json()["data"]
    await toyland.house.execute("UPDATE gateway.standing SET state = 'cancel_pending'")
    mended = {"changes": {"extensions": {"toyland": {"ask_for": None}}}}
    for case, body in zip(cases, (mended, {}), strict=True):
        answer = await toyland.caller.post(f"/v1/cases/{case['id']}/resubmit", body)
        assert [one["rule"] for one in problem(answer, 422)["findings"]] == ["GW-KIND"]


async def test_no_payment_is_replaced_while_its_receipt_is_on_its_way(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    invoice = await in_instalments(toyland, issuer)
    await toyland.work()
    former = await pay(toyland, paying(toyland, issuer, (invoice, "300.00")))
    body = paying(toyland, issuer, (invoice, "200.00"), replaces=former["id"])
    (found,) = problem(await toyland.caller.post("/v1/payments", body, key="wait"), 422)["findings"]
    assert (found["rule"], found["pointer"]) == ("GW-PAYMENT-REPLACES", "/replaces")
    await toyland.work()
    assert (await toyland.caller.post("/v1/payments", body, key="wait")).status_code == 201


async def test_what_was_replaced_does_not_come_back(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    wrong, right = await in_instalments(toyland, issuer), await in_instalments(toyland, issuer)
    await toyland.work()
    former = await pay(toyland, paying(toyland, issuer, (wrong, "900.00"), source_ref="bank:1"))
    await toyland.work()
    ask = {"toyland": {"ask_for": AT_ONCE}}
    place: Json = {"replaces": former["id"], "source_ref": "bank:1"}
    payment = await pay(toyland, paying(toyland, issuer, (right, "900.00"), extensions=ask, **place))
    await toyland.work()
    await pay(toyland, paying(toyland, issuer, (wrong, "900.00"), source_ref="bank:2"))
    await toyland.work()
    cancelled = await toyland.caller.post(f"/v1/invoices/{payment['receipt']}/cancel", {"option": "cancel"})
    assert cancelled.status_code == 200, cancelled.text
    await toyland.work()
    trace = (await toyland.caller.get(f"/v1/invoices/{wrong['id']}/trace")).json()["payments"]
    assert [(one["amount"], one["live"]) for one in trace] == [("900.00", False), ("900.00", True)]
    assert [(await toyland.read(one))["status"] for one in (wrong, right)] == ["paid", "open"]
    again = await pay(toyland, paying(toyland, issuer, (right, "900.00"), **place))
    assert again["allocations"][0]["balance_before"] == "900.00"


async def test_a_receipt_of_a_hundred_invoices_takes_another_s_place(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    invoices = [await in_instalments(toyland, issuer, "2.00") for _ in range(100)]
    for _ in range(4):
        await toyland.work()
    former = await pay(toyland, paying(toyland, issuer, *((one, "1.00") for one in invoices)))
    await toyland.work()
    body = paying(toyland, issuer, *((one, "2.00") for one in invoices), replaces=former["id"])
    payment = await pay(toyland, body)
    receipt = await toyland.read({"id": payment["receipt"]})
    named = [one["invoice"] for one in receipt["references"]["preceding"]]
    assert (len(named), named[-1]) == (100, former["receipt"])
    assert (await toyland.read(invoices[-1]))["status"] == "paid"


async def test_a_cancelled_receipt_opens_what_it_had_paid(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    invoice = await in_instalments(toyland, issuer)
    await toyland.work()
    ask = {"toyland": {"ask_for": AT_ONCE}}
    body = paying(toyland, issuer, (invoice, "900.00"), extensions=ask, source_ref="bank:1")
    payment = await pay(toyland, body)
    await toyland.work()
    cancelled = await toyland.caller.post(f"/v1/invoices/{payment['receipt']}/cancel", {"option": "cancel"})
    assert cancelled.status_code == 200, cancelled.text
    await toyland.work()
    receipt = await toyland.read({"id": payment["receipt"]})
    assert (receipt["status"], receipt["submissions"][-1]["standing"]) == ("void", "cancelled")
    assert (await toyland.read(invoice))["status"] == "open"
    gone = (await toyland.caller.get(f"/v1/payments/{payment['id']}")).json()
    assert (gone["state"], gone["version"], gone["allocations"][0]["live"]) == ("voided", 2, False)
    again = await pay(toyland, body | {"extensions": {}})
    assert (again["allocations"][0]["installment"], again["allocations"][0]["balance_before"]) == (1, "900.00")


async def test_a_replaced_payment_s_receipt_goes_without_opening_the_invoice(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    invoice = await in_instalments(toyland, issuer)
    await toyland.work()
    ask = {"toyland": {"ask_for": AT_ONCE}}
    body = paying(toyland, issuer, (invoice, "900.00"), source_ref="bank:1")
    former = await pay(toyland, body | {"extensions": ask})
    await toyland.work()
    payment = await pay(toyland, body | {"replaces": former["id"]})
    await toyland.work()
    place = {"option": "cancel_replaced", "replacement": payment["receipt"]}
    cancelled = await toyland.caller.post(f"/v1/invoices/{former['receipt']}/cancel", place)
    assert cancelled.status_code == 200, cancelled.text
    await toyland.work()
    assert (await toyland.read({"id": former["receipt"]}))["status"] == "void"
    assert (await toyland.read(invoice))["status"] == "paid"
    again = paying(toyland, issuer, (invoice, "900.00"), source_ref="bank:1")
    known = problem(await toyland.caller.post("/v1/payments", again), 409, "duplicate_business_event")
    assert known["link"] == f"/v1/payments/{payment['id']}"


async def test_a_receipt_keeps_its_payment_for_whoever_seals_about_it_again(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    invoice = await in_instalments(toyland, issuer)
    await toyland.work()
    payment = await pay(toyland, paying(toyland, issuer, (invoice, "300.00"), reference="T 1"))
    store: Store = toyland.house.store
    actor = _Actor(toyland.caller.tenant)
    async with store.tenant(actor.tenant, "test") as connection:
        known = toyland.house.jurisdictions
        told = await payments_of(connection, actor, known, UUID(payment["receipt"][4:]))  # type: ignore[arg-type]
        nothing = await payments_of(connection, actor, known, UUID(invoice["id"][4:]))  # type: ignore[arg-type]
    assert nothing == {}
    assert (list(told), told["toyland"].reference) == (["toyland"], "T 1")
    (share,) = told["toyland"].allocations
    assert (share.installment, str(share.balance_after)) == (1, "600.00")


async def test_payments_at_once_never_pay_more_than_was_asked(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    one, other = await in_instalments(toyland, issuer), await in_instalments(toyland, issuer)
    await toyland.work()
    there = paying(toyland, issuer, (one, "300.00"), (other, "300.00"))
    back = paying(toyland, issuer, (other, "300.00"), (one, "300.00"))
    answers = await asyncio.gather(
        *(toyland.caller.post("/v1/payments", body) for body in (there, back, there, back, there, back))
    )
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [422] * 3
    refused = [answer.json() for answer in answers if answer.status_code == 422]
    assert {finding["rule"] for body in refused for finding in body["findings"]} == {"GW-PAYMENT-BALANCE"}
    instalments = [
        (share["invoice"], share["installment"])
        for answer in answers
        if answer.status_code == 201
        for share in answer.json()["allocations"]
    ]
    assert sorted(instalments) == sorted((invoice["id"], n) for invoice in (one, other) for n in (1, 2, 3))
    receipts = (await toyland.caller.get("/v1/invoices", kind="receipt")).json()["data"]
    assert [receipt["number"] for receipt in receipts] == ["P-3", "P-2", "P-1"]
    await toyland.work()
    assert [(await toyland.read(invoice))["status"] for invoice in (one, other)] == ["paid", "paid"]


async def test_a_receipt_that_cannot_be_written_leaves_nothing(
    toyland: Toyland, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer = await toyland.caller.toy_issuer()
    invoice = await in_instalments(toyland, issuer)
    await toyland.work()
    body = paying(toyland, issuer, (invoice, "900.00"))

    async def crash(*_: object) -> None:
        raise RuntimeError("the power is gone")

    with monkeypatch.context() as patched:
        patched.setattr(invoices, "seal_close", crash)
        assert (await toyland.caller.post("/v1/payments", body, key="k")).status_code == 500
    assert (await toyland.read(invoice))["status"] == "open"
    assert (await toyland.caller.get("/v1/payments")).json()["data"] == []
    assert (await toyland.caller.get("/v1/invoices", kind="receipt")).json()["data"] == []
    done = await toyland.caller.post("/v1/payments", body, key="k")
    assert done.status_code == 201
    assert (await toyland.read({"id": done.json()["receipt"]}))["number"] == "P-1"


async def test_an_invoice_that_is_being_cancelled_is_not_paid(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    invoice = await in_instalments(toyland, issuer)
    await toyland.work()
    asked = await toyland.caller.post(f"/v1/invoices/{invoice['id']}/cancel", {"option": "cancel"})
    assert asked.status_code == 200, asked.text
    body = paying(toyland, issuer, (invoice, "1.00"))
    found = problem(await toyland.caller.post("/v1/payments", body), 422)["findings"]
    assert [one["rule"] for one in found] == ["GW-PAYMENT-STATE"]
