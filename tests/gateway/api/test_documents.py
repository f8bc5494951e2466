"""Documents, trace, corrections, submissions and flows of an issued invoice."""

import hashlib
from xml.etree import ElementTree

from tests.gateway.api.caller import NOON, Caller, House, pointers, problem


async def test_documents_are_given_to_the_byte(caller: Caller) -> None:
    issued = await caller.toy_issued()
    listed = (await caller.get(f"/v1/invoices/{issued['id']}/documents")).json()
    assert listed == issued["documents"]
    (one,) = listed
    assert one["name"] == "toyland-record.json"
    assert one["media_type"] == "application/json"
    body = await caller.get(one["href"])
    assert body.headers["content-type"].startswith("application/json")
    assert hashlib.sha256(body.content).hexdigest() == one["sha256"]
    assert body.headers["digest"] == f"sha-256={one['sha256']}"
    assert body.headers["x-content-type-options"] == "nosniff"
    problem(await caller.get(f"/v1/invoices/{issued['id']}/documents/passwd"), 404)


async def test_the_qr_is_drawn_from_the_seals_fact(caller: Caller) -> None:
    issued = await caller.toy_issued()
    assert issued["facts"]["toyland"]["verification_url"].endswith("A-1")
    svg = await caller.get(f"/v1/invoices/{issued['id']}/documents/toyland-qr.svg")
    assert svg.headers["content-type"].startswith("image/svg+xml")
    drawn = ElementTree.fromstring(svg.content)
    assert drawn.tag.endswith("svg")
    words = [one.text for one in drawn.iter() if one.tag.endswith("text")]
    assert words == ["A toy of a toy", "Toyland knows it:", "See it at the office of", "Toyland & its isles"]
    png = await caller.get(f"/v1/invoices/{issued['id']}/documents/toyland-qr.png")
    assert png.content.startswith(b"\x89PNG")
    draft = await caller.toy_draft()
    problem(await caller.get(f"/v1/invoices/{draft['id']}/documents/toyland-qr.svg"), 404)
    assert (await caller.get(f"/v1/invoices/{draft['id']}/documents")).json() == []


async def test_the_trace_goes_from_the_request_to_the_evidence(caller: Caller) -> None:
    draft = await caller.toy_draft()
    done = await caller.post(
        f"/v1/invoices/{draft['id']}/finalize", headers={"Request-Id": "req-7", "X-Correlation-Id": "corr-7"}
    )
    assert done.headers["request-id"] == "req-7"
    trace = (await caller.get(f"/v1/invoices/{draft['id']}/trace")).json()
    assert (trace["invoice"], trace["number"]) == (draft["id"], "A-1")
    actions = {one["action"]: one for one in trace["audit"]}
    assert actions.keys() == {"invoice.created", "invoice.finalized", "submission.queued"}
    assert actions["invoice.finalized"]["request_id"] == "req-7"
    assert actions["invoice.finalized"]["detail"]["correlation"] == "corr-7"
    (sent,) = trace["submissions"]
    assert sent["submission"]["id"] == done.json()["submissions"][0]["id"]
    assert [paper["name"] for paper in sent["documents"]] == ["toyland-record.json"]


async def test_submissions_and_flows(caller: Caller) -> None:
    issuer = await caller.toy_issuer()
    first, second = await caller.toy_issued(issuer), await caller.toy_issued(issuer)
    listed = (await caller.get("/v1/submissions")).json()["data"]
    assert [one["invoice"] for one in listed] == [second["id"], first["id"]]
    narrowed = await caller.get("/v1/submissions", invoice=first["id"], state="queued", jurisdiction="toyland")
    assert [one["id"] for one in narrowed.json()["data"]] == [first["submissions"][0]["id"]]
    assert (await caller.get("/v1/submissions", state="accepted")).json()["data"] == []
    one = await caller.get(f"/v1/submissions/{first['submissions'][0]['id']}")
    assert one.headers["etag"] == '"1"'
    evidence = (await caller.get(f"/v1/submissions/{one.json()['id']}/evidence")).json()
    assert evidence["submission"] == one.json()
    assert evidence["exchanges"] == []
    assert [paper["name"] for paper in evidence["documents"]] == ["toyland-record.json"]
    (flow,) = (await caller.get("/v1/flows")).json()
    assert (flow["jurisdiction"], flow["key"], flow["state"], flow["unsent"]) == ("toyland", issuer, "open", 2)


async def test_a_retry_can_be_brought_forward_and_a_refusal_cannot(house: House, caller: Caller) -> None:
    issued = await caller.toy_issued()
    submission = issued["submissions"][0]["id"]
    until = house.clock()
    await house.execute("UPDATE gateway.flow SET backoff_until = $2 WHERE tenant_id = $1", caller.tenant, until)
    await house.execute("UPDATE gateway.submission SET state = 'retry_scheduled' WHERE tenant_id = $1", caller.tenant)
    (flow,) = (await caller.get("/v1/flows")).json()
    assert flow["backoff_until"].startswith(NOON.date().isoformat())
    done = await caller.post(f"/v1/submissions/{submission}/retry", key="r")
    assert done.status_code == 200
    assert (await caller.get("/v1/flows")).json()[0]["backoff_until"] is None
    assert (await caller.post(f"/v1/submissions/{submission}/retry", key="r")).headers["idempotent-replayed"] == "true"
    await caller.refused(issued, code="T-DATA")
    problem(await caller.post(f"/v1/submissions/{submission}/retry"), 409, "not_retryable")


async def test_corrections_are_offered_and_made(caller: Caller) -> None:
    draft = await caller.toy_draft(due_in_days=14, source_ref="project:1")
    path = f"/v1/invoices/{draft['id']}"
    assert (await caller.get(f"{path}/corrections")).json() == []
    assert (await caller.post(f"{path}/finalize")).status_code == 200
    offered = (await caller.get(f"{path}/corrections")).json()
    assert [one["option"] for one in offered] == ["record_again", "credit_note"]
    refused = problem(await caller.post(f"{path}/corrections", {"option": "erase"}), 422, "correction_not_available")
    assert pointers(refused) == ["/option"]
    problem(await caller.post(f"{path}/corrections", {"option": "record_again"}), 409, "submission_in_progress")
    wish = {"option": "credit_note", "reason": "A toy came back", "changes": {"lines": [{"description": 5}]}}
    wrong = problem(await caller.post(f"{path}/corrections", wish), 400)
    assert pointers(wrong) == ["/changes/lines/0/description"]
    made = await caller.post(f"{path}/corrections", wish | {"changes": {}}, key="c")
    assert made.status_code == 201, made.text
    note = made.json()
    assert (note["kind"], note["source_ref"], note["correction_reason"]) == (
        "credit_note",
        "project:1",
        "A toy came back",
    )
    assert note["references"]["preceding"][0]["invoice"] == draft["id"]
    issued = await caller.post(f"/v1/invoices/{note['id']}/finalize")
    assert issued.status_code == 200, issued.text
    again = await caller.post(f"{path}/corrections", wish | {"changes": {}}, key="c")
    assert again.json()["id"] == note["id"]
    (anew,) = (await caller.get(f"/v1/invoices/{note['id']}/corrections")).json()
    assert (anew["option"], anew["confirm"], anew["presets"]) == (
        "note_anew",
        ["sent_back"],
        {"note": "In place of the one before"},
    )
