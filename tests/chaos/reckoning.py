"""The reckoning in our own books, as the database and the API tell them: numbers, chains, submissions, events, audit.

Every function answers with what is wrong, one sentence each; an empty list is the proof.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import asyncpg

from gateway.identity import Prefix, written
from gateway.proof import Choice, prove_audit, prove_chains
from tests.chaos.clients import Client, Json
from tests.chaos.wishes import Wish

Row = Mapping[str, Any]
Wrong = list[str]


async def our_books(connection: asyncpg.Connection, url: str, wishes: list[Wish], issued: Mapping[str, Json]) -> Wrong:
    """Everything that the database can tell."""
    return [
        *await numbering(connection, wishes, issued),
        *await chaining(connection, url),
        *await submissions(connection, wishes),
        *await facts_handed_on(connection),
        *await events(connection),
        *await auditing(url),
    ]


async def numbering(connection: asyncpg.Connection, wishes: list[Wish], issued: Mapping[str, Json]) -> Wrong:
    """Each wish is one open invoice with the number that its client was told; series run from 1 without a gap."""
    rows = await connection.fetch(
        "SELECT id, issuer_id, source_ref, number, state FROM gateway.invoice WHERE deleted_at IS NULL"
    )
    wrong = _compared("invoice", Counter(row["source_ref"] for row in rows), Counter(wish.name for wish in wishes))
    series: dict[tuple[Any, str], list[int]] = defaultdict(list)
    for row in rows:
        told = issued.get(row["source_ref"])
        if row["number"] is None or row["state"] != "open":
            wrong.append(f"{row['source_ref']} is {row['state']} with the number {row['number']}")
            continue
        if told is not None and (told["id"], told["number"]) != (written(Prefix.INVOICE, row["id"]), row["number"]):
            wrong.append(f"{row['source_ref']}: the client was told {told['number']}, and {row['number']} is kept")
        code, _, place = row["number"].rpartition("-")
        series[row["issuer_id"], code].append(int(place))
    heads = {(row["issuer_id"], row["code"]): row["next"] for row in await connection.fetch("TABLE gateway.series")}
    for key, places in series.items():
        if sorted(places) != list(range(1, len(places) + 1)):
            wrong.append(f"series {key[1]} of {key[0]} has gaps or doubles: {_odd(places)}")
        if heads.get(key) != len(places) + 1:
            wrong.append(f"series {key[1]} of {key[0]} goes on with {heads.get(key)} after {len(places)} invoices")
    wrong += [f"series {key[1]} of {key[0]} counts, and no invoice is in it" for key in heads.keys() - series.keys()]
    return wrong


async def chaining(connection: asyncpg.Connection, url: str) -> Wrong:
    """Every chain verifies from stored bytes, and holds each sealed document of its jurisdiction exactly once."""
    wrong = [
        f"chain {proof.jurisdiction} {proof.chain}: {proof.broken}"
        for proof in await prove_chains(url, Choice())
        if proof.broken is not None
    ]
    rows = await connection.fetch(
        "SELECT s.document_id, s.jurisdiction, count(l.document_id) AS links FROM gateway.submission s"
        " LEFT JOIN gateway.link l USING (tenant_id, environment, jurisdiction, document_id)"
        " WHERE s.jurisdiction IN (SELECT jurisdiction FROM gateway.chain) GROUP BY 1, 2"
        " HAVING count(l.document_id) <> 1"
    )
    wrong += [f"{row['jurisdiction']} document {row['document_id']} is chained {row['links']} times" for row in rows]
    stray = await connection.fetchval(
        "SELECT count(*) FROM gateway.link l WHERE NOT EXISTS (SELECT FROM gateway.submission s"
        " WHERE s.tenant_id = l.tenant_id AND s.environment = l.environment AND s.document_id = l.document_id)"
    )
    return wrong + ([f"{stray} links belong to no submission"] if stray else [])


async def submissions(connection: asyncpg.Connection, wishes: list[Wish]) -> Wrong:
    """One accepted submission for each invoice and jurisdiction, its standing registered; no flow is left in a hand."""
    rows = await connection.fetch(
        "SELECT i.source_ref, s.jurisdiction, s.state, s.authority_id, s.code, s.message, t.state AS standing"
        " FROM gateway.submission s JOIN gateway.invoice i"
        " ON i.tenant_id = s.tenant_id AND i.environment = s.environment AND i.id = s.invoice_id"
        " LEFT JOIN gateway.standing t ON t.tenant_id = s.tenant_id AND t.environment = s.environment"
        " AND t.invoice_id = s.invoice_id AND t.jurisdiction = s.jurisdiction"
    )
    wanted = Counter((wish.name, route) for wish in wishes for route in wish.routes)
    wrong = _compared("submission", Counter((row["source_ref"], row["jurisdiction"]) for row in rows), wanted)
    for row in rows:
        if (row["state"], row["standing"]) != ("accepted", "registered") or not row["authority_id"]:
            wrong.append(
                f"{row['source_ref']} to {row['jurisdiction']} is {row['state']}, standing {row['standing']}:"
                f" {row['code']} {row['message']}"
            )
    wrong += [
        f"flow {row['jurisdiction']} {row['key']} is {row['state']}: {row['hold_code']} {row['hold_message']}"
        for row in await connection.fetch("SELECT * FROM gateway.flow WHERE state <> 'open'")
    ]
    wrong += [
        f"a case of {row['jurisdiction']} is {row['state']}: {row['sentence']} ({row['external_code']})"
        for row in await connection.fetch("SELECT * FROM gateway.case_file")
    ]
    return wrong


async def facts_handed_on(connection: asyncpg.Connection) -> Wrong:
    """A later route's document carries what the earlier route's seal gave it: the address of the QR code."""
    rows = await connection.fetch(
        "SELECT i.number, f.facts::jsonb ->> 'verification_url' AS url, d.body FROM gateway.submission f"
        " JOIN gateway.submission s ON s.tenant_id = f.tenant_id AND s.environment = f.environment"
        "  AND s.invoice_id = f.invoice_id AND s.jurisdiction <> f.jurisdiction"
        " JOIN gateway.document d ON d.tenant_id = s.tenant_id AND d.environment = s.environment"
        "  AND d.id = s.document_id"
        " JOIN gateway.invoice i ON i.tenant_id = s.tenant_id AND i.environment = s.environment AND i.id = s.invoice_id"
        " WHERE f.facts::jsonb ? 'verification_url'"
    )
    return [
        f"{row['number']}: the second document does not carry {row['url']}"
        for row in rows
        if row["url"].replace("&", "&amp;").encode() not in bytes(row["body"])
    ] or ([] if rows else ["no second document carries a QR code's address"])


async def events(connection: asyncpg.Connection) -> Wrong:
    """Every event has its place, from 1 on; each object's events follow one another, and the last one is its state."""
    rows = await connection.fetch(
        "SELECT q.sequence, e.type, e.object_type, e.object_id, e.version, e.state, e.previous_state"
        " FROM gateway.event e LEFT JOIN gateway.event_sequence q ON q.tenant_id = e.tenant_id"
        " AND q.environment = e.environment AND q.at = e.at AND q.event_id = e.id ORDER BY q.sequence NULLS LAST"
    )
    wrong: Wrong = []
    if [row["sequence"] for row in rows] != list(range(1, len(rows) + 1)):
        wrong.append(f"the places of events have gaps or doubles: {_odd([row['sequence'] or 0 for row in rows])}")
    objects: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        objects[row["object_type"], row["object_id"]].append(row)
    for (kind, name), story in objects.items():
        wrong += _story(f"{kind} {name}", story)
    known = await connection.fetch(
        "SELECT 'invoice' AS kind, id::text, version, state FROM gateway.invoice"
        " UNION ALL SELECT 'submission', id::text, version, state FROM gateway.submission"
    )
    for row in known:
        last = objects.get((row["kind"], row["id"]), [None])[-1]
        if last is None or (last["version"], last["state"]) != (row["version"], row["state"]):
            told = last and (last["version"], last["state"])
            wrong.append(f"{row['kind']} {row['id']} is {(row['version'], row['state'])}, its last event says {told}")
    return wrong


def _story(name: str, story: list[Row]) -> Wrong:
    """Versions from the first on without a gap, each event's former state the one before it."""
    versions = [row["version"] for row in story]
    wrong = []
    if versions != list(range(versions[0], versions[0] + len(versions))):
        wrong.append(f"the versions of {name} are {versions}: {[row['type'] for row in story]}")
    for former, row in pairwise(story):
        if row["previous_state"] is not None and row["previous_state"] != former["state"]:
            wrong.append(f"{name}: {row['type']} follows {former['state']} and says {row['previous_state']}")
    return wrong


async def auditing(url: str, within: float = 15.0) -> Wrong:
    """The audit trail verifies to its end; the sequencer gets some seconds to reach it."""
    until = time.monotonic() + within
    while True:
        proofs = await prove_audit(url)
        if not any(proof.unsequenced for proof in proofs) or time.monotonic() > until:
            break
        await asyncio.sleep(0.3)
    broken = [f"audit of {proof.tenant}: {proof.broken}" for proof in proofs if proof.broken is not None]
    return broken + [f"audit: {one.unsequenced} rows were never numbered" for one in proofs if one.unsequenced]


async def through_the_api(client: Client, wishes: list[Wish], issued: Mapping[str, Json]) -> Wrong:
    """What a caller sees: invoices with their numbers, submissions accepted, nothing unsent, no case, all events."""
    invoices = await _pages(client, "/v1/invoices")
    wrong = _compared(
        "invoice through the API",
        Counter((one["source_ref"], one["number"], one["id"]) for one in invoices),
        Counter((name, one["number"], one["id"]) for name, one in issued.items()),
    )
    sent = await _pages(client, "/v1/submissions")
    wrong += [f"through the API {one['id']} is {one['state']}" for one in sent if one["state"] != "accepted"]
    if len(sent) != (many := sum(len(wish.routes) for wish in wishes)):
        wrong.append(f"the API lists {len(sent)} submissions of {many}")
    flows: Any = await client.insist("GET", "/v1/flows")
    wrong += [f"flow {one['key']} has {one['unsent']} unsent" for one in flows if one["unsent"]]
    wrong += [f"case {one['id']}: {one['sentence']}" for one in await _pages(client, "/v1/cases")]
    told = await _pages(client, "/v1/events")
    if [one["sequence"] for one in told] != list(range(1, len(told) + 1)):
        wrong.append("the API's events are not in consecutive order")
    return wrong


async def _pages(client: Client, path: str) -> list[Json]:
    found: list[Json] = []
    cursor = ""
    while True:
        page = await client.insist("GET", f"{path}?limit=100{cursor}")
        found += page["data"]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def _compared(what: str, found: Counter[Any], wanted: Counter[Any]) -> Wrong:
    wrong = [f"{what} {key} is there {found[key]} times too often" for key in found - wanted]
    return wrong + [f"{what} {key} is missing" for key in wanted - found]


def _odd(places: Iterable[int]) -> str:
    """The first missing and doubled places."""
    counted = Counter(places)
    missing = [place for place in range(1, max(counted, default=0)) if not counted[place]]
    return f"missing {missing[:5]}, doubled {[place for place, many in counted.items() if many > 1][:5]}"
