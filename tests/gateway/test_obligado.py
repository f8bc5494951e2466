"""In earnest: nothing goes out without its signed papers, a regime ends with its year, and every incident is kept.

The house is the live one but for its way out, behind which the simulator stands in for the authority.
"""

from __future__ import annotations

import dataclasses
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway import accounts
from gateway.clock import new_id
from gateway.intake.attesting import HandedIn, draft_of, read_paper, spec_of
from gateway.store import attestations
from gateway.worker import Worker
from jurisdictions.contract import Scope
from tests.gateway.api.caller import Json, pointers, problem
from tests.gateway.world import World, open_world

CODE = "verifactu"
MAKER = {
    "name": "Programas del Norte SL",
    "nif": "B00000042",
    "address": "Calle Mayor 2, 31001 Pamplona, España",
    "place": "Pamplona, España",
}
CUSTOMER: Json = {
    "name": "Cliente SA",
    "tax_ids": [{"scheme": "ES:NIF", "value": "A00000026"}],
    "address": {"country": "ES"},
}
SIGNED = b64encode(b"%PDF signed").decode()


@pytest.fixture
async def live(database: str, tmp_path: Path) -> AsyncIterator[World]:
    """A world whose caller, worker and operator are in earnest."""
    async with open_world(database, tmp_path) as world:
        law = world.house.jurisdictions[CODE]
        assert law.about.deployment_type is not None
        deployments: Any = {("live", CODE): msgspec.convert({"producer": MAKER}, law.about.deployment_type)}
        state = world.house.app.state
        state.wiring = dataclasses.replace(state.wiring, deployments=deployments)
        place = dataclasses.replace(
            world.worker._house, lines={"live": world.authorities}, sandboxes={}, deployments=deployments
        )
        world.worker, world.caller = Worker(place), await world.house.caller(environment="live")
        yield world


async def _declared(world: World) -> None:
    """What `gateway attestations register` does, at the world's own time."""
    law, wiring = world.house.jurisdictions[CODE], world.house.app.state.wiring
    draft = draft_of(law, "declaration", "live", wiring.deployments)
    assert draft is not None
    signed = {"signed_on": "2026-11-01", "place": "Pamplona"}
    given = HandedIn(
        name="declaration", valid_from=date(2026, 11, 1), body={**draft.body, **signed}, document=b"%PDF signed"
    )
    spec = spec_of(world.house.jurisdictions, CODE, "declaration", Scope.PLATFORM)
    async with accounts.administering(world.house.owner) as connection:
        paper = read_paper(spec, CODE, given, new_id(), draft)
        await attestations.insert_platform(connection, "live", paper, world.house.clock(), "operator")


async def _drafted(world: World, issuer: str) -> Json:
    line = {"description": "Plan", "unit_price": "100.00", "taxes": [{"percent": "21"}]}
    body = {"issuer": issuer, "customer": CUSTOMER, "currency": "EUR", "lines": [line]}
    return await world.caller.made("/v1/invoices", body)


async def _finalized(world: World, issuer: str) -> Json:
    draft = await _drafted(world, issuer)
    answer = await world.caller.post(f"/v1/invoices/{draft['id']}/finalize")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def _state(world: World, invoice: Json) -> str:
    return str((await world.read(invoice))["submissions"][0]["state"])


async def test_nothing_is_sent_in_earnest_without_the_declaration(live: World) -> None:
    issuer = await live.issuer(CODE)
    shown = (await live.caller.get(f"/v1/issuers/{issuer}")).json()
    assert "VERIFACTU-DECLARATION" in [one["rule"] for one in shown["findings"]]
    draft = await _drafted(live, issuer)
    refused = problem(await live.caller.post(f"/v1/invoices/{draft['id']}/finalize"), 422, "validation_failed")
    assert "VERIFACTU-DECLARATION" in [one["rule"] for one in refused["findings"]]
    papers = {one["name"]: one for one in (await live.caller.get(f"/v1/jurisdictions/{CODE}/attestations")).json()}
    assert [one["letter"] for one in papers["declaration"]["draft"]["items"]] == list("abcdefghijkl")
    assert MAKER["name"] in papers["declaration"]["draft"]["text"]
    await _declared(live)
    issued = (await live.caller.post(f"/v1/invoices/{draft['id']}/finalize")).json()
    await live.pass_by(minutes=5)
    assert await _state(live, issued) == "accepted"
    shown = (await live.caller.get(f"/v1/issuers/{issuer}")).json()
    assert "VERIFACTU-DECLARATION" not in [one["rule"] for one in shown["findings"]]


async def test_a_revoked_representation_holds_what_was_sealed(live: World) -> None:
    await _declared(live)
    issuer = await live.issuer(CODE)
    agent = live.authorities.keys.issue_pkcs12(
        "Asesores SL", password="sandbox", organization_identifier="VATES-B00000042"
    )
    fields = {"p12": b64encode(agent).decode(), "password": "sandbox"}
    path = f"/v1/issuers/{issuer}"
    stored = await live.caller.send(
        "PUT", f"{path}/credentials/certificate", json={"jurisdiction": CODE, "fields": fields}
    )
    assert stored.json()["facts"]["qc_type"] == "eseal"
    draft = await _drafted(live, issuer)
    refused = problem(await live.caller.post(f"/v1/invoices/{draft['id']}/finalize"), 422)
    assert "VERIFACTU-REPRESENTATION" in [one["rule"] for one in refused["findings"]]
    paper = {
        "jurisdiction": CODE,
        "name": "representation",
        "body": {"role": "colaborador_social", "nif": "B00000042", "name": "Asesores SL"},
        "valid_from": "2026-01-01",
        "document": SIGNED,
    }
    registered = await live.caller.made(f"{path}/attestations", paper)
    issued = (await live.caller.post(f"/v1/invoices/{draft['id']}/finalize")).json()
    assert (await live.caller.post(f"{path}/attestations/{registered['id']}/revoke")).status_code == 200
    await live.pass_by(minutes=5)
    (flow,) = (await live.caller.get("/v1/flows")).json()
    assert (flow["state"], flow["hold_code"], flow["unsent"], flow["issuer"]) == (
        "held",
        "REPRESENTATION",
        1,
        issuer,
    )
    (incident,) = (await live.caller.get("/v1/incidents", open="true", jurisdiction=CODE)).json()["data"]
    assert (incident["cause"], incident["waiting"], incident["id"]) == ("REPRESENTATION", 1, flow["incident"])
    assert await _state(live, issued) == "queued"


async def test_a_regime_is_left_at_the_end_of_a_year_and_every_message_says_so(live: World) -> None:
    await _declared(live)
    issuer = await live.issuer(CODE)

    def until(last: str, then: str) -> Json:
        regimes = [
            {"regime": "verifactu", "valid_from": "2026-01-01", "valid_until": last},
            {"regime": "sii", "valid_from": then},
        ]
        return {"settings": {CODE: {"regimes": regimes}}}

    path = f"/v1/issuers/{issuer}"
    refused = problem(await live.caller.patch(path, until("2026-11-30", "2026-12-01")), 422, "issuer_refused")
    assert "/settings/verifactu/regimes" in pointers(refused)
    assert (await live.caller.patch(path, until("2026-12-31", "2027-01-01"))).status_code == 200
    issued = await _finalized(live, issuer)
    await live.pass_by(minutes=5)
    assert await _state(live, issued) == "accepted"
    sent = await live.house.value("SELECT string_agg(convert_from(body, 'UTF8'), '') FROM gateway.exchange")
    assert "FechaFinVeriFactu>31-12-2026<" in sent
    live.house.clock.at = datetime(2027, 1, 2, 12, tzinfo=UTC)
    draft = await _drafted(live, issuer)
    assert draft["routes"] == []
    assert "VERIFACTU-REGIME" in [one["rule"] for one in draft["findings"]]


async def test_an_outage_is_an_incident_with_what_waited(live: World) -> None:
    await _declared(live)
    issuer = await live.issuer(CODE)
    live.authorities.down |= {"aeat", "aeat_sello"}
    invoices = [await _finalized(live, issuer) for _ in range(3)]
    await live.pass_by(minutes=10)
    (incident,) = (await live.caller.get("/v1/incidents", open="true")).json()["data"]
    assert (incident["cause"], incident["waiting"], incident["unsent"], incident["issuer"]) == (
        "not_sent",
        3,
        3,
        issuer,
    )
    assert incident["tries"] > 1
    live.authorities.down.clear()
    await live.pass_by(minutes=130)
    assert {await _state(live, one) for one in invoices} == {"accepted"}
    (over,) = (await live.caller.get("/v1/incidents")).json()["data"]
    assert (over["id"], over["waiting"]) == (incident["id"], 0)
    assert over["ended_at"] > over["began_at"]
