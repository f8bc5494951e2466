"""What the AEAT holds of an issuer, read month by month: for a reconciliation, and to find what a restored backup lost.

The book has one record an invoice, the one accepted last, be it an anulación; refused ones never. An invoice lies in
the month of its operation, else of its issue. A page has up to 10,000 invoices, which is more than one answer may be
long here: a month that does not come through is asked for again by days of issue, which may lie in the months after.

Source: "Descripción del servicio web" 1.0.3 §6.5 (ConsultaFactuSistemaFacturacion); RespuestaConsultaLR.xsd 1.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec
from msgspec.structs import replace

from jurisdictions.contract import Answer, Books, Effect, Holding, Setting, Survey
from jurisdictions.verifactu.parties import spanish_nif
from jurisdictions.verifactu.remission import answers as replies
from jurisdictions.verifactu.remission import hosts, messages
from jurisdictions.verifactu.remission.answers import ANNULLED, WITH_ERRORS, Entry, Failure, Trouble
from jurisdictions.verifactu.remission.memo import CONSULTA, Key, plain
from schemas.states import Standing

MOST_PERIODS = 600
_STANDINGS = {WITH_ERRORS: Standing.REGISTERED_WITH_ERRORS, ANNULLED: Standing.CANCELLED}


class Days(msgspec.Struct, frozen=True, kw_only=True):
    """Days of issue, both included; None: no end on that side."""

    first: date | None = None
    last: date | None = None


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """How far the reading of a month has come: the days asked for, from which page on, and those whose turn comes."""

    period: str
    days: Days = Days()
    page: Key | None = None
    later: tuple[Days, ...] = ()


def periods(first: date, last: date) -> tuple[str, ...]:
    """`2026-11` and so on. Raises ValueError for more than fifty years."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    if len(months) > MOST_PERIODS:
        raise ValueError(f"more than {MOST_PERIODS} months")
    return tuple(f"{month // 12:04}-{month % 12 + 1:02}" for month in months)


def begin(period: str, setting: Setting) -> Survey:
    """The first question for a month of `periods`."""
    return _question(Reading(period=period), setting)


def resume(memo: Mapping[str, object], answers: Mapping[str, Answer], setting: Setting) -> Survey:
    """What a page holds, and the question for the next one. Trouble is told and raises nothing."""
    reading = msgspec.convert(memo, Reading)
    read = replies.page(answers[CONSULTA])
    if isinstance(read, Failure):
        if read.trouble is Trouble.LOST and reading == Reading(period=reading.period):
            return _by_days(reading, setting)
        return Survey(trouble=f"{read.code}: {read.message}")
    try:
        holdings = tuple(map(_holding, read.entries))
    except ValueError as why:
        return Survey(trouble=f"The AEAT's book has an entry that cannot be read: {why}")
    if read.next is not None and read.next == reading.page:
        return Survey(trouble="The AEAT's book gives the same page again and again.")
    return replace(_after(reading, read.next, setting), holdings=holdings)


def own(attributes: Mapping[str, str], standing: Standing) -> Holding:
    """The same of ours: the record of the newest accepted submission, and what is known to stand there."""
    installation = attributes.get("installation")
    system = attributes.get("system", "").partition(" ")[0]
    return Holding(
        number=attributes["number"],
        issue_date=_day(attributes["date"]),
        state=standing,
        digest=attributes["huella"],
        chain=f"{system}/{installation}" if system and installation else None,
        presented_at=_moment(attributes.get("presented_at")),
    )


BOOKS = Books(periods=periods, begin=begin, resume=resume, own=own)


def _after(reading: Reading, page: Key | None, setting: Setting) -> Survey:
    if page is not None:
        return _question(replace(reading, page=page), setting)
    return _in_turn(reading.period, reading.later, setting)


def _by_days(reading: Reading, setting: Setting) -> Survey:
    return _in_turn(reading.period, tuple(_slices(reading.period)), setting)


def _in_turn(period: str, days: Sequence[Days], setting: Setting) -> Survey:
    if not days:
        return Survey()
    return _question(Reading(period=period, days=days[0], later=tuple(days[1:])), setting)


def _slices(period: str) -> Iterator[Days]:
    """All that came before the month, each day of it and of the month after, and all that came later."""
    year, month = map(int, period.split("-"))
    day = date(year, month, 1)
    end = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    yield Days(last=day - timedelta(days=1))
    while day < end:
        yield Days(first=day, last=day)
        day += timedelta(days=1)
    yield Days(first=end)


def _question(reading: Reading, setting: Setting) -> Survey:
    nif = spanish_nif(setting.issuer.party)
    if nif is None:
        return Survey(trouble="The issuer has no NIF.")
    query = messages.Query(
        period=reading.period,
        first=reading.days.first,
        last=reading.days.last,
        page=reading.page,
        systems=True,
    )
    body = messages.question(nif, setting.issuer.party.name, query)
    ask = messages.ask(CONSULTA, Effect.READ, (), body, hosts.endpoint(setting.issuer))
    return Survey(asks=(ask,), memo=plain(reading))


def _holding(entry: Entry) -> Holding:
    return Holding(
        number=entry.number,
        issue_date=_day(entry.date),
        state=_STANDINGS.get(entry.state, Standing.REGISTERED),
        digest=entry.huella or None,
        chain=entry.system,
        code=entry.code,
        presented_at=_moment(entry.presented_at),
    )


def _day(written: str) -> date:
    day, month, year = map(int, written.split("-"))
    return date(year, month, day)


def _moment(written: str | None) -> datetime | None:
    """The time of presentation; None where it is none, or has no zone."""
    try:
        moment = datetime.fromisoformat(written or "")
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo is not None else None
