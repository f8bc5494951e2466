"""The commands about books, chains and keeping: what they say, and how they end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from typer.testing import CliRunner

from gateway.cli import books
from gateway.cli.program import app
from gateway.cli.words import CommandRefused
from gateway.comparing import Difference, Reconciled
from gateway.identity import Prefix, written
from gateway.reconciling import Question
from gateway.settings import Settings
from jurisdictions.contract import Holding
from schemas.states import Standing
from tests.gateway.chained import KEY, stored_chain

RUNNER = CliRunner()
THEIRS = Holding(number="A-9", issue_date=date(2026, 11, 3), state=Standing.REGISTERED, digest="F" * 64, chain="EG/7")
SAME = Reconciled(issuer="iss_1", jurisdiction="toyland", period="2026-10", ours=2, theirs=2, matching=2)
OTHER = Reconciled(
    issuer="iss_1",
    jurisdiction="toyland",
    period="2026-11",
    theirs=1,
    differences=(Difference(kind="missing_here", number="A-9", issue_date=date(2026, 11, 3), theirs=THEIRS),),
)
UNREAD = Reconciled(issuer="iss_1", jurisdiction="toyland", period="2026-12", trouble="no answer")


@pytest.fixture
def issuer(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An issuer with a chain of five records, in the database that the commands find."""
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("GATEWAY_DATA", str(tmp_path / "data"))

    async def prepared() -> UUID:
        connection = await asyncpg.connect(database)
        found = await stored_chain(connection, 5)
        await connection.execute(
            "UPDATE gateway.issuer SET body = $1",
            json.dumps(
                {
                    "name": "Ejemplos del Sur, S.L.",
                    "tax_ids": [{"scheme": "ES:NIF", "value": "B00000018"}],
                    "address": {"country": "ES"},
                    "settings": {"verifactu": {"installation": "1"}},
                }
            ),
        )
        await connection.close()
        return found

    yield written(Prefix.ISSUER, asyncio.run(prepared()))


def said(*words: str, status: int = 0, given: str | None = None) -> str:
    done = RUNNER.invoke(app, list(words), input=given)
    assert done.exit_code == status, (done.stdout, done.exception)
    return done.stdout


def test_a_chain_is_verified_renewed_and_verified_again(issuer: str) -> None:
    assert f"✓ Chained test verifactu {KEY}: 5 records" in said("chain", "verify")
    assert "Go on?" in said("chain", "renew", "--issuer", issuer, "--why", "other", status=1, given="n\n")
    told = said("chain", "renew", "--issuer", issuer, "--why", "restored_backup", "--note", "a bad night", "--yes")
    assert f"{KEY} has ended" in told
    assert "gateway reconcile --issuer" in told, "nobody has looked what the authority holds"
    assert f"{KEY}-20" in told.replace(f"{KEY} has", "")
    assert "it has ended, and" in said("chain", "verify", "--issuer", issuer)
    shown = json.loads(said("chain", "verify", "--json"))
    assert (shown["records"], shown["broken"], shown["issuer"]) == (5, None, issuer)
    with pytest.raises(CommandRefused, match="restored_backup"):
        app(["chain", "renew", "--issuer", issuer, "--why", "boredom", "--yes"], standalone_mode=False)


def test_documents_come_out_and_are_kept(issuer: str, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    told = said("export", "--issuer", issuer, "--from", "2026-11", "--to", "2026-11", "--out", out)
    assert told.startswith(f"5 documents are in {out}")
    assert len((tmp_path / "out" / "manifest.tsv").read_text().splitlines()) == 6
    told = said("forget", "--issuer", issuer, "--before", "2027-01", "--yes")
    assert told == "0 documents were let go; 5 are kept for ever\n"


def test_a_comparison_is_told_and_decides_how_it_ends(issuer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [SAME]

    async def canned(settings: object, questions: object) -> list[Reconciled]:
        return found

    async def moved(*_: object) -> dict[str, int]:
        return {"A": 10}

    monkeypatch.setattr(books, "_reconciled", canned)
    asked = ("reconcile", "--issuer", issuer, "--from", "2026-10", "--to", "2026-11")
    assert said(*asked) == "✓ iss_1 toyland 2026-10: 2 ours, 2 theirs, 2 the same\n"
    assert "✓ iss_1" in said("chain", "verify", "--compare")
    found.append(OTHER)
    told = said(*asked, status=1)
    assert "    A-9 of 2026-11-03: they hold it, we do not (made by EG/7)\n" in told
    assert said("chain", "verify", "--compare", status=1).count("✓") == 2
    assert [json.loads(line)["period"] for line in said(*asked, "--json", status=1).splitlines()] == [
        "2026-10",
        "2026-11",
    ]
    said(*asked, "--number-on", status=1)
    monkeypatch.setattr(books, "number_on_for", moved)
    for line in said(*asked, "--number-on", "--json", status=1).splitlines():
        assert line.startswith("{")
    assert "series A goes on with 10" in said(*asked, "--number-on", status=1)
    found[:] = [SAME, UNREAD]
    assert "? iss_1 toyland 2026-12: the books could not be read: no answer" in said(*asked, status=1)


@pytest.mark.parametrize(
    ("today", "months", "first"),
    [
        (date(2026, 3, 31), 2, date(2026, 2, 1)),
        (date(2026, 11, 21), 1, date(2026, 11, 1)),
        (date(2026, 1, 5), 13, date(2025, 1, 1)),
        (date(2026, 11, 21), 120, date(2016, 12, 1)),
    ],
)
async def test_the_last_months_are_counted_by_the_calendar(
    monkeypatch: pytest.MonkeyPatch, today: date, months: int, first: date
) -> None:
    asked: list[Question] = []

    async def canned(settings: object, questions: Iterable[Question]) -> list[Reconciled]:
        asked.extend(questions)
        return []

    monkeypatch.setattr(books, "_reconciled", canned)
    monkeypatch.setattr(books, "system_clock", lambda: datetime(today.year, today.month, today.day, tzinfo=UTC))
    await books.compared_lately(Settings.from_environment(), [("iss_1", "toyland")], months)
    assert [(one.first, one.last) for one in asked] == [(first, today)]
    assert books.day("9999-12", at_the_end=True) == date(9999, 12, 31)


def test_an_authority_without_an_address_is_trouble_and_no_empty_book(
    issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "configure", lambda *_: None)  # The runner's stderr ends with the command.
    told = said("reconcile", "--issuer", issuer, "--from", "2026-11", "--to", "2026-11", status=1)
    assert told.startswith(f"? {issuer} verifactu 2026-11: the books could not be read: ")


def test_days_and_months() -> None:
    assert books.day("2026-11") == books.day("2026-11-01") == date(2026, 11, 1)
    assert books.day("2028-02", at_the_end=True) == date(2028, 2, 29)
    assert books.day("2026-12", at_the_end=True) == date(2026, 12, 31)
    for wrong in ("2026-13", "November", "26-11", "2026-1-1"):
        with pytest.raises(CommandRefused):
            books.day(wrong)
