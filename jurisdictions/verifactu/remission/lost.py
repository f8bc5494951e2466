"""What the AEAT holds of records in doubt: after a 3000, or after an answer that never came.

The consulta shows one record an invoice, the one accepted last, under the month of the operation. Ours is there if our
huella is. Trouble with the question is never "not there". Source: "Descripción del servicio web" 1.0.3 §6.5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from jurisdictions.contract import Answer, Effect, Outcome, Sending, Setting, Step
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.remission import answers as replies
from jurisdictions.verifactu.remission import hosts, matching, messages, outcomes
from jurisdictions.verifactu.remission.answers import Failure, Trouble
from jurisdictions.verifactu.remission.memo import CONSULTA, Asked, Memo, plain

SINGLE_QUERIES = 10
"""Up to so many records each gets a question of its own; more are asked for by day, page by page."""
MOST_AT_ONCE = 50
"""Questions in one step."""
PATIENCE = 3
"""After so many tries a 3000 stands, though the book shows no record of the number."""


def look_for(documents: Sequence[Sending], memo: Memo, setting: Setting) -> Step:
    """Questions for the records in doubt: one each, or one for every day that they lie in."""
    doubtful = _doubtful(documents, memo)
    if len(doubtful) <= SINGLE_QUERIES:
        return _next(documents, memo, _singly(doubtful), setting)
    days = dict.fromkeys((one.attributes["period"], one.attributes["date"]) for one in doubtful)
    return _next(documents, memo, [Asked(period=period, day=day) for period, day in days], setting)


@dataclass(frozen=True, slots=True)
class Unread:
    """Why the book was not read to its end, and what was found in it until then."""

    failure: Failure
    memo: Memo


def read(
    documents: Sequence[Sending], memo: Memo, answers: Mapping[str, Answer], setting: Setting
) -> Step | Unread | Memo:
    """The next questions; or why not all is known; or, once all is asked, the memo with all that was `found`."""
    found, shown = dict(memo.found), set[tuple[str, str]]()
    pages: list[Asked] = []
    failures: list[tuple[Asked, Failure]] = []
    sought = {one.attributes["huella"]: one for one in _doubtful(documents, memo)}
    for name, asked in memo.asked.items():
        page = replies.page(answers[name])
        if isinstance(page, Failure):
            failures.append((asked, page))
            continue
        shown |= {(entry.number, entry.date) for entry in page.entries}
        for entry in page.entries:
            one = sought.get(entry.huella)
            if one is not None and matching.invoice(one) == (entry.number, entry.date):
                found[one.submission] = outcomes.confirmed(entry)
        if page.next is not None and page.next == asked.page:
            failures.append((asked, Failure(Trouble.BROKEN, "ANSWER", "The same page again and again.")))
        elif page.next is not None:
            pages.append(replace(asked, page=page.next))
    seen = {*memo.seen, *(one.submission for one in sought.values() if matching.invoice(one) in shown)}
    memo = replace(memo, found=found, seen=tuple(sorted(seen)), asked={})
    if failures and all(asked.day is not None and why.trouble is Trouble.LOST for asked, why in failures):
        rest = [one for one in sought.values() if one.submission not in found]
        return _next(documents, replace(memo, later=()), _singly(rest), setting) if rest else memo
    if failures:
        return Unread(failures[0][1], memo)
    rest_asked = [*pages, *memo.later]
    return _next(documents, memo, rest_asked, setting) if rest_asked else memo


def known(documents: Sequence[Sending], memo: Memo) -> dict[str, Outcome]:
    """Our huella is there: accepted. That of a later record of ours is there: accepted before it."""
    known: dict[str, Outcome] = {}
    after = dict(_overtakers(documents, memo))
    for one in documents:
        later = after.get(one.submission)
        if one.submission in memo.found:
            refused = memo.refused.get(one.submission)
            known[one.submission] = outcomes.of_entry(one, memo.found[one.submission], refused)
        elif later is not None:
            known[one.submission] = outcomes.overtaken(one, later, memo.found[later.submission])
    return known


def _overtakers(documents: Sequence[Sending], memo: Memo) -> Iterator[tuple[str, Sending]]:
    """For each record the later one of the same invoice that was found, if there is one."""
    found: dict[tuple[str, str], Sending] = {}
    for one in reversed(documents):
        invoice = matching.invoice(one)
        if invoice in found:
            yield one.submission, found[invoice]
        if one.submission in memo.found:
            found[invoice] = one


def unseen(one: Sending, refused: outcomes.Refused, memo: Memo) -> bool:
    """A few times only: another system's record may lie in another month for good."""
    return refused.code == lists.DUPLICATE and one.submission not in memo.seen and one.tries < PATIENCE


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
