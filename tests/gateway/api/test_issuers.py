"""Issuers, their write-only credentials, and customers."""

import base64

import pytest

from tests.gateway.api.caller import TOY_CUSTOMER, TOY_ISSUER, Caller, House, pointers, problem


async def test_an_issuer_is_made_read_and_changed(caller: Caller) -> None:
    made = await caller.post("/v1/issuers", TOY_ISSUER)
    assert made.status_code == 201
    assert made.headers["location"] == f"/v1/issuers/{made.json()['id']}"
    assert made.headers["etag"] == '"1"'
    read = await caller.get(made.headers["location"])
    assert read.json() == made.json()
    changed = await caller.patch(
        made.headers["location"], {"name": "Toys & Sons", "address": {"city": None}}, read.headers["etag"]
    )
    assert changed.status_code == 200
    assert changed.headers["etag"] == '"2"'
    assert changed.json()["name"] == "Toys & Sons"
    assert changed.json()["address"]["country"] == "AQ"
    assert changed.json()["address"].get("city") is None
    problem(await caller.patch(made.headers["location"], {"name": "Late"}, '"1"'), 412, "stale")


async def test_settings_are_read_by_their_jurisdiction(caller: Caller) -> None:
    body = TOY_ISSUER | {"settings": {"toyland": {"instalation": "2"}, "atlantis": {}}}
    found = problem(await caller.post("/v1/issuers", body), 422, "settings_invalid")
    assert pointers(found) == ["/settings/toyland", "/settings/atlantis"]
    issuer = await caller.toy_issuer(settings={"toyland": {"installation": "2"}})
    wrong = await caller.patch(f"/v1/issuers/{issuer}", {"settings": {"toyland": {"installation": 7}}})
    assert pointers(problem(wrong, 422)) == ["/settings/toyland/installation"]


async def test_a_time_zone_must_exist(caller: Caller) -> None:
    found = problem(await caller.post("/v1/issuers", TOY_ISSUER | {"time_zone": "Europe/Atlantis"}), 422)
    assert pointers(found) == ["/time_zone"]
    issuer = await caller.toy_issuer()
    problem(await caller.patch(f"/v1/issuers/{issuer}", {"time_zone": "Mars"}), 422)


async def test_a_credential_is_never_shown_again(house: House, caller: Caller) -> None:
    issuer = await caller.toy_issuer(account=False)
    path = f"/v1/issuers/{issuer}/credentials/office"
    body = {"jurisdiction": "toyland", "fields": {"password": "open sesame"}}
    stored = await caller.send("PUT", path, json=body)
    assert stored.status_code == 200
    assert stored.json()["version"] == 1
    assert (await caller.send("PUT", path, json=body)).json()["version"] == 2
    shown = await caller.get(f"/v1/issuers/{issuer}")
    assert shown.json()["credentials"] == [{"jurisdiction": "toyland", "name": "office", "version": 2, "facts": {}}]
    told = await house.value(
        "SELECT string_agg(detail::text, '') FROM gateway.audit WHERE tenant_id = $1", caller.tenant
    )
    sealed = await house.value("SELECT sealed FROM gateway.credential WHERE tenant_id = $1", caller.tenant)
    for place in (stored.text, shown.text, told, sealed.decode("latin-1")):
        assert "sesame" not in place
    assert (await caller.get(path)).status_code in (404, 405)


async def test_credentials_that_cannot_be_used_are_refused(caller: Caller) -> None:
    issuer = await caller.toy_issuer(account=False)
    path = f"/v1/issuers/{issuer}/credentials/"

    async def put(name: str, jurisdiction: str, **fields: str) -> list[str | None]:
        body = {"jurisdiction": jurisdiction, "fields": fields}
        return pointers(problem(await caller.send("PUT", path + name, json=body), 422))

    rubbish = base64.b64encode(b"rubbish").decode()
    assert await put("office", "toyland") == ["/fields/password"]
    assert await put("office", "toyland", password="x", passwort="y") == ["/fields/passwort"]
    assert await put("office", "toyland", password="  ") == ["/fields/password"]
    assert await put("vault", "toyland", password="x") == ["/jurisdiction"]
    assert await put("office", "atlantis", password="x") == ["/jurisdiction"]
    assert await put("certificate", "verifactu", p12=rubbish, password="x") == ["/fields/p12"]
    assert await put("certificate", "verifactu", p12="?", password="x") == ["/fields/p12"]
    assert await put("access_point", "peppol", token="x") == ["/jurisdiction"]  # the operator's, not a tenant's
    problem(
        await caller.send(
            "PUT",
            "/v1/issuers/iss_" + "0" * 32 + "/credentials/office",
            json={"jurisdiction": "toyland", "fields": {"password": "x"}},
        ),
        404,
    )


async def test_customers(caller: Caller) -> None:
    made = await caller.made("/v1/customers", TOY_CUSTOMER)
    path = f"/v1/customers/{made['id']}"
    changed = await caller.patch(path, {"name": "Grown-up"}, '"1"')
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert (await caller.get(path)).json() == changed.json()
    problem(await caller.patch(path, {"name": "Later"}, '"1"'), 412)
    wrong = problem(await caller.patch(path, {"address": {"country": "Toyland"}}), 400, "malformed")
    assert pointers(wrong) == ["/address/country"]


@pytest.mark.parametrize("kind", ["issuers", "customers"])
async def test_lists_are_walked_without_gaps_or_repeats(caller: Caller, kind: str) -> None:
    body = TOY_ISSUER if kind == "issuers" else TOY_CUSTOMER
    made = [(await caller.made(f"/v1/{kind}", body))["id"] for _ in range(5)]
    seen, cursor, first = [], None, True
    while first or cursor:
        page = (await caller.get(f"/v1/{kind}", limit=2, **({"cursor": cursor} if cursor else {}))).json()
        seen += [one["id"] for one in page["data"]]
        if first:
            await caller.made(f"/v1/{kind}", body)  # what comes in between moves nothing
        cursor, first = page["next_cursor"], False
    assert seen == made[::-1]


async def test_a_key_for_one_issuer_sees_no_other(house: House, caller: Caller) -> None:
    issuers = [await caller.toy_issuer() for _ in range(4)]
    from uuid import UUID

    limited = await house.caller(caller.tenant, issuers=[UUID(issuers[0][4:]), UUID(issuers[3][4:])])
    first = (await limited.get("/v1/issuers", limit=1)).json()
    assert [one["id"] for one in first["data"]] == [issuers[3]]
    second = (await limited.get("/v1/issuers", limit=1, cursor=first["next_cursor"])).json()
    assert [one["id"] for one in second["data"]] == [issuers[0]]
    assert second["next_cursor"] is None
    problem(await limited.get(f"/v1/issuers/{issuers[1]}"), 403)
    problem(await limited.patch(f"/v1/issuers/{issuers[1]}", {"name": "Mine"}), 403)
    problem(await limited.post("/v1/issuers", TOY_ISSUER), 403)
