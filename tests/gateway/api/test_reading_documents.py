"""A document in place of JSON: the same answer as the draft that it states, and for whatever else comes a clear 4xx."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from decimal import Decimal

import httpx2
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gateway.actor import Scope
from gateway.identity import Prefix
from gateway.identity import read as read_id
from jurisdictions.peppol.reading import read
from jurisdictions.peppol.seal import seal
from tests.gateway.api.caller import Caller, House, Json, problem, toy_invoice
from tests.jurisdictions.peppol import shapes
from tests.official import official

SELLER = shapes.BELGIAN | {"time_zone": "Europe/Brussels"}


def document(name: str = "plain", number: str = "P-17") -> bytes:
    """A document as another system would have written it."""
    return seal(shapes.sealing(shapes.SHAPES[name], number=number), None).body  # type: ignore[arg-type]


@pytest.fixture
async def seller(caller: Caller) -> str:
    return str((await caller.made("/v1/issuers", SELLER))["id"])


async def sent(
    caller: Caller, body: bytes, *, media_type: str = "application/xml", path: str = "/v1/invoices", key: str = ""
) -> httpx2.Response:
    return await caller.post(path, key=key or None, headers={"Content-Type": media_type}, content=body)


async def drafted(caller: Caller, body: bytes, **more: str) -> Json:
    answer = await sent(caller, body, **more)
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


def rules(body: Json) -> set[str]:
    return {finding["rule"] for finding in body["findings"]}


@pytest.mark.parametrize("media_type", ["application/xml", "text/xml", "application/xml; charset=utf-8"])
async def test_a_document_makes_the_draft_that_it_states(caller: Caller, seller: str, media_type: str) -> None:
    draft = await drafted(caller, document(), media_type=media_type)
    assert draft["issuer"] == seller
    assert draft["customer"]["name"] == "Example BV"
    assert draft["totals"]["payable"] == "59.29"
    assert draft["source_ref"] == "P-17"
    assert draft["number"] is None
    assert [route["jurisdiction"] for route in draft["routes"]] == ["peppol"]
    assert "PEPPOL-READ-NUMBER" in rules(draft)
    assert not [one for one in draft["findings"] if one.get("severity", "fatal") == "fatal"], draft["findings"]
    assert draft["ready_to_finalize"] is True
    assert (await caller.get(f"/v1/invoices/{draft['id']}")).json()["status"] == "draft"


async def test_the_draft_is_finalized_like_any_other(caller: Caller, seller: str) -> None:
    draft = await drafted(caller, document())
    answer = await caller.post(f"/v1/invoices/{draft['id']}/finalize")
    assert answer.status_code == 200, answer.text
    assert answer.json()["number"].startswith("A")


async def test_the_same_key_gives_the_same_answer(caller: Caller, seller: str) -> None:
    first = await sent(caller, document(), key="once")
    again = await sent(caller, document(), key="once")
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    problem(await sent(caller, document(number="P-18"), key="once"), 422, "idempotency_key_reused")
    named = await sent(caller, document(), key="once", path=f"/v1/invoices?issuer={seller}")
    problem(named, 422, "idempotency_key_reused")


async def test_one_document_is_one_business_event(caller: Caller, seller: str) -> None:
    first = await drafted(caller, document())
    second = problem(await sent(caller, document()), 409, "duplicate_business_event")
    assert second["link"] == f"/v1/invoices/{first['id']}"


async def test_a_credit_note_finds_the_invoice_that_came_in_as_a_document(caller: Caller, seller: str) -> None:
    first = await drafted(caller, document(number="A-0"))
    await caller.post(f"/v1/invoices/{first['id']}/finalize")
    credit = await drafted(caller, document("credit", number="P-19"))
    assert credit["kind"] == "credit_note"
    assert credit["references"]["preceding"][0]["invoice"] == first["id"]
    assert "GW-DOCUMENT-PRECEDING" in rules(credit)


async def test_an_issuer_that_nobody_here_is(caller: Caller) -> None:
    refused = problem(await sent(caller, document()), 422, "issuer_unknown")
    (finding,) = refused["findings"]
    assert finding["rule"] == "GW-DOCUMENT-ISSUER"
    assert "0208:0999000129" in finding["found"]
    assert "AccountingSupplierParty" in finding["location"]


async def test_an_ambiguous_issuer_is_named(caller: Caller, seller: str) -> None:
    other = (await caller.made("/v1/issuers", SELLER | {"name": "Leverancier NV, Gent"}))["id"]
    refused = problem(await sent(caller, document()), 422, "issuer_ambiguous")
    assert seller in refused["findings"][0]["expected"]
    draft = await drafted(caller, document(), path=f"/v1/invoices?issuer={other}")
    assert draft["issuer"] == other
    (differs,) = (one for one in draft["findings"] if one["rule"] == "GW-DOCUMENT-ISSUER-DIFFERS")
    assert (differs["found"], differs["expected"]) == ("Leverancier NV", "Leverancier NV, Gent")
    assert differs["location"].endswith("cac:PartyLegalEntity/cbc:RegistrationName")


async def test_a_stranger_cannot_be_named(caller: Caller, seller: str) -> None:
    stranger = await caller.toy_issuer()
    problem(await sent(caller, document(), path=f"/v1/invoices?issuer={stranger}"), 422, "issuer_unknown")
    problem(await sent(caller, document(), path=f"/v1/invoices?issuer=iss_{'0' * 32}"), 404, "not_found")
    problem(await sent(caller, document(), path="/v1/invoices?issuer=x"), 404, "not_found")


async def test_another_tenants_issuer_is_not_found(house: House, seller: str) -> None:
    problem(await sent(await house.caller(), document()), 422, "issuer_unknown")


async def test_a_number_in_another_spelling_finds_its_issuer(caller: Caller) -> None:
    spelled = SELLER | {"endpoints": [], "tax_ids": [{"scheme": "BE:VAT", "value": "0999.000.129"}]}
    issuer = (await caller.made("/v1/issuers", spelled))["id"]
    assert (await drafted(caller, document()))["issuer"] == issuer


async def test_a_key_of_some_issuers_sees_only_those(house: House, caller: Caller, seller: str) -> None:
    toy = read_id(Prefix.ISSUER, await caller.toy_issuer())
    assert toy is not None
    limited = await house.caller(caller.tenant, issuers=[toy])
    problem(await sent(limited, document()), 422, "issuer_unknown")
    problem(await sent(limited, document(), path=f"/v1/invoices?issuer={seller}"), 403, "forbidden")


async def test_scope_and_key_are_asked_for(house: House, caller: Caller, seller: str) -> None:
    reader = await house.caller(caller.tenant, scopes=frozenset({Scope.INVOICES_READ}))
    problem(await sent(reader, document()), 403)
    headers = {"Content-Type": "application/xml"}
    missing = await caller.send("POST", "/v1/invoices", headers=headers, content=document())
    problem(missing, 400, "idempotency_key_missing")


BOMB = b"""<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]><a>&d;&d;&d;</a>"""
UNREADABLE = {
    "text": b"hello",
    "json": b'{"issuer": "x"}',
    "cut": document()[:200],
    "doctype": document().replace(b"<Invoice", b'<!DOCTYPE Invoice SYSTEM "file:///etc/passwd"><Invoice', 1),
    "bomb": BOMB,
    "external entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "encoding": document().replace(b"UTF-8", b"UTF-16"),
    "unknown encoding": document().replace(b"UTF-8", b"EBCDIC-XX"),
    "not utf-8": document().replace(b"Example BV", b"\xff\xfe"),
    "nul": document().replace(b"Example BV", b"\x00"),
    "deep": b"<a>" * 5000 + b"</a>" * 5000,
    "two roots": document() + b"<a/>",
}


async def test_nothing_is_malformed(caller: Caller, seller: str) -> None:
    problem(await sent(caller, b""), 400, "malformed")


@pytest.mark.parametrize("name", UNREADABLE)
async def test_what_is_no_document_is_malformed(caller: Caller, seller: str, name: str) -> None:
    found = problem(await sent(caller, UNREADABLE[name]), 400, "document_unreadable")
    assert found["findings"][0]["location"] == "/"


async def test_another_root_is_unknown(caller: Caller, seller: str) -> None:
    for body in (b"<a/>", b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>'):
        found = problem(await sent(caller, body), 422, "document_unknown")
        assert rules(found) == {"GW-DOCUMENT-UNKNOWN"}


async def test_what_breaks_the_schema_is_told_whole(caller: Caller, seller: str) -> None:
    body = document().replace(b"2026-11-20</cbc:IssueDate>", b"yesterday</cbc:IssueDate>")
    body = body.replace(b"<cbc:Name>Pro plan, June</cbc:Name>", b"<cbc:Nome>Pro plan, June</cbc:Nome>")
    found = problem(await sent(caller, body), 422, "document_not_carried_over")
    assert rules(found) == {"PEPPOL-READ-XSD"}
    assert len(found["findings"]) >= 2


async def test_a_total_that_does_not_add_up_is_refused_with_both_sides(caller: Caller, seller: str) -> None:
    body = document().replace(b'currencyID="EUR">59.29<', b'currencyID="EUR">60.00<')
    found = problem(await sent(caller, body), 422, "document_not_carried_over")
    sides = {(one["found"], one["expected"]) for one in found["findings"] if one["rule"] == "PEPPOL-READ-TOTAL"}
    assert sides == {("60.00", "59.29")}


async def test_what_has_no_place_is_told(caller: Caller, seller: str) -> None:
    body = document().replace(b"<cbc:CustomizationID", b"<cbc:UBLVersionID>2.1</cbc:UBLVersionID><cbc:CustomizationID")
    draft = await drafted(caller, body)
    (lost,) = (one for one in draft["findings"] if one["rule"] == "PEPPOL-READ-LOST")
    assert lost["location"] == "/ubl:Invoice/cbc:UBLVersionID"
    assert lost["found"] == "2.1"


async def test_a_value_that_does_not_fit_is_told_with_its_place(caller: Caller, seller: str) -> None:
    body = document().replace(b"PO-77", b"x" * 5000).replace(b"<cbc:ID>P-17", b"<cbc:ID>" + b"9" * 300)
    found = problem(await sent(caller, body), 422, "document_not_carried_over")
    places = {one["location"] for one in found["findings"]}
    assert {"/ubl:Invoice/cbc:BuyerReference", "/ubl:Invoice/cbc:ID"} <= places


async def test_other_operations_and_media_types_stay_as_they_were(caller: Caller, seller: str) -> None:
    problem(await sent(caller, document(), path="/v1/customers"), 415)
    problem(await sent(caller, document(), media_type="application/pdf"), 415)
    problem(await sent(caller, document(), media_type="application/json"), 400, "malformed")
    draft = await drafted(caller, document())
    patched = await caller.send(
        "PATCH", f"/v1/invoices/{draft['id']}", headers={"Content-Type": "application/xml"}, content=document()
    )
    problem(patched, 415)
    json = await caller.post("/v1/invoices", toy_invoice(await caller.toy_issuer()))
    assert json.status_code == 201


async def test_large_documents_are_413(caller: Caller, seller: str) -> None:
    problem(await sent(caller, b"<a>" + b" " * 10_000_001 + b"</a>"), 413)


@pytest.fixture(scope="module")
async def registered(house: House) -> AsyncIterator[Caller]:
    caller = await house.caller()
    await caller.made("/v1/issuers", SELLER)
    yield caller


_SOUND = document()
_PIECES = st.sampled_from(
    [
        *(b"", b"\x00", b"\xff", b"<", b">", b"&", b"&#0;", b"&x;", b"-", b"9" * 400, b"1e9", b"NaN", b"\xc2\xa0"),
        *(b"<a/>", b"<!--", b"<?x?>", b"]]>", b"xmlns=''", b"2026-13-45", b"0000-00-00", b"+.5", b" ", b"\n"),
        *(b"\xe2\x80\xae", b"\xe2\x80\xa8", b"\xef\xbf\xbf"),
    ]
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A sound document with some places cut, doubled or overwritten."""
    body = _SOUND
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 60)))
        body = body[:start] + draw(st.one_of(_PIECES, st.just(body[start:end] * 2))) + body[end:]
    return body


@st.composite
def revalued(draw: st.DrawFn) -> bytes:
    """A sound document in which some texts are others: still well-formed."""
    parts = _SOUND.split(b">")
    leaves = [index for index, part in enumerate(parts) if part and not part.startswith((b"<", b"\n"))]
    for index in draw(st.lists(st.sampled_from(leaves), min_size=1, max_size=5, unique=True)):
        closing = parts[index][parts[index].index(b"<") :]
        text = draw(
            st.one_of(
                st.text(st.characters(codec="utf-8", exclude_characters="<>&"), max_size=30),
                st.sampled_from(
                    ["-1", "0", "9" * 30, "0.0000001", "-0", "1e5", "NaN", "", "2026-02-30", "2026-11-20Z"]
                ),
            )
        )
        parts[index] = text.encode() + closing
    return b">".join(parts)


async def test_no_bytes_are_a_500(registered: Caller) -> None:
    loop = asyncio.get_running_loop()

    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(mutated(), revalued(), st.binary(max_size=300)))
    def tried(body: bytes) -> None:
        answer = asyncio.run_coroutine_threadsafe(sent(registered, body), loop).result(30)
        assert answer.status_code in (201, 400, 409, 422), (body, answer.text)

    await asyncio.to_thread(tried)


OFFICIAL = (
    "billing/base-example",
    "billing/Allowance-example",
    "billing/base-creditnote-correction",
    "SB-base-example",
)


@pytest.mark.parametrize("name", OFFICIAL)
async def test_official_documents_become_drafts(house: House, name: str) -> None:
    body = official("peppol", "peppol-bis-2026.5", "examples", *f"{name}.xml".split("/")).read_bytes()
    party = read(body).issuer
    assert party is not None
    fields = {field: getattr(party, field) for field in ("name", "tax_ids", "address", "endpoints")}
    caller = await house.caller()
    await caller.made("/v1/issuers", msgspec.to_builtins(fields))
    draft = await drafted(caller, body)
    (payable,) = re.findall(rb"<cbc:PayableAmount[^>]*>([0-9.-]+)<", body)
    assert Decimal(draft["totals"]["payable"]) == Decimal(payable.decode())
    assert [route["jurisdiction"] for route in draft["routes"]] == ["peppol"]
    assert {one for one in rules(draft) if one.startswith("PEPPOL-READ")} == {"PEPPOL-READ-NUMBER"}
