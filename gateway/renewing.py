"""Renewing a chain: one ends where it is and another begins, because a backup was restored or another system left.

What was sealed stays sealed, linked and verifiable, and what waits in the old chain still goes out; only new records go
into the new one. A series goes on beyond every number that the authority is known to hold already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
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
from gateway.intake.instructions import Known, instruct, issuer_for, settings_of
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
    """What was done: the chains that ended, those that go on, the settings as changed, and the series that were moved,
    each with its next number.

    `fresh` goes on in place of the first of `former`, `successors` say so of each; `reconciled_at`: when the
    authority's books were last read, without which no series can have been moved.
    """

    jurisdiction: str
    environment: str
    former: tuple[str, ...]
    fresh: str
    successors: Mapping[str, str]
    changes: Mapping[str, object]
    series: Mapping[str, int]
    reconciled_at: datetime | None = None


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
    """End the chain and begin another, in one transaction. Raises RenewalRefused.

    Locked in the order of the house: the issuer, series, chains. Finalize takes the series and then the chain.
    """
    law = renewable(tools.jurisdictions, wish.jurisdiction)
    async with administering(url) as connection:
        row = await _locked(connection, wish.issuer)
        home = Home(row["tenant_id"], row["environment"], row["id"], law.jurisdiction.about.code)
        series = await number_on(connection, home)
        ground = await _ground(connection, home, law, row, tools)
        former, unborn = await _ending(connection, home, wish, ground.named)
        last = [await chains.last_at(connection, home, one) for one in sorted(former)]
        at = max([tools.clock(), *(one for one in last if one is not None)])
        begun = await _begun(connection, home, ground, _End(former, unborn, wish, at), tools)
        await _keep(connection, home, begun, row, tools, wish)
        return Renewed(
            jurisdiction=home.jurisdiction,
            environment=home.environment,
            former=former,
            fresh=begun.fresh,
            successors={one: begun.successors[one] for one in former},
            changes=begun.changes,
            series=series,
            reconciled_at=await chains.reconciled_at(connection, home),
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


class _Ground(msgspec.Struct, frozen=True, kw_only=True):
    """The issuer as it was before: its row, its settings, and the chains that they name, each with a series of it."""

    law: Renewable
    home: Home
    body: dict[str, Any]
    settings: object
    known: Known
    named: Mapping[str, str] = {}

    def chain(self, body: dict[str, Any], series: str) -> str:
        """The chain that an invoice of the series would be sealed into, by the settings in `body`."""
        environment: Environment = "live" if self.home.environment == "live" else "test"
        written = msgspec.convert(body, IssuerInput)
        issuer = issuer_for(self.law.jurisdiction, self.home.issuer, written, environment, self.known)
        invoice = _nothing(written, series)
        found = self.law.chain(instruct(self.law.jurisdiction, invoice)[0], issuer)
        if found is None:
            raise RenewalRefused(f"{self.home.jurisdiction} keeps no chain for this issuer")
        return found


async def _ground(connection: Connection, home: Home, law: Renewable, row: Mapping[str, Any], tools: Tools) -> _Ground:
    actor = Actor(key=NIL, tenant=home.tenant, environment=home.environment, scopes=frozenset())
    body = _bag.decode(row["body"])
    try:
        ground = _Ground(
            law=law,
            home=home,
            body=body,
            settings=settings_of(law.jurisdiction.law, body.get("settings", {}).get(home.jurisdiction)),
            known=await read_known(connection, actor, home.issuer, tools.deployments, [home.jurisdiction]),
        )
        usual = msgspec.convert(body, IssuerInput).default_series
        named: dict[str, str] = {}
        for series in (usual, *await chains.series_in_use(connection, home)):
            named.setdefault(ground.chain(body, series), series)
    except msgspec.ValidationError as why:
        raise RenewalRefused(f"the issuer's settings for {home.jurisdiction} cannot be read: {why}") from why
    return msgspec.structs.replace(ground, named=named)


async def _ending(
    connection: Connection, home: Home, wish: Wish, named: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The chains that end, and those that the settings name and that nobody may begin any more.

    After a restored backup also a chain may end into which nothing was sealed as far as is remembered here; and one
    that ended for another issuer, of the same taxpayer, goes on elsewhere for this one too.
    """
    going_on = await chains.going_on(connection, home)
    born = [one for one in named if await chains.ever(connection, home, one)]
    choice = going_on
    if wish.why != "moved_in":
        choice = sorted({*going_on, *(named if wish.why == "restored_backup" else born)})
    if wish.chain is not None and wish.chain not in choice:
        raise RenewalRefused(f"the issuer has no chain {wish.chain} that goes on; there are {', '.join(choice)}")
    if wish.why == "moved_in":
        if wish.chain is not None:
            raise RenewalRefused("who moves in begins anew altogether: leave --chain out")
        return tuple(going_on), tuple(one for one in named if one not in born)
    if wish.chain is not None:
        return (wish.chain,), ()
    if len(choice) != 1:
        told = f"choose one with --chain: {', '.join(choice)}" if choice else "nothing was ever sealed into one"
        raise RenewalRefused(f"the issuer has {len(choice)} chains here; {told}")
    return tuple(choice), ()


class _End(msgspec.Struct, frozen=True):
    former: tuple[str, ...]
    unborn: tuple[str, ...]
    wish: Wish
    at: datetime


class _Begun(msgspec.Struct, frozen=True, kw_only=True):
    """The chains that go on, and the issuer's body with the settings by which they do."""

    fresh: str
    successors: Mapping[str, str]
    changes: Mapping[str, object]
    body: dict[str, Any]
    end: _End


async def _begun(connection: Connection, home: Home, ground: _Ground, end: _End, tools: Tools) -> _Begun:
    code = home.jurisdiction
    ends = None if end.wish.why == "moved_in" else end.former[0]
    usual = next(iter(ground.named.values()))
    series = {
        one: ground.named.get(one) or await chains.series_of(connection, home, one) or usual
        for one in (*end.former, *end.unborn)
    }
    try:
        for _ in range(TRIES):
            changes = ground.law.renew(ground.settings, ends, end.at, tools.entropy())
            body = merged(ground.body, {"settings": {code: changes}})
            successors = {one: ground.chain(body, of) for one, of in series.items()}
            fresh = successors[end.former[0]] if end.former else ground.chain(body, usual)
            begun = {fresh, *successors.values()}
            if not begun & set(series) and not any([await chains.is_known(connection, home, one) for one in begun]):
                return _Begun(fresh=fresh, successors=successors, changes=changes, body=body, end=end)
    except msgspec.ValidationError as why:
        raise RenewalRefused(f"the issuer's settings for {code} cannot be read: {why}") from why
    raise RenewalRefused("no name could be found for the new chain that nobody has had")


def _nothing(issuer: IssuerInput, series: str) -> Invoice:
    """An invoice that says nothing but whose it is, and in which series: enough to ask for its chain."""
    return Invoice(
        id="",
        kind=Kind.INVOICE,
        currency="EUR",
        issue_date=date.min,
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
    place, end = (home.tenant, home.environment, home.issuer), begun.end
    if not await objects.update(connection, "issuer", place, to_json(begun.body), row["version"], end.at):
        raise RenewalRefused("the issuer was changed at the same moment; try again")
    trail = Trail(tools.new_id, OPERATOR)
    changes = {"settings": {home.jurisdiction: begun.changes}}
    trail.note(
        "issuer.updated", "issuer", home.issuer, version=row["version"] + 1, told=False, detail={"changes": changes}
    )
    for former in end.former or (None,):
        fresh = begun.fresh if former is None else begun.successors[former]
        renewal = RenewalRow(tools.new_id(), former, fresh, wish.why, end.at, OPERATOR, wish.note)
        await chains.retire(connection, home, renewal)
        said = {"issuer": wish.issuer, "jurisdiction": home.jurisdiction, "former": former, "why": wish.why}
        detail = {**said, "note": wish.note}
        trail.note_named("chain.renewed", "chain", fresh, version=1, state="begun", body=said, detail=detail)
    for one in end.unborn:
        ended = RenewalRow(tools.new_id(), one, begun.successors[one], wish.why, end.at, OPERATOR, wish.note)
        await chains.end(connection, home, one, ended)
    await write(connection, home.tenant, home.environment, end.at, trail)
