"""The operator's own signed papers: drafted, registered, listed and revoked on the machine that runs the gateway."""

from __future__ import annotations

import asyncio
import mimetypes
from datetime import date
from pathlib import Path
from typing import Annotated, Any, cast

import msgspec
import typer

import jurisdictions as installation
from gateway import presentation
from gateway.accounts import OPERATOR, Row, administering
from gateway.cli.options import Data, Json
from gateway.cli.words import CommandRefused
from gateway.clock import new_id, system_clock
from gateway.deployments import DeploymentInvalid, read_deployments
from gateway.errors import GatewayError
from gateway.identity import Prefix, read, written
from gateway.intake.attesting import HandedIn, draft_of, read_paper, spec_of
from gateway.settings import Settings
from gateway.store import attestations as store
from gateway.store.attestations import NewAttestation
from jurisdictions.contract import Draft, Environment, Scope

attestations = typer.Typer(help="Signed papers of the operator, which live sending waits for.", no_args_is_help=True)
Jurisdiction = Annotated[str, typer.Argument(help="Whose law wants the paper.")]
Name = Annotated[str, typer.Argument(help="Which paper, as `GET /v1/jurisdictions/{code}/attestations` names it.")]
Where = Annotated[str, typer.Option("--environment", help="`live` or `test`.")]


@attestations.command("draft")
def draft(
    jurisdiction: Jurisdiction, name: Name, environment: Where = "live", data: Data = None, as_json: Json = False
) -> None:
    """Print what is to be signed, for this very version of the program and GATEWAY_DEPLOYMENT."""
    found = _drafted(Settings.from_environment(data=data), jurisdiction, name, _environment(environment))
    if found is None:
        raise CommandRefused(f"there is no draft of {name}: its text is not made here")
    typer.echo(msgspec.json.encode(found).decode() if as_json else found.text)


@attestations.command("register")
def register(
    jurisdiction: Jurisdiction,
    name: Name,
    file: Annotated[Path | None, typer.Option("--file", help="The signed document.")] = None,
    body: Annotated[str, typer.Option(help="Facts as JSON, over those of the draft.")] = "{}",
    edition: Annotated[str | None, typer.Option(help="Which text it is. [default: the draft's]")] = None,
    valid_from: Annotated[str | None, typer.Option("--from", help="First day, YYYY-MM-DD. [default: today]")] = None,
    valid_until: Annotated[str | None, typer.Option("--until", help="Last day, YYYY-MM-DD.")] = None,
    environment: Where = "live",
    data: Data = None,
) -> None:
    """Keep a signed paper for good, and let what waits for it go on."""
    settings, place = Settings.from_environment(data=data), _environment(environment)
    found = _drafted(settings, jurisdiction, name, place)
    given = HandedIn(
        name=name,
        valid_from=_day(valid_from) or system_clock().date(),
        valid_until=_day(valid_until),
        edition=edition,
        body={**(found.body if found else {}), **_facts(body)},
        document=_content(file),
        media_type=_media_type(file),
    )
    paper = _read(jurisdiction, given, found)
    asyncio.run(_keep(settings, place, paper))
    typer.echo(f"{written(Prefix.ATTESTATION, paper.id)}: {jurisdiction} {name}, edition {paper.edition}.")


@attestations.command("list")
def list_attestations(
    jurisdiction: Annotated[str | None, typer.Argument(help="Only of this jurisdiction.")] = None,
    environment: Where = "live",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Every paper of the operator's that was ever registered, the newest first."""
    settings, place, known = Settings.from_environment(data=data), _environment(environment), installation.load()
    if jurisdiction is not None and jurisdiction not in known:
        raise CommandRefused(f"there is no jurisdiction {jurisdiction!r}; there are {', '.join(known)}")
    rows = asyncio.run(_rows(settings, place, jurisdiction))
    if not rows and not as_json:
        typer.echo(f"No paper is registered for {place}.")
    for row in rows:
        shown = presentation.attestation(row)
        until = f" until {shown.valid_until}" if shown.valid_until else ""
        revoked = f"  revoked {shown.revoked_at:%Y-%m-%d %H:%M}" if shown.revoked_at else ""
        told = f"{shown.id}  {shown.jurisdiction} {shown.name} {shown.edition}  from {shown.valid_from}{until}{revoked}"
        typer.echo(msgspec.json.encode(shown).decode() if as_json else told)


@attestations.command("revoke")
def revoke(
    attestation: Annotated[str, typer.Argument(help="Its id (att_…), as `attestations list` shows it.")],
    data: Data = None,
) -> None:
    """Let a paper count for nothing from now on: what needs it is held."""
    paper = read(Prefix.ATTESTATION, attestation)
    if paper is None or not asyncio.run(_revoke(Settings.from_environment(data=data), paper)):
        raise CommandRefused(f"there is no paper {attestation} of the operator's that still counts")
    typer.echo(f"{attestation} is revoked.")


async def _keep(settings: Settings, environment: Environment, paper: NewAttestation) -> None:
    async with administering(settings.administrator) as connection:
        await store.insert_platform(connection, environment, paper, system_clock(), OPERATOR)


async def _rows(settings: Settings, environment: Environment, jurisdiction: str | None) -> list[Row]:
    async with administering(settings.administrator) as connection:
        return await store.platform(connection, environment, jurisdiction)


async def _revoke(settings: Settings, paper: Any) -> bool:
    async with administering(settings.administrator) as connection:
        return await store.revoke_platform(connection, paper, system_clock())


def _drafted(settings: Settings, code: str, name: str, environment: Environment) -> Draft | None:
    """The draft of one of the operator's papers. Raises CommandRefused where there is no such paper."""
    known = installation.load()
    try:
        spec_of(known, code, name, Scope.PLATFORM)
        return draft_of(known[code], name, environment, read_deployments(settings.deployment, known))
    except (GatewayError, DeploymentInvalid) as why:
        raise CommandRefused(_sentence(why)) from why


def _read(code: str, given: HandedIn, found: Draft | None) -> NewAttestation:
    try:
        return read_paper(spec_of(installation.load(), code, given.name, Scope.PLATFORM), code, given, new_id(), found)
    except GatewayError as why:
        raise CommandRefused(_sentence(why)) from why


def _sentence(why: Exception) -> str:
    findings = why.findings if isinstance(why, GatewayError) else ()
    told = (
        f"{one.message} ({one.pointer})" + (f"; there are: {one.expected}" if one.expected else "") for one in findings
    )
    return " ".join((str(why), *told))


def _environment(name: str) -> Environment:
    if name not in ("test", "live"):
        raise typer.BadParameter("choose test or live", param_hint="--environment")
    return cast(Environment, name)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError as why:
        raise CommandRefused(f"{text!r} is no day; write it as 2026-12-31") from why


def _facts(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as why:
        raise CommandRefused(f"--body takes a JSON object: {why}") from why


def _content(file: Path | None) -> bytes | None:
    try:
        return file.read_bytes() if file is not None else None
    except OSError as why:
        raise CommandRefused(f"{file} cannot be read: {why.strerror}") from why


def _media_type(file: Path | None) -> str | None:
    guessed = mimetypes.guess_type(file.name)[0] if file is not None else None
    return guessed or "application/octet-stream"
