"""Drafts: made, read, listed, changed, deleted, checked."""

from datetime import timedelta

import pytest

from tests.gateway.api.caller import NOON, TOY_CUSTOMER, TOY_LINE, Caller, House, pointers, problem, toy_invoice


async def test_a_draft_is_made_with_totals_routes_and_findings(caller: Caller) -> None:
    issuer = await caller.toy_issuer()
    body = toy_invoice(issuer, lines=[TOY_LINE | {"quantity": "3"}], note="evil note")
    made = await caller.post("/v1/invoices", body)
    assert made.status_code == 201
    draft = made.json()
    assert made.headers["location"] == f"/v1/invoices/{draft['id']}"
    assert draft["status"] == "draft"
    assert draft["totals"]["net"] == "147.00"
    assert draft["totals"]["payable"] == "177.87"
    assert [(row["base"], row["amount"]) for row in draft["tax_breakdown"]] == [("147.00", "30.87")]
    assert [route["jurisdiction"] for route in draft["routes"]] == ["toyland"]
    assert [finding["rule"] for finding in draft["findings"]] == ["TOY-3"]
    assert draft["ready_to_finalize"] is False
    assert draft["number"] is None
    read = await caller.get(made.headers["location"])
    assert read.json() == draft
    assert read.headers["etag"] == made.headers["etag"] == '"1"'


async def test_a_minimal_body_will_do(caller: Caller) -> None:
    issuer = await caller.toy_issuer(default_taxes=[{"tax": "VAT", "category": "S", "percent": "21"}])
    customer = (await caller.made("/v1/customers", TOY_CUSTOMER))["id"]
    body = {
        "issuer": issuer,
        "customer": customer,
        "currency": "usd",
        "lines": [{"description": "Pro plan, June", "amount_minor": 4900}],
        "due_in_days": 14,
    }
    draft = await caller.made("/v1/invoices", body)
    assert draft["totals"]["payable"] == "59.29"
    assert draft["ready_to_finalize"] is True
    done = await caller.post(f"/v1/invoices/{draft['id']}/finalize")
    assert done.status_code == 200, done.text


async def test_a_missing_tax_is_named(caller: Caller) -> None:
    draft = await caller.toy_draft(lines=[{"description": "Plan", "amount_minor": 4900}])
    assert not draft["ready_to_finalize"]
    assert "/lines/0/taxes" in pointers(draft)


async def test_a_patch_changes_a_draft(caller: Caller) -> None:
    draft = await caller.toy_draft(note="evil")
    path = f"/v1/invoices/{draft['id']}"
    changed = await caller.patch(path, {"note": None, "lines": [TOY_LINE | {"unit_price": "1"}]}, '"1"')
    assert changed.status_code == 200, changed.text
    assert changed.json()["ready_to_finalize"] is True
    assert changed.json()["totals"]["payable"] == "1.21"
    assert changed.headers["etag"] == '"2"'
    problem(await caller.patch(path, {"note": "x"}, '"1"'), 412, "stale")
    problem(await caller.patch(path, {"note": "x"}, "garbage"), 412)
    assert (await caller.patch(path, {"note": "x"}, 'W/"2"')).status_code == 200
    wrong = problem(await caller.patch(path, {"lines": [{"description": "x", "unit_price": 1.5}]}), 400)
    assert pointers(wrong) == ["/lines/0/unit_price"]
    other = await caller.toy_issuer()
    problem(await caller.patch(path, {"issuer": other}), 409, "issuer_fixed")


async def test_a_draft_is_deleted_and_its_event_is_free_again(house: House, caller: Caller) -> None:
    issuer = await caller.toy_issuer()
    draft = await caller.toy_draft(issuer, source_ref="project:1")
    path = f"/v1/invoices/{draft['id']}"
    problem(await caller.delete(path, '"7"'), 412, "stale")
    assert (await caller.delete(path, '"1"')).status_code == 204
    problem(await caller.get(path), 404)
    problem(await caller.delete(path), 404)
    again = await caller.toy_draft(issuer, source_ref="project:1")
    assert again["id"] != draft["id"]
    kept = await house.value("SELECT count(*) FROM gateway.audit WHERE object_id = $1", str(_uuid(draft["id"])))
    assert kept == 2
    issued = await caller.post(f"/v1/invoices/{again['id']}/finalize")
    assert issued.status_code == 200
    problem(await caller.delete(f"/v1/invoices/{again['id']}"), 409, "not_a_draft")
    problem(await caller.patch(f"/v1/invoices/{again['id']}", {"note": "x"}), 409, "not_a_draft")


def _uuid(name: str) -> object:
    from uuid import UUID

    return UUID(name.partition("_")[2])


async def test_a_business_event_makes_one_invoice(caller: Caller) -> None:
    issuer = await caller.toy_issuer()
    first = await caller.toy_draft(issuer, source_ref="project:2")
    second = problem(
        await caller.post("/v1/invoices", toy_invoice(issuer, source_ref="project:2")), 409, "duplicate_business_event"
    )
    assert second["link"] == f"/v1/invoices/{first['id']}"
    assert pointers(second) == ["/source_ref"]
    await caller.toy_draft(await caller.toy_issuer(), source_ref="project:2")  # another issuer's event
    third = await caller.toy_draft(issuer)
    clash = await caller.patch(f"/v1/invoices/{third['id']}", {"source_ref": "project:2"})
    assert problem(clash, 409, "duplicate_business_event")["link"] == second["link"]


async def test_a_check_names_everything_and_changes_nothing(caller: Caller) -> None:
    issuer = await caller.toy_issuer(account=False)
    draft = await caller.toy_draft(issuer, note="evil")
    checked = await caller.send("POST", f"/v1/invoices/{draft['id']}/check")
    assert checked.status_code == 200
    assert [finding["rule"] for finding in checked.json()["findings"]] == ["TOY-2", "TOY-3"]
    assert (await caller.get(f"/v1/invoices/{draft['id']}")).json() == draft
    refused = problem(await caller.post(f"/v1/invoices/{draft['id']}/finalize"), 422, "validation_failed")
    assert refused["findings"] == checked.json()["findings"]


async def test_unknown_customers_and_issuers_are_named(caller: Caller) -> None:
    issuer = await caller.toy_issuer()
    for wrong in ({"customer": "cus_" + "0" * 32}, {"customer": "nobody"}):
        assert pointers(problem(await caller.post("/v1/invoices", toy_invoice(issuer) | wrong), 404)) == ["/customer"]
    for name in ("iss_" + "0" * 32, "inv_" + issuer[4:], "nobody"):
        assert pointers(problem(await caller.post("/v1/invoices", toy_invoice(name)), 404)) == ["/issuer"]


async def test_a_list_is_narrowed_and_walked(house: House, caller: Caller) -> None:
    issuer, other = await caller.toy_issuer(), await caller.toy_issuer()
    drafts = [(await caller.toy_draft(issuer))["id"] for _ in range(3)]
    issued = (await caller.toy_issued(other))["id"]

    async def listed(**params: object) -> list[str]:
        answer = await caller.get("/v1/invoices", **params)
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["data"]]

    assert await listed() == [issued, *drafts[::-1]]
    assert await listed(status="draft") == drafts[::-1]
    assert await listed(issuer=other) == [issued]
    assert await listed(jurisdiction="toyland", limit=1) == [issued]
    assert await listed(jurisdiction="peppol") == []
    assert await listed(created_from=NOON.isoformat()) == [issued, *drafts[::-1]]
    assert await listed(created_from=(NOON + timedelta(seconds=1)).isoformat()) == []
    assert await listed(created_until=NOON.isoformat()) == []
    first = (await caller.get("/v1/invoices", limit=3)).json()
    await caller.toy_draft(issuer)
    last = (await caller.get("/v1/invoices", limit=3, cursor=first["next_cursor"])).json()
    assert [one["id"] for one in last["data"]] == [drafts[0]]
    assert last["next_cursor"] is None


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=x", "cursor=%00", "cursor=zzzz", "status=lost", "created_from=yesterday"],
)
async def test_a_wrong_query_is_told(caller: Caller, query: str) -> None:
    assert problem(await caller.get(f"/v1/invoices?{query}"), 400)


async def test_another_currency_than_the_minor_units_is_no_matter(caller: Caller) -> None:
    draft = await caller.toy_draft(currency="jpy", lines=[{**TOY_LINE, "unit_price": None, "amount_minor": 4900}])
    assert draft["totals"]["net"] == "4900"
