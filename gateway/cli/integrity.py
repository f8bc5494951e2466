"""Proving that nothing was changed: the chains of legal documents, and the chain of the audit trail."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Annotated

import msgspec
import typer

import jurisdictions as installation
from gateway.cli import books
from gateway.cli.options import Data, Json
from gateway.proof import NO_CHAIN, AuditProof, ChainProof, Choice, prove_audit, prove_chains
from gateway.settings import Settings

chain = typer.Typer(help="The chains of sealed documents.", no_args_is_help=True)
audit = typer.Typer(help="The audit trail.", no_args_is_help=True)
Tenant = Annotated[str | None, typer.Option(help="Only this tenant (name, or ten_…).")]


@chain.command("verify")
def verify_chains(
    tenant: Tenant = None,
    issuer: Annotated[str | None, typer.Option(help="Only chains with documents of this issuer (iss_…).")] = None,
    jurisdiction: Annotated[str | None, typer.Option(help="Only chains of this jurisdiction.")] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Ask the authority, too, what it holds of the last months.")
    ] = False,
    months: Annotated[int, typer.Option(min=1, max=120, help="How many months --compare asks for.")] = 2,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Recompute every chain from the stored bytes and name the first break of each. Exit 1 where one is broken, or
    where the authority holds something else."""
    settings = Settings.from_environment(data=data)
    choice = Choice(tenant=tenant, issuer=issuer, jurisdiction=jurisdiction)

    def tell(proof: ChainProof) -> None:
        typer.echo(msgspec.json.encode(proof).decode() if as_json else _chain_told(proof))

    proofs = asyncio.run(prove_chains(settings.administrator, choice, tell))
    if not proofs and not as_json:
        typer.echo("There is no chain to verify.")
    compared = asyncio.run(books.compared_lately(settings, _owners(proofs), months)) if compare else []
    books.tell(compared, as_json=as_json)
    raise typer.Exit(int(any(proof.broken for proof in proofs) or not all(one.agrees for one in compared)))


chain.command("renew")(books.renew)


@audit.command("verify")
def verify_audit(tenant: Tenant = None, data: Data = None, as_json: Json = False) -> None:
    """Recompute the audit trail's hashes, and say how many rows wait for their number. Exit 1 where it is broken."""
    proofs = asyncio.run(prove_audit(Settings.from_environment(data=data).administrator, tenant))
    for proof in proofs:
        typer.echo(msgspec.json.encode(proof).decode() if as_json else _audit_told(proof))
    raise typer.Exit(int(any(proof.broken for proof in proofs)))


def _owners(proofs: Iterable[ChainProof]) -> list[tuple[str, str]]:
    """The issuers of these chains, each in its jurisdiction, where that has books that can be read."""
    readable = {code for code, one in installation.load().items() if one.books is not None}
    return sorted(
        {(proof.issuer, proof.jurisdiction) for proof in proofs if proof.issuer and proof.jurisdiction in readable}
    )


def _chain_told(proof: ChainProof) -> str:
    where = f"{proof.tenant} {proof.environment} {proof.jurisdiction} {proof.chain}"
    if proof.broken and proof.chain == NO_CHAIN:
        return f"✗ {proof.tenant} {proof.environment} {proof.jurisdiction}: {proof.broken.reason}"
    if proof.broken:
        return f"✗ {where}: broken at record {proof.broken.sequence}: {proof.broken.reason}"
    ended = f"; it has ended, and {proof.successor} goes on" if proof.successor else ""
    return f"✓ {where}: {proof.records} records{ended}"


def _audit_told(proof: AuditProof) -> str:
    waiting = f"; {proof.unsequenced} not numbered yet" if proof.unsequenced else ""
    where = f"{proof.tenant} {proof.environment}"
    if proof.broken:
        return f"✗ {where}: broken at row {proof.broken.sequence}: {proof.broken.reason}{waiting}"
    return f"✓ {where}: {proof.rows} rows{waiting}"
