"""What an exchange remembers between a question and its answer, as plain values that can be stored."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from jurisdictions.contract import Sending
from jurisdictions.verifactu.remission.outcomes import Confirmed, Refused

REGISTRO = "registro"
CONSULTA = "consulta"

Key = tuple[str, str, str]
"""IDFactura: NIF, number, date."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A question under way: a month, and in it one number or one day, from which page on."""

    period: str
    number: str | None = None
    day: str | None = None
    page: Key | None = None


class Memo(msgspec.Struct, frozen=True, kw_only=True):
    """Where the exchange stands. `sent` are the submissions that it is about, in order.

    `stage`: whether an answer to records or to a question is awaited. `said`: what the header of the message told.
    `lost`: an earlier try may have arrived, so nothing here can prove that nothing happened. `consulted`: those whose
    huella the consulta looks for. `asked` are the questions under way, `later` those whose turn comes. `found` and
    `refused` hold what was learned, by submission; `seen` are those whose invoice is in the book, be it with another
    huella.
    """

    stage: str
    sent: tuple[str, ...]
    said: dict[str, str] = {}
    lost: bool = False
    consulted: tuple[str, ...] = ()
    asked: dict[str, Asked] = {}
    later: tuple[Asked, ...] = ()
    found: dict[str, Confirmed] = {}
    seen: tuple[str, ...] = ()
    refused: dict[str, Refused] = {}


def plain(memo: msgspec.Struct) -> dict[str, object]:
    """The memo as the gateway stores it."""
    found: dict[str, object] = msgspec.to_builtins(memo)
    return found


def ids(documents: Iterable[Sending]) -> tuple[str, ...]:
    return tuple(one.submission for one in documents)
