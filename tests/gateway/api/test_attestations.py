"""Signed papers of an issuer: registered with their file, shown without it, revoked once; the operator's are shown."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import Any

import asyncpg
import pytest

from gateway.clock import new_id
from tests.gateway.api.caller import Caller, House, Json, pointers, problem

PDF = b"%PDF-1.7 signed"
OATH: Json = {
    "jurisdiction": "toyland",
    "name": "oath",
    "body": {"sworn_by": "Ana"},
    "valid_from": "2026-11-01",
    "document": b64encode(PDF).decode(),
}


async def _registered(caller: Caller, issuer: str, **more: Any) -> Json:
    return await caller.made(f"/v1/issuers/{issuer}/attestations", OATH | more)


async def test_a_paper_is_registered_listed_and_revoked(house: House, caller: Caller) -> None:
    issuer = await caller.toy_issuer()
    path = f"/v1/issuers/{issuer}/attestations"
    made = await caller.post(path, OATH, key="oath")
    assert made.status_code == 201
    paper = made.json()
    assert made.headers["location"] == f"{path}/{paper['id']}"
    assert (paper["edition"], paper["valid_until"], paper["revoked_at"]) == ("1", None, None)
    assert paper["media_type"] == "application/pdf"
    assert (paper["issuer"], paper["sha256"]) == (issuer, sha256(PDF).hexdigest())
    assert (await caller.post(path, OATH, key="oath")).headers["idempotent-replayed"] == "true"
    second = await _registered(caller, issuer, edition="2027", valid_until="2027-12-31")
    listed = (await caller.get(path, limit=1)).json()
    assert [one["id"] for one in listed["data"]] == [second["id"]]
    rest = (await caller.get(path, cursor=listed["next_cursor"])).json()
    assert rest == {"data": [paper], "next_cursor": None}
    assert (await caller.get(path, jurisdiction="verifactu")).json()["data"] == []
    file = await caller.get(paper["href"])
    assert (file.content, file.headers["content-type"]) == (PDF, "application/octet-stream")
    assert file.headers["content-disposition"].startswith("attachment")
    revoked = await caller.post(f"{path}/{paper['id']}/revoke")
    assert revoked.status_code == 200
    assert revoked.json()["revoked_at"]
    assert (await caller.get(f"{path}/{paper['id']}")).json() == revoked.json()
    problem(await caller.post(f"{path}/{paper['id']}/revoke"), 409, "already_revoked")
    assert (await caller.get(paper["href"])).content == PDF, "what was signed is kept"
    told = await house.value(
        "SELECT string_agg(action, ' ' ORDER BY id) FROM gateway.audit WHERE tenant_id = $1 AND object_type = $2",
        caller.tenant,
        "attestation",
    )
    assert told == "attestation.registered attestation.registered attestation.revoked"


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"name": "charter"}, ["/name"]),
        ({"name": "promise"}, ["/name"]),
        ({"jurisdiction": "atlantis"}, ["/name"]),
        ({"jurisdiction": "peppol"}, ["/name"]),
        ({"body": {}}, ["/body"]),
        ({"body": {"sworn_by": 7}}, ["/body/sworn_by"]),
        ({"body": {"sworn_by": "Ana", "witness": "Bo"}}, ["/body"]),
        ({"document": None}, ["/document"]),
        ({"document": ""}, ["/document"]),
        ({"document": "ñandú"}, ["/document"]),
        ({"document": b64encode(bytes(5_000_001)).decode()}, ["/document"]),
        ({"valid_until": "2026-10-31", "body": {}}, ["/body", "/valid_until"]),
    ],
)
async def test_what_is_no_such_paper_is_refused(caller: Caller, changes: Json, where: list[str]) -> None:
    issuer = await caller.toy_issuer()
    found = problem(await caller.post(f"/v1/issuers/{issuer}/attestations", OATH | changes), 422)
    assert pointers(found) == where
    assert (await caller.get(f"/v1/issuers/{issuer}/attestations")).json()["data"] == []


async def test_its_shape_is_read_strictly(caller: Caller) -> None:
    path = f"/v1/issuers/{await caller.toy_issuer()}/attestations"
    for changes in ({"valid_from": "1 May"}, {"signed": True}, {"media_type": "text/html; x"}, {"edition": ""}):
        problem(await caller.post(path, OATH | changes), 400)
    problem(await caller.send("POST", path, json=OATH), 400, "idempotency_key_missing")


async def test_anothers_papers_are_not_there(house: House, caller: Caller) -> None:
    issuer = await caller.toy_issuer()
    paper = await _registered(caller, issuer)
    other = await caller.toy_issuer()
    path = f"/v1/issuers/{issuer}/attestations"
    for stranger in (await house.caller(), await house.caller(caller.tenant, environment="live")):
        for answer in (
            await stranger.get(path),
            await stranger.get(f"{path}/{paper['id']}"),
            await stranger.get(paper["href"]),
            await stranger.post(path, OATH),
            await stranger.post(f"{path}/{paper['id']}/revoke"),
        ):
            problem(answer, 404)
    problem(await caller.get(f"/v1/issuers/{other}/attestations/{paper['id']}"), 404)
    problem(await caller.post(f"/v1/issuers/{other}/attestations/{paper['id']}/revoke"), 404)
    problem(await caller.get(paper["href"].replace(issuer, other)), 404)
    from uuid import UUID

    limited = await house.caller(caller.tenant, issuers=[UUID(other[4:])])
    problem(await limited.get(path), 403)
    problem(await limited.post(path, OATH), 403)
    reader = await house.caller(caller.tenant, scopes=frozenset({"issuers:read"}))
    problem(await reader.post(path, OATH), 403)


async def test_the_operators_papers_are_shown_with_their_drafts(house: House, caller: Caller) -> None:
    papers = {one["name"]: one for one in (await caller.get("/v1/jurisdictions/toyland/attestations")).json()}
    oath, charter = papers["oath"], papers["charter"]
    assert (oath["scope"], oath["document"], oath["draft"], oath["registered"]) == ("issuer", True, None, [])
    assert "sworn_by" in str(oath["body"])
    assert charter["draft"]["items"] == [{"letter": "a", "describes": "Who made it", "datum": "Toys Ltd"}]
    assert (charter["draft"]["edition"], charter["draft"]["body"]) == ("1", {"maker": "Toys Ltd"})
    paper = new_id()
    for environment, edition, name in (("test", "1", paper), ("live", "2", new_id())):
        await house.execute(
            "INSERT INTO platform.attestation (environment, jurisdiction, id, name, edition, document, media_type,"
            " sha256, valid_from, registered_at, actor) VALUES ($1, 'toyland', $2, 'charter', $3, $4, 'text/plain',"
            " 'ab', $5, $6, 'operator')",
            environment,
            name,
            edition,
            PDF,
            house.clock().date(),
            house.clock(),
        )
    again = {one["name"]: one for one in (await caller.get("/v1/jurisdictions/toyland/attestations")).json()}
    (registered,) = again["charter"]["registered"]
    assert (registered["edition"], registered["issuer"]) == ("1", None)
    assert (await caller.get(registered["href"])).content == PDF
    problem(await caller.get(registered["href"].replace(paper.hex, new_id().hex)), 404)
    assert (await caller.get("/v1/jurisdictions/peppol/attestations")).json() == []
    problem(await caller.get("/v1/jurisdictions/atlantis/attestations"), 404)


async def test_a_row_never_changes_but_for_its_revocation(house: House, caller: Caller) -> None:
    issuer = await caller.toy_issuer()
    await _registered(caller, issuer)
    for change in ("edition = 'x'", "revoked_at = now(), name = 'x'", "valid_until = now()"):
        with pytest.raises(asyncpg.PostgresError, match="append-only"):
            await house.execute(f"UPDATE gateway.attestation SET {change} WHERE tenant_id = $1", caller.tenant)
    with pytest.raises(asyncpg.PostgresError, match="append-only"):
        await house.execute("DELETE FROM gateway.attestation WHERE tenant_id = $1", caller.tenant)


async def test_a_law_reviews_an_issuer_and_what_becomes_of_it(caller: Caller) -> None:
    made = await caller.made("/v1/issuers", _sworn())
    assert [(one["rule"], one["severity"]) for one in made["findings"]] == [("TOY-2", "warning")]
    path = f"/v1/issuers/{made['id']}"
    account = {"jurisdiction": "toyland", "fields": {"password": "sesame"}}
    assert (await caller.send("PUT", f"{path}/credentials/office", json=account)).status_code == 200
    assert (await caller.get(path)).json()["findings"] == []
    for settings in ({"oath": None}, None, {"oath": False}):
        refused = problem(await caller.patch(path, {"settings": {"toyland": settings}}), 422, "issuer_refused")
        assert pointers(refused) == ["/settings/toyland/oath"]
    changed = (await caller.patch(path, {"trading_name": "Toys"})).json()
    assert (changed["version"], changed["findings"]) == (2, [])
    assert [one["name"] for one in changed["credentials"]] == ["office"]
    assert all(not one["findings"] for one in (await caller.get("/v1/issuers")).json()["data"])


def _sworn() -> Json:
    from tests.gateway.api.caller import TOY_ISSUER

    return TOY_ISSUER | {"settings": {"toyland": {"oath": True}}}
