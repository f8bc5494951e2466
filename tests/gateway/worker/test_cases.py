"""Refusals, doubts and their cases; standings; and the token that guards them all."""

from __future__ import annotations

from uuid import UUID

import pytest

from gateway.clock import new_id, system_clock
from gateway.store.flows import Lease, LeaseLost
from gateway.store.pool import Store
from gateway.store.settlement import Row, settle
from gateway.worker import Worker
from tests.gateway.worker.patience import drained
from tests.gateway.worker.rows import Rows
from tests.gateway.worker.toy import Authority

REFUSED = {"state": "rejected", "code": "1105", "message": "  El NIF no está identificado.\n"}


async def test_a_refusal_opens_exactly_one_case_with_the_authoritys_own_words(
    worker: Worker, rows: Rows, authority: Authority
) -> None:
    tenant, ids = await rows.flow(3)
    authority.answers[ids[1]] = REFUSED
    await drained(worker)
    assert list((await rows.states(tenant)).values()) == ["accepted", "rejected", "accepted"]
    assert authority.sent() == [ids], "what was refused is never sent again by itself"
    (case,) = await rows.fetch("SELECT * FROM gateway.case_file")
    assert str(case["submission_id"]) == ids[1]
    assert (case["external_code"], case["external_message"]) == (REFUSED["code"], REFUSED["message"])
    assert (case["state"], case["case_class"], case["path"]) == ("open", "data_correction", "reseal")
    assert (case["sentence"], case["pointer"], case["fix"]) == ("1105 in plain words", "/lines/0", "mend it")
    assert (case["actions"], case["editable"]) == ('["edit"]', '["/lines"]')
    assert '"external_code": "1105"' in case["findings"]
    assert case["fingerprint"] == UUID(ids[1]).hex
    assert await rows.value("SELECT count(*) FROM gateway.event WHERE type = 'case.opened'") == 1
    audited = "SELECT count(*) FROM gateway.audit WHERE action IN ('case.opened', 'submission.rejected')"
    assert await rows.value(audited) == 2


async def test_a_code_that_nobody_explained_still_gets_its_case(
    worker: Worker, rows: Rows, authority: Authority
) -> None:
    _, ids = await rows.flow(1)
    authority.answers[ids[0]] = {"state": "rejected", "code": "unexplained", "message": "?"}
    await worker.turn()
    (case,) = await rows.fetch("SELECT * FROM gateway.case_file")
    assert (case["case_class"], case["external_code"]) == ("defect", "unexplained")


async def test_one_held_record_opens_a_case_and_lets_the_next_pass(
    worker: Worker, rows: Rows, authority: Authority
) -> None:
    tenant, ids = await rows.flow(3, max_batch=1)
    authority.answers[ids[0]] = {"state": "held", "code": "schema"}
    await drained(worker)
    assert list((await rows.states(tenant)).values()) == ["held", "accepted", "accepted"]
    assert await rows.value("SELECT count(*) FROM gateway.case_file WHERE state = 'open'") == 1


async def test_accepted_with_warnings_is_accepted_and_has_a_case(
    worker: Worker, rows: Rows, authority: Authority
) -> None:
    tenant, ids = await rows.flow(1)
    answer = {"state": "accepted_with_warnings", "id": "CSV-1", "code": "2005", "standing": "registered_with_errors"}
    authority.answers[ids[0]] = answer
    await drained(worker)
    assert await rows.states(tenant) == {ids[0]: "accepted_with_warnings"}
    assert await rows.value("SELECT external_code FROM gateway.case_file WHERE state = 'open'") == "2005"
    told = (await rows.fetch("SELECT state FROM gateway.event WHERE type = 'standing.registered'"))[0]
    assert told["state"] == "registered_with_errors"


async def test_an_acceptance_without_their_identifier_is_never_shown_as_accepted(
    worker: Worker, rows: Rows, authority: Authority
) -> None:
    tenant, ids = await rows.flow(1)
    authority.answers[ids[0]] = {"state": "accepted", "standing": "registered"}
    await worker.turn()
    assert await rows.states(tenant) == {ids[0]: "outcome_unknown"}
    assert await rows.value("SELECT case_class FROM gateway.case_file") == "outcome_unknown"
    assert await rows.value("SELECT count(*) FROM gateway.standing") == 0
    await drained(worker)
    assert authority.sent() == [ids]
    assert await rows.states(tenant) == {ids[0]: "accepted"}, "it was inquired"
    assert await rows.value("SELECT state FROM gateway.case_file") == "resolved"


@pytest.mark.parametrize("ending", ["accepted", "rejected"])
async def test_a_resubmission_closes_the_case_that_it_came_from(
    ending: str, worker: Worker, rows: Rows, authority: Authority
) -> None:
    tenant, ids = await rows.flow(1)
    authority.answers[ids[0]] = REFUSED
    await drained(worker)
    (refused,) = await rows.fetch("SELECT invoice_id, issuer_id, id FROM gateway.submission")
    await rows.run("UPDATE gateway.case_file SET state = 'resubmitted'")
    await rows.run("UPDATE gateway.submission SET state = 'superseded'")
    (again,) = await rows.documents(
        1,
        tenant,
        refused["issuer_id"],
        "flow",
        "toyland",
        first=2,
        invoice=refused["invoice_id"],
        supersedes=refused["id"],
    )
    if ending == "rejected":
        authority.answers[again] = REFUSED
    await drained(worker)
    cases = await rows.fetch("SELECT submission_id, state FROM gateway.case_file ORDER BY opened_at")
    expected = {ids[0]: "resolved"} | ({again: "open"} if ending == "rejected" else {})
    assert {str(case["submission_id"]): case["state"] for case in cases} == expected
    assert await rows.value("SELECT count(*) FROM gateway.event WHERE type = 'case.resolved'") == 1


async def test_two_records_of_one_invoice_move_its_standing_one_after_the_other(
    worker: Worker, rows: Rows, authority: Authority
) -> None:
    tenant, ids = await rows.flow(0)
    issuer, invoice = await rows.value("SELECT issuer_id FROM gateway.flow"), new_id()
    ids = await rows.documents(2, tenant, issuer, "flow", "toyland", invoice=invoice)
    authority.answers[ids[1]] = {"state": "accepted", "id": "C-1", "standing": "cancelled"}
    await worker.turn()
    standing = (await rows.fetch("SELECT state, version, authority_id FROM gateway.standing"))[0]
    assert tuple(standing.values()) == ("cancelled", 2, "C-1")
    told = await rows.fetch("SELECT type, version FROM gateway.event WHERE object_type = 'standing' ORDER BY version")
    assert [(row["type"], row["version"]) for row in told] == [("standing.registered", 1), ("standing.cancelled", 2)]


async def test_a_standing_moves_only_as_the_table_allows(worker: Worker, rows: Rows, authority: Authority) -> None:
    tenant, _ = await rows.flow(0)
    issuer, invoice = await rows.value("SELECT issuer_id FROM gateway.flow"), new_id()
    ids = await rows.documents(2, tenant, issuer, "flow", "toyland", invoice=invoice)
    for submission, standing in zip(ids, ("cancelled", "cancel_pending"), strict=True):
        authority.answers[submission] = {"state": "accepted", "id": "C-1", "standing": standing}
    await worker.turn()
    standings = await rows.fetch("SELECT state, version FROM gateway.standing")
    assert [tuple(row.values()) for row in standings] == [("cancelled", 1)]


async def test_a_stale_token_settles_nothing(worker: Worker, rows: Rows, worker_store: Store) -> None:
    tenant, ids = await rows.flow(1)
    lease = await worker._lease()
    assert lease is not None
    stale = Lease(*lease.flow, new_id())
    invoice = await rows.value("SELECT invoice_id FROM gateway.submission")
    row = Row(
        place=0,
        id=UUID(ids[0]),
        invoice_id=invoice,
        state="rejected",
        former="queued",
        event=new_id(),
        audit=new_id(),
        case_id=new_id(),
        case_class="defect",
        sentence="x",
        path="reseal",
        case_event=new_id(),
        case_audit=new_id(),
    )
    with pytest.raises(LeaseLost):
        async with worker_store.tenant(tenant, "test") as connection:
            await settle(connection, stale, system_clock(), [row])
    assert await rows.states(tenant) == {ids[0]: "queued"}
    for table in ("event", "audit", "case_file", "standing"):
        assert await rows.value(f"SELECT count(*) FROM gateway.{table}") == 0
    async with worker_store.tenant(tenant, "test") as connection:
        assert (await settle(connection, lease, system_clock(), [row])).opened == 1
    assert await rows.states(tenant) == {ids[0]: "rejected"}


async def test_another_tenants_token_opens_no_door(worker: Worker, rows: Rows, worker_store: Store) -> None:
    await rows.flow(1)
    stranger, _ = await rows.flow(1)
    lease = await worker._lease()
    assert lease is not None
    other = stranger if lease.tenant != stranger else await rows.value(
        "SELECT tenant_id FROM gateway.flow WHERE tenant_id <> $1", stranger
    )  # fmt: skip
    with pytest.raises(LeaseLost):
        async with worker_store.tenant(other, "test") as connection:
            await settle(connection, lease, system_clock(), [])
