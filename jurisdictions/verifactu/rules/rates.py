"""The rates of VAT and of its equivalence surcharge, by the day on which the operation took place.

Sources: "Validaciones y errores" 1.2.2 of 2026-04-08, §3.1.3.15.1 and 15.3, and errores.properties of 2026-08-18 for
0 % from 2024-10-01. The rates of IGIC and IPSI are set elsewhere and are not judged by the AEAT.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from jurisdictions.verifactu import codelists as lists


class SurchargeWindow(NamedTuple):
    """The surcharges, in percent, that a rate admits between two days (None: no limit), and the code of the rule."""

    rate: Decimal
    percents: tuple[Decimal, ...]
    code: str
    first: date | None = None
    last: date | None = None


def _window(
    rate: str, percents: str, code: str, first: date | None = None, last: date | None = None
) -> SurchargeWindow:
    return SurchargeWindow(Decimal(rate), tuple(map(Decimal, percents.split())), code, first, last)


SURCHARGE_WINDOWS = (
    _window("21", "5.2 1.75", "1162"),
    _window("10", "1.4", "1163"),
    _window("4", "0.5", "1164"),
    _window("0", "0", "1165", date(2023, 1, 1), date(2024, 9, 30)),
    _window("0", "0.26", "1170", date(2024, 10, 1)),
    _window("2", "0.26", "1166", date(2024, 10, 1), date(2024, 12, 31)),
    _window("5", "0.5", "1167", None, date(2022, 12, 31)),
    _window("5", "0.62", "1168", date(2023, 1, 1), date(2024, 9, 30)),
    _window("7.5", "1", "1169", date(2024, 10, 1), date(2024, 12, 31)),
)
NEVER_ADMITTED = {Decimal(5): "1160", Decimal(0): "1277"}
"""The code where a rate whose surcharge changed over time has one that it admits on no day."""

SURCHARGES = frozenset(percent for window in SURCHARGE_WINDOWS for percent in window.percents)
"""All that TipoRecargoEquivalencia may be; any other value is 1127."""

_RATES = {rate.percent: rate for rate in lists.IVA_RATES}
_OF_RATE = {
    rate: tuple(window for window in SURCHARGE_WINDOWS if window.rate == rate)
    for rate in {window.rate for window in SURCHARGE_WINDOWS}
}


class Misfit(NamedTuple):
    """Which code a rate or surcharge breaks, and what is admitted on that day."""

    code: str
    admitted: tuple[Decimal, ...]


def in_force(day: date) -> tuple[Decimal, ...]:
    """The rates of VAT of that day, rising."""
    return tuple(sorted(rate.percent for rate in lists.IVA_RATES if _covers(day, rate.first, rate.last)))


def of_vat(percent: Decimal, day: date) -> Misfit | None:
    """None where the rate is one of that day's; 1124 where it is no rate, else the code of its window."""
    rate = _RATES.get(percent)
    if rate is None:
        return Misfit("1124", in_force(day))
    return None if _covers(day, rate.first, rate.last) else Misfit(rate.code, in_force(day))


def of_surcharge(rate: Decimal, surcharge: Decimal, day: date) -> Misfit | None:
    """None where the rate admits the surcharge on that day. A rate that is out of force itself is not judged here."""
    windows = _OF_RATE.get(rate, ())
    admitted = tuple(percent for one in windows if _covers(day, one.first, one.last) for percent in one.percents)
    if surcharge in admitted:
        return None
    if surcharge not in SURCHARGES:
        return Misfit("1127", admitted or tuple(sorted(SURCHARGES)))
    if rate in NEVER_ADMITTED and not any(surcharge in one.percents for one in windows):
        return Misfit(NEVER_ADMITTED[rate], admitted)
    open_today = (one.code for one in windows if _covers(day, one.first, one.last))
    code = next(open_today, None)
    return None if code is None else Misfit(code, admitted)


def _covers(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)
