"""API keys and issuers, from the administrator's side."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal, cast

import msgspec
import typer

from gateway import accounts
from gateway.actor import ALL_SCOPES
from gateway.cli.options import Data, Json
from gateway.identity import Prefix, written
from gateway.settings import Settings

keys = typer.Typer(help="API keys: make one, list them, revoke one.", no_args_is_help=True)
issuers = typer.Typer(help="The legal entities that issue.", no_args_is_help=True)
EnvironmentName = Annotated[str, typer.Option("--environment", help="`test` or `live`.")]


@keys.command("create")
def create(
    tenant: Annotated[str, typer.Option(help="The tenant's name; made where there is none.")] = "Development",
    environment: EnvironmentName = "test",
    scope: Annotated[list[str] | None, typer.Option(help="What the key may do; again for more. [default: all]")] = None,
    data: Data = None,
) -> None:
    """Make an API key and print it: this once, then nobody can read it again."""
    if environment not in ("test", "live"):
        raise typer.BadParameter("choose test or live", param_hint="--environment")
    typer.echo(asyncio.run(_create(Settings.from_environment(data=data), tenant, environment, scope)))


async def _create(settings: Settings, tenant: str, environment: str, scopes: list[str] | None) -> str:
    async with accounts.administering(settings.administrator) as connection:
        owner = await accounts.ensure_tenant(connection, tenant)
        where = cast(Literal["test", "live"], environment)
        return await accounts.add_key(connection, owner, where, scopes=scopes or ALL_SCOPES)


@keys.command("list")
def list_keys(data: Data = None, as_json: Json = False) -> None:
    """Every key, the newest first; secrets are not kept and cannot be shown."""
    for row in asyncio.run(_keys(Settings.from_environment(data=data))):
        shown = accounts.shown(row)
        revoked = f"revoked {shown['revoked_at'][:16]}" if shown["revoked_at"] else ""
        told = f"{shown['id']}  {shown['environment']:4}  {shown['hint']}  {shown['tenant']}  {revoked}".rstrip()
        typer.echo(msgspec.json.encode(shown).decode() if as_json else told)


async def _keys(settings: Settings) -> list[accounts.Row]:
    async with accounts.administering(settings.administrator) as connection:
        return await accounts.keys(connection)


@keys.command("revoke")
def revoke(
    key: Annotated[str, typer.Argument(help="The key's id (key_…), as `keys list` shows it.")], data: Data = None
) -> None:
    """Refuse a key from now on."""
    asyncio.run(_revoke(Settings.from_environment(data=data), key))
    typer.echo(f"{key} is revoked.")


async def _revoke(settings: Settings, key: str) -> None:
    async with accounts.administering(settings.administrator) as connection:
        await accounts.revoke_key(connection, key)


@issuers.command("list")
def list_issuers(data: Data = None, as_json: Json = False) -> None:
    """Every issuer of every tenant, with the credentials that it has stored."""
    for row in asyncio.run(_issuers(Settings.from_environment(data=data))):
        taxes = [one["value"] for one in msgspec.json.decode(row["tax_ids"])]
        issuer = written(Prefix.ISSUER, row["id"])
        if as_json:
            shown = {
                "id": issuer,
                "tenant": row["tenant"],
                "environment": row["environment"],
                "name": row["name"],
                "tax_ids": taxes,
                "time_zone": row["time_zone"],
                "credentials": row["credentials"].split(),
            }
            typer.echo(msgspec.json.encode(shown).decode())
        else:
            typer.echo(f"{issuer}  {row['environment']:4}  {' '.join(taxes):14}  {row['name']}  {row['credentials']}")


async def _issuers(settings: Settings) -> list[accounts.Row]:
    async with accounts.administering(settings.administrator) as connection:
        return await accounts.issuers(connection)
