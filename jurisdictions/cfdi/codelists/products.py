"""Products and units: the two catalogues that every concept draws on.

Products are kept as one number a class (the first six digits), whose bits say which of its hundred codes exist: 52,514
codes in a third of a megabyte, looked up by hash.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache

from jurisdictions.cfdi.codelists.entry import Entry
from jurisdictions.cfdi.codelists.published import blocks, run

UNITS: dict[str, str] = {
    "C62": "H87",
    "EA": "H87",
    "NAR": "H87",
    "XPP": "H87",
    "ZZ": "E48",
    "BX": "XBX",
    "CT": "XCT",
    "PK": "XPK",
    "PA": "XPK",
}
"""UN/ECE units that people in Mexico write otherwise: one piece is H87, a unit of service E48. Any other stands."""


def product(code: str, day: date) -> Entry | None:
    """The entry of a `c_ClaveProdServ`; None where there is none on that day."""
    if len(code) == 8 and code.isascii() and code.isdigit():
        bit = 1 << int(code[6:])
        for entry, classes in _products():
            if classes.get(code[:6], 0) & bit and entry.valid_on(day):
                return entry
    return None


def unit(code: str, day: date) -> Entry | None:
    """The entry of a `c_ClaveUnidad`; None where there is none on that day. Capitals count: `Dx` is one, `DX` none."""
    entry = unit_codes().get(code)
    return entry if entry is not None and entry.valid_on(day) else None


def product_codes() -> Iterator[tuple[str, Entry]]:
    """Every product code with its days, in order of the data."""
    for entry, classes in _products():
        for head, bits in classes.items():
            for tail in range(100):
                if bits >> tail & 1:
                    yield f"{head}{tail:02}", entry


@cache
def unit_codes() -> dict[str, Entry]:
    """Every unit with its days."""
    return {code: entry for entry, codes in blocks("units.txt") for code in codes}


@cache
def _products() -> tuple[tuple[Entry, dict[str, int]], ...]:
    """For each pair of days, the classes and the bits of their codes. A run of codes never leaves its class."""
    found: dict[Entry, dict[str, int]] = {}
    for entry, codes in blocks("products.txt"):
        classes = found.setdefault(entry, {})
        for text in codes:
            first, last = run(text)
            head = text[:6]
            classes[head] = classes.get(head, 0) | (1 << last % 100 + 1) - (1 << first % 100)
    return tuple(found.items())
