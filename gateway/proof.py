"""Proving the chains: every link recomputed from stored bytes, every audit hash from stored rows."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

import msgspec

import jurisdictions as installation
from gateway.accounts import AccountRefused, administering
from gateway.identity import Prefix, read
from gateway.store.pool import Connection
from jurisdictions.contract import Jurisdiction
from schemas.findings import is_fatal

AT_ONCE = 500


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Which chains: all that are not excluded."""

    tenant: str | None = None
    issuer: str | None = None
    jurisdiction: str | None = None


class Break(msgspec.Struct, frozen=True, kw_only=True):
    """The first place that does not fit."""

    sequence: int
    reason: str


class ChainProof(msgspec.Struct, frozen=True, kw_only=True):
    tenant: str
    environment: str
    jurisdiction: str
    chain: str
    records: int
    broken: Break | None = None


class AuditProof(msgspec.Struct, frozen=True, kw_only=True):
    """`unsequenced`: rows that are committed, or about to be, and wait for the sequencer."""

    tenant: str
    environment: str
    rows: int
    unsequenced: int
    broken: Break | None = None


async def prove_chains(url: str, choice: Choice) -> list[ChainProof]:
    """Walk every chosen chain from its first record. Raises AccountRefused for a choice that means nothing."""
    known = installation.load()
    if choice.jurisdiction is not None and choice.jurisdiction not in known:
        raise AccountRefused(f"there is no jurisdiction {choice.jurisdiction!r}; there are {', '.join(known)}")
    async with administering(url) as connection:
        rows = await connection.fetch(
            "SELECT c.*, coalesce(t.name, c.tenant_id::text) AS tenant FROM gateway.chain c"
            " LEFT JOIN platform.tenant t ON t.id = c.tenant_id"
            " WHERE ($1::uuid IS NULL OR c.tenant_id = $1) AND ($2::text IS NULL OR c.jurisdiction = $2)"
            " AND ($3::uuid IS NULL OR EXISTS (SELECT FROM gateway.link l JOIN gateway.document d"
            "  ON d.tenant_id = l.tenant_id AND d.environment = l.environment AND d.id = l.document_id"
            "  JOIN gateway.invoice i ON i.tenant_id = d.tenant_id AND i.environment = d.environment"
            "  AND i.id = d.invoice_id WHERE l.tenant_id = c.tenant_id AND l.environment = c.environment"
            "  AND l.jurisdiction = c.jurisdiction AND l.chain = c.key AND i.issuer_id = $3))"
            " ORDER BY c.tenant_id, c.environment, c.jurisdiction, c.key",
            await _tenant(connection, choice.tenant),
            choice.jurisdiction,
            _issuer(choice.issuer),
        )
        return [await _walked(connection, row, known.get(row["jurisdiction"])) for row in rows]


async def _walked(connection: Connection, chain: Mapping[str, Any], jurisdiction: Jurisdiction | None) -> ChainProof:
    records, former = 0, None
    broken: Break | None = None
    async for record in _records(connection, chain):
        reason = _misfit(record, records + 1, former, jurisdiction)
        if reason is not None:
            broken = Break(sequence=record["sequence"], reason=reason)
            break
        records, former = record["sequence"], bytes(record["link"])
    if broken is None and (records != chain["sequence"] or former != (chain["link"] and bytes(chain["link"]))):
        broken = Break(sequence=records + 1, reason=f"the chain's head says {chain['sequence']} records")
    return ChainProof(
        tenant=chain["tenant"],
        environment=chain["environment"],
        jurisdiction=chain["jurisdiction"],
        chain=chain["key"],
        records=records,
        broken=broken,
    )


def _misfit(
    record: Mapping[str, Any], expected: int, former: bytes | None, jurisdiction: Jurisdiction | None
) -> str | None:
    """Why this record does not follow the one before; None where it does."""
    if record["sequence"] != expected:
        return f"record {expected} is missing"
    body = record["body"]
    if body is None:
        return "its document is missing"
    body = bytes(body)
    if hashlib.sha256(body).digest() != bytes(record["sha256"]):
        return "the stored document is not the one that was sealed (its SHA-256 differs)"
    if jurisdiction is None or jurisdiction.seal.verify is None or jurisdiction.seal.link is None:
        return f"{record['jurisdiction']} is not installed, so nothing can be verified"
    found = jurisdiction.seal.verify(body, former)
    if is_fatal(found):
        return "; ".join(f"{one.rule}: {one.message}" for one in found)
    if jurisdiction.seal.link(body) != bytes(record["link"]):
        return "the stored link is not that of the document"
    return None


async def _records(connection: Connection, chain: Mapping[str, Any]) -> AsyncIterator[Mapping[str, Any]]:
    """The links of a chain in order, with their documents, a few hundred at a time."""
    after = 0
    while True:
        rows = await connection.fetch(
            "SELECT l.sequence, l.link, l.jurisdiction, d.body, d.sha256 FROM gateway.link l"
            " LEFT JOIN gateway.document d"
            " ON d.tenant_id = l.tenant_id AND d.environment = l.environment AND d.id = l.document_id"
            " WHERE l.tenant_id = $1 AND l.environment = $2 AND l.jurisdiction = $3 AND l.chain = $4"
            " AND l.sequence > $5 ORDER BY l.sequence LIMIT $6",
            chain["tenant_id"],
            chain["environment"],
            chain["jurisdiction"],
            chain["key"],
            after,
            AT_ONCE,
        )
        for row in rows:
            yield row
        if len(rows) < AT_ONCE:
            return
        after = rows[-1]["sequence"]


async def prove_audit(url: str, tenant: str | None = None) -> list[AuditProof]:
    """Recompute every tenant's audit hashes: SHA-256 of the former hash and the row's content."""
    async with administering(url) as connection:
        rows = await connection.fetch(
            "SELECT a.tenant_id, a.environment, coalesce(t.name, a.tenant_id::text) AS tenant, count(*) AS rows,"
            " h.sequence, h.hash FROM gateway.audit a LEFT JOIN platform.tenant t ON t.id = a.tenant_id"
            " LEFT JOIN platform.sequencer_head h ON h.stream = 'audit' AND h.tenant_id = a.tenant_id"
            " AND h.environment = a.environment WHERE ($1::uuid IS NULL OR a.tenant_id = $1)"
            " GROUP BY a.tenant_id, a.environment, t.name, h.sequence, h.hash ORDER BY 3, 2",
            await _tenant(connection, tenant),
        )
        return [await _audited(connection, row) for row in rows]


async def _audited(connection: Connection, stream: Mapping[str, Any]) -> AuditProof:
    hashed, rows = b"", 0
    broken: Break | None = None
    async for row in _audits(connection, stream):
        if row["sequence"] != rows + 1:
            broken = Break(sequence=rows + 1, reason="the row of this number is missing")
        elif row["content"] is None:
            broken = Break(sequence=row["sequence"], reason="the audited row is missing")
        elif hashlib.sha256(hashed + bytes(row["content"])).digest() != bytes(row["hash"]):
            broken = Break(sequence=row["sequence"], reason="the row is not the one that was hashed")
        if broken is not None:
            break
        hashed, rows = bytes(row["hash"]), row["sequence"]
    if broken is None and (rows, hashed) != (stream["sequence"] or 0, bytes(stream["hash"] or b"")):
        broken = Break(sequence=rows + 1, reason=f"the head says {stream['sequence']} rows: the end was cut off")
    return AuditProof(
        tenant=stream["tenant"],
        environment=stream["environment"],
        rows=rows,
        unsequenced=max(0, stream["rows"] - (stream["sequence"] or 0)),
        broken=broken,
    )


async def _audits(connection: Connection, stream: Mapping[str, Any]) -> AsyncIterator[Mapping[str, Any]]:
    after = 0
    while True:
        rows = await connection.fetch(
            "SELECT s.sequence, s.hash, CASE WHEN a.id IS NOT NULL THEN platform.audit_content(a.id, a.at,"
            " a.actor, a.action, a.object_type, a.object_id, a.request_id, a.detail) END AS content"
            " FROM gateway.audit_sequence s LEFT JOIN gateway.audit a ON a.tenant_id = s.tenant_id"
            " AND a.environment = s.environment AND a.at = s.at AND a.id = s.audit_id"
            " WHERE s.tenant_id = $1 AND s.environment = $2 AND s.sequence > $3 ORDER BY s.sequence LIMIT $4",
            stream["tenant_id"],
            stream["environment"],
            after,
            AT_ONCE,
        )
        for row in rows:
            yield row
        if len(rows) < AT_ONCE:
            return
        after = rows[-1]["sequence"]


async def _tenant(connection: Connection, name: str | None) -> UUID | None:
    if name is None:
        return None
    by_id = read(Prefix.TENANT, name)
    found: UUID | None = by_id or await connection.fetchval("SELECT id FROM platform.tenant WHERE name = $1", name)
    if found is None:
        raise AccountRefused(f"there is no tenant {name!r}")
    return found


def _issuer(text: str | None) -> UUID | None:
    found = read(Prefix.ISSUER, text) if text else None
    if text and found is None:
        raise AccountRefused(f"{text!r} is no id of an issuer (iss_…); `issuers list` shows them")
    return found
