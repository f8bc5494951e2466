"""Who issues during the day, and what follows each invoice: nothing, or it is mended, amended, rectified, cancelled."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Any

import msgspec
from stdnum.es import cif

from gateway.samples.issuers import PASSWORD, SPANISH
from gateway.sandbox import SandboxAuthority
from tests.chaos.wishes import Wish, Wisher

Json = dict[str, Any]
ROUTES = frozenset({"verifactu"})
PERSON = "99999990S"


class Then(StrEnum):
    """What follows the first record of an invoice."""

    NOTHING = "nothing"
    MEND = "mend"
    """The record is refused, and a subsanación by its case says what is right."""
    AMEND = "amend"
    """The record is accepted, and a subsanación changes what the invoice does not show."""
    RECTIFY = "rectify"
    """A rectificativa takes everything back."""
    REPLACE = "replace"
    """The customer of a simplified invoice asks for a full one: an F3."""
    CANCEL = "cancel"
    """An anulación, once its issuer has confirmed that it never happened."""
    REVIVE = "revive"
    """An anulación, and a subsanación that brings the invoice back."""


SHARES: Mapping[Then, float] = {
    Then.MEND: 0.04,
    Then.AMEND: 0.03,
    Then.RECTIFY: 0.03,
    Then.REPLACE: 0.02,
    Then.CANCEL: 0.03,
    Then.REVIVE: 0.02,
}
"""Of the invoices."""
RECORDS: Mapping[Then, int] = dict.fromkeys(SHARES, 2) | {Then.NOTHING: 1, Then.REVIVE: 3}
REFUSALS = ("1239", "1110", "1246", "1117")
"""Refusals where the invoice was right and its record was not."""
_TROUBLES = {"busy": 0.004, "429": 0.003, "fault-server": 0.004, "slow": 0.002}
_HELD = "fault-4104"
"""The whole message is refused: the flow is held until somebody has seen to it."""
_SIMPLIFIED = 0.15


@dataclass(frozen=True, kw_only=True)
class Errand:
    """An invoice as it is asked for, and what follows."""

    wish: Wish
    then: Then

    @property
    def records(self) -> int:
        return RECORDS[self.then]


def company(place: int) -> str:
    """The NIF of a company that nobody is known to be; its check digit is right."""
    digits = f"B71{place:05}"
    return digits + str(cif.calc_check_digits(digits)[0])


def _certificate(nif: str, *, person: bool) -> Callable[[SandboxAuthority], Mapping[str, str]]:
    """A company's seal, or the signature of the person who stands for it: the AEAT takes them at different hosts."""

    def make(authority: SandboxAuthority) -> Mapping[str, str]:
        made = authority.issue_pkcs12(
            f"OBLIGADO {nif}",
            password=PASSWORD,
            organization_identifier=f"VATES-{nif}",
            serial_number=f"IDCES-{PERSON}" if person else None,
        )
        return {"p12": b64encode(made).decode(), "password": PASSWORD}

    return make


def customer(place: int) -> Json:
    return {
        "name": f"Cliente {place}, S.L.",
        "tax_ids": [{"scheme": "ES:NIF", "value": company(90_000 + place)}],
        "address": {"lines": ["Gran Vía 2"], "city": "Bilbao", "postal_code": "48001", "country": "ES"},
    }


def wisher(place: int) -> Wisher:
    nif = company(place + 1)
    known = {
        "name": f"Obligado {place + 1}, S.L.",
        "tax_ids": [{"scheme": "ES:NIF", "value": nif}],
        "endpoints": [],
        "settings": {"verifactu": {}},
    }
    return Wisher(
        name=nif,
        body={**SPANISH.body, **known},
        credentials={("verifactu", "certificate"): _certificate(nif, person=place % 2 == 0)},
        series=("A", "B"),
        routes=ROUTES,
        invoice={"currency": "EUR"},
        customers=tuple(customer(number) for number in range(3)),
    )


def errands(
    records: int, lost: float, wishers: tuple[Wisher, ...], issuers: Mapping[str, str], chance: Random
) -> list[Errand]:
    """As many invoices as make so many records, of all issuers alike, in a drawn order, with one of each kind at least.
    `lost` is the share of invoices whose records' answers never arrive."""
    drawn = list(Then) if records >= sum(RECORDS.values()) else []
    left = records - sum(RECORDS[then] for then in drawn)
    while left:
        then = _drawn(chance)
        if RECORDS[then] <= left:
            drawn.append(then)
            left -= RECORDS[then]
    markers = _markers(drawn, lost, len(wishers), chance)
    made: list[Errand] = []
    for place, then in enumerate(drawn):
        by = wishers[place % len(wishers)]
        made.append(Errand(wish=_wish(place, by, markers.get(place, ""), then, issuers, chance), then=then))
    chance.shuffle(made)
    return made


def _drawn(chance: Random) -> Then:
    found = chance.random()
    for then, share in SHARES.items():
        found -= share
        if found < 0:
            return then
    return Then.NOTHING


def _markers(drawn: list[Then], lost: float, issuers: int, chance: Random) -> dict[int, str]:
    """What the simulated AEAT is asked to do, by the place of the invoice: some of each, however few invoices."""
    order = [place for place, then in enumerate(drawn) if then is not Then.MEND]
    chance.shuffle(order)
    markers = {place: chance.choice(REFUSALS) for place, then in enumerate(drawn) if then is Then.MEND}
    wanted = {"lost": lost, **_TROUBLES, _HELD: issuers / 2 / len(drawn)}
    for name, share in wanted.items():
        for _ in range(max(1, round(len(drawn) * share))):
            markers[order.pop()] = name
    return markers


def reference(name: str, marker: str = "") -> str:
    """RefExterna, in which the simulated AEAT looks for what it is asked to do."""
    return f"[sim:{marker}] {name}" if marker else name


def _wish(place: int, by: Wisher, marker: str, then: Then, issuers: Mapping[str, str], chance: Random) -> Wish:
    name, series = f"obl:{by.name}:{place}", chance.choice(by.series)
    simplified = then is Then.REPLACE or (then is not Then.MEND and chance.random() < _SIMPLIFIED)
    dearest = 9_000 if simplified else 99_999
    lines = [
        {
            "description": f"Artículo {line + 1} de {place}",
            "quantity": "1" if simplified else str(chance.randint(1, 9)),
            "unit_price": f"{chance.randint(100, dearest) / 100:.2f}",
            "taxes": [{"tax": "VAT", "category": "S", "percent": chance.choice(("21", "21", "10", "4"))}],
        }
        for line in range(chance.randint(1, 3))
    ]
    body = {
        **by.invoice,
        "issuer": issuers[by.name],
        "customer": {"name": "Cliente"} if simplified else chance.choice(by.customers),
        "simplified": simplified,
        "series": series,
        "source_ref": name,
        "lines": lines,
        "extensions": {"verifactu": {"ref_externa": reference(name, marker)}},
    }
    return Wish(name=name, wisher=by.name, series=series, routes=ROUTES, body=msgspec.json.encode(body))
