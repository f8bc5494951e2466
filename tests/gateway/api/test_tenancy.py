"""Nobody sees or touches what is another's: other tenants, other environments, other scopes."""

import pytest

from gateway.actor import ALL_SCOPES
from tests.gateway.api.caller import TOY_CUSTOMER, TOY_ISSUER, Caller, House, pointers, problem, toy_invoice


async def _everything(caller: Caller) -> list[tuple[str, str, object]]:
    issued = await caller.toy_issued()
    case = await caller.refused(issued, code="T-DATA")
    customer = (await caller.made("/v1/customers", TOY_CUSTOMER))["id"]
    invoice, submission = f"/v1/invoices/{issued['id']}", f"/v1/submissions/{issued['submissions'][0]['id']}"
    issuer = f"/v1/issuers/{issued['issuer']}"
    return [
        ("GET", issuer, None),
        ("PATCH", issuer, {}),
        ("PUT", f"{issuer}/credentials/office", {"jurisdiction": "toyland", "fields": {"password": "x"}}),
        ("GET", f"/v1/customers/{customer}", None),
        ("PATCH", f"/v1/customers/{customer}", {}),
        ("GET", invoice, None),
        ("PATCH", invoice, {}),
        ("DELETE", invoice, None),
        ("POST", f"{invoice}/check", None),
        ("POST", f"{invoice}/finalize", None),
        ("GET", f"{invoice}/corrections", None),
        ("POST", f"{invoice}/corrections", {"option": "credit_note"}),
        ("GET", f"{invoice}/documents", None),
        ("GET", f"{invoice}/documents/toyland-record.json", None),
        ("GET", f"{invoice}/documents/toyland-qr.svg", None),
        ("GET", f"{invoice}/trace", None),
        ("GET", submission, None),
        ("GET", f"{submission}/evidence", None),
        ("POST", f"{submission}/retry", None),
        ("GET", f"/v1/cases/{case['id']}", None),
        ("PATCH", f"/v1/cases/{case['id']}", {"owner": "x"}),
        ("POST", f"/v1/cases/{case['id']}/resubmit", {}),
        ("POST", f"/v1/cases/{case['id']}/resolve", {"reason": "x"}),
        ("POST", "/v1/invoices", toy_invoice(issued["issuer"])),
    ]


@pytest.mark.parametrize("who", ["another tenant", "the live key of the same tenant"])
async def test_what_is_anothers_is_not_there(house: House, caller: Caller, who: str) -> None:
    everything = await _everything(caller)
    stranger = await (house.caller() if who == "another tenant" else house.caller(caller.tenant, environment="live"))
    for n, (method, path, body) in enumerate(everything):
        more = {} if body is None else {"json": body}
        answer = await stranger.send(method, path, headers={"Idempotency-Key": f"s{n}"}, **more)
        assert answer.status_code == 404, (method, path, answer.text)
        problem(answer, 404)
    for path in ("issuers", "customers", "invoices", "submissions", "cases", "events", "incidents"):
        assert (await stranger.get(f"/v1/{path}")).json() == {"data": [], "next_cursor": None}
    assert (await stranger.get("/v1/flows")).json() == []


async def test_anothers_customer_or_invoice_cannot_be_named(house: House, caller: Caller) -> None:
    issued = await caller.toy_issued()
    customer = (await caller.made("/v1/customers", TOY_CUSTOMER))["id"]
    stranger = await house.caller()
    issuer = await stranger.toy_issuer()
    named = await stranger.post("/v1/invoices", toy_invoice(issuer, customer=customer))
    assert pointers(problem(named, 404)) == ["/customer"]
    references = {"preceding": [{"invoice": issued["id"]}]}
    note = await stranger.toy_draft(issuer, kind="credit_note", references=references)
    assert "/references/preceding/0/invoice" in pointers(note)


def _handlers(house: House) -> list[tuple[str, str, str]]:
    return sorted(
        (method, str(route.path), str(handler.opt["scope"]))
        for route in house.app.routes
        for handler in getattr(route, "route_handlers", ())
        for method in handler.http_methods
        if handler.opt.get("scope") and method != "OPTIONS"
    )


async def test_every_handler_refuses_a_key_without_its_scope(house: House) -> None:
    handlers = _handlers(house)
    assert len(handlers) > 25
    for method, path, scope in handlers:
        keyless = await house.client.request(method, _filled(path))
        problem(keyless, 401, "unauthenticated")
        assert keyless.headers["www-authenticate"].startswith("Bearer")
        lacking = await house.caller(scopes=ALL_SCOPES - {scope})
        refused = problem(await lacking.send(method, _filled(path)), 403, "missing_scope")
        assert scope in refused["detail"]


def _filled(path: str) -> str:
    return "/".join("x" if part.startswith("{") else part for part in path.split("/"))


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer sk_test_", "Bearer sk_test_unknown", "Basic eDp5", "Bearer é"]
)
async def test_a_wrong_key_is_told(house: House, header: str) -> None:
    answer = await house.client.get("/v1/issuers", headers=[(b"authorization", header.encode("latin-1"))])
    problem(answer, 401)


async def test_a_revoked_key_is_refused_after_a_few_seconds(house: House) -> None:
    caller = await house.caller()
    assert (await caller.post("/v1/issuers", TOY_ISSUER)).status_code == 201
    await house.execute("UPDATE platform.api_key SET revoked_at = now() WHERE tenant_id = $1", caller.tenant)
    house.clock.pass_by(seconds=6)
    problem(await caller.get("/v1/issuers"), 401)
