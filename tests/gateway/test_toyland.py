"""A fourth jurisdiction is one folder and one word: the toy goes through the whole life of an invoice."""

from __future__ import annotations

from tests.gateway.toyland import Toyland


async def test_an_invoice_is_accepted_with_its_evidence(toyland: Toyland) -> None:
    invoice = await toyland.issued()
    await toyland.work()
    after = await toyland.read(invoice)
    (submission,) = after["submissions"]
    assert submission["state"] == "accepted"
    assert submission["authority_id"].startswith("TOY-")
    assert submission["standing"] == "registered"
    assert [paper["name"] for paper in after["documents"]] == ["toyland-record.json", "toyland-receipt.txt"]
    receipt = await toyland.caller.get(after["documents"][1]["href"])
    assert receipt.text == submission["authority_id"]
    trace = (await toyland.caller.get(f"/v1/invoices/{invoice['id']}/trace")).json()
    (talk,) = trace["submissions"][0]["exchanges"]
    assert (talk["ask"], talk["status"]) == ("register", 200)
    assert "sesame" not in str(trace)
    await toyland.house.execute("SELECT platform.sequence_committed()")
    told = [one["type"] for one in (await toyland.caller.get("/v1/events")).json()["data"]]
    assert told == [
        "invoice.created",
        "invoice.finalized",
        "submission.queued",
        "submission.submitted",
        "submission.accepted",
        "standing.registered",
    ]


async def test_a_refusal_is_mended_through_its_case(toyland: Toyland) -> None:
    invoice = await toyland.issued("T-DATA")
    await toyland.work()
    (case,) = (await toyland.caller.get("/v1/cases", invoice=invoice["id"])).json()["data"]
    assert (case["external_code"], case["path"], case["state"]) == ("T-DATA", "reseal", "open")
    heard = len(toyland.office.heard)
    await toyland.work()
    assert len(toyland.office.heard) == heard  # what was refused never goes out by itself
    mended = {"changes": {"extensions": {"toyland": {"ask_for": None}}}}
    done = await toyland.caller.post(f"/v1/cases/{case['id']}/resubmit", mended)
    assert done.status_code == 200, done.text
    await toyland.work()
    after = await toyland.read(invoice)
    assert after["number"] == invoice["number"]
    assert [one["state"] for one in after["submissions"]] == ["superseded", "accepted"]
    assert (await toyland.caller.get(f"/v1/cases/{case['id']}")).json()["state"] == "resolved"


async def test_the_same_bytes_go_again_once_the_cause_is_mended(toyland: Toyland) -> None:
    invoice = await toyland.issued("T-OUTSIDE")
    await toyland.work()
    (case,) = (await toyland.caller.get("/v1/cases", invoice=invoice["id"])).json()["data"]
    assert (await toyland.caller.post(f"/v1/cases/{case['id']}/resubmit", {})).status_code == 200
    await toyland.work()
    after = await toyland.read(invoice)
    assert [one["state"] for one in after["submissions"]] == ["accepted"]
    assert after["documents"][0] == invoice["documents"][0]


async def test_a_lost_answer_is_recovered_without_a_second_record(toyland: Toyland) -> None:
    invoice = await toyland.issued("lost")
    await toyland.work()
    (submission,) = (await toyland.read(invoice))["submissions"]
    assert submission["state"] == "accepted"
    assert toyland.office.heard == ["register", "search"]
    assert len(toyland.office.book) == 1


async def test_a_wrong_account_holds_the_flow_with_one_case(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer(account=False)
    path = f"/v1/issuers/{issuer}/credentials/office"
    wrong = {"jurisdiction": "toyland", "fields": {"password": "wrong"}}
    assert (await toyland.caller.send("PUT", path, json=wrong)).status_code == 200
    invoices = [await toyland.issued(issuer=issuer) for _ in range(4)]
    await toyland.work()
    (flow,) = (await toyland.caller.get("/v1/flows")).json()
    assert (flow["state"], flow["hold_code"], flow["unsent"]) == ("held", "T-401", 4)
    (case,) = (await toyland.caller.get("/v1/cases")).json()["data"]
    right = wrong | {"fields": {"password": "sesame"}}
    assert (await toyland.caller.send("PUT", path, json=right)).status_code == 200
    assert (await toyland.caller.post(f"/v1/cases/{case['id']}/resubmit", {})).status_code == 200
    await toyland.work()
    for invoice in invoices:
        assert [one["state"] for one in (await toyland.read(invoice))["submissions"]] == ["accepted"]


async def test_a_flow_goes_out_in_order_and_in_batches(toyland: Toyland) -> None:
    issuer = await toyland.caller.toy_issuer()
    for _ in range(7):
        await toyland.issued(issuer=issuer)
    await toyland.work()
    assert toyland.office.heard == ["register"] * 3
    states = (await toyland.caller.get("/v1/submissions", limit=100)).json()["data"]
    assert [one["state"] for one in states] == ["accepted"] * 7


OATH = {
    "jurisdiction": "toyland",
    "name": "oath",
    "body": {"sworn_by": "Ana"},
    "valid_from": "2026-11-01",
    "document": "QSBzaWduZWQgcGFwZXI=",
}


async def test_what_wants_a_paper_waits_for_it_and_stops_when_it_is_revoked(toyland: Toyland) -> None:
    caller = toyland.caller
    issuer = await caller.toy_issuer(settings={"toyland": {"oath": True}})
    draft = await caller.toy_draft(issuer)
    refused = await caller.post(f"/v1/invoices/{draft['id']}/finalize")
    assert [one["rule"] for one in refused.json()["findings"]] == ["TOY-OATH"]
    paper = await caller.made(f"/v1/issuers/{issuer}/attestations", OATH)
    first = (await caller.post(f"/v1/invoices/{draft['id']}/finalize")).json()
    await toyland.work()
    assert (await toyland.read(first))["submissions"][0]["state"] == "accepted"
    second = await toyland.issued(issuer=issuer)
    assert (await caller.post(f"/v1/issuers/{issuer}/attestations/{paper['id']}/revoke")).status_code == 200
    await toyland.work()
    (flow,) = (await caller.get("/v1/flows")).json()
    assert (flow["state"], flow["hold_code"], flow["issuer"], flow["unsent"]) == ("held", "T-OATH", issuer, 1)
    (incident,) = (await caller.get("/v1/incidents", open="true")).json()["data"]
    assert flow["incident"] == incident["id"]
    assert (incident["cause"], incident["issuer"], incident["waiting"]) == ("T-OATH", issuer, 1)
    await caller.made(f"/v1/issuers/{issuer}/attestations", OATH)
    (case,) = (await caller.get("/v1/cases")).json()["data"]
    assert (await caller.post(f"/v1/cases/{case['id']}/resubmit", {})).status_code == 200
    await toyland.work()
    assert (await toyland.read(second))["submissions"][0]["state"] == "accepted"
    assert (await caller.get("/v1/incidents", open="true")).json()["data"] == []
    (over,) = (await caller.get("/v1/incidents", open="false", jurisdiction="toyland")).json()["data"]
    assert (over["id"], over["waiting"], over["unsent"]) == (incident["id"], 0, 1)
    assert over["began_at"] < over["ended_at"]
    assert (await caller.get("/v1/flows")).json()[0]["incident"] is None
    assert (await caller.get("/v1/incidents", jurisdiction="atlantis")).json()["data"] == []


async def test_time_may_make_an_issuer_wrong_and_what_was_wrong_before_may_be_mended_bit_by_bit(
    toyland: Toyland,
) -> None:
    caller = toyland.caller
    closed = {"settings": {"toyland": {"closed": "2026-11-20"}}}
    issuer = await caller.toy_issuer()
    assert (await caller.patch(f"/v1/issuers/{issuer}", closed)).json()["code"] == "issuer_refused"
    closed = {"settings": {"toyland": {"closed": "2026-11-25"}}}
    assert (await caller.patch(f"/v1/issuers/{issuer}", closed)).json()["findings"] == []
    toyland.house.clock.pass_by(days=10)
    shown = (await caller.get(f"/v1/issuers/{issuer}")).json()
    assert [(one["rule"], one.get("severity")) for one in shown["findings"]] == [("TOY-CLOSED", None)]  # fatal
    renamed = await caller.patch(f"/v1/issuers/{issuer}", {"name": "Toys & Sons"})
    assert (renamed.status_code, [one["rule"] for one in renamed.json()["findings"]]) == (200, ["TOY-CLOSED"])
    opened = await caller.patch(f"/v1/issuers/{issuer}", {"settings": {"toyland": None}})
    assert (opened.status_code, opened.json()["findings"]) == (200, [])
