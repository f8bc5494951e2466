"""Which registered papers of an issuer count now, each with its facts in their own type."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec

from jurisdictions.contract import Attestation, Issuer

Body = TypeVar("Body", bound=msgspec.Struct)


def day_of(issuer: Issuer, at: datetime) -> date:
    """The calendar day at the issuer's place."""
    return at.astimezone(ZoneInfo(issuer.time_zone)).date()


def papers(issuer: Issuer, name: str, body_type: type[Body]) -> Iterator[tuple[Attestation, Body]]:
    """Every paper of that name with its signed document, newest first, whether it counts now or not."""
    for one in issuer.attestations:
        if one.name == name and one.sha256 is not None and isinstance(one.body, body_type):
            yield one, one.body


def standing(issuer: Issuer, name: str, body_type: type[Body], at: datetime) -> Iterator[Body]:
    """The facts of those that count now, newest first."""
    day = day_of(issuer, at)
    return (body for one, body in papers(issuer, name, body_type) if one.stands(day, at))
