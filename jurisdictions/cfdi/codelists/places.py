"""Places: Mexico's postal codes with their state, their time zone, and the incentive of the border regions."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from jurisdictions.cfdi.codelists.entry import Entry
from jurisdictions.cfdi.codelists.published import lines, plain, run

STATES: dict[str, Entry] = plain("c_Estado")
"""The states of Mexico as `c_CodigoPostal` names them."""


@dataclass(frozen=True)
class Place:
    """What `c_CodigoPostal` says of a postal code: its zone (IANA), whether a border region's incentive holds there,
    and its state."""

    zone: str
    border: bool
    state: str


def postal_code(code: str) -> Place | None:
    """The place of a postal code, or None where the catalogue does not hold it."""
    if not (len(code) == 5 and code.isascii() and code.isdigit()):
        return None
    number = int(code)
    firsts, runs = _runs()
    at = bisect_right(firsts, number) - 1
    if at < 0:
        return None
    last, place, _ = runs[at]
    return place if number <= last else None


def zone_of(code: str) -> str | None:
    """The IANA time zone of a postal code: Fecha is local time there."""
    place = postal_code(code)
    return None if place is None else place.zone


def postal_codes() -> Iterator[tuple[str, Place, str]]:
    """Every postal code with its place and the incentive's number (0 none, 1 northern, 2 southern border)."""
    firsts, runs = _runs()
    for first, (last, place, incentive) in zip(firsts, runs, strict=True):
        for number in range(first, last + 1):
            yield f"{number:05}", place, incentive


@cache
def _runs() -> tuple[list[int], list[tuple[int, Place, str]]]:
    """The first numbers of the runs, in order, and for each its last number, its place and its incentive."""
    firsts: list[int] = []
    runs: list[tuple[int, Place, str]] = []
    for line in lines("places.txt"):
        codes, state, incentive, zone = line.split(" ")
        first, last = run(codes)
        firsts.append(first)
        runs.append((last, Place(zone=zone, border=incentive != "0", state=state), incentive))
    return firsts, runs
