"""Who issues during the day: companies of the sandbox's census, each with its seal and two accounts."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import msgspec

from gateway.samples.issuers import MEXICAN, PASSWORD
from gateway.sandbox import SandboxAuthority
from tests.chaos.wishes import Wish, Wisher

Json = dict[str, Any]
ROUTES = frozenset({"cfdi"})
_COMPANIES = {
    "EKU9003173C9": ("ESCUELA KEMPER URGATE", "42501", "sw"),
    "URE180429TM6": ("UNIVERSIDAD ROBOTICA ESPAÑOLA", "86991", "sw"),
    "ZZZ000101AA9": ("COMERCIALIZADORA DEL EJEMPLO", "06600", "finkok"),
    "ZZX000101AA7": ("INDUSTRIAS DEL EJEMPLO", "44100", "sw"),
}
"""RFC: name, postal code, and the certifier that is asked first."""


def _csd(rfc: str, name: str, place: int) -> Callable[[SandboxAuthority], Mapping[str, str]]:
    def make(authority: SandboxAuthority) -> Mapping[str, str]:
        made = authority.issue_csd(rfc, name, f"3000100000050000{9100 + place}", password=PASSWORD)
        certificate, key = b64encode(made.certificate).decode(), b64encode(made.private_key).decode()
        return {"certificate": certificate, "private_key": key, "password": made.password}

    return make


def _account(_: SandboxAuthority) -> Mapping[str, str]:
    return {"user": "sandbox", "password": PASSWORD}


def _party(rfc: str, name: str, postal_code: str) -> Json:
    return {
        "name": name,
        "tax_ids": [{"scheme": "MX:RFC", "value": rfc}],
        "address": {"lines": ["Calle 1"], "city": "Ciudad", "postal_code": postal_code, "country": "MX"},
    }


def _wisher(rfc: str, place: int) -> Wisher:
    name, postal_code, first = _COMPANIES[rfc]
    settings = {"cfdi": {"regimen_fiscal": "601", "pac": first}}
    customers = [(other, *_COMPANIES[other][:2]) for other in _COMPANIES if other != rfc]
    return Wisher(
        name=rfc,
        body={**MEXICAN.body, **_party(rfc, name, postal_code), "settings": settings},
        credentials={
            ("cfdi", "csd"): _csd(rfc, name, place),
            ("cfdi", "pac"): _account,
            ("cfdi", "finkok"): _account,
        },
        series=("D",),
        routes=ROUTES,
        invoice={"currency": "MXN"},
        customers=tuple(
            {**_party(*facts), "extensions": {"cfdi": {"regimen_fiscal": "601", "uso_cfdi": "G03"}}}
            for facts in customers
        ),
    )


WISHERS: tuple[Wisher, ...] = tuple(_wisher(rfc, place) for place, rfc in enumerate(_COMPANIES))


FIRST: Mapping[str, str] = {rfc: facts[2] for rfc, facts in _COMPANIES.items()}
"""The certifier that is asked first, by the issuer's RFC."""
_LOSSES = ("lost", "lost", "307-empty", "500-stamped")
_BUSY = 0.02


def wishes(many: int, lost: float, issuers: Mapping[str, str], chance: Random) -> list[Wish]:
    """So many invoices of all issuers alike.

    The answers to the share `lost` of them never arrive, or as an error, though they were stamped; two in a hundred
    meet a certifier that has no time for them."""
    order = list(range(many))
    chance.shuffle(order)
    silent, busy = round(many * lost), round(many * _BUSY)
    markers = {place: _LOSSES[turn % len(_LOSSES)] for turn, place in enumerate(order[:silent])}
    markers |= dict.fromkeys(order[silent : silent + busy], "busy")
    return [_wish(place, WISHERS[place % len(WISHERS)], markers.get(place), issuers, chance) for place in range(many)]


def _wish(place: int, wisher: Wisher, marker: str | None, issuers: Mapping[str, str], chance: Random) -> Wish:
    name = f"day:{wisher.name}:{place}"
    lines = [
        {
            "description": f"Artículo {line + 1} de {place}",
            "quantity": str(chance.randint(1, 9)),
            "unit_price": f"{chance.randint(100, 99_999) / 100:.2f}",
        }
        for line in range(chance.randint(1, 3))
    ]
    if marker:
        lines[0]["description"] += f" [sim:{marker}]"
    body = {
        **wisher.invoice,
        "issuer": issuers[wisher.name],
        "customer": chance.choice(wisher.customers),
        "series": "D",
        "source_ref": name,
        "lines": lines,
    }
    return Wish(name=name, wisher=wisher.name, series="D", routes=ROUTES, body=msgspec.json.encode(body))
