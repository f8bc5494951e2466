"""Chains of sealed records in a real database, without the hands that make them: as many as a test wants."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg
import msgspec

from jurisdictions.verifactu import JURISDICTION
from tests.jurisdictions.verifactu.builders import NOW, chained

TENANT = UUID(int=7)
CODE = "verifactu"
KEY = "B00000018:1"


async def stored_chain(connection: asyncpg.Connection, length: int, *, at: datetime = NOW) -> UUID:
    """One issuer with that many records, each of an invoice of its own; gives the issuer."""
    issuer = uuid4()
    await connection.execute("INSERT INTO platform.tenant (id, name) VALUES ($1, 'Chained')", TENANT)
    await connection.execute(
        "INSERT INTO gateway.issuer (tenant_id, environment, id, body, created_at, updated_at)"
        " VALUES ($1, 'test', $2, '{}', $3, $3)",
        TENANT,
        issuer,
        at,
    )
    links: list[tuple[int, UUID, UUID, bytes, bytes, str]] = []
    for sequence, record in enumerate(chained(length), start=1):
        link = _link(record.body)
        links.append((sequence, uuid4(), uuid4(), record.body, link, record.attributes["number"]))
    await connection.executemany(
        "INSERT INTO gateway.invoice (tenant_id, environment, id, issuer_id, kind, state, number, source_ref, draft,"
        " document, routes, findings, ready, created_at, updated_at)"
        " VALUES ($1, 'test', $2, $3, 'invoice', 'open', $4, $4, '{}', $5, '[]', '[]', true, $6, $6)",
        [
            (TENANT, invoice, issuer, number, msgspec.json.encode({"issue_date": str(at.date())}).decode(), at)
            for _, invoice, _, _, _, number in links
        ],
    )
    await connection.executemany(
        "INSERT INTO gateway.document (tenant_id, environment, id, invoice_id, submission_id, jurisdiction, name,"
        " media_type, role, sha256, body, at)"
        " VALUES ($1, 'test', $2, $3, $3, $4, 'registro.xml', 'application/xml', 'sealed', $5, $6, $7)",
        [
            (TENANT, doc, invoice, CODE, hashlib.sha256(body).digest(), body, at)
            for _, invoice, doc, body, _, _ in links
        ],
    )
    await connection.executemany(
        "INSERT INTO gateway.link (tenant_id, environment, jurisdiction, chain, sequence, document_id, link, at)"
        " VALUES ($1, 'test', $2, $3, $4, $5, $6, $7)",
        [(TENANT, CODE, KEY, sequence, doc, link, at) for sequence, _, doc, _, link, _ in links],
    )
    await connection.execute(
        "INSERT INTO gateway.chain (tenant_id, environment, jurisdiction, key, sequence, link, last_at)"
        " VALUES ($1, 'test', $2, $3, $4, $5, $6)",
        TENANT,
        CODE,
        KEY,
        length,
        links[-1][4],
        at,
    )
    return issuer


def _link(body: bytes) -> bytes:
    assert JURISDICTION.seal.link is not None
    return JURISDICTION.seal.link(body)


def _sha(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()
