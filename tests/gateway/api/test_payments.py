"""Payments over HTTP: what is paid, what stays, and what is refused."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from gateway.actor import Scope
from tests.gateway.api.caller import TOY_LINE, Caller, House, Json, pointers, problem

HUNDRED: dict[str, Any] = {
    "lines": [{**TOY_LINE, "unit_price": "100.00", "taxes": [{"category": "Z", "percent": "0"}]}]
}


def paying(issuer: str, *shares: tuple[Json, str], amount: str | None = None, **more: Any) -> Json:
    """A payment of these invoices, in euros unless told otherwise."""
    whole = amount or str(sum(float(share) for _, share in shares))
    rows = [{"invoice": invoice["id"], "amount": share} for invoice, share in shares]
    body = {
        "issuer": issuer,
        "paid_at": "2026-11-20T11:00:00Z",
        "currency": "EUR",
        "amount": whole,
        "allocations": rows,
    }
    return body | more


def rules(body: Json) -> list[str]:
    return [finding["rule"] for finding in body["findings"]]


@pytest.fixture
async def issuer(caller: Caller) -> str:
    return await caller.toy_issuer()


async def read(caller: Caller, invoice: Json) -> Json:
    return dict((await caller.get(f"/v1/invoices/{invoice['id']}")).json())


async def test_an_invoice_is_paid_in_two_parts(caller: Caller, issuer: str) -> None:
    invoice = await caller.toy_issued(issuer, **HUNDRED)
    first = await caller.post("/v1/payments", paying(issuer, (invoice, "40.00")))
    assert first.status_code == 201, first.text
    made = first.json()
    assert first.headers["location"] == f"/v1/payments/{made['id']}"
    assert (made["state"], made["version"], made["receipt"], made["findings"]) == ("recorded", 1, None, [])
    (share,) = made["allocations"]
    assert (share["balance_before"], share["balance_after"]) == ("100.00", "60.00")
    assert (share["installment"], share["live"]) == (None, True)
    assert (await read(caller, invoice))["status"] == "open"
    second = (await caller.post("/v1/payments", paying(issuer, (invoice, "60.00")))).json()
    assert second["allocations"][0]["balance_after"] == "0.00"
    paid = await read(caller, invoice)
    assert (paid["status"], paid["version"]) == ("paid", 4)
    assert (await caller.get(f"/v1/payments/{made['id']}")).json() == made
    of_it = (await caller.get("/v1/payments", invoice=invoice["id"])).json()["data"]
    assert [one["id"] for one in of_it] == [second["id"], made["id"]]
    assert (await caller.get("/v1/payments", issuer=issuer, limit=1)).json()["next_cursor"]


async def test_a_replay_is_the_same_to_the_byte(caller: Caller, issuer: str) -> None:
    invoice = await caller.toy_issued(issuer, **HUNDRED)
    body = paying(issuer, (invoice, "100.00"))
    first = await caller.post("/v1/payments", body, key="paid-once")
    again = await caller.post("/v1/payments", body, key="paid-once")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    problem(await caller.post("/v1/payments", body | {"amount": "101.00"}, key="paid-once"), 422)
    missing = await caller.send("POST", "/v1/payments", json=body)
    problem(missing, 400, "idempotency_key_missing")


async def test_money_that_came_once_is_recorded_once(caller: Caller, issuer: str) -> None:
    invoice = await caller.toy_issued(issuer, **HUNDRED)
    body = paying(issuer, (invoice, "10.00"), source_ref="bank:4711")
    made = (await caller.post("/v1/payments", body)).json()
    refused = problem(await caller.post("/v1/payments", body), 409, "duplicate_business_event")
    assert refused["link"] == f"/v1/payments/{made['id']}"


async def test_what_is_refused_records_nothing_and_tells_all_at_once(caller: Caller, issuer: str) -> None:
    invoice, draft = await caller.toy_issued(issuer, **HUNDRED), await caller.toy_draft(issuer)
    body = paying(issuer, (invoice, "100.01"), (draft, "1.005"), amount="0", paid_at="2026-11-22T12:00:00Z")
    body["allocations"].append({"invoice": "inv_" + "0" * 32, "amount": "1"})
    body["allocations"].append({"invoice": invoice["id"], "amount": "1"})
    found = problem(await caller.post("/v1/payments", body, key="mend-me"), 422, "validation_failed")
    assert set(rules(found)) == {
        "GW-PAYMENT-AMOUNT",
        "GW-PAYMENT-TIME",
        "GW-PAYMENT-BALANCE",
        "GW-PAYMENT-STATE",
        "GW-UNKNOWN-ID",
        "GW-PAYMENT-TWICE",
        "GW-PAYMENT-SUM",
    }
    assert {"/allocations/0/amount", "/allocations/1/amount", "/allocations/1/invoice", "/paid_at"} <= set(
        pointers(found)
    )
    assert (await caller.get("/v1/payments")).json()["data"] == []
    mended = await caller.post("/v1/payments", paying(issuer, (invoice, "100.00")), key="mend-me")
    assert mended.status_code == 201


async def test_an_invoice_named_in_two_ways_is_paid_once(caller: Caller, issuer: str) -> None:
    invoice = await caller.toy_issued(issuer, **HUNDRED)
    shouted = invoice | {"id": "inv_" + invoice["id"][4:].upper()}
    body = paying(issuer, (invoice, "100.00"), (shouted, "100.00"))
    found = problem(await caller.post("/v1/payments", body), 422)["findings"]
    assert [(one["rule"], one["pointer"]) for one in found] == [("GW-PAYMENT-TWICE", "/allocations/1/invoice")]
    assert (await caller.post("/v1/payments", paying(issuer, (shouted, "100.00")))).status_code == 201
    assert (await read(caller, invoice))["status"] == "paid"


async def test_a_credit_note_and_a_stranger_s_invoice_are_not_paid(caller: Caller, issuer: str) -> None:
    invoice = await caller.toy_issued(issuer, **HUNDRED)
    note = await caller.toy_issued(
        issuer, kind="credit_note", references={"preceding": [{"invoice": invoice["id"]}]}, **HUNDRED
    )
    other = await caller.toy_issued(**HUNDRED)
    body = paying(issuer, (note, "10.00"), (other, "10.00"))
    found = problem(await caller.post("/v1/payments", body), 422)
    assert rules(found) == ["GW-PAYMENT-KIND", "GW-PAYMENT-ISSUER"]


async def test_one_payment_is_one_customer_s(caller: Caller, issuer: str) -> None:
    mine = await caller.toy_issued(issuer, **HUNDRED)
    other = await caller.toy_issued(issuer, customer={"name": "Neighbour", "address": {"country": "AQ"}}, **HUNDRED)
    body = paying(issuer, (mine, "10.00"), (other, "10.00"))
    (found,) = problem(await caller.post("/v1/payments", body), 422)["findings"]
    assert (found["rule"], found["pointer"]) == ("GW-PAYMENT-CUSTOMER", "/allocations/1/invoice")


async def test_other_currencies_need_their_rate(caller: Caller, issuer: str) -> None:
    dollars = await caller.toy_issued(issuer, currency="USD", **HUNDRED)
    body = paying(issuer, (dollars, "100.00"), amount="2000.00", currency="MXN")
    assert rules(problem(await caller.post("/v1/payments", body), 422)) == ["GW-PAYMENT-RATE"]
    body["allocations"][0]["rate"] = "0.05"
    made = (await caller.post("/v1/payments", body)).json()
    assert (made["allocations"][0]["rate"], made["findings"]) == ("0.05", [])
    assert (await read(caller, dollars))["status"] == "paid"
    same = paying(issuer, (await caller.toy_issued(issuer, **HUNDRED), "1.00"))
    same["allocations"][0]["rate"] = "2"
    assert rules(problem(await caller.post("/v1/payments", same), 422)) == ["GW-PAYMENT-RATE"]


async def test_shares_are_summed_before_they_are_rounded(caller: Caller, issuer: str) -> None:
    line = {**HUNDRED["lines"][0], "unit_price": "20.10"}
    pesos = [await caller.toy_issued(issuer, currency="MXN", lines=[line]) for _ in range(2)]
    body = paying(issuer, *((one, "20.10") for one in pesos), amount="2.01", currency="USD")
    for one in body["allocations"]:
        one["rate"] = "20"  # 1.005 dollars each, and not 1.01
    made = await caller.post("/v1/payments", body)
    assert (made.status_code, made.json()["findings"]) == (201, []), made.text


async def test_a_rest_is_told_and_recorded(caller: Caller, issuer: str) -> None:
    invoice = await caller.toy_issued(issuer, **HUNDRED)
    made = (await caller.post("/v1/payments", paying(issuer, (invoice, "100.00"), amount="120.00"))).json()
    assert [(one["rule"], one["severity"]) for one in made["findings"]] == [("GW-PAYMENT-REST", "warning")]


async def test_a_payment_that_was_recorded_wrongly_is_replaced(caller: Caller, issuer: str) -> None:
    wrong, right = await caller.toy_issued(issuer, **HUNDRED), await caller.toy_issued(issuer, **HUNDRED)
    former = (await caller.post("/v1/payments", paying(issuer, (wrong, "100.00"), source_ref="bank:1"))).json()
    body = paying(issuer, (right, "100.00"), source_ref="bank:1", replaces=former["id"])
    made = await caller.post("/v1/payments", body)
    assert made.status_code == 201, made.text
    assert [(await read(caller, one))["status"] for one in (wrong, right)] == ["open", "paid"]
    assert (await caller.get(f"/v1/payments/{former['id']}")).json()["allocations"][0]["live"] is False
    problem(await caller.post("/v1/payments", body), 409, "duplicate_business_event")
    unknown = body | {"replaces": "pay_" + "0" * 32}
    assert rules(problem(await caller.post("/v1/payments", unknown), 422)) == ["GW-PAYMENT-REPLACES"]


async def test_a_replacement_is_no_way_to_record_other_money_twice(caller: Caller, issuer: str) -> None:
    invoice = await caller.toy_issued(issuer, **HUNDRED)
    former = (await caller.post("/v1/payments", paying(issuer, (invoice, "10.00"), source_ref="bank:1"))).json()
    other = (await caller.post("/v1/payments", paying(issuer, (invoice, "20.00"), source_ref="bank:2"))).json()
    body = paying(issuer, (invoice, "20.00"), source_ref="bank:2", replaces=former["id"])
    refused = problem(await caller.post("/v1/payments", body), 409, "duplicate_business_event")
    assert refused["link"] == f"/v1/payments/{other['id']}"
    second = (await caller.post("/v1/payments", body | {"source_ref": "bank:1"})).json()
    third = await caller.post("/v1/payments", body | {"source_ref": "bank:1", "replaces": second["id"]})
    assert third.status_code == 201, third.text


async def test_what_stays_paid_is_not_told_as_paid_again(house: House, caller: Caller, issuer: str) -> None:
    invoice = await caller.toy_issued(issuer, **HUNDRED)
    former = (await caller.post("/v1/payments", paying(issuer, (invoice, "100.00")))).json()
    again = await caller.post("/v1/payments", paying(issuer, (invoice, "100.00"), replaces=former["id"]))
    assert again.status_code == 201, again.text
    await house.execute("SELECT platform.sequence_committed()")
    told = [one["type"] for one in (await caller.get("/v1/events")).json()["data"]]
    assert told[-2:] == ["invoice.paid", "invoice.updated"]


async def test_tenants_issuers_and_scopes_are_kept_apart(house: House, caller: Caller, issuer: str) -> None:
    invoice = await caller.toy_issued(issuer, **HUNDRED)
    made = (await caller.post("/v1/payments", paying(issuer, (invoice, "1.00")))).json()
    stranger = await house.caller()
    problem(await stranger.get(f"/v1/payments/{made['id']}"), 404)
    problem(await stranger.post("/v1/payments", paying(issuer, (invoice, "1.00"))), 404)
    reader = await house.caller(caller.tenant, scopes=frozenset({Scope.PAYMENTS_READ}))
    assert (await reader.get(f"/v1/payments/{made['id']}")).json() == made
    problem(await reader.post("/v1/payments", paying(issuer, (invoice, "1.00"))), 403)
    limited = await house.caller(caller.tenant, issuers=[UUID((await caller.toy_issuer())[4:])])
    problem(await limited.get(f"/v1/payments/{made['id']}"), 403)
    problem(await limited.post("/v1/payments", paying(issuer, (invoice, "1.00"))), 403)
    assert (await limited.get("/v1/payments")).json()["data"] == []


async def test_a_moment_without_an_offset_or_outside_of_time_is_refused(caller: Caller, issuer: str) -> None:
    invoice = await caller.toy_issued(issuer, **HUNDRED)
    for moment in ("2026-11-20T11:00:00", "0001-01-01T00:00:00+23:00", "0001-01-01T12:00:00Z", "9999-12-31T23:00:00Z"):
        problem(await caller.post("/v1/payments", paying(issuer, (invoice, "1.00"), paid_at=moment)), 400)


async def test_no_caller_writes_a_receipt(caller: Caller, issuer: str) -> None:
    body = {"issuer": issuer, "customer": {"name": "C"}, "currency": "EUR", "lines": [TOY_LINE], "kind": "receipt"}
    assert rules(problem(await caller.post("/v1/invoices", body), 422, "receipt_by_payment")) == ["GW-KIND"]
    draft = await caller.toy_draft(issuer)
    problem(await caller.patch(f"/v1/invoices/{draft['id']}", {"kind": "receipt"}), 422, "receipt_by_payment")


async def test_what_is_paid_is_told_and_audited(house: House, caller: Caller, issuer: str) -> None:
    invoice = await caller.toy_issued(issuer, **HUNDRED)
    await caller.post("/v1/payments", paying(issuer, (invoice, "30.00")))
    made = (await caller.post("/v1/payments", paying(issuer, (invoice, "70.00")))).json()
    await house.execute("SELECT platform.sequence_committed()")
    told = (await caller.get("/v1/events")).json()["data"]
    assert [one["type"] for one in told][-2:] == ["invoice.updated", "invoice.paid"]
    names = ("id", "version", "state", "previous_state", "payment", "amount", "balance")
    assert [told[-1]["data"][name] for name in names] == [
        invoice["id"],
        4,
        "paid",
        "open",
        made["id"],
        "70.00",
        "0.00",
    ]
    audited = await house.value("SELECT action FROM gateway.audit WHERE object_id = $1", str(UUID(made["id"][4:])))
    assert audited == "payment.recorded"
