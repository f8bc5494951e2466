"""Whatever comes in: a clear 4xx that says where, and never a 500."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest

from tests.gateway.api.caller import TOY_LINE, Caller, House, pointers, problem, toy_invoice

NIL_ID = "0" * 32


@pytest.fixture(scope="module")
async def drafted(house: House) -> AsyncIterator[tuple[Caller, str]]:
    """A caller and its issuer."""
    caller = await house.caller()
    yield caller, await caller.toy_issuer()


async def _raw(caller: Caller, content: bytes, content_type: str = "application/json", path: str = "/v1/invoices"):
    headers = {"Content-Type": content_type} if content_type else {}
    return await caller.post(path, headers=headers, content=content)


def _with(issuer: str, **fields: object) -> bytes:
    return msgspec.json.encode(toy_invoice(issuer, **fields))


def _line(issuer: str, field: str, raw: bytes) -> bytes:
    """An invoice whose line has `raw` for a field, as no encoder would write it."""
    body = _with(issuer, lines=[TOY_LINE | {field: "@@"}])
    return body.replace(b'"@@"', raw)


MALFORMED = {
    "nothing": b"",
    "cut": b'{"issuer":',
    "array": b"[]",
    "text": b'"x"',
    "null": b"null",
    "number": b"1",
    "two": b"{} {}",
    "comment": b"{/**/}",
    "not utf-8": b'{"issuer": "\xff\xfe"}',
    "utf-16": '{"issuer": "x"}'.encode("utf-16"),
    "nul": b"\x00",
    "bom": b"\xef\xbb\xbf{}",
    "single quotes": b"{'issuer': 1}",
    "deep arrays": b'{"extensions": {"toyland": {"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}}",
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "deep unclosed": b"[" * 1_000_000,
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_malformed_bodies(drafted: tuple[Caller, str], name: str) -> None:
    caller, _ = drafted
    for path in ("/v1/invoices", "/v1/issuers", "/v1/customers", f"/v1/cases/case_{NIL_ID}/resubmit"):
        answer = await _raw(caller, MALFORMED[name], path=path)
        assert answer.status_code in (400, 404), (path, answer.text)
    found = problem(await _raw(caller, MALFORMED[name]), 400, "malformed")
    assert found["findings"]


NUMBERS = [b"49.0", b"49", b"1e3", b"NaN", b"Infinity", b"-0", b"1e999", b'"NaN"', b'"Infinity"', b'"1e3"', b'"1,5"']
NUMBERS += [b'" 1"', b'"1 "', b'"1\\n"', b'"+1"', b'".5"', b'"1."', b'"0x1F"', b'"\xd9\xa3"', b'"1_000"', b'""']
NUMBERS += [b'"' + b"9" * 40 + b'"', b'"0.' + b"1" * 40 + b'"', b"9" * 5000, b"true", b"{}", b"[]"]


@pytest.mark.parametrize("raw", NUMBERS)
async def test_amounts_are_plain_decimal_strings(drafted: tuple[Caller, str], raw: bytes) -> None:
    caller, issuer = drafted
    found = problem(await _raw(caller, _line(issuer, "unit_price", raw)), 400, "malformed")
    if raw[:1] not in b"NI":  # NaN and Infinity are no JSON at all
        assert pointers(found) in (["/lines/0/unit_price"], [""]), found


@pytest.mark.parametrize("raw", [b"1.5", b"-1", b'"4900"', b"9" * 30, b"true"])
async def test_minor_units_are_integers(drafted: tuple[Caller, str], raw: bytes) -> None:
    caller, issuer = drafted
    answer = await _raw(caller, _line(issuer, "amount_minor", raw))
    assert answer.status_code == 400, answer.text


TEXTS = ["\\u0000", "\\u0007", "\\u001b[31m", "\\n", "\\u202e", "\\u200f", "\\u2066", "\\ufeff", "\\uffff", "\\u0085"]


@pytest.mark.parametrize("text", [*TEXTS, "\\ud800", "\\udfff\\ud800", "x" * 1001, ""])
async def test_texts_without_control_characters_and_direction_marks(drafted: tuple[Caller, str], text: str) -> None:
    caller, issuer = drafted
    problem(await _raw(caller, _line(issuer, "description", f'"a{text}"'.encode() if text else b'""')), 400)


HIDDEN = ["\\u0000", "\\ud800", "a\\u0000b"]


@pytest.mark.parametrize("text", HIDDEN)
async def test_what_no_database_can_keep_is_refused_everywhere(drafted: tuple[Caller, str], text: str) -> None:
    caller, issuer = drafted
    draft = await caller.toy_draft(issuer)
    value = f'"{text}"'
    bags = [
        f'{{"extensions": {{"toyland": {{"ask_for": {value}}}}}}}',
        f'{{"extensions": {{"toyland": {{{value}: 1}}}}}}',
        f'{{"extensions": {{{value}: {{}}}}}}',
        f'{{"metadata": {{{value}: "x"}}}}',
        f'{{"metadata": {{"x": {value}}}}}',
        f"{{{value}: 1}}",
        f'{{"note": {value}}}',
    ]
    for bag in bags:
        for path in (f"/v1/invoices/{draft['id']}", f"/v1/issuers/{issuer}"):
            answer = await caller.send(
                "PATCH", path, content=bag.encode(), headers={"Content-Type": "application/json"}
            )
            assert 400 <= answer.status_code < 500, (bag, answer.text)
        whole = _with(issuer)[:-1] + b"," + bag[1:].encode()
        answer = await _raw(caller, whole)
        assert 400 <= answer.status_code < 500, (bag, answer.text)


@pytest.mark.parametrize("path", ["/v1/invoices", "/v1/issuers", "/v1/customers"])
async def test_unknown_fields_are_named(drafted: tuple[Caller, str], path: str) -> None:
    caller, issuer = drafted
    bodies = {
        "/v1/invoices": toy_invoice(issuer, lines=[TOY_LINE | {"colour": "red"}]),
        "/v1/issuers": {"name": "x", "tax_ids": [{"scheme": "AQ:TIN", "value": "1", "colour": 1}], "address": {}},
        "/v1/customers": {"name": "x", "colour": "red"},
    }
    found = problem(await caller.post(path, bodies[path]), 400, "malformed")
    assert "colour" in found["findings"][0]["message"]


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json"]
)
async def test_another_media_type_is_415(drafted: tuple[Caller, str], method: str, content_type: str) -> None:
    caller, issuer = drafted
    if method == "POST":
        answer = await _raw(caller, _with(issuer), content_type)
    else:
        draft = await caller.toy_draft(issuer)
        headers = {"Content-Type": content_type} if content_type else {}
        answer = await caller.send("PATCH", f"/v1/invoices/{draft['id']}", content=b"{}", headers=headers)
    problem(answer, 415, "unsupported_media_type")


JSON_NAMES = ["application/json; charset=utf-8", "APPLICATION/JSON", "application/merge-patch+json", ""]


@pytest.mark.parametrize("content_type", JSON_NAMES)
async def test_json_by_any_of_its_names(drafted: tuple[Caller, str], content_type: str) -> None:
    caller, issuer = drafted
    assert (await _raw(caller, _with(issuer), content_type)).status_code == 201


async def test_large_bodies_are_413(drafted: tuple[Caller, str]) -> None:
    caller, issuer = drafted
    large = b'{"note": "' + b"x" * 10_000_001 + b'"}'
    problem(await _raw(caller, large), 413, "too_large")

    async def trickle() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"x" * 1_000_000

    problem(await _raw(caller, trickle()), 413)  # type: ignore[arg-type]
    problem(await _raw(caller, large, "application/xml", "/v1/documents/validate?jurisdiction=toyland"), 413)
    assert (await _raw(caller, _with(issuer))).status_code == 201  # nothing is the worse for it


async def test_thousands_of_lines_are_bounded(drafted: tuple[Caller, str]) -> None:
    caller, issuer = drafted
    problem(await caller.post("/v1/invoices", toy_invoice(issuer, lines=[TOY_LINE] * 5001)), 400)
    problem(await caller.post("/v1/invoices", toy_invoice(issuer, lines=[])), 400)


PATHS = [
    "/v1/invoices/%00",
    "/v1/invoices/inv_%00",
    "/v1/invoices/inv_" + "g" * 32,
    "/v1/invoices/inv_" + NIL_ID + "%00",
    "/v1/invoices/" + "x" * 5000,
    "/v1/invoices/..%2f..%2fetc%2fpasswd",
    "/v1/invoices/%ff%fe",
    "/v1/invoices/%ed%a0%80",
    f"/v1/invoices/inv_{NIL_ID}/documents/%00",
    "/v1/issuers/%F0%9F%98%80",
    "/v1/jurisdictions/%00",
    "/v1/cases/case_" + "٣" * 32,
    "/nothing",
    "/v1/nothing/%00",
]


@pytest.mark.parametrize("path", PATHS)
async def test_paths_that_name_nothing(drafted: tuple[Caller, str], path: str) -> None:
    caller, _ = drafted
    answer = await caller.send("GET", path)
    problem(answer, 404, "not_found")


QUERIES = [
    "/v1/invoices?jurisdiction=%00",
    "/v1/invoices?jurisdiction=%ff",
    "/v1/invoices?issuer=%00",
    "/v1/invoices?issuer=iss_%00",
    "/v1/submissions?jurisdiction=a%00b",
    "/v1/submissions?invoice=%00",
    "/v1/submissions?issuer=%00",
    "/v1/cases?jurisdiction=%00",
    "/v1/cases?state=%00",
    "/v1/cases?cursor=%00",
    "/v1/events?cursor=%00",
    "/v1/invoices?limit=1&limit=2",
    "/v1/invoices?limit=" + "9" * 5000,
    "/v1/invoices?created_from=0000-00-00",
    "/v1/invoices?created_from=0001-01-01T00:00:00%2B14:00",
    "/v1/invoices?created_until=9999-12-31T23:59:59-14:00",
    "/v1/invoices?created_from=0001-01-01T00:00:00",
    "/v1/invoices?created_from=99999999999999999999",
    "/v1/invoices?cursor=AAAAAAAAAAAAAAAAAAAAAA",
    "/v1/invoices?unknown=%00",
    "/v1/invoices?jurisdiction=" + "x" * 65,
]


@pytest.mark.parametrize("path", QUERIES)
async def test_queries_that_mean_nothing(drafted: tuple[Caller, str], path: str) -> None:
    caller, _ = drafted
    answer = await caller.send("GET", path)
    assert answer.status_code in (200, 400, 404), answer.text
    if answer.status_code != 200:
        problem(answer, answer.status_code)


HEADERS = [
    b"\x00",
    b"a\x00b",
    b"\xff",
    b"\x80\x81",
    b"a\x7f",
    b"\t",
    "é".encode("latin-1"),
    b"\xe2\x80\xaex",
    b"x" * 70_000,
]


@pytest.mark.parametrize("value", HEADERS)
async def test_headers_that_mean_nothing(drafted: tuple[Caller, str], value: bytes) -> None:
    caller, issuer = drafted
    plain = [(name.encode(), text.encode()) for name, text in caller.headers.items()]
    plain.append((b"content-type", b"application/json"))
    for name in (b"idempotency-key", b"request-id", b"x-correlation-id", b"traceparent", b"if-match", b"accept"):
        headers, draft = [*plain, (name, value)], await caller.toy_draft(issuer)
        if name != b"idempotency-key":
            headers.append((b"idempotency-key", draft["id"].encode()))
        for method, path, body in (
            ("PATCH", f"/v1/invoices/{draft['id']}", b"{}"),
            ("POST", f"/v1/invoices/{draft['id']}/finalize", b""),
            ("POST", "/v1/invoices", _with(issuer, source_ref=draft["id"])),
        ):
            answer = await caller.house.client.request(method, path, headers=headers, content=body)
            assert answer.status_code < 500, (name, method, path, answer.text)
            assert answer.headers["request-id"].isprintable()
    for header in ([(b"authorization", b"Bearer sk_test_" + value)], [(b"authorization", value)]):
        assert (await caller.house.client.get("/v1/issuers", headers=header)).status_code == 401


async def test_a_method_that_is_not_taken(drafted: tuple[Caller, str]) -> None:
    caller, _ = drafted
    problem(await caller.send("PUT", "/v1/invoices"), 405, "method_not_allowed")
    problem(await caller.send("DELETE", "/v1/events"), 405)


DATES = ["0001-01-01", "9999-12-31", "2026-02-30", "20261120", "2026-11-20T00:00:00", "x"]


@pytest.mark.parametrize("day", DATES)
async def test_dates_at_the_ends_of_time(drafted: tuple[Caller, str], day: str) -> None:
    caller, issuer = drafted
    fields = {"issue_date": day, "operation_date": day, "due_in_days": 3650, "period": {"start": day, "end": day}}
    answer = await caller.post("/v1/invoices", toy_invoice(issuer, **fields))
    assert answer.status_code in (201, 400), answer.text
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        other = await caller.toy_issuer(time_zone=zone)
        answer = await caller.post("/v1/invoices", toy_invoice(other, **fields))
        assert answer.status_code in (201, 400), answer.text


HUGE = [
    {"lines": [TOY_LINE | {"unit_price": "999999999999.999999", "quantity": "999999999999.999999"}] * 50},
    {"lines": [TOY_LINE | {"quantity": "-999999999999.999999", "unit_price": "999999999999.999999"}]},
    {"lines": [{**TOY_LINE, "taxes": [{"percent": "999.999999"}]}] * 3},
    {"lines": [{**TOY_LINE, "unit_price": None, "amount_minor": 10**15}], "currency": "BHD"},
    {"prepaid": "-999999999999999.999"},
    {"prices_include_tax": True, "lines": [{**TOY_LINE, "taxes": [{"percent": "999.999999"}, {"percent": "0"}]}]},
    {"currency": "zzz"},
    {"extensions": {"toyland": {"ask_for": 10**400}}},
    {"extensions": {"toyland": {"ask_for": 1e300}}},
    {"metadata": {"k" * 5000: "v"}},
    {"references": {"preceding": [{"invoice": "inv_" + NIL_ID}, {"number": "x"}, {}]}},
]


@pytest.mark.parametrize("fields", HUGE)
async def test_huge_values_are_computed_or_refused(drafted: tuple[Caller, str], fields: dict) -> None:
    caller, issuer = drafted
    answer = await caller.post("/v1/invoices", toy_invoice(issuer, **fields))
    assert answer.status_code in (201, 400), answer.text
    if answer.status_code == 201:
        finalized = await caller.post(f"/v1/invoices/{answer.json()['id']}/finalize")
        assert finalized.status_code in (200, 422), finalized.text
        assert (await caller.get(f"/v1/invoices/{answer.json()['id']}")).status_code == 200


MERGES = [
    b"[]",
    b"null",
    b'"x"',
    b"1",
    b'{"lines": null}',
    b'{"issuer": null}',
    b'{"lines": {"0": {}}}',
    b'{"id": "x"}',
]
MERGES += [b'{"version": 9}', b'{"customer": {"name": null}}', b'{"extensions": 1}', b'{"kind": "bill"}', b""]


@pytest.mark.parametrize("patch", MERGES)
async def test_patches_that_make_no_invoice(drafted: tuple[Caller, str], patch: bytes) -> None:
    caller, issuer = drafted
    draft = await caller.toy_draft(issuer)
    headers = {"Content-Type": "application/json"}
    answer = await caller.send("PATCH", f"/v1/invoices/{draft['id']}", content=patch, headers=headers)
    problem(answer, 400, "malformed")
    assert (await caller.get(f"/v1/invoices/{draft['id']}")).json() == draft
