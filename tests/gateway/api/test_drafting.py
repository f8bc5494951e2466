"""What the laws say of a draft: its series, why it is none of their business, and whether its issuer may issue."""

from __future__ import annotations

from datetime import timedelta

from tests.gateway.api.caller import Caller, House, Json, problem, toy_invoice


async def noting(caller: Caller, **settings: object) -> str:
    return await caller.toy_issuer(settings={"toyland": settings})


async def finalized(caller: Caller, issuer: str, **more: object) -> Json:
    draft = await caller.made("/v1/invoices", toy_invoice(issuer, **more))
    answer = await caller.post(f"/v1/invoices/{draft['id']}/finalize")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_route_names_the_series_where_the_caller_names_none(caller: Caller) -> None:
    issuer = await noting(caller, notes="R")
    first = await finalized(caller, issuer)
    note = {"kind": "credit_note", "references": {"preceding": [{"invoice": first["id"]}]}}
    assert (await finalized(caller, issuer, **note))["number"] == "R-1"
    assert (await finalized(caller, issuer))["number"] == "A-2"
    assert (await finalized(caller, issuer, series="R", **note))["number"] == "R-2"
    elsewhere = await caller.made("/v1/invoices", toy_invoice(issuer, series="A", **note))
    (finding,) = elsewhere["findings"]
    assert (finding["rule"], finding["pointer"]) == ("TOY-8", "/series")


async def test_who_may_not_issue_is_told_at_the_draft(house: House, caller: Caller) -> None:
    tomorrow = (house.clock() + timedelta(days=1)).date().isoformat()
    issuer = await noting(caller, closed=tomorrow)
    draft = await caller.made("/v1/invoices", toy_invoice(issuer))
    assert draft["ready_to_finalize"] is True
    house.clock.pass_by(days=1)
    refused = problem(await caller.post(f"/v1/invoices/{draft['id']}/finalize"), 422, "validation_failed")
    (finding,) = refused["findings"]
    assert (finding["rule"], finding["pointer"]) == ("TOY-CLOSED", "/issuer")
    later = await caller.made("/v1/invoices", toy_invoice(issuer))
    assert (later["ready_to_finalize"], later["findings"]) == (False, [finding])
    opened = {"settings": {"toyland": {"closed": None}}}
    assert (await caller.patch(f"/v1/issuers/{issuer}", opened)).status_code == 200
    assert (await caller.post(f"/v1/invoices/{draft['id']}/finalize")).status_code == 200


async def test_a_law_that_stands_aside_says_why(caller: Caller) -> None:
    issuer = await noting(caller, away=True)
    draft = await caller.made("/v1/invoices", toy_invoice(issuer))
    assert draft["routes"] == []
    assert {one["rule"] for one in draft["findings"]} == {"TOY-AWAY", "GW-NO-ROUTE"}
    (aside,) = [one for one in draft["findings"] if one["rule"] == "TOY-AWAY"]
    assert aside["severity"] == "warning"
