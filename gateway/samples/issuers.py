"""The test issuers of `dev` and `demo`, each with everything that a first invoice needs.

Their identifiers have right check digits and are refused in live; nobody is known to bear the invented ones. The
Mexican one is SAT's own public test identity, and the sandbox gives it its certificate.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.sandbox import SandboxAuthority

Fields = Mapping[str, str]
PASSWORD = "sandbox"  # noqa: S105 - what the simulators take from anybody


@dataclass(frozen=True, kw_only=True)
class Sample:
    """An issuer as `POST /v1/issuers` takes it, and its credentials: (jurisdiction, name) to a maker of its fields."""

    body: Mapping[str, Any]
    credentials: Mapping[tuple[str, str], Callable[[SandboxAuthority], Fields]]


def _certificate(authority: SandboxAuthority) -> Fields:
    """A certificate of an entity (ETSI EN 319 412-1) for mutual TLS with the tax agency."""
    made = authority.issue_pkcs12("EJEMPLOS DEL SUR SL", password=PASSWORD, organization_identifier="VATES-B00000018")
    return {"p12": b64encode(made).decode(), "password": PASSWORD}


def _csd(authority: SandboxAuthority) -> Fields:
    made = authority.issue_csd("EKU9003173C9", "ESCUELA KEMPER URGATE", "30001000000500009001", password=PASSWORD)
    return {
        "certificate": b64encode(made.certificate).decode(),
        "private_key": b64encode(made.private_key).decode(),
        "password": made.password,
    }


def _pac(_: SandboxAuthority) -> Fields:
    return {"user": "sandbox", "password": PASSWORD}


SPANISH = Sample(
    body={
        "name": "Ejemplos del Sur, S.L.",
        "tax_ids": [{"scheme": "ES:NIF", "value": "B00000018"}],
        "address": {"lines": ["Calle de Alcalá 1"], "city": "Madrid", "postal_code": "28014", "country": "ES"},
        "endpoints": [{"scheme": "9920", "value": "ESB00000018"}],
        "contact": {"name": "Facturación", "telephone": "+34 910 000 000", "email": "facturacion@example.com"},
        "time_zone": "Europe/Madrid",
        "default_taxes": [{"tax": "VAT", "category": "S", "percent": "21"}],
        "settings": {"verifactu": {"installation": "1", "series_rectificativas": ["R"]}},
    },
    credentials={("verifactu", "certificate"): _certificate},
)
BELGIAN = Sample(
    body={
        "name": "Voorbeeld Diensten BV",
        "tax_ids": [{"scheme": "BE:VAT", "value": "BE0999000129"}],
        "registration": "0999000129",
        "address": {"lines": ["Rue de la Loi 1"], "city": "Bruxelles", "postal_code": "1000", "country": "BE"},
        "endpoints": [{"scheme": "0208", "value": "0999000129"}],
        "contact": {"name": "Facturatie", "telephone": "+32 2 000 00 00", "email": "facturatie@example.com"},
        "time_zone": "Europe/Brussels",
        "default_taxes": [{"tax": "VAT", "category": "S", "percent": "21"}],
    },
    credentials={},
)
MEXICAN = Sample(
    body={
        "name": "ESCUELA KEMPER URGATE",
        "tax_ids": [{"scheme": "MX:RFC", "value": "EKU9003173C9"}],
        "address": {"lines": ["Calle de la Escuela 1"], "city": "Pachuca", "postal_code": "42501", "country": "MX"},
        "time_zone": "America/Mexico_City",
        "default_taxes": [{"tax": "VAT", "category": "S", "percent": "16"}],
        "settings": {"cfdi": {"regimen_fiscal": "601"}},
    },
    credentials={("cfdi", "csd"): _csd, ("cfdi", "pac"): _pac, ("cfdi", "finkok"): _pac},
)

SAMPLES: Mapping[str, Sample] = {"peppol": BELGIAN, "cfdi": MEXICAN, "verifactu": SPANISH}
"""By the jurisdiction that each is made for."""

PLATFORM: Mapping[tuple[str, str], Fields] = {("peppol", "access_point"): {"token": "sandbox-token"}}
"""The platform's own credentials in test, by jurisdiction and name."""
