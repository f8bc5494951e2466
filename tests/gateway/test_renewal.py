"""Chains that end and begin anew: after a restored backup, on moving in, and while somebody is sealing."""

from __future__ import annotations

import asyncpg
import pytest
from lxml import etree

from gateway.numbering import furthest, number_on_for
from gateway.proof import Choice, prove_chains
from gateway.renewing import RenewalRefused, Wish
from gateway.samples import invoices as samples
from gateway.store import invoices
from tests.gateway.api.caller import Json, problem
from tests.gateway.backups import back_up, restore
from tests.gateway.offices import compared, renewed
from tests.gateway.world import World

SF = "{*}"


async def issue(world: World, issuer: str, *, delivered: bool = True, **more: object) -> Json:
    body = samples.spanish(issuer, samples.line("A stay", "100.00")) | more
    if delivered:
        return await world.issued(body)
    draft = await world.caller.made("/v1/invoices", body)
    answer = await world.caller.post(f"/v1/invoices/{draft['id']}/finalize")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def record(world: World, invoice: Json) -> etree._Element:
    papers = (await world.caller.get(f"/v1/invoices/{invoice['id']}/documents")).json()
    sealed = [one for one in papers if one["role"] == "sealed"]
    return etree.fromstring((await world.caller.get(sealed[-1]["href"])).content)


def installation(of: etree._Element) -> str | None:
    return of.findtext(f"{SF}SistemaInformatico/{SF}NumeroInstalacion")


async def submissions(world: World) -> list[tuple[str, str | None]]:
    connection = await asyncpg.connect(world.house.owner)
    rows = await connection.fetch("SELECT state, code FROM gateway.submission ORDER BY sealed_at, id")
    await connection.close()
    return [(row["state"], row["code"]) for row in rows]


async def test_a_restored_backup_begins_a_new_installation(world: World) -> None:
    """What was issued after the backup is at the AEAT and nowhere here; what waited in the backup was sent since."""
    issuer = await world.issuer("verifactu")
    for _ in range(2):
        await issue(world, issuer)
    waiting = await issue(world, issuer, delivered=False)
    await back_up(world.house.owner)
    await world.pass_by(minutes=3)
    lost = [await issue(world, issuer) for _ in range(3)]
    await restore(world.house.owner)

    (before,) = await compared(world, issuer)
    assert {one.number: one.kind for one in before.differences} == {
        waiting["number"]: "unacknowledged",
        **{one["number"]: "missing_here" for one in lost},
    }
    done = await renewed(world, Wish(issuer=issuer, why="restored_backup", note="the disk of the 20th"))
    assert done.former == ("B00000018:1",)
    assert done.fresh.startswith("B00000018:1-20261120")
    assert done.series == {"A": 7}

    after = [await issue(world, issuer) for _ in range(2)]
    assert [one["number"] for one in after] == ["A-7", "A-8"]
    first, second = [await record(world, one) for one in after]
    assert installation(first) == installation(second) == done.fresh.partition(":")[2]
    assert first.findtext(f"{SF}Encadenamiento/{SF}PrimerRegistro") == "S"
    assert second.findtext(f"{SF}Encadenamiento/{SF}RegistroAnterior/{SF}NumSerieFactura") == "A-7"
    await world.pass_by(minutes=10)
    assert {state for state, _ in await submissions(world)} == {"accepted"}, await submissions(world)
    assert await world.cases() == []

    (books,) = await compared(world, issuer)
    assert (books.ours, books.theirs, books.matching) == (5, 8, 5)
    assert {one.number for one in books.differences} == {one["number"] for one in lost}
    old, new = await prove_chains(world.house.owner, Choice(issuer=issuer))
    assert [(one.chain, one.records, one.broken, one.successor) for one in (old, new)] == [
        (done.former[0], 3, None, done.fresh),
        (done.fresh, 2, None, None),
    ]
    assert "chain.renewed" in await world.told()


async def test_without_a_renewal_the_chain_would_be_broken_at_the_aeat(world: World) -> None:
    """The reason for all this: the numbers come again, and the chain goes on from a record that is not the last."""
    issuer = await world.issuer("verifactu")
    await issue(world, issuer)
    await back_up(world.house.owner)
    await issue(world, issuer)
    await restore(world.house.owner)
    await issue(world, issuer)
    assert (await submissions(world))[-1][0] != "accepted"


async def test_who_moves_in_begins_anew_and_numbers_on(world: World) -> None:
    """What an earlier system has sent stays at the AEAT: its numbers are not used again."""
    issuer = await world.issuer("verifactu")
    for _ in range(4):
        await issue(world, issuer)
    other = await world.issuer("verifactu")  # The same obligado in another account: here, one that knows nothing.
    patch = {"settings": {"verifactu": {"installation": "old system"}}}
    assert (await world.caller.patch(f"/v1/issuers/{other}", patch)).status_code == 200
    (before,) = await compared(world, other)
    assert [one.kind for one in before.differences] == ["missing_here"] * 4
    done = await renewed(world, Wish(issuer=other, why="moved_in"))
    assert (done.former, done.series) == ((), {"A": 5})
    assert done.fresh.startswith("B00000018:old system-20261120")
    invoice = await issue(world, other)
    assert (invoice["number"], invoice["submissions"][0]["state"]) == ("A-5", "accepted")
    row = await world.house.value("SELECT former IS NULL AND why = 'moved_in' FROM gateway.renewal")
    assert row is True
    assert await number_on_for(world.house.owner, other, "verifactu") == {}


async def test_who_seals_at_the_same_moment_is_told_to_ask_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings were read before the chain ended: nothing is sealed, and the same request goes into the new one."""
    issuer = await world.issuer("verifactu")
    await issue(world, issuer)
    draft = await world.caller.made("/v1/invoices", samples.spanish(issuer, samples.line("A stay", "1.00")))
    opening, ended = invoices.seal_open, []

    async def renewing(*arguments: object) -> object:
        if not ended:
            ended.append(await renewed(world, Wish(issuer=issuer, why="other")))
        return await opening(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(invoices, "seal_open", renewing)
    path = f"/v1/invoices/{draft['id']}/finalize"
    told = problem(await world.caller.post(path, key="once"), 409, "chain_retired")
    assert told["retryable"] is True
    again = await world.caller.post(path, key="once")
    assert (again.status_code, again.json()["number"]) == (200, "A-2"), again.text
    assert installation(await record(world, again.json())) == ended[0].fresh.partition(":")[2]


async def test_what_cannot_be_renewed_is_refused(world: World) -> None:
    issuer = await world.issuer("verifactu")
    for wish, why in (
        (Wish(issuer="iss_1", why="other"), "no issuer"),
        (Wish(issuer=issuer, why="other"), "nothing was ever sealed"),
        (Wish(issuer=issuer, why="other", jurisdiction="peppol"), "verifactu"),
        (Wish(issuer=issuer, why="moved_in", chain="B00000018:1"), "no chain"),
    ):
        with pytest.raises(RenewalRefused, match=why):
            await renewed(world, wish)
    patch = {"settings": {"verifactu": {"installations": {"S": "shop"}}}}
    assert (await world.caller.patch(f"/v1/issuers/{issuer}", patch)).status_code == 200
    await issue(world, issuer)
    await issue(world, issuer, series="S")
    with pytest.raises(RenewalRefused, match="2 chains"):
        await renewed(world, Wish(issuer=issuer, why="restored_backup"))
    with pytest.raises(RenewalRefused, match="leave --chain out"):
        await renewed(world, Wish(issuer=issuer, why="moved_in", chain="B00000018:1"))
    done = await renewed(world, Wish(issuer=issuer, why="restored_backup", chain="B00000018:shop"))
    shop, house = await issue(world, issuer, series="S"), await issue(world, issuer)
    assert installation(await record(world, shop)) == done.fresh.partition(":")[2]
    assert installation(await record(world, house)) == "1"
    with pytest.raises(RenewalRefused, match="no chain"):
        await renewed(world, Wish(issuer=issuer, why="restored_backup", chain="B00000018:shop"))


def test_series_go_on_beyond_numbers_that_are_written_as_ours() -> None:
    numbers = ["A-1", "A-12", "A-7", "B/2026-3", "A-007", "X", "-4", "A-", "A-1-2"]
    assert furthest(numbers) == {"A": 12, "B/2026": 3, "A-1": 2}
