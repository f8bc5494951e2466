"""What the AEAT holds of records in doubt: after a 3000, or after an answer that never came.

The consulta shows one record an invoice, the one accepted last, under the month of the operation. Ours is there if our
huella is. Trouble with the question is never "not there". Source: "Descripción del servicio web" 1.0.3 §6.5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from jurisdictions.contract import Answer, Effect, Sending, Setting, Step
from jurisdictions.verifactu import answers as replies
from jurisdictions.verifactu import hosts, messages, outcomes
from jurisdictions.verifactu.answers import Failure, Trouble
from jurisdictions.verifactu.memo import CONSULTA, Asked, Memo, plain

SINGLE_QUERIES = 10
"""Up to so many records each gets a question of its own; more are asked for by day, page by page."""
MOST_AT_ONCE = 50
"""Questions in one step."""


def look_for(documents: Sequence[Sending], memo: Memo, setting: Setting) -> Step:
    """Questions for the records in doubt: one each, or one for every day that they lie in."""
    doubtful = _doubtful(documents, memo)
    if len(doubtful) <= SINGLE_QUERIES:
        return _next(documents, memo, _singly(doubtful), setting)
    days = dict.fromkeys((one.attributes["period"], one.attributes["date"]) for one in doubtful)
    return _next(documents, memo, [Asked(period=period, day=day) for period, day in days], setting)


def read(
    documents: Sequence[Sending], memo: Memo, answers: Mapping[str, Answer], setting: Setting
) -> Step | Failure | Memo:
    """The next questions; or why nothing is known; or, once all is asked, the memo with all that was `found`."""
    found = dict(memo.found)
    pages: list[Asked] = []
    sought = {one.attributes["huella"]: one for one in _doubtful(documents, memo)}
    for name, asked in memo.asked.items():
        page = replies.page(answers[name])
        if isinstance(page, Failure):
            if page.trouble is Trouble.LOST and asked.day is not None:
                return _next(documents, replace(memo, later=()), _singly(list(sought.values())), setting)
            return page
        for entry in page.entries:
            one = sought.get(entry.huella)
            if one is not None and (one.attributes["number"], one.attributes["date"]) == (entry.number, entry.date):
                found[one.submission] = outcomes.confirmed(entry)
        if page.next is not None and page.next == asked.page:
            return Failure(Trouble.LOST, "ANSWER", "The same page again and again.")
        if page.next is not None:
            pages.append(replace(asked, page=page.next))
    memo = replace(memo, found=found, asked={})
    rest = [*pages, *memo.later]
    return _next(documents, memo, rest, setting) if rest else memo


def _singly(doubtful: Sequence[Sending]) -> list[Asked]:
    """A day that does not come through (too long an answer, too slow a one) is asked for invoice by invoice."""
    wanted = dict.fromkeys((one.attributes["period"], one.attributes["number"]) for one in doubtful)
    return [Asked(period=period, number=number) for period, number in wanted]


def _doubtful(documents: Sequence[Sending], memo: Memo) -> list[Sending]:
    consulted = frozenset(memo.consulted)
    return [one for one in documents if one.submission in consulted]


def _next(documents: Sequence[Sending], memo: Memo, wanted: Sequence[Asked], setting: Setting) -> Step:
    asked = {f"{CONSULTA}:{place}": one for place, one in enumerate(wanted[:MOST_AT_ONCE])}
    memo = replace(memo, stage=CONSULTA, asked=asked, later=tuple(wanted[MOST_AT_ONCE:]))
    nif, name, host = documents[0].attributes["nif"], setting.issuer.party.name, hosts.endpoint(setting.issuer)
    asks, doubtful = [], _doubtful(documents, memo)
    for ask_name, one in asked.items():
        query = messages.Query(period=one.period, number=one.number, day=one.day, page=one.page)
        about = (doubt.submission for doubt in doubtful if _concerns(one, doubt))
        asks.append(messages.ask(ask_name, Effect.READ, about, messages.question(nif, name, query), host))
    return Step(asks=tuple(asks), memo=plain(memo))


def _concerns(asked: Asked, one: Sending) -> bool:
    of = one.attributes
    return of["period"] == asked.period and asked.number in {None, of["number"]} and asked.day in {None, of["date"]}
