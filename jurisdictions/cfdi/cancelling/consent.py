"""Until when a CFDI may be cancelled, and whether its receiver has a say.

Source: CFF art. 29-A (time), RMF 2.7.1.34 (the receiver has three working days, silence is consent; fuels want an
express answer) and 2.7.1.35 (what needs no consent). Since 2026 the time runs to the month of the annual return, and
receipts of payments are no longer among the amounts of up to 1,000 pesos.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from jurisdictions.cfdi.calendar import business_days_after, month_after
from jurisdictions.cfdi.codelists import RFC_GENERIC

Consent = Literal["none", "silence", "express"]
ANSWER_WITHIN = 3
"""Working days in which the receiver may answer."""
FREE_WITHIN = 1
"""Working days after the issue in which nobody is asked."""
FUELS = frozenset({"15101505", "15101506", "15101513", "15101514", "15101515", "15101801", "15111510", "15111512"})
"""`c_ClaveProdServ` of fuels, as we read "hidrocarburos y petrolíferos" of RMF 2.7.1.34: petrol, diesel, gas."""
_UNASKED_TYPES = frozenset("ETN")


@dataclass(frozen=True, kw_only=True)
class Until:
    """From which year of issue on: the month of the next year at whose end the time to cancel is over."""

    since: int
    legal: int
    natural: int


@dataclass(frozen=True, kw_only=True)
class Small:
    """From which day on CFDI of up to `pesos` need no consent, and the types that are excepted."""

    since: date
    pesos: Decimal
    excepted: frozenset[str] = frozenset()


UNTIL = (Until(since=2022, legal=1, natural=1), Until(since=2025, legal=3, natural=4))
"""CFF art. 29-A, fourth paragraph: January of the next year; for what may still be cancelled in 2026, the month of the
annual return of income tax (legal persons March, natural persons April)."""
SMALL = (
    Small(since=date(2022, 1, 1), pesos=Decimal(1000)),
    Small(since=date(2026, 1, 1), pesos=Decimal(1000), excepted=frozenset("P")),
)


@dataclass(frozen=True, kw_only=True)
class Cancellable:
    """What the rules ask about a stamped CFDI. `issued` is Fecha with its zone; `pesos` its total in pesos, None where
    that is unknown."""

    kind: str
    rfc: str
    receiver: str
    issued: datetime
    pesos: Decimal | None
    products: frozenset[str] = frozenset()
    refused_before: int = 0


def cancel_until(rfc: str, issued: datetime) -> datetime:
    """The first moment at which it is too late, in the zone of `issued`."""
    row = _latest(UNTIL, issued.year)
    month = row.legal if len(rfc) == 12 else row.natural
    return _start(month_after(date(issued.year + 1, month, 1)), issued)


def answer_until(asked: datetime) -> datetime:
    """The first moment after the receiver's days, in the zone of `asked`."""
    return _start(business_days_after(asked.date(), ANSWER_WITHIN) + timedelta(days=1), asked)


def consent_of(cfdi: Cancellable, at: datetime) -> Consent:
    """Whether the receiver is asked when cancellation is requested at `at`, and whether silence is an answer."""
    if cfdi.kind in _UNASKED_TYPES or cfdi.receiver in RFC_GENERIC:
        return "none"
    if cfdi.products & FUELS:
        return "express"
    free = _start(business_days_after(cfdi.issued.date(), FREE_WITHIN) + timedelta(days=1), cfdi.issued)
    if at < free or _is_small(cfdi, at.astimezone(cfdi.issued.tzinfo).date()):
        return "none"
    return "express" if cfdi.refused_before else "silence"


def local(text: str, zone: str) -> datetime:
    """Fecha as written, with its zone. Raises ValueError where it is no date."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def _is_small(cfdi: Cancellable, day: date) -> bool:
    row = next(row for row in reversed(SMALL) if row.since <= day or row is SMALL[0])
    return cfdi.pesos is not None and cfdi.pesos <= row.pesos and cfdi.kind not in row.excepted


def _latest(rows: Iterable[Until], year: int) -> Until:
    found = [row for row in rows if row.since <= year]
    return found[-1] if found else next(iter(rows))


def _start(day: date, like: datetime) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=like.tzinfo)
