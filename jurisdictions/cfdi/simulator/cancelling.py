"""SAT's side of a cancellation: may this CFDI be cancelled, by whose word, and what has become of the request.

Sources: CFF art. 29-A; RMF 2.7.1.34 (the receiver's three working days; fuels need an express word) and 2.7.1.35
(cases without anybody's word; since 2026 not the receipt of payment for its total of zero). Answers to a folio: 201
taken, 202 asked before, 203 another's, 204 not cancellable, 205 unknown, 207 motive, 208 replacement, 209 replacement
out of place, 210 and 211 too late, 212 relation.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from jurisdictions.cfdi.simulator import census, registry, workdays
from jurisdictions.cfdi.simulator.cancel_request import CancelRequest, Folio
from jurisdictions.cfdi.simulator.registry import Entry, Request

Consent = Literal["none", "silence", "express"]
_MEXICO = ZoneInfo("America/Mexico_City")
_EXEMPT_PESOS = Decimal(1000)
_NEW_LAW = date(2026, 1, 1)
_WORKING_DAYS = 3
_ANSWERS_AFTER = timedelta(minutes=1)
_MOTIVES = frozenset({"01", "02", "03", "04"})
_SUBSTITUTES = "04"
_CHANGED_BY_OWN_WORD = frozenset({"E", "T", "N"})


class Standing(NamedTuple):
    """What the status service tells of a CFDI: Estado, EsCancelable, EstatusCancelacion."""

    state: str
    cancellable: str
    progress: str = ""

    @property
    def is_live(self) -> bool:
        return self.state == "Vigente"

    @property
    def is_pending(self) -> bool:
        return self.progress == "En proceso"


class Answered(NamedTuple):
    """SAT's answer to one folio: its code, and the entry that it changed."""

    uuid: str
    code: str
    changed: Entry | None = None


def standing(book: Mapping[str, bytes], entry: Entry, at: datetime) -> Standing:
    """How the CFDI stands at that moment; the receiver's answer and the end of the days are read off the clock."""
    outcome = _outcome(entry, at)
    if outcome.startswith(("Cancelado", "Plazo")):
        return Standing("Cancelado", "No cancelable", outcome)
    if live_children(book, entry, at):
        return Standing("Vigente", "No cancelable", outcome)
    needed = consent(entry, at)
    return Standing("Vigente", f"Cancelable {'sin' if needed == 'none' else 'con'} aceptación", outcome)


def consent(entry: Entry, at: datetime) -> Consent:
    """Whose word a cancellation that is asked for at that moment needs."""
    if "cancel-express" in entry.wishes:
        return "express"
    if entry.kind in _CHANGED_BY_OWN_WORD or entry.receiver in census.GENERIC or entry.whole_public:
        return "none"
    if entry.fuel:
        return "express"
    today, issued = at.astimezone(_MEXICO).date(), date.fromisoformat(entry.fecha[:10])
    if today <= workdays.after(issued, 1):
        return "none"
    receipt = entry.kind == "P" and today >= _NEW_LAW
    return "none" if entry.pesos <= _EXEMPT_PESOS and not receipt else "silence"


def live_children(book: Mapping[str, bytes], entry: Entry, at: datetime) -> list[Entry]:
    """The live documents that keep this one from being cancelled. What substitutes it (relation 04) does not."""
    found = [
        registry.entry(book, uuid) for uuid, relation in registry.children(book, entry.uuid) if relation != _SUBSTITUTES
    ]
    return [one for one in found if one and not _outcome(one, at).startswith(("Cancelado", "Plazo"))]


def ask(
    book: Mapping[str, bytes], request: CancelRequest, folio: Folio, at: datetime, *, answers: bool = True
) -> Answered:
    """SAT's answer to one folio of a request. `answers`: a receiver whom no marker binds assents after a minute."""
    entry = registry.entry(book, folio.uuid)
    if entry is None or at < entry.visible_at:
        return Answered(folio.uuid, "205")
    if entry.issuer != request.issuer:
        return Answered(folio.uuid, "203")
    wished = next((wish[1:] for wish in entry.wishes if wish[0] == "c" and wish[1:].isdigit() and wish[1] == "2"), "")
    if wished and wished not in ("201", "202"):
        return Answered(folio.uuid, wished)
    now = standing(book, entry, at)
    if not now.is_live or now.is_pending or wished == "202":
        return Answered(folio.uuid, "202")
    code = _motive(book, entry, folio, at) or ("204" if now.cancellable == "No cancelable" else _too_late(entry, at))
    return Answered(folio.uuid, code) if code else Answered(folio.uuid, "201", _taken(entry, folio, at, answers))


def replied(entry: Entry, reply: str, at: datetime) -> Entry:
    """The entry after the receiver's word (accept or refuse), given now."""
    if entry.request is None:
        return entry
    return msgspec.structs.replace(entry, request=msgspec.structs.replace(entry.request, reply=reply, replies_at=at))


def _outcome(entry: Entry, at: datetime) -> str:
    """EstatusCancelacion: empty where nothing was asked."""
    asked = entry.request
    if asked is None:
        return ""
    if asked.consent == "none":
        return "Cancelado sin aceptación"
    if asked.replies_at is not None and asked.reply and at >= asked.replies_at:
        return "Cancelado con aceptación" if asked.reply == "accept" else "Solicitud rechazada"
    if asked.silent_until is not None and at >= asked.silent_until:
        return "Plazo vencido"
    return "En proceso"


def _motive(book: Mapping[str, bytes], entry: Entry, folio: Folio, at: datetime) -> str:
    """The code for a motive or a replacement that does not stand, empty where both do."""
    if folio.motive not in _MOTIVES:
        return "207"
    if folio.motive != "01":
        return "" if folio.replacement is None else "209"
    other = registry.entry(book, folio.replacement or "")
    if other is None or other.issuer != entry.issuer or at < other.visible_at:
        return "208"
    if not standing(book, other, at).is_live:
        return "208"
    return "" if (entry.uuid, _SUBSTITUTES) in other.names else "212"


def _too_late(entry: Entry, at: datetime) -> str:
    """210 (211 for what the whole public was invoiced) after the last day, empty until then.

    Since 2026: the month of the annual return for the year of issue, March for companies and April for people; before,
    January of the year that follows."""
    today, year = at.astimezone(_MEXICO).date(), int(entry.fecha[:4])
    company = census.is_company(entry.issuer)
    first_late = date(year + 1, 4 if company else 5, 1) if today >= _NEW_LAW else date(year + 1, 2, 1)
    if today < first_late:
        return ""
    return "211" if entry.whole_public else "210"


def _taken(entry: Entry, folio: Folio, at: datetime, answers: bool) -> Entry:
    """The entry with the request. Silence assents to a first request only."""
    needed, refusals = consent(entry, at), entry.refusals
    if entry.request is not None:
        refusals += 1
    reply = _reply(entry, answers)
    last = workdays.after(at.astimezone(_MEXICO).date(), _WORKING_DAYS)
    end = datetime.combine(last + timedelta(days=1), time(), _MEXICO).astimezone(UTC)
    return msgspec.structs.replace(
        entry,
        refusals=refusals,
        request=Request(
            at=at,
            motive=folio.motive,
            replacement=folio.replacement or "",
            consent=needed,
            reply=reply,
            replies_at=at + _ANSWERS_AFTER if reply else None,
            silent_until=end if needed == "silence" and not refusals else None,
        ),
    )


def _reply(entry: Entry, answers: bool) -> str:
    if "cancel-refuse" in entry.wishes:
        return "refuse"
    if "cancel-accept" in entry.wishes:
        return "accept"
    silent = {"cancel-silence", "cancel-express"} & set(entry.wishes)
    return "accept" if answers and not silent else ""
