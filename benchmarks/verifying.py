"""`chain verify` over stored records, beside lxml that merely parses the very same records.

The walk is the command's own: every record read from the database, its SHA-256 and its huella computed anew, its link
compared with the record before and with what the gateway keeps. The peer has the records in memory and makes trees of
them; a second one has to read them from the database first, as the walk does. Times are the clock's, since the walk
waits for the database.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from functools import partial

import asyncpg
from lxml import etree

from benchmarks import ground
from benchmarks.records import order, sealed
from benchmarks.report import Figure
from benchmarks.turns import medians
from gateway.clock import new_id
from gateway.proof import Choice, prove_chains
from jurisdictions.contract import Sealed
from tests.jurisdictions.verifactu.builders import NOW

RECORDS = 5000
ROUNDS = 7
_in_turn = partial(medians, ROUNDS, clock=time.perf_counter)
LEAST = 0.5
CHAIN = "B00000018:1"
_DOCUMENT = "tenant_id environment id invoice_id submission_id jurisdiction name media_type role sha256 body at".split()
_LINK = "tenant_id environment jurisdiction chain sequence document_id link at".split()


def measure() -> list[Figure]:
    records = sealed([order(place) for place in range(RECORDS)])
    bodies = [one.body for one in records]
    with ground.ground() as place:
        asyncio.run(_stored(place, records))
        (proof,) = asyncio.run(prove_chains(place.url, Choice()))
        assert (proof.records, proof.broken) == (RECORDS, None), proof
        walk, parse, read = _in_turn(
            lambda: asyncio.run(prove_chains(place.url, Choice())),
            lambda: _parsed(bodies),
            lambda: _parsed(asyncio.run(_read(place))),
        )
    name, found = f"chain verify, {RECORDS:,} records", _rate(walk)
    return [
        Figure(name, found, f"lxml parses them from memory {_rate(parse)}", parse / walk, LEAST),
        Figure(name, found, f"read from the database and parsed {_rate(read)}", read / walk),
    ]


async def _stored(place: ground.Ground, records: Sequence[Sealed]) -> None:
    """Documents, links and the chain's head, as finalize leaves them."""
    documents, links = [], []
    for sequence, one in enumerate(records, 1):
        document = new_id()
        of = (place.tenant, "test")
        digest = bytes.fromhex(one.digest)
        about = ("verifactu", one.name, one.media_type, "sealed")
        documents.append((*of, document, new_id(), new_id(), *about, digest, one.body, NOW))
        links.append((*of, "verifactu", CHAIN, sequence, document, one.link, NOW))
    connection = await asyncpg.connect(place.url)
    try:
        for table, columns, rows in (("document", _DOCUMENT, documents), ("link", _LINK, links)):
            await connection.copy_records_to_table(table, schema_name="gateway", columns=columns, records=rows)
        await connection.execute(
            "INSERT INTO gateway.chain (tenant_id, environment, jurisdiction, key, sequence, link, last_at)"
            " VALUES ($1, 'test', 'verifactu', $2, $3, $4, $5)",
            place.tenant,
            CHAIN,
            len(records),
            records[-1].link,
            NOW,
        )
        await connection.execute("ANALYZE gateway.document, gateway.link")
    finally:
        await connection.close()


async def _read(place: ground.Ground) -> list[bytes]:
    connection = await asyncpg.connect(place.url)
    try:
        rows = await connection.fetch(
            "SELECT d.body FROM gateway.link l JOIN gateway.document d ON d.tenant_id = l.tenant_id"
            " AND d.environment = l.environment AND d.id = l.document_id ORDER BY l.sequence"
        )
    finally:
        await connection.close()
    return [row["body"] for row in rows]


def _parsed(bodies: Sequence[bytes]) -> None:
    for body in bodies:
        etree.fromstring(body)


def _rate(seconds: float) -> str:
    return f"{RECORDS / seconds:,.0f}/s"
