"""What a chain cannot tell by itself: an end cut off, a record replaced with its link, a head gone, an end undone."""

from __future__ import annotations

import pytest

from gateway import proof as proving
from gateway.accounts import AccountRefused
from gateway.proof import NO_CHAIN, Break, ChainProof, Choice, prove_chains
from gateway.renewing import Wish
from jurisdictions.verifactu import JURISDICTION
from tests.gateway.offices import renewed
from tests.gateway.test_renewal import issue
from tests.gateway.world import World

REPLICA = "SET session_replication_role = replica; "


async def three(world: World) -> str:
    issuer = await world.issuer("verifactu")
    for _ in range(3):
        await issue(world, issuer, delivered=False)
    return issuer


async def proofs(world: World, **choice: str) -> list[ChainProof]:
    return await prove_chains(world.house.owner, Choice(**choice))


def broken(proof: ChainProof) -> Break:
    assert proof.broken is not None
    return proof.broken


async def test_who_seals_meanwhile_breaks_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The head was read before the records: what came between is not in this picture."""
    issuer = await three(world)
    page, done = proving._page, list[str]()

    async def slow(*arguments: object) -> object:
        if not done:
            done.append(issuer)
            await issue(world, issuer, delivered=False)
        return await page(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(proving, "_page", slow)
    (proof,) = await proofs(world)
    assert (proof.records, proof.broken) == (3, None)
    (proof,) = await proofs(world)
    assert (proof.records, proof.broken) == (4, None)


@pytest.mark.parametrize("also", ["", "; DELETE FROM gateway.document d USING gateway.submission s WHERE"
                                      " s.document_id = d.id AND NOT EXISTS (SELECT FROM gateway.link l WHERE"
                                      " l.document_id = d.id); DELETE FROM gateway.submission s WHERE NOT EXISTS"
                                      " (SELECT FROM gateway.document d WHERE d.id = s.document_id)"])  # fmt: skip
async def test_an_end_that_was_cut_off_with_its_head_is_known_from_the_audit_trail(world: World, also: str) -> None:
    issuer = await three(world)
    await world.house.execute(
        f"{REPLICA}DELETE FROM gateway.link WHERE sequence > 1; UPDATE gateway.chain SET sequence = 1,"
        f" link = (SELECT link FROM gateway.link WHERE sequence = 1){also}"
    )
    whole, astray = await proofs(world, issuer=issuer)
    assert (whole.records, whole.broken, astray.chain) == (1, None, NO_CHAIN)
    reason = broken(astray).reason
    assert reason.startswith("the record of A-2, sealed 2026-11-20 ")
    assert ("is not here any more" if also else "stands in no chain") in reason
    assert reason.endswith("(1 more like it)")
    assert await proofs(world, jurisdiction="cfdi") == []


async def test_a_record_that_was_replaced_with_its_link_is_known_from_the_audit_trail(world: World) -> None:
    """What the huella does not cover (here, the description) was changed, and everything made to fit again."""
    await three(world)
    body = bytes(await world.house.value("SELECT body FROM gateway.document WHERE role = 'sealed' ORDER BY id LIMIT 1"))
    forged = body.replace(b"A stay", b"A meal")
    assert forged != body
    assert JURISDICTION.seal.link is not None
    await world.house.execute(f"{REPLICA}UPDATE gateway.document SET body = '\\x{forged.hex()}',"
                              f" sha256 = sha256('\\x{forged.hex()}') WHERE body = '\\x{body.hex()}';"
                              f" UPDATE gateway.link SET link = '\\x{JURISDICTION.seal.link(forged).hex()}'"
                              " WHERE sequence = 1")  # fmt: skip
    whole, astray = await proofs(world)
    assert (whole.records, whole.broken) == (3, None)
    assert "the record of A-1" in broken(astray).reason
    assert "SHA-256 differs" in broken(astray).reason


async def test_a_chain_without_a_head_is_one_still(world: World) -> None:
    await three(world)
    await world.house.execute("DELETE FROM gateway.chain")
    (proof,) = await proofs(world)
    assert (proof.records, broken(proof).reason) == (3, "the chain's head is missing")


async def test_an_end_cannot_be_undone(world: World) -> None:
    issuer = await three(world)
    await renewed(world, Wish(issuer=issuer, why="other"))
    world.house.clock.pass_by(seconds=60)
    await world.house.execute("UPDATE gateway.chain SET retired_at = NULL, successor = NULL")
    patch = {"settings": {"verifactu": {"installation": "1"}}}
    assert (await world.caller.patch(f"/v1/issuers/{issuer}", patch)).status_code == 200
    await issue(world, issuer, delivered=False)
    (proof,) = await proofs(world)
    assert broken(proof) == Break(sequence=4, reason="it was sealed after the chain had ended (2026-11-20)")


async def test_an_issuer_who_is_nowhere_is_refused(world: World) -> None:
    with pytest.raises(AccountRefused, match="no issuer"):
        await proofs(world, issuer=f"iss_{'0' * 32}")
