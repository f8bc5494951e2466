"""The reckoning of the day: every number of every issuer bears one stamp over both certifiers, and it is ours.

Every function answers with what is wrong, one sentence each; an empty list is the proof.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import asyncpg

from tests.chaos.ground import Ground
from tests.chaos.their_books import Page
from tests.day.wishes import FIRST

Wrong = list[str]
BOOKS = {"sw": "", "finkok": "finkok/"}


async def ours(connection: asyncpg.Connection) -> list[dict[str, Any]]:
    """Our submissions, each with what the authority's answer left in its attributes."""
    rows = await connection.fetch(
        "SELECT i.source_ref, i.number, s.state, s.authority_id, s.code, s.message, s.attributes::text AS attributes"
        " FROM gateway.submission s JOIN gateway.invoice i"
        " ON i.tenant_id = s.tenant_id AND i.environment = s.environment AND i.id = s.invoice_id"
        " WHERE s.instruction = 'issue'"
    )
    return [dict(row) | {"attributes": json.loads(row["attributes"])} for row in rows]


async def settled(connection: asyncpg.Connection, many: int) -> Wrong:
    """One accepted submission an invoice; nothing is held, and nobody is asked for help."""
    rows = await ours(connection)
    wrong = [] if len(rows) == many else [f"{len(rows)} submissions of {many} invoices"]
    doubled = [name for name, times in Counter(row["source_ref"] for row in rows).items() if times > 1]
    wrong += [f"{name} was sealed more than once" for name in doubled]
    wrong += [
        f"{row['source_ref']} ({row['number']}) is {row['state']}: {row['code']} {row['message']}"
        for row in rows
        if row["state"] not in ("accepted", "accepted_with_warnings") or not row["authority_id"]
    ]
    wrong += [
        f"a case is {row['state']}: {row['sentence']} ({row['external_code']})"
        for row in await connection.fetch("SELECT * FROM gateway.case_file")
    ]
    wrong += [
        f"flow {row['key']} is {row['state']}: {row['hold_code']} {row['hold_message']}"
        for row in await connection.fetch("SELECT * FROM gateway.flow WHERE state <> 'open'")
    ]
    return wrong


async def second_choices(connection: asyncpg.Connection) -> int:
    """How many invoices the certifier stamped that is asked second."""
    facts = (row["attributes"] for row in await ours(connection))
    return sum(one.get("pac", FIRST[one["rfc"]]) != FIRST[one["rfc"]] for one in facts)


async def stamped_once(connection: asyncpg.Connection, ground: Ground) -> tuple[Wrong, dict[str, int]]:
    """What the certifiers' books and SAT's register say, and how many stamps each certifier gave."""
    rows = await ours(connection)
    wanted = {_number(row): (row["authority_id"] or "").upper() for row in rows}
    async with Page(ground, "cfdi") as book:
        told = {key.removeprefix("folio/"): await book.json(key) for key in await book.keys("folio/")}
        given = {name: await book.keys(f"{prefix}uuid/") for name, prefix in BOOKS.items()}
        counted = {
            name: int(await book.value(f"{prefix}counter")) if given[name] else 0 for name, prefix in BOOKS.items()
        }
    wrong = compared(told, wanted)
    held = sum(counted.values())
    if held != len(rows):
        wrong.append(f"{held} stamps were given for {len(rows)} invoices: {counted}")
    wrong += [
        f"{name} counted {counted[name]} and keeps {len(given[name])}"
        for name in BOOKS
        if counted[name] != len(given[name])
    ]
    return wrong, counted


def compared(told: Mapping[str, list[str]], wanted: Mapping[str, str]) -> Wrong:
    """Each number's stamps in SAT's register against the one that we know."""
    wrong: Wrong = []
    for number in sorted(told.keys() | wanted.keys()):
        stamps, mine = told.get(number, []), wanted.get(number)
        if len(stamps) != 1:
            wrong.append(f"{number} bears {len(stamps)} stamps: {stamps}")
        elif mine != stamps[0]:
            wrong.append(f"{number} bears {stamps[0]}, and ours is {mine}")
    return wrong


def _number(row: dict[str, Any]) -> str:
    attributes = row["attributes"]
    return "/".join(attributes.get(name, "") for name in ("rfc", "serie", "folio"))
