"""What the authority holds of an issuer, asked for outside of any submission."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from jurisdictions.contract.exchanges import Answer, Ask, Setting
from jurisdictions.contract.values import Value
from schemas.states import Standing


class Holding(Value, frozen=True, kw_only=True):
    """One invoice as somebody holds it. `digest` is what tells two records of the same number apart; `chain` names the
    installation that made it, where the books say so."""

    number: str
    issue_date: date
    state: Standing
    digest: str | None
    chain: str | None = None
    code: str | None = None
    presented_at: datetime | None = None


class Survey(Value, frozen=True, kw_only=True):
    """Where reading the books stands. No asks: it has ended; `trouble` says why it ended early."""

    asks: tuple[Ask, ...] = ()
    memo: Mapping[str, object] = {}
    holdings: tuple[Holding, ...] = ()
    trouble: str | None = None


@dataclass(frozen=True, kw_only=True)
class Books:
    """Reading the authority's books, sans-IO and page by page; every ask only reads and concerns no document of ours.

    `periods(first, last)` names the periods that the days lie in; `begin(period, setting)` and `resume(memo, answers,
    setting)` read one, each survey with the holdings of its page. `own(attributes, standing)` is what we say of an
    invoice whose newest accepted submission has these attributes.
    """

    periods: Callable[[date, date], tuple[str, ...]]
    begin: Callable[[str, Setting], Survey]
    resume: Callable[[Mapping[str, object], Mapping[str, Answer], Setting], Survey]
    own: Callable[[Mapping[str, str], Standing], Holding]
