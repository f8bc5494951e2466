"""Where each document stands in an exchange with the PACs: what was heard of it so far, and what is asked next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from jurisdictions.cfdi.pacs import accounts
from jurisdictions.cfdi.pacs.stamp import Stamp
from jurisdictions.contract import Sending, Setting
from schemas.findings import Findings

EXPIRED = "CFDI-EXPIRED"
LAST_CALL = timedelta(hours=71)
"""From then on a CFDI that nobody has seen is sealed anew rather than sent: a PAC takes it until 72 hours after its
Fecha (RMF 2.7.2.9; Anexo 20)."""
DOUBT, DOUBT_AT, HOLDS = "pac_doubt", "pac_doubt_at", "pac_holds"
"""Attributes of a submission: the PACs that may have stamped it, since when that is so, and the one that said so."""


class Verb(StrEnum):
    """What is asked next. `stamp`: the sealed bytes, for a stamp or for the one of before. `stamped`: whether there is
    one (Finkok). `record`, `kept`: the stamp of before from SW's archive. `certificate`: SAT's, for the stamp found."""

    STAMP = "stamp"
    STAMPED = "stamped"
    RECORD = "record"
    KEPT = "kept"
    CERTIFICATE = "certificate"


class Course(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One document's way. `route` are the PACs that may be asked yet, this one first.

    `doubt`: the PACs that may have stamped it; `holds`: the one that said that it did, and did not show the stamp;
    `inquiring`: it is about clearing that, and nothing goes elsewhere.
    `reread`: the document is not known to be unknown: it waits to be sent, and a question about it counts as sending.
    """

    route: tuple[str, ...]
    verb: Verb = Verb.STAMP
    doubt: tuple[str, ...] = ()
    doubt_at: datetime | None = None
    holds: str = ""
    inquiring: bool = False
    reread: bool = False
    refused_account: str | None = None
    stamp: Stamp | None = None
    path: str | None = None
    code: str | None = None
    findings: Findings = ()

    @property
    def pac(self) -> str:
        return self.route[0]

    def change(self, **changes: object) -> Course:
        return msgspec.structs.replace(self, **changes)


def inquiring_course(document: Sending, doubt: tuple[str, ...], setting: Setting, *, reread: bool) -> Course:
    """A document that these PACs may have stamped: Finkok first, whom a mere question tells."""
    route = tuple(pac for pac in (accounts.FINKOK, accounts.SW) if pac in doubt)
    return Course(
        route=route,
        verb=Verb.STAMPED if route[0] == accounts.FINKOK else Verb.STAMP,
        doubt=route,
        doubt_at=_since(document, setting.at),
        holds=document.attributes.get(HOLDS, ""),
        inquiring=True,
        reread=reread,
    )


def doubted(document: Sending, *, unknown: bool, primary: str) -> tuple[str, ...]:
    """The PACs that may have stamped it. What was noted counts; without a note, every PAC that has heard of it.

    A note that says "none" is outdated where the outcome is unknown (a process died while it asked).
    """
    noted = document.attributes.get(DOUBT)
    if noted is not None and (noted or not unknown):
        return known_pacs(noted.split())
    asked = known_pacs(document.asked)
    return asked or ((primary,) if unknown else ())


def known_pacs(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name in accounts.CREDENTIAL)


def noted(course: Course) -> dict[str, str]:
    """The doubt as attributes of the submission."""
    since = course.doubt_at.isoformat() if course.doubt_at is not None and course.doubt else ""
    told = {DOUBT: " ".join(course.doubt), DOUBT_AT: since}
    return told | {HOLDS: course.holds} if course.holds else told


def _since(document: Sending, at: datetime) -> datetime:
    """When the last question went out whose answer is not known: noted, or that of the only try, or now."""
    try:
        return datetime.fromisoformat(document.attributes[DOUBT_AT])
    except (KeyError, ValueError):
        only = document.first_tried_at if document.tries <= 1 else None
        return only if only is not None else at
