"""Reading a publication of SAT's catalogues into tables of texts, from SQLite or from CSV."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import date

Row = Mapping[str, str]
Tables = Mapping[str, list[Row]]
PREFIX = "cfdi_40_"
START = "2022-01-01"
_DAY = re.compile(r"(?<![0-9])(20[0-9]{2})([01][0-9])([0-3][0-9])(?![0-9])")


def tables_of(published: Mapping[str, bytes]) -> Tables:
    """Every table `cfdi_40_*` of the files, by its name without that and without the `_min` of a shortened one."""
    found: dict[str, list[Row]] = {}
    for name, content in published.items():
        if content.startswith(b"SQLite format 3\0"):
            found |= _sqlite(content, name)
        elif name.lower().endswith(".csv"):
            found[_table_name(name)] = _csv(content, name)
        else:
            raise ValueError(f"{name} is neither an SQLite file nor a CSV file (a workbook has to be saved as CSV)")
    return found


def _table_name(name: str) -> str:
    """The catalogue that a table or a CSV file holds: `cfdi_40_aduanas_20260806.csv` is `aduanas`."""
    stem = _DAY.sub("", name.rsplit("/", 1)[-1].removesuffix(".csv")).strip("_-. ")
    return stem.removeprefix(PREFIX).removesuffix("_min")


def _sqlite(content: bytes, name: str) -> dict[str, list[Row]]:
    try:
        with closing(sqlite3.connect(":memory:")) as base:
            base.deserialize(content)
            listed = base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            names = [str(name) for (name,) in listed if str(name).startswith(PREFIX)]
            return {_table_name(name): _rows(base, name) for name in names}
    except sqlite3.DatabaseError as why:
        raise ValueError(f"{name} cannot be read as SQLite: {why}") from why


def _rows(base: sqlite3.Connection, name: str) -> list[Row]:
    found = base.execute('SELECT * FROM "{}"'.format(name.replace('"', '""')))  # noqa: S608  # a name of the file's own
    columns = [column[0] for column in found.description]
    return [
        {column: "" if value is None else str(value) for column, value in zip(columns, row, strict=True)}
        for row in found
    ]


def _csv(content: bytes, name: str) -> list[Row]:
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error) as why:
        raise ValueError(f"{name} cannot be read as CSV in UTF-8: {why}") from why
    if any(None in row or None in row.values() for row in rows):
        raise ValueError(f"{name} has a row with more or fewer fields than its head")
    return [dict(row) for row in rows]


def day_of(published: Iterable[str]) -> str:
    """The day of the publication, from the first file's name that carries one."""
    for name in published:
        match = _DAY.search(name)
        if match is not None:
            with_dashes = "-".join(match.groups())
            return date.fromisoformat(with_dashes).isoformat()
    raise ValueError(
        "the name of the file has to carry the day of the publication as eight digits: name_20260806.sqlite"
    )


def table(tables: Tables, name: str, *columns: str) -> list[Row]:
    """The rows of a table that must be there, with columns that must be there."""
    rows = tables.get(name)
    if not rows:
        raise ValueError(f"the publication holds no table {PREFIX}{name}, or an empty one")
    missing = [column for column in columns if column not in rows[0]]
    if missing:
        raise ValueError(f"the table {PREFIX}{name} has no column {', '.join(missing)}")
    return rows


def days_of(row: Row) -> str:
    """`first day` or `first day/last day`; a table without days holds codes of CFDI 4.0 from its beginning."""
    since, until = row.get("vigencia_desde") or START, row.get("vigencia_hasta")
    for day in (since, until or since):
        date.fromisoformat(day)
    return f"{since}/{until}" if until else since
