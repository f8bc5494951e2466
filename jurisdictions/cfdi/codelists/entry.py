"""A code of a catalogue, with the days on which it is valid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

START = date(2022, 1, 1)
"""CFDI 4.0 began on this day; a code without a first day of its own is valid from then."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A code of a catalogue: valid from the first day until the last (None: still)."""

    valid_from: date = START
    valid_until: date | None = None

    def valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


def valid(catalogue: Mapping[str, Entry], code: str | None, day: date) -> bool:
    """Whether the catalogue holds the code on that day."""
    entry = catalogue.get(code or "")
    return entry is not None and entry.valid_on(day)
