"""Under which regime an issuer reports its invoices, from day to day, and what follows from it.

Everything is data with dates: who is obliged since when, where the invoices of the other regimes go, and when
VERI*FACTU may be left. Nothing here depends on one invoice: the regime is the issuer's.

Sources: RD 1007/2023 art. 3 (whom it concerns), art. 16.5 (the choice lasts until the end of the year), disposición
final cuarta as worded by RDL 15/2025 (dates); Order HAC/1177/2024 art. 17 (leaving); Validaciones 1.2.2 §3.1.1, 4120.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

import msgspec

from schemas.findings import Finding, Findings, Severity

Regime = Literal["verifactu", "sii", "foral", "exempt", "not_yet"]
TaxPayer = Literal["corporate", "other"]

_LAW = "RD 1007/2023, disposición final cuarta, as worded by RDL 15/2025"


class Start(NamedTuple):
    """From which day on whom the regulation binds."""

    who: str
    first_day: date
    law: str


STARTS: dict[TaxPayer, Start] = {
    "corporate": Start("payers of Corporate Tax (RD 1007/2023 art. 3.1.a)", date(2027, 1, 1), _LAW),
    "other": Start("all other issuers of RD 1007/2023 art. 3.1", date(2027, 7, 1), _LAW),
}

CARRIER_WARNING = (12, 1)
"""Month and day from which an issuer that leaves is reminded that a message must carry the date before year end."""


class Period(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One regime from its first day until its last (None: until further notice)."""

    regime: Regime
    valid_from: date
    valid_until: date | None = None

    def covers(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """All regimes of an issuer; on days that no period covers, the undated one."""

    periods: tuple[Period, ...] = ()
    undated: Regime = "verifactu"
    tax_payer: TaxPayer = "corporate"


class Elsewhere(NamedTuple):
    """Why an invoice makes no record here, under which law, and where it is reported instead."""

    why: str
    law: str
    where: str


ELSEWHERE: dict[Regime, Elsewhere] = {
    "sii": Elsewhere(
        "The issuer keeps its VAT books through the AEAT's SII, to which VERI*FACTU does not apply.",
        "RD 1007/2023 art. 3.3; RD 1624/1992 art. 62.6",
        "Report the invoice to the SII within its term.",
    ),
    "foral": Elsewhere(
        "The issuer is taxed under a foral rule, which has a system of its own.",
        "RD 1007/2023 art. 1.3; Ley 12/2002; Ley 28/1990",
        "Report the invoice to the foral tax office: TicketBAI in the Basque Country, its own rules in Navarra.",
    ),
    "exempt": Elsewhere(
        "The issuer is not obliged to use such a system.",
        "RD 1007/2023 arts. 3.1, 4 and 5",
        "Nothing is reported; keep what shows the exemption.",
    ),
    "not_yet": Elsewhere(
        "The issuer has not begun with VERI*FACTU, and is not obliged to yet.",
        _LAW,
        "Nothing is reported until the issuer begins.",
    ),
}


def obliged_since(calendar: Calendar) -> date:
    """The first day on which the issuer's invoices need an adapted system."""
    return STARTS[calendar.tax_payer].first_day


def regime_on(calendar: Calendar, day: date) -> Period:
    """The period that the day is in."""
    named = next((period for period in calendar.periods if period.covers(day)), None)
    return named or Period(regime=calendar.undated, valid_from=date.min)


def last_day(calendar: Calendar, day: date) -> date | None:
    """FechaFinVeriFactu as a message of that day says it: the 31 December of this or the last year on which the issuer
    stops. None while no end is known, while it lies in a later year, and where the issuer goes on."""
    ends = (date(year, 12, 31) for year in (day.year - 1, day.year))
    again = regime_on(calendar, day).regime == "verifactu"
    return next((end for end in ends if _ends(calendar, end) and not (again and end < day)), None)


def _ends(calendar: Calendar, day: date) -> bool:
    """Whether VERI*FACTU is over after that day."""
    after = day + timedelta(days=1)
    return regime_on(calendar, day).regime == "verifactu" and regime_on(calendar, after).regime != "verifactu"


# ------------------------------------------------------------------------------------------------ findings

RULE = "VERIFACTU-REGIME"
_PLACE = "/settings/verifactu/regimes"


def aside(calendar: Calendar, day: date) -> Findings:
    """Why an invoice of that day makes no record; nothing under VERI*FACTU. Waiting beyond the law's date is fatal."""
    regime = regime_on(calendar, day).regime
    if regime == "verifactu":
        return ()
    if regime == "not_yet" and day >= obliged_since(calendar):
        return (_overdue(calendar, day, "/issuer"),)
    told = ELSEWHERE[regime]
    return (
        Finding(
            rule=RULE,
            message=f"No VERI*FACTU record is made. {told.why} ({told.law})",
            severity=Severity.WARNING,
            pointer="/issuer",
            found=regime,
            fix=told.where,
        ),
    )


def review(calendar: Calendar, former: Calendar | None, today: date) -> Findings:
    """Whether the calendar may stand, and may take the place of the former one, on that day.

    Fatal: periods that overlap or run backwards; leaving VERI*FACTU but on a 31 December; a regime of days gone by that
    changes; not having begun when the law binds. A warning: an end that no message may carry any more this year.
    """
    return (*_standing(calendar, today), *(() if former is None else _history(calendar, former, today)))


@lru_cache(maxsize=1024)
def _standing(calendar: Calendar, today: date) -> Findings:
    """What may be said of a calendar by itself; asked at every issue, and the same all day."""
    return (*_shape(calendar), *_leaving(calendar), *_waiting(calendar, today), *_uncarried(calendar, today))


def _shape(calendar: Calendar) -> Iterator[Finding]:
    for place, period in enumerate(calendar.periods):
        if period.valid_until is not None and period.valid_until < period.valid_from:
            yield _fatal("A regime ends before it begins.", f"{_PLACE}/{place}/valid_until", period.valid_until)
    ordered = sorted(enumerate(calendar.periods), key=lambda pair: pair[1].valid_from)
    for (_, before), (place, after) in pairwise(ordered):
        if before.valid_until is None or before.valid_until >= after.valid_from:
            yield _fatal("Two regimes overlap.", f"{_PLACE}/{place}/valid_from", after.valid_from)


def _leaving(calendar: Calendar) -> Iterator[Finding]:
    for end in _borders(calendar):
        if _ends(calendar, end) and (end.month, end.day) != (12, 31):
            yield _fatal(
                "VERI*FACTU may be left at the end of a year only (Order HAC/1177/2024 art. 17.2).",
                _PLACE,
                end,
                expected=date(end.year, 12, 31).isoformat(),
            )


def _history(calendar: Calendar, former: Calendar, today: date) -> Iterator[Finding]:
    """What was sealed under a regime stays under it: a calendar changes from today on, never before."""
    days = {day for border in _borders(calendar) | _borders(former) for day in (border, border + timedelta(days=1))}
    gone = {day for day in days | {today - timedelta(days=1)} if day < today}
    changed = [day for day in sorted(gone) if regime_on(calendar, day).regime != regime_on(former, day).regime]
    if changed:
        yield _fatal(
            "The regime of days gone by cannot change.",
            _PLACE,
            changed[0],
            expected=f"{regime_on(former, changed[0]).regime} until {(today - timedelta(days=1)).isoformat()}",
        )


def _waiting(calendar: Calendar, today: date) -> Iterator[Finding]:
    """An issuer that has not begun although it must, that plans to begin too late, or to stop again."""
    since = obliged_since(calendar)
    first = max(today, since)
    days = {first} | {day for border in _borders(calendar) if (day := border + timedelta(days=1)) > first}
    late = min((day for day in days if regime_on(calendar, day).regime == "not_yet"), default=None)
    if late is None:
        return
    if late == today:
        yield _overdue(calendar, today, _PLACE)
        return
    yield Finding(
        rule=RULE,
        message=f"VERI*FACTU or another adapted system is obligatory from {since.isoformat()} on ({_LAW}).",
        severity=Severity.WARNING,
        pointer=_PLACE,
        found=f"not_yet on {late.isoformat()}",
        fix="Add the regime of that day: without one no invoice is issued then.",
    )


def _uncarried(calendar: Calendar, today: date) -> Iterator[Finding]:
    end = last_day(calendar, today)
    if end is not None and end.year == today.year and (today.month, today.day) >= CARRIER_WARNING:
        yield Finding(
            rule=RULE,
            message="The end of VERI*FACTU is told to the AEAT in a message of records, before the year is over.",
            severity=Severity.WARNING,
            pointer=_PLACE,
            found=end.isoformat(),
            fix="If no invoice follows this year, tell the AEAT by other means.",
        )


def _borders(calendar: Calendar) -> set[date]:
    """The last days of periods, and the days before they begin: wherever a regime may change."""
    begins = {period.valid_from - timedelta(days=1) for period in calendar.periods if period.valid_from > date.min}
    return begins | {end for period in calendar.periods if (end := period.valid_until) and end < date.max}


def _overdue(calendar: Calendar, day: date, pointer: str) -> Finding:
    since = obliged_since(calendar)
    return _fatal(
        f"The issuer has had to use an adapted system since {since.isoformat()} ({_LAW}).",
        pointer,
        day,
        expected="verifactu, sii, foral or exempt",
    )


def _fatal(message: str, pointer: str, found: date, expected: str | None = None) -> Finding:
    return Finding(rule=RULE, message=message, pointer=pointer, found=found.isoformat(), expected=expected)
