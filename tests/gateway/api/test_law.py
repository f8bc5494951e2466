"""Jurisdictions as data, judging documents, events, and the open pages."""

from collections.abc import AsyncIterator

from tests.gateway.api.caller import Caller, House, problem
from tests.validators.en16931.documents import INVOICE, edited


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


async def test_a_standard_judges_too_and_nothing_hostile_is_a_defect_of_ours(caller: Caller) -> None:
    async def judged(content: bytes, jurisdiction: str) -> dict:
        answer = await caller.send(
            "POST",
            "/v1/documents/validate",
            params={"jurisdiction": jurisdiction},
            content=content,
            headers={"Content-Type": "application/xml"},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    sound = edited(INVOICE)
    core = await judged(sound, "en16931")
    assert (core["verdict"], core["rule_set"]) == ("valid", "EN 16931 (UBL) 1.3.16")
    assert (await judged(sound, "peppol"))["rule_set"].startswith("peppol-bis-billing ")
    for hostile in (
        b"<a>" * 3000,
        b"<!DOCTYPE a [<!ENTITY b '" + b"x" * 5000 + b"'>]><a>" + b"&b;" * 5000 + b"</a>",
        sound.replace(b"<cbc:Note>", b"<cbc:Note>" + b"<cbc:Note>" * 300, 1),
        sound.decode().encode("utf-16"),
        b"<a/>" * 1_500_000,
    ):
        found = await judged(hostile, "en16931")
        assert found["verdict"] != "valid"
        assert found["findings"]
    large = await caller.send(
        "POST", "/v1/documents/validate", params={"jurisdiction": "en16931"}, content=b" " * 10_000_001
    )
    problem(large, 413, "too_large")


async def test_rules_are_published_in_pages(caller: Caller) -> None:
    path = "/v1/jurisdictions/peppol/rules"
    first = (await caller.get(path)).json()
    assert len(first["data"]) == 100
    assert first["data"][0].keys() >= {"rule", "severity", "rule_set", "edition", "valid_from", "sentence"}
    second = (await caller.get(path, limit=3, cursor=first["next_cursor"])).json()
    assert len(second["data"]) == 3
    assert not {one["rule"] for one in second["data"]} & {one["rule"] for one in first["data"]}
    own = [one async for one in _all(caller, path, rule_set="peppol-bis-billing")]
    assert len(own) == 165
    assert {one["edition"] for one in own} == {"3.0.21"}
    assert (await caller.get("/v1/jurisdictions/toyland/rules")).json() == {"data": [], "next_cursor": None}
    problem(await caller.get(path, cursor="x"), 400, "cursor_invalid")
    problem(await caller.get("/v1/jurisdictions/atlantis/rules"), 404)


async def _all(caller: Caller, path: str, **query: str) -> AsyncIterator[dict]:
    cursor: str | None = "0"
    while cursor is not None:
        page = (await caller.get(path, cursor=cursor, **query)).json()
        for one in page["data"]:
            yield one
        cursor = page["next_cursor"]


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
