"""Renewals while others seal, of chains that two issuers share, and of chains that nobody here remembers."""

from __future__ import annotations

import asyncio
from datetime import datetime

import httpx2
import pytest

from gateway.proof import Choice, prove_chains
from gateway.renewing import Renewed, Wish
from gateway.samples import invoices as samples
from gateway.store import chains, invoices
from tests.gateway.api.caller import Json, problem
from tests.gateway.backups import back_up, restore
from tests.gateway.offices import compared, renewed
from tests.gateway.test_renewal import installation, issue, record
from tests.gateway.world import World


async def drafted(world: World, issuer: str) -> Json:
    return await world.caller.made("/v1/invoices", samples.spanish(issuer, samples.line("A stay", "1.00")))


async def test_a_renewal_locks_series_before_chains_as_finalize_does(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other way round both would wait for each other, and one of them would fail."""
    issuer = await world.issuer("verifactu")
    await issue(world, issuer)
    await back_up(world.house.owner)
    await issue(world, issuer)
    await restore(world.house.owner)
    await compared(world, issuer)
    draft = await drafted(world, issuer)
    locking, meanwhile = chains.last_at, list[asyncio.Task[httpx2.Response]]()

    async def locked(*arguments: object) -> datetime | None:
        found = await locking(*arguments)  # type: ignore[arg-type]
        finalize = world.caller.post(f"/v1/invoices/{draft['id']}/finalize", key="once")
        meanwhile.append(asyncio.create_task(finalize))
        await asyncio.sleep(0.3)
        return found

    monkeypatch.setattr(chains, "last_at", locked)
    done = await renewed(world, Wish(issuer=issuer, why="restored_backup"))
    assert done.series == {"A": 3}
    assert done.reconciled_at is not None
    problem(await meanwhile[0], 409, "chain_retired")
    again = await world.caller.post(f"/v1/invoices/{draft['id']}/finalize", key="once")
    assert again.json()["number"] == "A-3"


async def test_who_shares_a_chain_that_has_ended_gets_one_too(world: World) -> None:
    """Two issuers of the account with one NIF and one installation: the chain is whose record is the first."""
    first, second = await world.issuer("verifactu"), await world.issuer("verifactu")
    await issue(world, first, delivered=False)
    await issue(world, second, delivered=False, series="B")
    done = await renewed(world, Wish(issuer=first, why="restored_backup"))
    draft = await drafted(world, second)
    problem(await world.caller.post(f"/v1/invoices/{draft['id']}/finalize"), 409, "chain_retired")
    its = await renewed(world, Wish(issuer=second, why="restored_backup"))
    assert its.former == done.former
    answer = await world.caller.post(f"/v1/invoices/{draft['id']}/finalize")
    assert answer.status_code == 200, answer.text
    assert installation(await record(world, answer.json())) == its.fresh.partition(":")[2]
    ended = (await prove_chains(world.house.owner, Choice()))[0]
    assert (ended.records, ended.successor, ended.broken) == (2, done.fresh, None)


async def test_a_backup_of_before_the_first_record_can_be_renewed(world: World) -> None:
    issuer = await world.issuer("verifactu")
    await back_up(world.house.owner)
    await issue(world, issuer)
    await restore(world.house.owner)
    await compared(world, issuer)
    done = await renewed(world, Wish(issuer=issuer, why="restored_backup"))
    assert (done.former, done.series) == (("B00000018:1",), {"A": 2})
    invoice = await issue(world, issuer)
    assert (invoice["number"], invoice["submissions"][-1]["state"]) == ("A-2", "accepted")


async def test_who_moves_in_begins_nothing_under_the_former_number(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was sealed into it here, but a finalize that has read the settings already would."""
    issuer = await world.issuer("verifactu")
    draft = await drafted(world, issuer)
    opening, ended = invoices.seal_open, list[Renewed]()

    async def renewing(*arguments: object) -> object:
        if not ended:
            ended.append(await renewed(world, Wish(issuer=issuer, why="moved_in")))
        return await opening(*arguments)

    monkeypatch.setattr(invoices, "seal_open", renewing)
    path = f"/v1/invoices/{draft['id']}/finalize"
    problem(await world.caller.post(path, key="once"), 409, "chain_retired")
    assert ended[0].former == ()
    again = await world.caller.post(path, key="once")
    assert installation(await record(world, again.json())) == ended[0].fresh.partition(":")[2]
    assert all(one.broken is None for one in await prove_chains(world.house.owner, Choice()))


async def test_each_chain_names_the_one_that_goes_on_in_its_place(world: World) -> None:
    issuer = await world.issuer("verifactu")
    patch = {"settings": {"verifactu": {"installations": {"S": "shop"}}}}
    assert (await world.caller.patch(f"/v1/issuers/{issuer}", patch)).status_code == 200
    await issue(world, issuer, delivered=False)
    await issue(world, issuer, series="S", delivered=False)
    done = await renewed(world, Wish(issuer=issuer, why="moved_in"))
    house, shop = await issue(world, issuer, delivered=False), await issue(world, issuer, series="S", delivered=False)
    goes_on = {one.chain: one.successor for one in await prove_chains(world.house.owner, Choice()) if one.successor}
    for former, invoice in (("B00000018:1", house), ("B00000018:shop", shop)):
        successor = f"B00000018:{installation(await record(world, invoice))}"
        assert goes_on[former] == done.successors[former] == successor
