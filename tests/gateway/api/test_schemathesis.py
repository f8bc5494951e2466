"""The OpenAPI document is kept: what it allows and what it forbids is answered as it says, and never with a 500."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gateway.published import openapi
from tests.gateway.api.caller import NOON, TOY_CUSTOMER, Caller, House

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 5
DOCUMENT = openapi()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = [result.ok() for result in SCHEMA.get_all_operations()]


@pytest.fixture(scope="module")
async def known(house: House) -> AsyncIterator[tuple[Caller, dict[str, str]]]:
    """A caller, and ids that exist by the names of the path parameters."""
    caller = await house.caller()
    issued = await caller.toy_issued()
    case = await caller.refused(issued, code="T-DATA")
    paid = {"invoice": issued["id"], "amount": "1.00"}
    oath = {"jurisdiction": "toyland", "name": "oath", "body": {"sworn_by": "Ana"}, "document": "AAAA"}
    papers = f"/v1/issuers/{issued['issuer']}/attestations"
    payment = {"issuer": issued["issuer"], "paid_at": NOON.isoformat(), "currency": "EUR", "amount": "1.00"}
    yield (
        caller,
        {
            "issuer_id": issued["issuer"],
            "customer_id": (await caller.made("/v1/customers", TOY_CUSTOMER))["id"],
            "submission_id": issued["submissions"][0]["id"],
            "case_id": case["id"],
            "payment_id": (await caller.made("/v1/payments", payment | {"allocations": [paid]}))["id"],
            "attestation_id": (await caller.made(papers, oath | {"valid_from": "2026-11-01"}))["id"],
            "code": "toyland",
            "name": "office",
            "receiver": "0208:0999000228",
        },
    )


def _arguments(case: Any, caller: Caller) -> dict[str, Any]:
    """What the case sends, with the caller's key."""
    sent = dict(case.as_transport_kwargs(base_url="http://localhost"))
    headers = {str(name): str(value) for name, value in dict(sent.pop("headers", {})).items()}
    content = sent.pop("data", None)
    if content is not None:
        sent["content"] = content if isinstance(content, bytes) else str(content).encode("utf-8", "surrogatepass")
    allowed = {name: value for name, value in sent.items() if name in ("method", "url", "params", "json", "content")}
    encoded = [(name.encode(), value.encode("utf-8", "replace")) for name, value in (headers | caller.headers).items()]
    return allowed | {"headers": encoded}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
async def test_the_document_is_kept(
    house: House, known: tuple[Caller, dict[str, str]], operation: Any, mode: GenerationMode
) -> None:
    (caller, names), loop = known, asyncio.get_running_loop()
    real = names | {"invoice_id": (await caller.toy_draft(await caller.toy_issuer()))["id"]}

    async def send(arguments: dict[str, Any]) -> httpx2.Response:
        return await house.client.request(arguments.pop("method"), arguments.pop("url"), **arguments)

    def look(case: Any) -> None:
        case.path_parameters = {name: real[name] for name in case.path_parameters or {}}
        answer = asyncio.run_coroutine_threadsafe(send(_arguments(case, caller)), loop).result(30)
        case.validate_response(answer, checks=CHECKS)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        look(case)

    trouble = await asyncio.to_thread(_outcome, run)
    if trouble is not None and type(trouble).__name__ in ("Unsatisfiable", "SkipTest", "Skipped"):
        pytest.skip("the document leaves nothing to be wrong here")
    assert trouble is None, _told(trouble)


def _outcome(run: Callable[[], None]) -> BaseException | None:
    """What went wrong, as a value: a group of failures would end the event loop's own task."""
    try:
        run()
    except BaseException as why:
        return why
    return None


def _told(why: BaseException) -> str:
    if isinstance(why, BaseExceptionGroup):
        return "\n".join(_told(one) for one in why.exceptions)
    return f"{type(why).__name__}: {why}"


def _named(document: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        (path, example)
        for path, item in document["paths"].items()
        for operation in item.values()
        for example in operation.get("requestBody", {})
        .get("content", {})
        .get("application/json", {})
        .get("schema", {})
        .get("examples", ())
    ]


async def test_every_example_works_as_it_stands(house: House) -> None:
    caller = await house.caller()
    examples = _named(DOCUMENT)
    assert {path for path, _ in examples} == {"/v1/issuers", "/v1/customers", "/v1/invoices", "/v1/payments"}
    made: dict[str, str] = {}
    for path in ("/v1/issuers", "/v1/customers", "/v1/invoices"):
        for body in (example for where, example in examples if where == path):
            sent = dict(body)
            if path == "/v1/invoices":
                sent["issuer"] = made["/v1/issuers"]
                if isinstance(sent["customer"], str):
                    sent["customer"] = made["/v1/customers"]
            answer = await caller.post(path, sent)
            assert answer.status_code == 201, answer.text
            made[path] = answer.json()["id"]
            assert answer.json().get("ready_to_finalize", True) or "references" not in body, answer.text
            if answer.json().get("ready_to_finalize"):
                made["paid"] = answer.json()["id"]
                assert (await caller.post(f"/v1/invoices/{made['paid']}/finalize")).status_code == 200
    (payment,) = (example for path, example in examples if path == "/v1/payments")
    shares = [dict(one) | {"invoice": made["paid"]} for one in payment["allocations"]]
    paid = await caller.post("/v1/payments", dict(payment) | {"issuer": made["/v1/issuers"], "allocations": shares})
    assert paid.status_code == 201, paid.text
