"""Reconciling: what we hold of an issuer against what the authority's books say, period by period.

The authority is only asked; nothing of ours is moved. Each period that could be read leaves its row, and differences
are told as `reconciliation.mismatch`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import msgspec

from gateway.accounts import OPERATOR, AccountRefused, administering
from gateway.actor import Actor
from gateway.clock import NIL, Clock, NewId
from gateway.comparing import Reconciled, compared
from gateway.deployments import Deployments
from gateway.identity import Prefix, read
from gateway.intake.ground import read_known
from gateway.intake.instructions import issuer_for
from gateway.store import credentials
from gateway.store.chains import Home
from gateway.store.flows import Lease
from gateway.store.pool import Connection, to_json
from gateway.store.trail import Trail, write
from gateway.vault import Vault
from gateway.worker.house import Line, Lines
from gateway.worker.wallet import Wallet
from jurisdictions.contract import Books, Environment, Holding, Jurisdiction, Sandbox, Setting, Survey
from schemas.answers import IssuerInput

MOST_PAGES = 1000
"""A survey that goes on longer than this is a defect."""
_issuer = msgspec.json.Decoder(IssuerInput)


class ReconciliationRefused(AccountRefused):
    """Nothing can be compared; the text says why."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Whose books, from which day to which. `jurisdiction` is needed where several can be asked."""

    issuer: str
    first: date
    last: date
    jurisdiction: str | None = None


def _unheard(issuer: str, period: str, many: int) -> None:
    """Nobody waits for it."""


@dataclass(frozen=True, kw_only=True)
class Office:
    """What reconciling works with: the database as its administrator, the ways out, secrets, clock and ids."""

    url: str
    jurisdictions: Mapping[str, Jurisdiction]
    lines: Mapping[Environment, Lines]
    sandboxes: Mapping[str, Sandbox]
    vault: Vault
    clock: Clock
    new_id: NewId
    deployments: Deployments
    heard: Callable[[str, str, int], None] = _unheard
    """Told of each period once it was read: the issuer, the period, how many invoices they hold in it."""


@dataclass(frozen=True)
class _Reader:
    """One issuer's books, ready to be asked for."""

    books: Books
    home: Home
    setting: Setting
    line: Line

    async def survey(self, period: str) -> Survey:
        """The whole period, page by page."""
        survey, holdings = self.books.begin(period, self.setting), list[Holding]()
        for _ in range(MOST_PAGES):
            holdings += survey.holdings
            if not survey.asks:
                return msgspec.structs.replace(survey, holdings=tuple(holdings))
            answers = await self.line.ask_all(survey.asks)
            survey = self.books.resume(survey.memo, answers, self.setting)
        raise RuntimeError(f"a survey of {period} that never ends")


async def reconcile(office: Office, question: Question) -> list[Reconciled]:
    """Read every period of the question and compare it. Raises ReconciliationRefused."""
    if question.last < question.first:
        raise ReconciliationRefused("the last day is before the first")
    async with administering(office.url) as connection:
        reader = await _reader(connection, office, question)
    try:
        periods = reader.books.periods(question.first, question.last)
    except ValueError as why:
        raise ReconciliationRefused(str(why)) from why
    begun_at, surveys = office.clock(), dict[str, Survey]()
    for period in periods:
        surveys[period] = await reader.survey(period)
        office.heard(question.issuer, period, len(surveys[period].holdings))
    async with administering(office.url) as connection:
        found = [
            one async for one in compared(connection, reader.books, reader.home, question.issuer, surveys, begun_at)
        ]
        for one in found:
            await _keep(connection, office, reader.home, one)
    return found


def _books_of(known: Mapping[str, Jurisdiction], code: str | None) -> tuple[Jurisdiction, Books]:
    able = {name: (one, one.books) for name, one in known.items() if one.books is not None}
    chosen = code or (next(iter(able)) if len(able) == 1 else "")
    if chosen not in able:
        raise ReconciliationRefused(
            f"name a jurisdiction whose books can be read: {', '.join(able) or 'there is none'}"
        )
    return able[chosen]


async def _reader(connection: Connection, office: Office, question: Question) -> _Reader:
    jurisdiction, books = _books_of(office.jurisdictions, question.jurisdiction)
    code = jurisdiction.about.code
    row = await connection.fetchrow(
        "SELECT tenant_id, environment, id, body FROM gateway.issuer WHERE id = $1",
        read(Prefix.ISSUER, question.issuer),
    )
    if row is None:
        raise ReconciliationRefused(f"there is no issuer {question.issuer!r}; `issuers list` shows them")
    environment: Environment = "live" if row["environment"] == "live" else "test"
    home = Home(row["tenant_id"], environment, row["id"], code)
    actor = Actor(key=NIL, tenant=home.tenant, environment=environment, scopes=frozenset())
    known = await read_known(connection, actor, home.issuer, office.deployments, [code])
    stored = await credentials.of_exchange(connection, home.tenant, environment, home.issuer, code)
    try:
        issuer = issuer_for(jurisdiction, home.issuer, _issuer.decode(row["body"]), environment, known)
    except msgspec.ValidationError as why:
        raise ReconciliationRefused(f"the issuer's settings for {code} cannot be read: {why}") from why
    # No flow is leased: the wallet only asks whose secrets it opens.
    wallet = Wallet(
        office.vault, Lease(home.tenant, environment, code, "", NIL), jurisdiction.about.credentials, stored, None
    )
    return _Reader(
        books=books,
        home=home,
        setting=Setting(
            issuer=issuer,
            session=None,
            at=office.clock(),
            sandbox=office.sandboxes.get(code) if environment == "test" else None,
        ),
        line=office.lines[environment].line(code, secrets=wallet.secret, identities=wallet.identity),
    )


async def _keep(connection: Connection, office: Office, home: Home, found: Reconciled) -> None:
    """The row of a period that could be read, and what integrators are told of it."""
    if found.trouble is not None:
        return
    made, at = office.new_id(), office.clock()
    await connection.execute(
        "INSERT INTO gateway.reconciliation (tenant_id, environment, id, issuer_id, jurisdiction, period, at, ours,"
        " theirs, matching, differences) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        home.tenant,
        home.environment,
        made,
        home.issuer,
        home.jurisdiction,
        found.period,
        at,
        found.ours,
        found.theirs,
        found.matching,
        to_json(found.differences),
    )
    trail = Trail(office.new_id, OPERATOR)
    said: dict[str, object] = {
        "issuer": found.issuer,
        "jurisdiction": found.jurisdiction,
        "period": found.period,
        "ours": found.ours,
        "theirs": found.theirs,
        "matching": found.matching,
        "differences": len(found.differences),
    }
    action = "reconciliation.made" if found.agrees else "reconciliation.mismatch"
    trail.note(action, "reconciliation", made, version=1, body=said, detail=said, told=not found.agrees)
    await write(connection, home.tenant, home.environment, at, trail)
