"""Proving that nothing was changed: the chains of legal documents, and the chain of the audit trail."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
import typer

from gateway.cli.options import Data, Json
from gateway.proof import AuditProof, ChainProof, Choice, prove_audit, prove_chains
from gateway.settings import Settings

chain = typer.Typer(help="The chains of sealed documents.", no_args_is_help=True)
audit = typer.Typer(help="The audit trail.", no_args_is_help=True)
Tenant = Annotated[str | None, typer.Option(help="Only this tenant (name, or ten_…).")]


@chain.command("verify")
def verify_chains(
    tenant: Tenant = None,
    issuer: Annotated[str | None, typer.Option(help="Only chains with documents of this issuer (iss_…).")] = None,
    jurisdiction: Annotated[str | None, typer.Option(help="Only chains of this jurisdiction.")] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Recompute every chain from the stored bytes and name the first break of each. Exit 1 where one is broken."""
    settings = Settings.from_environment(data=data)
    choice = Choice(tenant=tenant, issuer=issuer, jurisdiction=jurisdiction)
    proofs = asyncio.run(prove_chains(settings.administrator, choice))
    for proof in proofs:
        typer.echo(msgspec.json.encode(proof).decode() if as_json else _chain_told(proof))
    if not proofs and not as_json:
        typer.echo("There is no chain to verify.")
    raise typer.Exit(int(any(proof.broken for proof in proofs)))


@audit.command("verify")
def verify_audit(tenant: Tenant = None, data: Data = None, as_json: Json = False) -> None:
    """Recompute the audit trail's hashes, and say how many rows wait for their number. Exit 1 where it is broken."""
    proofs = asyncio.run(prove_audit(Settings.from_environment(data=data).administrator, tenant))
    for proof in proofs:
        typer.echo(msgspec.json.encode(proof).decode() if as_json else _audit_told(proof))
    raise typer.Exit(int(any(proof.broken for proof in proofs)))


def _chain_told(proof: ChainProof) -> str:
    where = f"{proof.tenant} {proof.environment} {proof.jurisdiction} {proof.chain}"
    if proof.broken:
        return f"✗ {where}: broken at record {proof.broken.sequence}: {proof.broken.reason}"
    return f"✓ {where}: {proof.records} records"


def _audit_told(proof: AuditProof) -> str:
    waiting = f"; {proof.unsequenced} not numbered yet" if proof.unsequenced else ""
    where = f"{proof.tenant} {proof.environment}"
    if proof.broken:
        return f"✗ {where}: broken at row {proof.broken.sequence}: {proof.broken.reason}{waiting}"
    return f"✓ {where}: {proof.rows} rows{waiting}"
