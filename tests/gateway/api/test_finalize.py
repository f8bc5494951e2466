"""Finalize over HTTP: what is shown is what is issued, once."""

from tests.gateway.api.caller import TOY_CUSTOMER, Caller, House, pointers, problem


async def test_an_issued_invoice_has_number_documents_and_submissions(caller: Caller) -> None:
    draft = await caller.toy_draft()
    path = f"/v1/invoices/{draft['id']}"
    done = await caller.post(f"{path}/finalize", key="once")
    assert done.status_code == 200
    issued = done.json()
    assert (issued["status"], issued["number"], issued["version"]) == ("open", "A-1", 2)
    assert done.headers["etag"] == '"2"'
    assert issued["deliverable"] == {"toyland": True}
    (submission,) = issued["submissions"]
    assert (submission["state"], submission["tries"]) == ("queued", 0)
    (document,) = issued["documents"]
    read = await caller.get(path)
    assert read.json() == issued
    body = await caller.get(document["href"])
    assert body.json()["number"] == "A-1"


async def test_a_second_finalize_is_a_conflict_and_a_replay_is_not(caller: Caller) -> None:
    draft = await caller.toy_draft()
    path = f"/v1/invoices/{draft['id']}/finalize"
    first = await caller.post(path, key="one")
    again = await caller.post(path, key="one")
    assert again.headers["idempotent-replayed"] == "true"
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["etag"] == first.headers["etag"]
    assert "idempotent-replayed" not in first.headers
    problem(await caller.post(path, key="two"), 409, "already_finalized")
    problem(await caller.post(path, {}, key="one"), 422, "idempotency_key_reused")


async def test_numbers_have_no_gaps_within_a_series(caller: Caller) -> None:
    issuer = await caller.toy_issuer(default_series="X-2026")
    assert (await caller.toy_issued(issuer))["number"] == "X-2026-1"
    refused = await caller.toy_draft(issuer, note="evil")
    problem(await caller.post(f"/v1/invoices/{refused['id']}/finalize"), 422, "validation_failed")
    assert (await caller.toy_issued(issuer))["number"] == "X-2026-2"
    assert (await caller.toy_issued(issuer, series="B"))["number"] == "B-1"


async def test_totals_that_changed_behind_the_draft_are_a_conflict(caller: Caller) -> None:
    issuer = await caller.toy_issuer(default_taxes=[{"percent": "21"}])
    draft = await caller.toy_draft(issuer, lines=[{"description": "Plan", "amount_minor": 10000}])
    path = f"/v1/invoices/{draft['id']}"
    assert draft["totals"]["payable"] == "121.00"
    await caller.patch(f"/v1/issuers/{issuer}", {"default_taxes": [{"percent": "10"}]})
    found = problem(await caller.post(f"{path}/finalize", key="f"), 409, "draft_outdated")
    assert "110.00" in found["findings"][0]["found"]
    assert (await caller.patch(path, {})).json()["totals"]["payable"] == "110.00"
    done = await caller.post(f"{path}/finalize", key="f")  # a refusal is not kept: the same key works once it is mended
    assert (done.status_code, done.json()["number"]) == (200, "A-1")


async def test_a_customer_is_taken_as_it_is_at_issue(caller: Caller) -> None:
    customer = (await caller.made("/v1/customers", TOY_CUSTOMER))["id"]
    draft = await caller.toy_draft(customer=customer)
    await caller.patch(f"/v1/customers/{customer}", {"name": "Grown-up"})
    done = (await caller.post(f"/v1/invoices/{draft['id']}/finalize")).json()
    assert (await caller.get(done["documents"][0]["href"])).json()["customer"] == "Grown-up"


async def test_a_route_that_is_gone_is_a_conflict_or_a_finding(caller: Caller) -> None:
    issuer = await caller.toy_issuer()
    draft = await caller.toy_draft(issuer)
    await caller.patch(f"/v1/issuers/{issuer}", {"tax_ids": [{"scheme": "AQ:VAT", "value": "1"}]})
    found = problem(await caller.post(f"/v1/invoices/{draft['id']}/finalize"), 422, "validation_failed")
    assert [finding["rule"] for finding in found["findings"]] == ["GW-NO-ROUTE"]


async def test_a_changed_issuer_without_settings_of_its_kind_is_told(caller: Caller) -> None:
    issuer = await caller.toy_issuer()
    draft = await caller.toy_draft(issuer, extensions={"toyland": {"ask": 1}, "atlantis": {}})
    assert pointers(draft) == ["/extensions/atlantis"] or set(pointers(draft)) == {
        "/extensions/atlantis",
        "/extensions/toyland",
    }
    assert not draft["ready_to_finalize"]


async def test_an_issuer_limited_key_cannot_finalize_for_another(house: House, caller: Caller) -> None:
    from uuid import UUID

    mine, other = await caller.toy_issuer(), await caller.toy_issuer()
    draft = await caller.toy_draft(other)
    limited = await house.caller(caller.tenant, issuers=[UUID(mine[4:])])
    answer = await limited.post(f"/v1/invoices/{draft['id']}/finalize")
    assert answer.status_code in (403, 404)
    problem(await limited.get(f"/v1/invoices/{draft['id']}"), 403)
    assert (await limited.get("/v1/invoices")).json()["data"] == []
