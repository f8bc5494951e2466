"""Export, byte for byte, and forgetting only when the time of keeping is over."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

import jurisdictions as installed
from gateway.clock import new_id
from gateway.exporting import COLUMNS, MANIFEST, ExportRefused, Order, export
from gateway.identity import Prefix, written
from gateway.proof import Choice, prove_chains
from gateway.retention import ForgettingRefused, forget, kept_until
from jurisdictions.contract import Retention
from tests.gateway.chained import CODE, KEY, TENANT, stored_chain

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
async def connection(database: str) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(database)
    yield opened
    await opened.close()


async def evidence(connection: asyncpg.Connection, name: str, body: bytes) -> None:
    """Something that the authority gave for the first record."""
    await connection.execute(
        "INSERT INTO gateway.document (tenant_id, environment, id, invoice_id, submission_id, jurisdiction, name,"
        " media_type, role, sha256, body, at) SELECT tenant_id, environment, $1, invoice_id, submission_id,"
        " jurisdiction, $2, 'text/plain', 'evidence', sha256($3), $3, at FROM gateway.document WHERE id = (SELECT"
        " document_id FROM gateway.link WHERE sequence = 1)",
        uuid4(),
        name,
        body,
    )


def listed(folder: Path) -> list[dict[str, str]]:
    with (folder / MANIFEST).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


async def test_every_document_comes_out_as_it_was_sealed(
    connection: asyncpg.Connection, database: str, tmp_path: Path
) -> None:
    issuer = written(Prefix.ISSUER, await stored_chain(connection, 30))
    await evidence(connection, "../csv\t.txt", b"A-CSV")
    done = await export(database, Order(issuer=issuer, first=YEAR[0], last=YEAR[1]), tmp_path / "out")
    assert (done.documents, done.changed) == (31, ())
    rows = listed(tmp_path / "out")
    assert tuple(rows[0]) == COLUMNS
    for row in rows:
        path = (tmp_path / "out" / row["file"]).resolve()
        assert path.is_relative_to(tmp_path / "out")
        assert hashlib.sha256(path.read_bytes()).hexdigest() == row["sha256"]
    sealed = [row for row in rows if row["role"] == "sealed"]
    assert [(row["chain"], row["sequence"], row["number"], row["issue_date"]) for row in sealed[:2]] == [
        (KEY, "1", "A-1", "2026-11-20"),
        (KEY, "2", "A-2", "2026-11-20"),
    ]
    stored = {bytes(row["body"]) for row in await connection.fetch("SELECT body FROM gateway.document")}
    assert {(tmp_path / "out" / row["file"]).read_bytes() for row in rows} == stored
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0


async def test_nobody_else_reads_it_whoever_made_the_folder(
    connection: asyncpg.Connection, database: str, tmp_path: Path
) -> None:
    issuer = written(Prefix.ISSUER, await stored_chain(connection, 1))
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    await export(database, Order(issuer=issuer, first=YEAR[0], last=YEAR[1]), folder)
    found = sorted(folder.rglob("*"))
    assert len(found) == 3
    assert [path for path in found if path.stat().st_mode & 0o077] == []


async def test_an_export_is_of_one_issuer_and_its_days(
    connection: asyncpg.Connection, database: str, tmp_path: Path
) -> None:
    issuer = written(Prefix.ISSUER, await stored_chain(connection, 3))
    for name, order in {
        "before": Order(issuer=issuer, first=date(2026, 1, 1), last=date(2026, 11, 19)),
        "elsewhere": Order(issuer=issuer, first=YEAR[0], last=YEAR[1], jurisdiction="peppol"),
    }.items():
        assert (await export(database, order, tmp_path / name)).documents == 0
    day = Order(issuer=issuer, first=date(2026, 11, 20), last=date(2026, 11, 20))
    assert (await export(database, day, tmp_path / "day")).documents == 3
    with pytest.raises(ExportRefused, match="not empty"):
        await export(database, day, tmp_path / "day")
    with pytest.raises(ExportRefused, match="before the first"):
        await export(database, Order(issuer=issuer, first=YEAR[1], last=YEAR[0]), tmp_path / "backwards")
    with pytest.raises(ExportRefused, match="no issuer"):
        await export(database, Order(issuer="iss_1", first=YEAR[0], last=YEAR[1]), tmp_path / "nobody")


async def test_what_is_not_what_was_sealed_is_not_exported(
    connection: asyncpg.Connection, database: str, tmp_path: Path
) -> None:
    issuer = written(Prefix.ISSUER, await stored_chain(connection, 3))
    await connection.execute("SET session_replication_role = replica")
    await connection.execute(
        "UPDATE gateway.document SET body = 'forged'"
        " WHERE id = (SELECT document_id FROM gateway.link WHERE sequence = 2)"
    )
    done = await export(database, Order(issuer=issuer, first=YEAR[0], last=YEAR[1]), tmp_path / "out")
    assert done.documents == 2
    (name,) = done.changed
    assert "A-2" in name
    assert not (tmp_path / "out" / name).exists()


# ------------------------------------------------------------------------------------------------ keeping


def test_the_longest_law_counts() -> None:
    rows = (
        Retention(what="documents", years=5, law="tax", valid_from=date(2004, 1, 1)),
        Retention(what="documents", years=6, law="books", valid_from=date(2010, 1, 1)),
        Retention(what="evidence", years=4, law="tax", valid_from=date(2004, 1, 1)),
    )
    assert kept_until(rows, "documents", date(2026, 3, 1)) == (date(2032, 12, 31), "books")
    assert kept_until(rows, "documents", date(2009, 3, 1)) == (date(2014, 12, 31), "tax")
    assert kept_until(rows, "evidence", date(2026, 12, 31)) == (date(2030, 12, 31), "tax")
    assert kept_until(rows, "evidence", date(2003, 1, 1)) is None


def at(year: int) -> object:
    return lambda: datetime(year, 1, 2, tzinfo=UTC)


async def test_nothing_is_forgotten_before_its_time_and_no_chain_ever(
    connection: asyncpg.Connection, database: str
) -> None:
    issuer = written(Prefix.ISSUER, await stored_chain(connection, 5))
    await evidence(connection, "answer.xml", b"A-CSV")
    before, known = date(2027, 1, 1), installed.load()
    for year in (2026, 2031):
        with pytest.raises(ForgettingRefused, match="kept until 2031-12-31"):
            await forget(database, issuer, before, known, at(year), new_id)  # type: ignore[arg-type]
    assert await connection.fetchval("SELECT count(*) FROM gateway.document") == 6
    done = await forget(database, issuer, before, known, at(2032), new_id)  # type: ignore[arg-type]
    assert (done.documents, done.kept) == (1, 5)
    (proof,) = await prove_chains(database, Choice())
    assert (proof.records, proof.broken) == (5, None)
    told = await connection.fetchval(
        "SELECT detail ->> 'documents' FROM gateway.audit WHERE action = 'documents.forgotten'"
    )
    assert told == "1"


async def test_what_came_later_has_a_time_of_its_own(connection: asyncpg.Connection, database: str) -> None:
    """An invoice of 2015 that was corrected in 2026: the answer to the correction is kept from 2026 on."""
    issuer = written(Prefix.ISSUER, await stored_chain(connection, 1))
    await evidence(connection, "answer.xml", b"A-CSV")
    await connection.execute("""UPDATE gateway.invoice SET document = '{"issue_date": "2015-03-01"}'""")
    known, before = installed.load(), date(2016, 1, 1)
    assert (await forget(database, issuer, before, known, at(2027), new_id)).documents == 0  # type: ignore[arg-type]
    with pytest.raises(ForgettingRefused, match="kept until 2031-12-31"):
        await forget(database, issuer, date(2027, 1, 1), known, at(2027), new_id)  # type: ignore[arg-type]
    assert await connection.fetchval("SELECT count(*) FROM gateway.document WHERE role = 'evidence'") == 1


async def test_where_no_law_is_known_everything_is_kept(connection: asyncpg.Connection, database: str) -> None:
    issuer = written(Prefix.ISSUER, await stored_chain(connection, 1))
    await evidence(connection, "answer.xml", b"A-CSV")
    with pytest.raises(ForgettingRefused, match="for ever"):
        await forget(database, issuer, date(2027, 1, 1), {}, at(2100), new_id)  # type: ignore[arg-type]
    assert (await forget(database, issuer, date(2026, 11, 20), {}, at(2100), new_id)).documents == 0  # type: ignore[arg-type]
    with pytest.raises(ForgettingRefused, match="no issuer"):
        await forget(database, "iss_1", date(2027, 1, 1), {}, at(2100), new_id)  # type: ignore[arg-type]


async def test_a_sealed_document_of_live_is_never_forgotten(connection: asyncpg.Connection, database: str) -> None:
    """In test what stands in no chain may go; in live it may not."""
    known = installed.load()
    for environment, gone in (("test", 1), ("live", 0)):
        issuer, invoice = uuid4(), uuid4()
        await connection.execute(
            "INSERT INTO gateway.issuer (tenant_id, environment, id, body, created_at, updated_at)"
            " VALUES ($1, $2, $3, '{}', now(), now())",
            TENANT,
            environment,
            issuer,
        )
        await connection.execute(
            "INSERT INTO gateway.invoice (tenant_id, environment, id, issuer_id, kind, state, number, source_ref,"
            " draft, document, routes, findings, ready, created_at, updated_at)"
            " VALUES ($1, $2, $3, $4, 'invoice', 'open', 'A', 'a', '{}', '{\"issue_date\": \"2026-11-20\"}', '[]',"
            " '[]', true, now(), now())",
            TENANT,
            environment,
            invoice,
            issuer,
        )
        await connection.execute(
            "INSERT INTO gateway.document (tenant_id, environment, id, invoice_id, submission_id, jurisdiction, name,"
            " media_type, role, sha256, body, at) VALUES ($1, $2, $3, $3, $3, $4, 'x', 'y', 'sealed', sha256('x'), 'x',"
            " now())",
            TENANT,
            environment,
            invoice,
            CODE,
        )
        done = await forget(database, written(Prefix.ISSUER, issuer), date(2027, 1, 1), known, at(2040), new_id)  # type: ignore[arg-type]
        assert (done.documents, done.kept) == (gone, 1 - gone)
