"""Renewing a chain: one ends where it is and another begins, because a backup was restored or another system left.

What was sealed stays sealed, linked and verifiable, and what waits in the old chain still goes out; only new records go
into the new one. A series goes on beyond every number that the authority is known to hold already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec

import jurisdictions as installation
from gateway.accounts import OPERATOR, AccountRefused, administering
from gateway.actor import Actor
from gateway.clock import NIL, Clock, NewId
from gateway.deployments import Deployments
from gateway.identity import Prefix, read
from gateway.intake.ground import read_known
from gateway.intake.instructions import instruct, issuer_for, settings_of
from gateway.intake.patching import merged
from gateway.numbering import number_on
from gateway.store import chains, objects
from gateway.store.chains import Home, RenewalRow
from gateway.store.pool import Connection, to_json
from gateway.store.trail import Trail, write
from jurisdictions.contract import Environment, Instruction, Issuer, Jurisdiction
from schemas.answers import IssuerInput
from schemas.document import Invoice, Totals
from schemas.invoice import Kind
from schemas.party import Party

Why = Literal["restored_backup", "moved_in", "other"]
ZERO = Decimal(0)
TRIES = 5
"""How often a name that somebody has had is drawn anew; the second time would be a wonder."""
_issuer = msgspec.json.Decoder(IssuerInput)
_bag = msgspec.json.Decoder(dict[str, Any])


class RenewalRefused(AccountRefused):
    """A chain that cannot be renewed; the text says why."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Whose chain is to end, and why. `chain` is needed where the issuer has several; `moved_in` ends all there are."""

    issuer: str
    why: Why
    jurisdiction: str | None = None
    chain: str | None = None
    note: str | None = None


class Renewed(msgspec.Struct, frozen=True, kw_only=True):
    """What was done: the chains that ended, the one that goes on, the settings as changed, and the series that were
    moved, each with its next number."""

    jurisdiction: str
    environment: str
    former: tuple[str, ...]
    fresh: str
    changes: Mapping[str, object]
    series: Mapping[str, int]


class Renewable(msgspec.Struct, frozen=True):
    """A jurisdiction whose chains can be renewed: how, and how the new one is named."""

    jurisdiction: Jurisdiction
    renew: Callable[[object, str | None, datetime, str], Mapping[str, object]]
    chain: Callable[[Instruction, Issuer], str | None]


class Tools(msgspec.Struct, frozen=True, kw_only=True):
    """What the renewal takes from its surroundings. `entropy` gives some letters and digits, fresh each time."""

    clock: Clock
    new_id: NewId
    entropy: Callable[[], str]
    deployments: Deployments = {}
    jurisdictions: Mapping[str, Jurisdiction] = msgspec.field(default_factory=installation.load)


async def renew(url: str, wish: Wish, tools: Tools) -> Renewed:
    """End the chain and begin another, in one transaction. Raises RenewalRefused."""
    law = renewable(tools.jurisdictions, wish.jurisdiction)
    async with administering(url) as connection:
        row = await _locked(connection, wish.issuer)
        home = Home(row["tenant_id"], row["environment"], row["id"], law.jurisdiction.about.code)
        former = await _ending(connection, home, wish)
        last = [await chains.last_at(connection, home, one) for one in former]
        at = max([tools.clock(), *(one for one in last if one is not None)])
        begun = await _begun(connection, home, _Ground(law, row, former, wish, at), tools)
        await _keep(connection, home, begun, row, tools, wish)
        return Renewed(
            jurisdiction=home.jurisdiction,
            environment=home.environment,
            former=former,
            fresh=begun.fresh,
            changes=begun.changes,
            series=await number_on(connection, home),
        )


def renewable(known: Mapping[str, Jurisdiction], code: str | None) -> Renewable:
    """The jurisdiction of that code, or the only one whose chains can be renewed. Raises RenewalRefused."""
    able = {
        name: Renewable(one, one.seal.renew, one.seal.chain)
        for name, one in known.items()
        if one.seal.renew is not None and one.seal.chain is not None
    }
    chosen = code or (next(iter(able)) if len(able) == 1 else "")
    if chosen not in able:
        raise RenewalRefused(f"name a jurisdiction whose chains can be renewed: {', '.join(able) or 'there is none'}")
    return able[chosen]


async def _locked(connection: Connection, issuer: str) -> Mapping[str, Any]:
    """The issuer's row, locked before any chain: finalize takes the chain alone, and so never waits the other way."""
    name = read(Prefix.ISSUER, issuer)
    row: Mapping[str, Any] | None = await connection.fetchrow(
        "SELECT tenant_id, environment, id, version, body FROM gateway.issuer WHERE id = $1 FOR UPDATE", name
    )
    if row is None:
        raise RenewalRefused(f"there is no issuer {issuer!r}; `issuers list` shows them")
    return row


async def _ending(connection: Connection, home: Home, wish: Wish) -> tuple[str, ...]:
    """The chains that end."""
    going_on = await chains.going_on(connection, home)
    if wish.chain is not None and wish.chain not in going_on:
        raise RenewalRefused(f"the issuer has no chain {wish.chain} that goes on; there are {', '.join(going_on)}")
    if wish.why == "moved_in":
        if wish.chain is not None:
            raise RenewalRefused("who moves in begins anew altogether: leave --chain out")
        return tuple(going_on)
    if wish.chain is not None:
        return (wish.chain,)
    if len(going_on) != 1:
        told = f"choose one with --chain: {', '.join(going_on)}" if going_on else "nothing was ever sealed into one"
        raise RenewalRefused(f"the issuer has {len(going_on)} chains here; {told}")
    return tuple(going_on)


class _Ground(msgspec.Struct, frozen=True):
    law: Renewable
    row: Mapping[str, Any]
    former: tuple[str, ...]
    wish: Wish
    at: datetime


class _Begun(msgspec.Struct, frozen=True, kw_only=True):
    """The chain that goes on, and the issuer's body with the settings by which it does."""

    fresh: str
    changes: Mapping[str, object]
    body: dict[str, Any]
    former: tuple[str, ...]
    at: datetime


async def _begun(connection: Connection, home: Home, ground: _Ground, tools: Tools) -> _Begun:
    code = home.jurisdiction
    body = _bag.decode(ground.row["body"])
    bag = body.get("settings", {}).get(code)
    try:
        settings = settings_of(ground.law.jurisdiction.law, bag)
        ends = None if ground.wish.why == "moved_in" else ground.former[0]
        for _ in range(TRIES):
            changes = ground.law.renew(settings, ends, ground.at, tools.entropy())
            fresh_body = merged(body, {"settings": {code: changes}})
            fresh = await _named(connection, home, ground, fresh_body, tools)
            if fresh not in ground.former and not await chains.is_known(connection, home, fresh):
                return _Begun(fresh=fresh, changes=changes, body=fresh_body, former=ground.former, at=ground.at)
    except msgspec.ValidationError as why:
        raise RenewalRefused(f"the issuer's settings for {code} cannot be read: {why}") from why
    raise RenewalRefused("no name could be found for the new chain that nobody has had")


async def _named(connection: Connection, home: Home, ground: _Ground, body: dict[str, Any], tools: Tools) -> str:
    """The chain that an invoice of the same series would be sealed into, by the new settings."""
    written = msgspec.convert(body, IssuerInput)
    series = await chains.series_of(connection, home, ground.former[0]) if ground.former else None
    environment: Environment = "live" if home.environment == "live" else "test"
    actor = Actor(key=NIL, tenant=home.tenant, environment=home.environment, scopes=frozenset())
    known = await read_known(connection, actor, home.issuer, tools.deployments, [home.jurisdiction])
    issuer = issuer_for(ground.law.jurisdiction, home.issuer, written, environment, known)
    invoice = _nothing(written, series or written.default_series, ground.at)
    fresh = ground.law.chain(instruct(ground.law.jurisdiction, invoice)[0], issuer)
    if fresh is None:
        raise RenewalRefused(f"{home.jurisdiction} keeps no chain for this issuer")
    return fresh


def _nothing(issuer: IssuerInput, series: str, at: datetime) -> Invoice:
    """An invoice that says nothing but whose it is, and in which series: enough to ask for its chain."""
    return Invoice(
        id="",
        kind=Kind.INVOICE,
        currency="EUR",
        issue_date=at.astimezone(UTC).date(),
        issuer=issuer.party(),
        customer=Party(name="-"),
        lines=(),
        tax_breakdown=(),
        series=series,
        totals=Totals(
            lines=ZERO,
            allowances=ZERO,
            charges=ZERO,
            net=ZERO,
            tax=ZERO,
            gross=ZERO,
            withheld=ZERO,
            prepaid=ZERO,
            rounding=ZERO,
            payable=ZERO,
        ),
    )


async def _keep(
    connection: Connection, home: Home, begun: _Begun, row: Mapping[str, Any], tools: Tools, wish: Wish
) -> None:
    """Settings, ends and beginnings, and what integrators and auditors are told."""
    place = (home.tenant, home.environment, home.issuer)
    if not await objects.update(connection, "issuer", place, to_json(begun.body), row["version"], begun.at):
        raise RenewalRefused("the issuer was changed at the same moment; try again")
    trail = Trail(tools.new_id, OPERATOR)
    changes = {"settings": {home.jurisdiction: begun.changes}}
    trail.note(
        "issuer.updated", "issuer", home.issuer, version=row["version"] + 1, told=False, detail={"changes": changes}
    )
    for former in begun.former or (None,):
        renewal = RenewalRow(tools.new_id(), former, begun.fresh, wish.why, begun.at, OPERATOR, wish.note)
        await chains.retire(connection, home, renewal)
        said = {"issuer": wish.issuer, "jurisdiction": home.jurisdiction, "former": former, "why": wish.why}
        detail = {**said, "note": wish.note}
        trail.note_named("chain.renewed", "chain", begun.fresh, version=1, state="begun", body=said, detail=detail)
    await write(connection, home.tenant, home.environment, begun.at, trail)
