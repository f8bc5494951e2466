"""Who issues, and what: issuers of three jurisdictions, and a seeded stream of invoices for each of them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import msgspec

from gateway.samples.issuers import BELGIAN, MEXICAN, PASSWORD, SPANISH
from gateway.sandbox import SandboxAuthority

Json = dict[str, Any]
LOST = 0.06
"""The share of invoices whose answer the authority loses after it has accepted them."""


@dataclass(frozen=True, kw_only=True)
class Wisher:
    """An issuer with its credentials, its customers, the series that it uses, and where its invoices go."""

    name: str
    body: Json
    credentials: Mapping[tuple[str, str], Callable[[SandboxAuthority], Mapping[str, str]]]
    series: tuple[str, ...]
    routes: frozenset[str]
    invoice: Json
    customers: tuple[Json, ...]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One invoice to be issued: the very bytes that a client sends, however often."""

    name: str
    wisher: str
    series: str
    routes: frozenset[str]
    body: bytes


def _certificate(nif: str) -> Callable[[SandboxAuthority], Mapping[str, str]]:
    def make(authority: SandboxAuthority) -> Mapping[str, str]:
        made = authority.issue_pkcs12(f"CHAOS {nif}", password=PASSWORD, organization_identifier=f"VATES-{nif}")
        return {"p12": b64encode(made).decode(), "password": PASSWORD}

    return make


def _csd(rfc: str, name: str, serial: str) -> Callable[[SandboxAuthority], Mapping[str, str]]:
    def make(authority: SandboxAuthority) -> Mapping[str, str]:
        made = authority.issue_csd(rfc, name, serial, password=PASSWORD)
        certificate, key = b64encode(made.certificate).decode(), b64encode(made.private_key).decode()
        return {"certificate": certificate, "private_key": key, "password": made.password}

    return make


def _pac(_: SandboxAuthority) -> Mapping[str, str]:
    return {"user": "sandbox", "password": PASSWORD}


def _spaniard(name: str, nif: str, installation: str, series: tuple[str, ...]) -> Wisher:
    known = {
        "tax_ids": [{"scheme": "ES:NIF", "value": nif}],
        "endpoints": [{"scheme": "9920", "value": f"ES{nif}"}],
        "settings": {"verifactu": {"installation": installation}},
    }
    return Wisher(
        name=name,
        body={**SPANISH.body, **known},
        credentials={("verifactu", "certificate"): _certificate(nif)},
        series=series,
        routes=frozenset({"verifactu", "peppol"}),
        invoice={"currency": "EUR", "payment_terms": {"due_in_days": 14}, "references": {"buyer_reference": "PO-77"}},
        customers=(
            {
                "name": "Cliente del Norte, S.L.",
                "tax_ids": [{"scheme": "ES:NIF", "value": "B00000034"}],
                "address": {"lines": ["Gran Vía 2"], "city": "Bilbao", "postal_code": "48001", "country": "ES"},
                "endpoints": [{"scheme": "9920", "value": "ESB00000034"}],
            },
        ),
    )


def _belgian(name: str, number: str, series: tuple[str, ...]) -> Wisher:
    known = {
        "tax_ids": [{"scheme": "BE:VAT", "value": f"BE{number}"}],
        "registration": number,
        "endpoints": [{"scheme": "0208", "value": number}],
    }
    return Wisher(
        name=name,
        body={**BELGIAN.body, **known},
        credentials={},
        series=series,
        routes=frozenset({"peppol"}),
        invoice={"currency": "EUR", "payment_terms": {"due_in_days": 30}, "references": {"buyer_reference": "PO-78"}},
        customers=(
            {
                "name": "Klant BV",
                "tax_ids": [{"scheme": "BE:VAT", "value": "BE0999000327"}],
                "address": {"lines": ["Meir 1"], "city": "Antwerpen", "postal_code": "2000", "country": "BE"},
                "endpoints": [{"scheme": "0208", "value": "0999000327"}],
            },
        ),
    )


def _mexican(name: str, body: Json, csd: Callable[[SandboxAuthority], Mapping[str, str]]) -> Wisher:
    def customer(rfc: str, receiver: str, postal_code: str) -> Json:
        return {
            "name": receiver,
            "tax_ids": [{"scheme": "MX:RFC", "value": rfc}],
            "address": {"lines": ["Calle 1"], "city": "Ciudad", "postal_code": postal_code, "country": "MX"},
            "extensions": {"cfdi": {"regimen_fiscal": "601", "uso_cfdi": "G03"}},
        }

    return Wisher(
        name=name,
        body=body,
        credentials={("cfdi", "csd"): csd, ("cfdi", "pac"): _pac},
        series=("M",),
        routes=frozenset({"cfdi"}),
        invoice={"currency": "MXN"},
        customers=(
            customer("ZZZ000101AA9", "COMERCIALIZADORA DEL EJEMPLO", "06600"),
            customer("ZZX000101AA7", "INDUSTRIAS DEL EJEMPLO", "44100"),
        ),
    )


def _robotics() -> Json:
    return {
        **MEXICAN.body,
        "name": "UNIVERSIDAD ROBOTICA ESPAÑOLA",
        "tax_ids": [{"scheme": "MX:RFC", "value": "URE180429TM6"}],
        "address": {"lines": ["Calle 2"], "city": "Villahermosa", "postal_code": "86991", "country": "MX"},
    }


WISHERS: tuple[Wisher, ...] = (
    _spaniard("es-1-1", "B00000018", "1", ("A", "B")),
    # The same obligado with another installation: a chain of its own, the same flow. Numbers are the obligado's, so
    # that two installations must not share a series.
    _spaniard("es-1-2", "B00000018", "2", ("C",)),
    _spaniard("es-2", "B00000026", "1", ("A",)),
    _belgian("be-1", "0999000129", ("A", "B")),
    _belgian("be-2", "0999000228", ("A",)),
    _mexican("mx-1", {**MEXICAN.body}, _csd("EKU9003173C9", "ESCUELA KEMPER URGATE", "30001000000500009001")),
    _mexican("mx-2", _robotics(), _csd("URE180429TM6", "UNIVERSIDAD ROBOTICA ESPAÑOLA", "30001000000500009002")),
)


def wishes(many: int, issuers: Mapping[str, str], chance: Random) -> list[Wish]:
    """As many invoices, of all issuers alike, in an order drawn from `chance`. `issuers`: ids by the wishers' names."""
    made = [_wish(number, WISHERS[number % len(WISHERS)], issuers, chance) for number in range(many)]
    chance.shuffle(made)
    return made


def _wish(number: int, wisher: Wisher, issuers: Mapping[str, str], chance: Random) -> Wish:
    name, series = f"chaos:{wisher.name}:{number}", chance.choice(wisher.series)
    lines = [
        {
            "description": f"Item {place} of {number}",
            "quantity": str(chance.randint(1, 9)),
            "unit_price": f"{chance.randint(100, 99_999) / 100:.2f}",
        }
        for place in range(chance.randint(1, 3))
    ]
    if chance.random() < LOST:
        lines[0]["description"] += " [sim:lost]"
    body = {
        **wisher.invoice,
        "issuer": issuers[wisher.name],
        "customer": chance.choice(wisher.customers),
        "series": series,
        "source_ref": name,
        "lines": lines,
    }
    return Wish(name=name, wisher=wisher.name, series=series, routes=wisher.routes, body=msgspec.json.encode(body))
