"""One wish, one effect: the Idempotency-Key on everything that makes or moves something."""

import asyncio
import hashlib

import asyncpg
import pytest

from tests.gateway.api.caller import TOY_CUSTOMER, TOY_ISSUER, Caller, House, problem, toy_invoice


@pytest.mark.parametrize(
    "path", ["issuers", "customers", "invoices", "invoices/{}/finalize", "invoices/{}/corrections"]
)
async def test_the_key_is_required(caller: Caller, path: str) -> None:
    draft = await caller.toy_draft()
    bodies = {
        "issuers": TOY_ISSUER,
        "customers": TOY_CUSTOMER,
        "invoices": toy_invoice(draft["issuer"]),
        "invoices/{}/finalize": None,
        "invoices/{}/corrections": {"option": "credit_note"},
    }
    sent = {} if bodies[path] is None else {"json": bodies[path]}
    target = "/v1/" + path.format(draft["id"])
    problem(await caller.send("POST", target, **sent), 400, "idempotency_key_missing")
    blank = await caller.send("POST", target, headers={"Idempotency-Key": "  "}, **sent)
    problem(blank, 400)
    long = await caller.send("POST", target, headers={"Idempotency-Key": "k" * 256}, **sent)
    problem(long, 400, "idempotency_key_invalid")


async def test_a_replay_gives_the_first_answer(caller: Caller) -> None:
    issuer = await caller.toy_issuer()
    body = toy_invoice(issuer)
    first = await caller.post("/v1/invoices", body, key="invoice:project_4821:milestone_3")
    again = await caller.post("/v1/invoices", body, key="invoice:project_4821:milestone_3")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["request-id"] != first.headers["request-id"]
    assert first.json()["source_ref"] == "invoice:project_4821:milestone_3"
    other = await caller.post("/v1/invoices", body | {"note": "x"}, key="invoice:project_4821:milestone_3")
    problem(other, 422, "idempotency_key_reused")
    elsewhere = await caller.post("/v1/customers", TOY_CUSTOMER, key="invoice:project_4821:milestone_3")
    problem(elsewhere, 422, "idempotency_key_reused")


async def test_a_refusal_is_not_kept(caller: Caller) -> None:
    issuer = await caller.toy_issuer()
    problem(await caller.post("/v1/invoices", toy_invoice(issuer, currency="€"), key="k"), 400)
    problem(await caller.post("/v1/invoices", toy_invoice("iss_" + "1" * 32), key="k"), 404)
    assert (await caller.post("/v1/invoices", toy_invoice(issuer), key="k")).status_code == 201


async def test_while_the_first_is_running_the_second_waits_for_its_turn(house: House, caller: Caller) -> None:
    issuer = await caller.toy_issuer()
    draft = await caller.toy_draft(issuer)
    running = await asyncpg.connect(house.owner)
    try:
        async with running.transaction():
            await running.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"{caller.tenant}{caller.environment}busy"
            )
            for path, body in (("/v1/invoices", toy_invoice(issuer)), (f"/v1/invoices/{draft['id']}/finalize", None)):
                busy = await caller.post(path, body, key="busy")
                problem(busy, 409, "idempotency_key_in_use")
                assert int(busy.headers["retry-after"]) > 0
    finally:
        await running.close()
    assert (await caller.post("/v1/invoices", toy_invoice(issuer), key="busy")).status_code == 201


async def test_many_at_once_with_one_key_make_one(house: House, caller: Caller) -> None:
    issuer = await caller.toy_issuer()
    answers = await asyncio.gather(*(caller.post("/v1/invoices", toy_invoice(issuer), key="same") for _ in range(6)))
    made = [one for one in answers if one.status_code == 201]
    assert made
    assert len({one.json()["id"] for one in made}) == 1
    assert {one.status_code for one in answers} <= {201, 409}
    assert await house.value("SELECT count(*) FROM gateway.invoice WHERE tenant_id = $1", caller.tenant) == 1


async def test_many_at_once_for_one_event_make_one(house: House, caller: Caller) -> None:
    issuer = await caller.toy_issuer()
    bodies = [toy_invoice(issuer, source_ref="event") for _ in range(6)]
    answers = await asyncio.gather(*(caller.post("/v1/invoices", body) for body in bodies))
    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409, 409, 409]
    for one in answers:
        if one.status_code == 409:
            problem(one, 409, "duplicate_business_event")


async def test_keys_of_two_tenants_are_strangers(house: House, caller: Caller) -> None:
    other = await house.caller()
    for one in (caller, other):
        assert (await one.post("/v1/customers", TOY_CUSTOMER, key="shared")).status_code == 201
    live = await house.caller(caller.tenant, environment="live")
    assert (await live.post("/v1/customers", TOY_CUSTOMER, key="shared")).status_code == 201


async def test_what_is_kept_is_a_fingerprint(house: House, caller: Caller) -> None:
    await caller.post("/v1/customers", TOY_CUSTOMER, key="fp")
    kept = await house.value("SELECT fingerprint FROM gateway.idempotency WHERE tenant_id = $1", caller.tenant)
    assert len(kept) == hashlib.sha256().digest_size
