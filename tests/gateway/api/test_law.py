"""Jurisdictions as data, judging documents, events, and the open pages."""

from tests.gateway.api.caller import Caller, House, problem


async def test_jurisdictions_are_told_as_data(caller: Caller) -> None:
    listed = (await caller.get("/v1/jurisdictions")).json()
    assert "toyland" in [one["code"] for one in listed]
    toyland = (await caller.get("/v1/jurisdictions/toyland")).json()
    assert toyland in listed
    assert toyland["editions"][0]["code"] == "toyland-1"
    assert toyland["credentials"][0]["name"] == "office"
    assert "installation" in str(toyland["settings"])
    assert "ask_for" in str(toyland["extension"])
    problem(await caller.get("/v1/jurisdictions/atlantis"), 404)


async def test_any_document_is_judged(caller: Caller) -> None:
    issued = await caller.toy_issued()
    body = (await caller.get(issued["documents"][0]["href"])).content

    async def judged(content: bytes, jurisdiction: str = "toyland") -> dict:
        answer = await caller.send(
            "POST",
            "/v1/documents/validate",
            params={"jurisdiction": jurisdiction},
            content=content,
            headers={"Content-Type": "application/xml"},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    assert (await judged(body))["verdict"] == "valid"
    assert (await judged(body.replace(b"A-1", b"A-2")))["verdict"] == "invalid"
    for one in (await caller.get("/v1/jurisdictions")).json():
        for rubbish in (b"<a/>", b"rubbish", b"\x00\xff", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"):
            found = await judged(rubbish, one["code"])
            assert found["verdict"] != "valid"
            assert found["findings"]
    missing = await caller.send("POST", "/v1/documents/validate", params={"jurisdiction": "toyland"})
    problem(missing, 400, "document_missing")
    problem(await caller.send("POST", "/v1/documents/validate", content=b"<a/>"), 400)
    problem(await caller.send("POST", "/v1/documents/validate?jurisdiction=x", content=b"<a/>"), 404)


async def test_events_come_in_committed_order_without_gaps(house: House, caller: Caller) -> None:
    issued = await caller.toy_issued()
    assert (await caller.get("/v1/events")).json()["data"] == []  # nothing is told before it has its number
    await house.execute("SELECT platform.sequence_committed()")
    page = (await caller.get("/v1/events")).json()
    assert [one["sequence"] for one in page["data"]] == [1, 2, 3]
    assert [one["type"] for one in page["data"]] == ["invoice.created", "invoice.finalized", "submission.queued"]
    last = page["data"][-1]
    assert last["data"]["id"] == issued["submissions"][0]["id"]
    assert last["data"]["invoice"] == issued["id"]
    first = (await caller.get("/v1/events", limit=2)).json()
    rest = (await caller.get("/v1/events", cursor=first["next_cursor"])).json()
    assert first["data"] + rest["data"] == page["data"]
    assert rest["next_cursor"] is None
    for cursor in ("x", "-1", "1" * 19, "٣"):
        problem(await caller.get("/v1/events", cursor=cursor), 400)
    assert (await caller.get("/v1/events", cursor="9" * 18)).json()["data"] == []


async def test_the_open_pages(house: House) -> None:
    assert (await house.client.get("/healthz")).json() == {"status": "ok"}
    assert (await house.client.get("/readyz")).status_code == 200
    metrics = await house.client.get("/metrics")
    assert metrics.status_code == 200
    assert b"# HELP gateway_flow_unsent" in metrics.content
    assert (await house.client.get("/schema/openapi.json")).json()["openapi"].startswith("3.1")
