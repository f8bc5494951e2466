"""Corrections of a delivered invoice of the network: what its options draft, and what stays with the original."""

from __future__ import annotations

from base64 import b64encode
from uuid import UUID

import pytest

from tests.gateway.api.caller import Caller, Json, problem
from tests.jurisdictions.peppol import documents, shapes

PDF = b64encode(b"%PDF-1.4 sample").decode()
OWN = {
    "type_code": "380",
    "tax_currency": "SEK",
    "tax_in_tax_currency": "113.20",
    "tax_point_date": "2026-11-19",
    "attachments": [{"id": "TS-1", "file": {"name": "t.pdf", "media_type": "application/pdf", "content": PDF}}],
    "payment_terms": {"due_date": "2026-12-20"},
}


async def delivered(caller: Caller, seller: Json, buyer: Json, **more: object) -> Json:
    """An invoice whose document the buyer has."""
    issuer = (await caller.made("/v1/issuers", seller | {"time_zone": "Europe/Brussels"}))["id"]
    body = {
        "issuer": issuer,
        "customer": buyer,
        "currency": "EUR",
        "lines": [shapes.line("49.00", shapes.vat("S", "19"))],
        "payment_means": [{"code": "58", "account": "BE71096123456769"}],
        "references": {"buyer_reference": "PO-77"},
        **more,
    }
    draft = await caller.made("/v1/invoices", body)
    issued = await caller.post(f"/v1/invoices/{draft['id']}/finalize")
    assert issued.status_code == 200, issued.text
    submission = UUID(issued.json()["submissions"][0]["id"][4:])
    await caller.house.execute(
        "UPDATE gateway.submission SET state = 'accepted', authority_id = 'm-1@ap' WHERE id = $1", submission
    )
    found: Json = issued.json()
    return found


async def corrected(caller: Caller, original: Json, option: str) -> Json:
    answer = await caller.post(f"/v1/invoices/{original['id']}/corrections", {"option": option, "reason": "Wrong"})
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


async def offered(caller: Caller, original: Json) -> set[str]:
    return {one["option"] for one in (await caller.get(f"/v1/invoices/{original['id']}/corrections")).json()}


@pytest.mark.parametrize(("option", "kind"), [("credit_note", "credit_note"), ("new_invoice", "invoice")])
async def test_a_correction_leaves_behind_what_is_the_originals_own(caller: Caller, option: str, kind: str) -> None:
    original = await delivered(caller, shapes.BELGIAN, shapes.BUYER, source_ref="order:7", **OWN)
    assert await offered(caller, original) == {"credit_note", "new_invoice"}
    draft = await corrected(caller, original, option)
    assert draft["kind"] == kind
    assert draft["references"]["preceding"][0]["invoice"] == original["id"]
    assert draft["tax_currency"] == "SEK"
    for name in ("type_code", "tax_in_tax_currency", "tax_point_date", "payment_terms"):
        assert draft[name] is None, name
    assert draft["attachments"] == []
    assert draft["ready_to_finalize"] is False, "the tax in the accounting currency is to be stated anew"


async def test_a_new_invoice_is_a_business_event_of_its_own(caller: Caller) -> None:
    original = await delivered(caller, shapes.BELGIAN, shapes.BUYER, source_ref="order:7")
    credit, new = [await corrected(caller, original, option) for option in ("credit_note", "new_invoice")]
    assert credit["source_ref"] == "order:7"
    assert new["source_ref"] != "order:7"
    for draft in (credit, new):
        assert draft["ready_to_finalize"] is True, draft["findings"]
        issued = await caller.post(f"/v1/invoices/{draft['id']}/finalize")
        assert issued.status_code == 200, issued.text
    taken = {"option": "new_invoice", "source_ref": "order:7"}
    answer = await caller.post(f"/v1/invoices/{original['id']}/corrections", taken)
    problem(answer, 409, "duplicate_business_event")


async def test_german_parties_may_exchange_a_corrective_invoice(caller: Caller) -> None:
    more = {"payment_means": documents.TRANSFER, "payment_terms": {"due_date": "2026-12-20"}}
    original = await delivered(caller, documents.GERMAN, documents.GERMAN | {"name": "Buyer"}, **more)
    assert await offered(caller, original) == {"credit_note", "new_invoice", "corrective"}
    draft = await corrected(caller, original, "corrective")
    assert draft["kind"] == "corrective"
    assert draft["ready_to_finalize"] is True, draft["findings"]
    assert (await caller.post(f"/v1/invoices/{draft['id']}/finalize")).status_code == 200


async def test_a_corrective_invoice_from_elsewhere_is_offered_a_credit_note(caller: Caller) -> None:
    issuer = (await caller.made("/v1/issuers", shapes.BELGIAN | {"time_zone": "Europe/Brussels"}))["id"]
    body = {
        "issuer": issuer,
        "customer": shapes.BUYER,
        "currency": "EUR",
        "kind": "corrective",
        "lines": [shapes.line()],
        "references": {"buyer_reference": "PO-77", "preceding": [{"number": "A-0", "issue_date": "2026-01-02"}]},
    }
    draft = await caller.made("/v1/invoices", body)
    [finding] = [one for one in draft["findings"] if one["rule"].startswith("PEPPOL")]
    assert (finding["rule"], finding["pointer"]) == ("PEPPOL-GW-CORRECTIVE", "/kind")
    assert "credit note" in finding["fix"]


async def test_self_billing_flows_by_the_buyer_who_sends_it(caller: Caller) -> None:
    issued = await delivered(caller, shapes.BELGIAN, shapes.BUYER, self_billed=True)
    [flow] = (await caller.get("/v1/flows")).json()
    assert flow["key"] == "0208:0999000228"
    assert [one["rule"] for one in issued["findings"]] == []
    credit = await corrected(caller, issued, "credit_note")
    assert credit["self_billed"] is True
    assert (await caller.post(f"/v1/invoices/{credit['id']}/finalize")).status_code == 200


async def test_lists_and_the_audit_trail_leave_the_files_out(caller: Caller) -> None:
    issuer = await caller.toy_issuer()
    attached = OWN["attachments"]
    draft = await caller.toy_draft(issuer, attachments=attached)
    assert draft["attachments"] == attached
    assert (await caller.get(f"/v1/invoices/{draft['id']}")).json()["attachments"] == attached
    [listed] = (await caller.get("/v1/invoices", issuer=issuer)).json()["data"]
    assert listed["attachments"] == [{"id": "TS-1", "file": {"name": "t.pdf", "media_type": "application/pdf"}}]
    changed = await caller.patch(f"/v1/invoices/{draft['id']}", {"attachments": [*attached, {"id": "PH-2"}]})
    assert changed.status_code == 200, changed.text
    kept = await caller.house.value(
        "SELECT string_agg(detail::text, '') FROM gateway.audit WHERE object_id = $1", str(UUID(draft["id"][4:]))
    )
    assert PDF not in kept
    assert kept.count('"sha256"') == 2
    assert kept.count('"size": 15') == 2
