"""The reckoning of the day: for every obligado the AEAT's book says what ours says, record by record.

Every function answers with what is wrong, one sentence each; an empty list is the proof.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import asyncpg

from tests.obligados.errands import CORRECTED
from tests.obligados.wishes import Errand, Then

Wrong = list[str]
Books = dict[str, dict[tuple[str, str], "Held"]]
"""By NIF, then by number and date."""
_STATES = {"registered": "alta", "cancelled": "anulada"}
_HUELLA = re.compile(r"Huella>([0-9A-F]{64})<")


class Held(NamedTuple):
    """One invoice in a book: its state, the huella of the record that stands, and every huella seen under its name."""

    state: str
    huella: str
    all: frozenset[str]
    code: int = 0


async def ours(connection: asyncpg.Connection) -> Books:
    """Standing and newest accepted huella of each invoice, as the gateway keeps them."""
    rows = await connection.fetch(
        "SELECT s.invoice_id, s.attributes::text AS attributes, s.state, t.state AS standing FROM gateway.submission s"
        " LEFT JOIN gateway.standing t ON t.tenant_id = s.tenant_id AND t.environment = s.environment"
        " AND t.invoice_id = s.invoice_id AND t.jurisdiction = s.jurisdiction"
        " WHERE s.jurisdiction = 'verifactu' ORDER BY s.invoice_id, s.sealed_at"
    )
    books: Books = defaultdict(dict)
    for row in rows:
        of = json.loads(row["attributes"])
        place = of["number"], of["date"]
        before = books[of["nif"]].get(place, Held("none", "", frozenset()))
        stands = of["huella"] if row["state"] in {"accepted", "accepted_with_warnings"} else before.huella
        books[of["nif"]][place] = Held(
            _STATES.get(row["standing"] or "", str(row["standing"])), stands, before.all | {of["huella"]}
        )
    return dict(books)


async def theirs(connection: asyncpg.Connection) -> Books:
    """The simulated AEAT's book, straight from where its process keeps it."""
    rows = await connection.fetch(
        "SELECT key, value FROM sandbox.book WHERE simulator = 'verifactu' AND key LIKE 'record/%'"
    )
    books: Books = defaultdict(dict)
    for row in rows:
        _, nif, rest = row["key"].split("/", 2)
        number, _, day = rest.rpartition("/")
        entry = json.loads(bytes(row["value"]))
        standing = _HUELLA.findall(entry.get("record", ""))
        books[nif][number, day] = Held(
            entry.get("state", "none"),
            standing[-1] if standing else "",
            frozenset(entry.get("huellas", ())),
            entry.get("code", 0),
        )
    return dict(books)


def compared(mine: Books, aeat: Books) -> Wrong:
    """Every difference between the two, by obligado and invoice."""
    wrong: Wrong = []
    for nif in sorted(mine.keys() | aeat.keys()):
        here, there = mine.get(nif, {}), aeat.get(nif, {})
        for place in sorted(here.keys() | there.keys()):
            name = f"{nif} {place[0]} of {place[1]}"
            own, held = here.get(place), there.get(place)
            if own is None or held is None:
                wrong.append(f"{name} is only in {'theirs' if own is None else 'ours'}")
                continue
            if (own.state, own.huella) != (held.state, held.huella):
                wrong.append(f"{name} is {own[:2]} here and {held[:2]} there")
            if own.all != held.all:
                wrong.append(
                    f"{name}: {len(own.all - held.all)} records never came, {len(held.all - own.all)} are not ours"
                )
            if held.code:
                wrong.append(f"{name} was taken with the error {held.code}")
    return wrong


async def heads(connection: asyncpg.Connection) -> Wrong:
    """The last record that the AEAT took of each installation is one of that chain, and no chain was begun twice."""
    chains = {row["key"] for row in await connection.fetch("SELECT key FROM gateway.chain WHERE sequence > 0")}
    known = {
        row["huella"]
        for row in await connection.fetch("SELECT attributes ->> 'huella' AS huella FROM gateway.submission")
    }
    wrong: Wrong = []
    told: set[str] = set()
    for row in await connection.fetch(
        "SELECT key, value FROM sandbox.book WHERE simulator = 'verifactu' AND key LIKE 'sif/%'"
    ):
        _, nif, _, _, installation, _ = row["key"].split("/")
        told.add(f"{nif}:{installation}")
        if bytes(row["value"]).decode() not in known:
            wrong.append(f"the last record of {nif}, installation {installation}, is not ours")
    return wrong + [f"chain {key} is known on one side only" for key in sorted(told ^ chains)]


async def settled(connection: asyncpg.Connection, errands: Iterable[Errand]) -> Wrong:
    """As many records as were wanted, the newest of each invoice accepted; nothing held, and nobody asked for help."""
    errands = list(errands)
    rows = await connection.fetch(
        "SELECT i.source_ref, i.state AS invoice, s.instruction, s.state, s.code, s.message"
        " FROM gateway.submission s JOIN gateway.invoice i"
        " ON i.tenant_id = s.tenant_id AND i.environment = s.environment AND i.id = s.invoice_id ORDER BY s.sealed_at"
    )
    stories: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        stories[row["source_ref"]].append(row)
    wrong: Wrong = []
    for errand in errands:
        wrong += _ended(errand, stories)
    if len(rows) != sum(errand.records for errand in errands):
        wrong.append(f"{len(rows)} records of {sum(errand.records for errand in errands)}")
    wrong += [
        f"a case is {row['state']}: {row['sentence']} ({row['external_code']})"
        for row in await connection.fetch("SELECT * FROM gateway.case_file WHERE state = 'open'")
    ]
    wrong += [
        f"flow {row['key']} is {row['state']}: {row['hold_code']} {row['hold_message']}"
        for row in await connection.fetch("SELECT * FROM gateway.flow WHERE state <> 'open'")
    ]
    return wrong


_STORIES: Mapping[Then, tuple[tuple[str, str], ...]] = {
    Then.NOTHING: (("issue", "accepted"),),
    Then.MEND: (("issue", "superseded"), ("correct", "accepted")),
    Then.AMEND: (("issue", "accepted"), ("correct", "accepted")),
    Then.RECTIFY: (("issue", "accepted"),),
    Then.REPLACE: (("issue", "accepted"),),
    Then.CANCEL: (("issue", "accepted"), ("cancel", "accepted")),
    Then.REVIVE: (("issue", "accepted"), ("cancel", "accepted"), ("correct", "accepted")),
}


def _ended(errand: Errand, stories: Mapping[str, list[Mapping[str, Any]]]) -> Wrong:
    name = errand.wish.name
    wanted = {name: _STORIES[errand.then]}
    if errand.then in CORRECTED:
        wanted[f"{name}:{errand.then}"] = _STORIES[Then.NOTHING]
    wrong: Wrong = []
    for one, story in wanted.items():
        found = tuple((row["instruction"], row["state"]) for row in stories.get(one, ()))
        if found != story:
            why = [f"{row['code']} {row['message']}" for row in stories.get(one, ()) if row["code"]]
            wrong.append(f"{one}: {found}, and should be {story} {why or ''}")
    return wrong


async def numbered(connection: asyncpg.Connection) -> Wrong:
    """Every series of every issuer runs from 1 without a gap."""
    series: dict[tuple[Any, str], list[int]] = defaultdict(list)
    for row in await connection.fetch("SELECT issuer_id, number FROM gateway.invoice WHERE number IS NOT NULL"):
        code, _, place = row["number"].rpartition("-")
        series[row["issuer_id"], code].append(int(place))
    return [
        f"series {code} of {issuer} has gaps or doubles: {Counter(places).most_common(2)}"
        for (issuer, code), places in series.items()
        if sorted(places) != list(range(1, len(places) + 1))
    ]
