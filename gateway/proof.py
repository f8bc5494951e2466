"""Proving the chains: every link recomputed from stored bytes, every audit hash from stored rows."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec

import jurisdictions as installation
from gateway.accounts import AccountRefused, administering
from gateway.astray import Astray, astray
from gateway.identity import Prefix, read, written
from gateway.store import chains
from gateway.store.pool import Connection
from jurisdictions.contract import Jurisdiction
from schemas.findings import Findings, is_fatal

AT_ONCE, BETWEEN = 2000, 100
NO_CHAIN = "-"
"""In place of a chain's name: of a record that stands in none, or is no longer what was sealed."""
Proof = Callable[[bytes, bytes | None], tuple[Findings, bytes | None]]
_Record = tuple[int, bytes, bytes | None, bytes]
"""A link's sequence and bytes, its document's body and SHA-256 (None where that is gone)."""


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
    """`successor` goes on where this chain has ended; `broken` is None where every record fits; `issuer` is the one
    whose record is the first. `chain` is NO_CHAIN of records of which only the audit trail tells."""

    tenant: str
    environment: str
    jurisdiction: str
    chain: str
    records: int
    broken: Break | None = None
    successor: str | None = None
    issuer: str | None = None


class AuditProof(msgspec.Struct, frozen=True, kw_only=True):
    """`unsequenced`: rows that are committed, or about to be, and wait for the sequencer."""

    tenant: str
    environment: str
    rows: int
    unsequenced: int
    broken: Break | None = None


async def prove_chains(url: str, choice: Choice, tell: Callable[[ChainProof], None] | None = None) -> list[ChainProof]:
    """Walk every chosen chain from its first record, and look for what the audit trail tells of and no chain holds.

    `tell` hears of each at once. Raises AccountRefused for a choice that means nothing.
    """
    known = installation.load()
    if choice.jurisdiction is not None and choice.jurisdiction not in known:
        raise AccountRefused(f"there is no jurisdiction {choice.jurisdiction!r}; there are {', '.join(known)}")
    proofs: list[ChainProof] = []

    def proved(proof: ChainProof) -> None:
        proofs.append(proof)
        if tell is not None:
            tell(proof)

    async with _snapshot(url) as connection:
        tenant, issuer = await _tenant(connection, choice.tenant), await _issuer(connection, choice.issuer)
        for row in await chains.heads(connection, tenant, choice.jurisdiction, issuer):
            proved(await _walked(connection, row, known.get(row["jurisdiction"])))
        chaining = [code for code, one in known.items() if one.seal.chain and choice.jurisdiction in (None, code)]
        for one in await astray(connection, tenant, chaining, issuer):
            proved(_nowhere(one))
    return proofs


@asynccontextmanager
async def _snapshot(url: str) -> AsyncIterator[Connection]:
    """Everything as it was at one moment: who seals meanwhile breaks no chain."""
    async with administering(url) as connection:
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield connection


def _nowhere(one: Astray) -> ChainProof:
    return ChainProof(
        tenant=one.tenant,
        environment=one.environment,
        jurisdiction=one.jurisdiction,
        chain=NO_CHAIN,
        records=0,
        broken=Break(sequence=0, reason=one.told()),
    )


async def _walked(connection: Connection, chain: Mapping[str, Any], jurisdiction: Jurisdiction | None) -> ChainProof:
    walk = _Walk(chain["jurisdiction"], jurisdiction)
    coming = asyncio.create_task(_page(connection, chain, 0))
    while walk.broken is None:
        records = await coming
        if len(records) == AT_ONCE:
            coming = asyncio.create_task(_page(connection, chain, records[-1][0]))
        for start in range(0, len(records), BETWEEN):
            if not walk.through(records[start : start + BETWEEN]):
                break
            await asyncio.sleep(0)  # The database goes on with the next page meanwhile.
        if len(records) < AT_ONCE:
            break
    await coming
    broken = walk.broken or _headless(walk, chain) or await _after_its_end(connection, chain)
    return ChainProof(
        tenant=chain["tenant"],
        environment=chain["environment"],
        jurisdiction=chain["jurisdiction"],
        chain=chain["key"],
        records=walk.records,
        broken=broken,
        successor=chain["successor"],
        issuer=written(Prefix.ISSUER, chain["issuer_id"]) if chain["issuer_id"] else None,
    )


def _headless(walk: _Walk, chain: Mapping[str, Any]) -> Break | None:
    """Whether the head is that of the last record."""
    if chain["sequence"] is None:
        return Break(sequence=walk.records + 1, reason="the chain's head is missing")
    if (walk.records, walk.former) != (chain["sequence"], chain["link"]):
        return Break(sequence=walk.records + 1, reason=f"the chain's head says {chain['sequence']} records")
    return None


async def _after_its_end(connection: Connection, chain: Mapping[str, Any]) -> Break | None:
    """Whether anything was sealed into a chain that had ended."""
    sequence = await chains.sealed_after_its_end(connection, chain)
    if sequence is None:
        return None
    return Break(sequence=sequence, reason=f"it was sealed after the chain had ended ({chain['ended_at']:%Y-%m-%d})")


class _Walk:
    """How far a chain has been found whole: `records` of them, the last of which gives `former` to the next."""

    def __init__(self, code: str, jurisdiction: Jurisdiction | None) -> None:
        self._code = code
        self._proof = _proof_of(jurisdiction)
        self.records = 0
        self.former: bytes | None = None
        self.broken: Break | None = None

    def through(self, records: Sequence[_Record]) -> bool:
        """Go on over these records, in order; False at the first that does not fit. One plain loop: it is walked a
        hundred thousand times, and costs less than reading the records as XML would."""
        for record in records:
            reason = self._misfit(*record)
            if reason is not None:
                self.broken = Break(sequence=record[0], reason=reason)
                return False
            self.records, self.former = record[0], record[1]
        return True

    def _misfit(self, sequence: int, stored: bytes, body: bytes | None, sha256: bytes) -> str | None:
        """Why this record does not follow the one before; None where it does."""
        if sequence != self.records + 1:
            return f"record {self.records + 1} is missing"
        if body is None:
            return "its document is missing"
        if hashlib.sha256(body).digest() != sha256:
            return "the stored document is not the one that was sealed (its SHA-256 differs)"
        if self._proof is None:
            return f"{self._code} is not installed, so nothing can be verified"
        found, link = self._proof(body, self.former)
        if found and is_fatal(found):
            return "; ".join(f"{one.rule}: {one.message}" for one in found)
        if link != stored:
            return "the stored link is not that of the document"
        return None


def _proof_of(jurisdiction: Jurisdiction | None) -> Proof | None:
    """The jurisdiction's own way of proving a record, or its two ways one after the other."""
    if jurisdiction is None:
        return None
    seal = jurisdiction.seal
    verify, link = seal.verify, seal.link
    if seal.proof is not None or verify is None or link is None:
        return seal.proof

    def both(body: bytes, former: bytes | None) -> tuple[Findings, bytes | None]:
        found = verify(body, former)
        return found, None if is_fatal(found) else link(body)

    return both


async def _page(connection: Connection, chain: Mapping[str, Any], after: int) -> list[_Record]:
    """The next links of a chain with their documents.

    OFFSET 0 keeps it a look-up by the whole key for each link: before the first ANALYZE a join would read all that the
    tenant has for each of them. Digests are not computed there: a PostgreSQL without OpenSSL takes five times as long.
    """
    rows: list[_Record] = await connection.fetch(
        "SELECT l.sequence, l.link, d.body, d.sha256 FROM gateway.link l LEFT JOIN LATERAL"
        " (SELECT d.body, d.sha256 FROM gateway.document d WHERE d.tenant_id = l.tenant_id"
        "  AND d.environment = l.environment AND d.id = l.document_id OFFSET 0) d ON true"
        " WHERE l.tenant_id = $1 AND l.environment = $2 AND l.jurisdiction = $3 AND l.chain = $4"
        " AND l.sequence > $5 ORDER BY l.sequence LIMIT $6",
        chain["tenant_id"],
        chain["environment"],
        chain["jurisdiction"],
        chain["key"],
        after,
        AT_ONCE,
    )
    return rows


async def prove_audit(url: str, tenant: str | None = None) -> list[AuditProof]:
    """Recompute every tenant's audit hashes: SHA-256 of the former hash and the row's content."""
    async with _snapshot(url) as connection:
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


async def _issuer(connection: Connection, text: str | None) -> UUID | None:
    if text is None:
        return None
    found: UUID | None = await connection.fetchval(
        "SELECT id FROM gateway.issuer WHERE id = $1", read(Prefix.ISSUER, text)
    )
    if found is None:
        raise AccountRefused(f"there is no issuer {text!r}; `issuers list` shows them")
    return found
