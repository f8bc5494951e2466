"""Cases: what an authority refused, mended and let out again by the path that the law wants."""

from uuid import UUID

from tests.gateway.api.caller import TOY_LINE, Caller, House, pointers, problem


async def _ask_for(caller: Caller, code: str) -> tuple[dict, dict]:
    issued = await caller.toy_issued(extensions={"toyland": {"ask_for": code}})
    return issued, await caller.refused(issued, code=code)


async def test_a_case_is_read_listed_and_owned(caller: Caller) -> None:
    issued, case = await _ask_for(caller, "T-DATA")
    assert (case["state"], case["path"], case["case_class"]) == ("open", "reseal", "data_correction")
    assert (case["external_code"], case["external_message"]) == ("T-DATA", "their words")
    assert case["invoice"] == issued["id"]
    assert case["submission"] == issued["submissions"][0]["id"]
    read = await caller.get(f"/v1/invoices/{issued['id']}")
    assert read.json()["submissions"][0]["case"] == case["id"]
    listed = (await caller.get("/v1/cases", state="open", invoice=issued["id"], jurisdiction="toyland")).json()
    assert listed["data"] == [case]
    assert (await caller.get("/v1/cases", state="resolved")).json()["data"] == []
    path = f"/v1/cases/{case['id']}"
    owned = await caller.patch(path, {"owner": "Ana"}, '"1"')
    assert (owned.json()["owner"], owned.headers["etag"]) == ("Ana", '"2"')
    problem(await caller.patch(path, {"owner": "Eva"}, '"1"'), 412, "stale")


async def test_reseal_keeps_the_number_and_makes_a_new_record(caller: Caller) -> None:
    issued, case = await _ask_for(caller, "T-DATA")
    path = f"/v1/cases/{case['id']}/resubmit"
    same = problem(await caller.post(path, {}), 422, "nothing_changed")
    assert same["findings"][0]["external_code"] == "T-DATA"
    changes = {"note": "Mended", "lines": [TOY_LINE | {"unit_price": "1"}], "currency": "USD"}
    fixed = problem(await caller.post(path, {"changes": changes}), 422, "not_editable")
    assert pointers(fixed) == ["/changes/currency", "/changes/lines/0/unit_price"]
    evil = await caller.post(path, {"changes": {"note": "evil"}})
    assert [one["rule"] for one in problem(evil, 422, "validation_failed")["findings"]] == ["TOY-3"]
    done = await caller.post(path, {"changes": {"customer": {"name": "Known"}}}, key="out")
    assert (done.status_code, done.json()["state"]) == (200, "resubmitted"), done.text
    again = await caller.post(path, {"changes": {"customer": {"name": "Known"}}}, key="out")
    assert again.headers["idempotent-replayed"] == "true"
    assert again.content == done.content
    after = (await caller.get(f"/v1/invoices/{issued['id']}")).json()
    assert (after["number"], after["customer"]["name"]) == (issued["number"], "Known")
    assert [one["state"] for one in after["submissions"]] == ["superseded", "queued"]
    assert [one["name"] for one in after["documents"]] == ["toyland-record.json", "toyland-2-record.json"]
    record = (await caller.get(after["documents"][1]["href"])).json()
    assert (record["number"], record["customer"], record["sequence"]) == (issued["number"], "Known", 2)
    problem(await caller.post(path, {"changes": {"note": "more"}}), 409, "case_not_open")


async def test_correct_adds_a_record_about_the_same_number(caller: Caller) -> None:
    issued, case = await _ask_for(caller, "T-CORRECT")
    assert case["path"] == "correct"
    done = await caller.post(f"/v1/cases/{case['id']}/resubmit", {"changes": {"note": "Right"}})
    assert done.status_code == 200, done.text
    after = (await caller.get(f"/v1/invoices/{issued['id']}")).json()
    assert [one["instruction"] for one in after["submissions"]] == ["issue", "correct"]
    assert after["number"] == issued["number"]


async def test_resend_lets_the_very_same_bytes_go(caller: Caller) -> None:
    issued, case = await _ask_for(caller, "T-OUTSIDE")
    done = await caller.post(f"/v1/cases/{case['id']}/resubmit", {}, key="again")
    assert (done.status_code, done.json()["state"]) == (200, "resubmitted")
    assert (await caller.post(f"/v1/cases/{case['id']}/resubmit", {}, key="again")).content == done.content
    after = (await caller.get(f"/v1/invoices/{issued['id']}")).json()
    assert [one["state"] for one in after["submissions"]] == ["queued"]
    assert after["documents"] == issued["documents"]


async def test_a_resend_takes_no_changes(caller: Caller) -> None:
    _, case = await _ask_for(caller, "T-OUTSIDE")
    changed = await caller.post(f"/v1/cases/{case['id']}/resubmit", {"changes": {"note": "x"}})
    assert pointers(problem(changed, 422, "not_editable")) == ["/changes/note"]


async def test_a_wrong_invoice_needs_a_new_document(caller: Caller) -> None:
    issued, case = await _ask_for(caller, "T-NEW")
    refused = problem(await caller.post(f"/v1/cases/{case['id']}/resubmit", {}), 409, "new_document_needed")
    assert refused["link"] == f"/v1/invoices/{issued['id']}/corrections"


async def test_a_held_flow_opens_again(house: House, caller: Caller) -> None:
    issued = await caller.toy_issued()
    case = await caller.refused(issued, code="T-401", state="queued")
    await house.execute(
        "UPDATE gateway.case_file SET submission_id = NULL, invoice_id = NULL, flow_key = $2 WHERE id = $1",
        UUID(case["id"][5:]),
        issued["issuer"],
    )
    await house.execute(
        "UPDATE gateway.flow SET state = 'held', hold_code = 'T-401' WHERE tenant_id = $1", caller.tenant
    )
    (flow,) = (await caller.get("/v1/flows")).json()
    assert (flow["state"], flow["hold_code"]) == ("held", "T-401")
    done = await caller.post(f"/v1/cases/{case['id']}/resubmit", {})
    assert (done.status_code, done.json()["state"]) == (200, "resolved"), done.text
    assert (await caller.get("/v1/flows")).json()[0]["state"] == "open"


async def test_a_case_is_resolved_with_a_reason(caller: Caller) -> None:
    _, case = await _ask_for(caller, "T-NEW")
    path = f"/v1/cases/{case['id']}/resolve"
    assert pointers(problem(await caller.post(path, {}), 422, "reason_missing")) == ["/reason"]
    done = await caller.post(path, {"reason": "Corrected by a credit note"}, key="done")
    assert (done.status_code, done.json()["state"]) == (200, "resolved")
    assert (await caller.post(path, {"reason": "Corrected by a credit note"}, key="done")).content == done.content
    problem(await caller.post(path, {"reason": "Twice"}), 409, "case_not_open")


async def test_a_key_for_one_issuer_sees_only_its_cases(house: House, caller: Caller) -> None:
    issued, case = await _ask_for(caller, "T-DATA")
    other = await caller.toy_issuer()
    limited = await house.caller(caller.tenant, issuers=[UUID(other[4:])])
    allowed = await house.caller(caller.tenant, issuers=[UUID(issued["issuer"][4:])])
    path = f"/v1/cases/{case['id']}"
    for answer in (
        await limited.get(path),
        await limited.patch(path, {"owner": "x"}),
        await limited.post(f"{path}/resubmit", {}),
        await limited.post(f"{path}/resolve", {"reason": "x"}),
    ):
        problem(answer, 403)
    assert (await limited.get("/v1/cases")).json()["data"] == []
    assert (await allowed.get("/v1/cases")).json()["data"] == [case]
    assert (await allowed.get(path)).status_code == 200
