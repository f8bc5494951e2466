"""Reading our data files: what SAT last published, as compact text with its edition, its day and its digests.

Four forms. `edition.txt`: the day of the publication, then a digest for each catalogue. `small.tsv`: a row for each
code of the small catalogues, with what the catalogue says of it. `products.txt`, `units.txt` and `patents.txt`: lines
of codes behind the days on which they are valid (`first day` or `first day/last day`); `10101500-02` stands for a run
of numbers. `places.txt`: runs of postal codes with their state, incentive and time zone.
`catalogue_refresh` writes them all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from jurisdictions.cfdi.codelists.entry import Entry

FOLDER = Path(__file__).with_name("data")


def lines(name: str) -> list[str]:
    """The lines of a data file without its remarks."""
    text = (FOLDER / name).read_text("utf-8")
    return [line for line in text.split("\n") if line and not line.startswith("#")]


def period(text: str) -> Entry:
    """The entry of `first day` or `first day/last day`."""
    since, _, until = text.partition("/")
    return Entry(valid_from=date.fromisoformat(since), valid_until=date.fromisoformat(until) if until else None)


def blocks(name: str) -> Iterator[tuple[Entry, list[str]]]:
    """Each line of a list of codes: the days, and its codes and runs of codes as they are written."""
    known: dict[str, Entry] = {}
    for line in lines(name):
        days, *codes = line.split(" ")
        entry = known.get(days)
        if entry is None:
            entry = known[days] = period(days)
        yield entry, codes


def run(text: str) -> tuple[int, int]:
    """First and last number of a code or of a run of codes: `10101500-02` ends with 10101502."""
    first, _, tail = text.partition("-")
    return int(first), int(first[: len(first) - len(tail)] + tail) if tail else int(first)


@cache
def small() -> Mapping[str, Mapping[str, tuple[Entry, tuple[str, ...]]]]:
    """The small catalogues by SAT's name: each code with its days and with the fields that the catalogue adds."""
    found: dict[str, dict[str, tuple[Entry, tuple[str, ...]]]] = {}
    known: dict[str, Entry] = {}
    for line in lines("small.tsv"):
        catalogue, code, days, *fields = line.split("\t")
        entry = known.get(days)
        if entry is None:
            entry = known[days] = period(days)
        found.setdefault(catalogue, {})[code] = (entry, tuple(fields))
    return found


def plain(catalogue: str) -> dict[str, Entry]:
    """A small catalogue of which we need the codes and their days only."""
    return {code: entry for code, (entry, _) in small()[catalogue].items()}


def digest(rows: Iterable[str]) -> str:
    """SHA-256 over the rows in order, a line each: by it one sees that two catalogues say the same."""
    return hashlib.sha256("".join(f"{row}\n" for row in sorted(rows)).encode()).hexdigest()


def dated(code: str, entry: Entry) -> str:
    """The row of a code and its days as `digest` takes it."""
    return f"{code} {entry.valid_from.isoformat()} {entry.valid_until.isoformat() if entry.valid_until else '-'}"


def _edition() -> tuple[date, Mapping[str, str]]:
    head, *rest = lines("edition.txt")
    return date.fromisoformat(head), MappingProxyType(dict(line.split(" ") for line in rest))


CATALOGUE_DATE, HASHES = _edition()
"""The day of the publication, and the digest of each of its catalogues."""
EDITION = f"CFDI 4.0, {CATALOGUE_DATE.isoformat()}"
