"""The operator's side of a test's house: who reconciles and renews there."""

from __future__ import annotations

from datetime import date
from itertools import count

from gateway.clock import new_id
from gateway.reconciling import Office, Question, Reconciled, reconcile
from gateway.renewing import Renewed, Tools, Wish, renew
from tests.gateway.world import World

NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


def office(world: World) -> Office:
    return Office(
        url=world.house.owner,
        jurisdictions=world.authorities.known,
        lines={"test": world.authorities},
        sandboxes=world.authorities.sandboxes(),
        vault=world.house.vault,
        clock=world.house.clock,
        new_id=new_id,
        deployments={},
    )


async def compared(world: World, issuer: str, first: date = NOVEMBER[0], last: date = NOVEMBER[1]) -> list[Reconciled]:
    return await reconcile(office(world), Question(issuer=issuer, first=first, last=last))


async def renewed(world: World, wish: Wish) -> Renewed:
    drawn = count(1)
    tools = Tools(
        clock=world.house.clock,
        new_id=new_id,
        entropy=lambda: f"e{next(drawn)}",
        jurisdictions=world.authorities.known,
    )
    return await renew(world.house.owner, wish, tools)
