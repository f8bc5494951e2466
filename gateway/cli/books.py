"""Our books against the authority's, and chains that end and begin anew."""

from __future__ import annotations

import asyncio
import secrets
import sys
from calendar import monthrange
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date, timedelta
from typing import Annotated

import msgspec
import typer

import jurisdictions as installation
from gateway.cli.options import Data, Json
from gateway.cli.words import CommandRefused
from gateway.clock import new_id, system_clock
from gateway.comparing import Kind, Reconciled
from gateway.deployments import read_deployments
from gateway.logs import configure
from gateway.numbering import number_on_for
from gateway.reconciling import Office, Question
from gateway.reconciling import reconcile as asked
from gateway.renewing import Renewed, Tools, Why, Wish
from gateway.renewing import renew as renewed
from gateway.settings import Settings
from gateway.vault import Vault

Issuer = Annotated[str, typer.Option(help="The issuer (iss_…), as `issuers list` shows it.")]
Jurisdiction = Annotated[str | None, typer.Option(help="Whose books. [default: the only one that has any]")]
LATELY = timedelta(days=1)
NOT_RECONCILED = (
    "The authority's books were not read lately, so no series can have been moved beyond what they hold."
    " Before anything is issued: gateway reconcile --issuer {issuer} --from YYYY-MM --to YYYY-MM --number-on"
)
REASONS: dict[str, Why] = {"restored_backup": "restored_backup", "moved_in": "moved_in", "other": "other"}
WORDS: dict[Kind, str] = {
    "missing_here": "they hold it, we do not",
    "missing_there": "we have their acceptance, they do not show it",
    "other_record": "they hold another document of this number",
    "other_state": "they hold it in another state",
    "unacknowledged": "they hold ours; their answer has not reached us yet",
}


def reconcile(
    issuer: Issuer,
    first: Annotated[str, typer.Option("--from", help="The first month, YYYY-MM (or a day, YYYY-MM-DD).")],
    last: Annotated[str, typer.Option("--to", help="The last month, YYYY-MM (or a day, YYYY-MM-DD).")],
    jurisdiction: Jurisdiction = None,
    number_on: Annotated[
        bool, typer.Option("--number-on", help="Let series go on beyond numbers that they hold and we do not.")
    ] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Ask the authority what it holds, and compare it with our books by number and digest. Exit 1 on a difference.

    Nothing is sent but questions, and nothing of ours is changed (but the series, with --number-on).
    """
    settings = Settings.from_environment(data=data)
    question = Question(issuer=issuer, first=day(first), last=day(last, at_the_end=True), jurisdiction=jurisdiction)
    found = asyncio.run(_reconciled(settings, (question,)))
    tell(found, as_json=as_json)
    if number_on:
        moved = asyncio.run(number_on_for(settings.administrator, issuer, found[0].jurisdiction)) if found else {}
        for code, following in moved.items():
            typer.echo(f"series {code} goes on with {following}", err=as_json)
    raise typer.Exit(int(not all(one.agrees for one in found)))


def renew(
    issuer: Issuer,
    why: Annotated[str, typer.Option(help=f"One of {', '.join(REASONS)}.")],
    chain: Annotated[str | None, typer.Option(help="Which one, where the issuer has several.")] = None,
    jurisdiction: Jurisdiction = None,
    note: Annotated[str | None, typer.Option(help="What an auditor should know of it.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: Data = None,
) -> None:
    """End an issuer's chain where it is and begin another: after a restored backup, or on moving in.

    What was sealed stays as it is, and what waits still goes out. Series go on beyond every number that the last
    `reconcile` found at the authority and not here: run that first.
    """
    if why not in REASONS:
        raise CommandRefused(f"--why takes one of {', '.join(REASONS)}, not {why!r}")
    if not yes:
        typer.confirm("The chain ends for ever, and no record goes into it any more. Go on?", abort=True)
    wish = Wish(issuer=issuer, why=REASONS[why], chain=chain, jurisdiction=jurisdiction, note=note)
    done = asyncio.run(_renewed(Settings.from_environment(data=data), wish))
    for former in done.former:
        typer.echo(f"{former} has ended")
    for fresh in dict.fromkeys((*done.successors.values(), done.fresh)):
        typer.echo(f"{fresh} goes on ({done.jurisdiction}, {done.environment})")
    for code, following in done.series.items():
        typer.echo(f"series {code} goes on with {following}")
    if why != "other" and (done.reconciled_at is None or system_clock() - done.reconciled_at > LATELY):
        typer.echo(NOT_RECONCILED.format(issuer=issuer))


async def _renewed(settings: Settings, wish: Wish) -> Renewed:
    known = installation.load()
    tools = Tools(
        clock=system_clock,
        new_id=new_id,
        entropy=lambda: secrets.token_hex(4),
        deployments=read_deployments(settings.deployment, known),
        jurisdictions=known,
    )
    return await renewed(settings.administrator, wish, tools)


async def compared_lately(settings: Settings, issuers: Iterable[tuple[str, str]], months: int) -> list[Reconciled]:
    """The last months of each issuer in its jurisdiction, against the authority's books."""
    last = system_clock().date()
    year, month = divmod(last.year * 12 + last.month - months, 12)
    first = date(year, month + 1, 1)
    questions = [Question(issuer=one, first=first, last=last, jurisdiction=code) for one, code in issuers]
    return await _reconciled(settings, questions)


async def _reconciled(settings: Settings, questions: Iterable[Question]) -> list[Reconciled]:
    configure("warning", "console")
    async with opened(settings) as office:
        return [one for question in questions for one in await asked(office, question)]


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Office]:
    """The ways out, as a worker has them, for somebody who only asks."""
    from gateway.lifecycle.parts import transport

    known = installation.load()
    async with AsyncExitStack() as stack:
        test = await stack.enter_async_context(transport(settings, "test", known))
        live = await stack.enter_async_context(transport(settings, "live", known))
        yield Office(
            url=settings.administrator,
            jurisdictions=known,
            lines={"test": test, "live": live},
            sandboxes=test.sandboxes(),
            vault=Vault(settings.master_key()),
            clock=system_clock,
            new_id=new_id,
            deployments=read_deployments(settings.deployment, known),
            heard=_heard,
        )


def _heard(issuer: str, period: str, many: int) -> None:
    """A page of 10,000 invoices may take the authority a minute: somebody at a terminal sees that it goes on."""
    if sys.stderr.isatty():
        typer.echo(f"{issuer} {period}: read, {many} invoices", err=True)


def day(text: str, *, at_the_end: bool = False) -> date:
    """A day, or the first (the last) day of a month. Raises CommandRefused."""
    try:
        if len(text) != len("2026-11"):
            return date.fromisoformat(text)
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise CommandRefused(f"{text!r} is neither a month (2026-11) nor a day (2026-11-21)") from None
    return first.replace(day=monthrange(first.year, first.month)[1]) if at_the_end else first


def tell(found: Iterable[Reconciled], *, as_json: bool) -> None:
    for one in found:
        if as_json:
            typer.echo(msgspec.json.encode(one).decode())
            continue
        where = f"{one.issuer} {one.jurisdiction} {one.period}"
        if one.trouble is not None:
            typer.echo(f"? {where}: the books could not be read: {one.trouble}")
            continue
        typer.echo(
            f"{'✓' if one.agrees else '✗'} {where}: {one.ours} ours, {one.theirs} theirs, {one.matching} the same"
        )
        for other in one.differences:
            by = f" (made by {other.theirs.chain})" if other.theirs is not None and other.theirs.chain else ""
            typer.echo(f"    {other.number} of {other.issue_date}: {WORDS[other.kind]}{by}")
