"""Toyland: a country as small as the contract allows; one folder and one word, and the tests live in it."""

from __future__ import annotations

from datetime import date

from jurisdictions.contract import About, CredentialSpec, EndpointSpec, Jurisdiction, Obligation, Scope
from schemas.invoice import Kind
from tests.jurisdictions.toyland.attestations import ATTESTATIONS, Deployment
from tests.jurisdictions.toyland.codelists import CODE
from tests.jurisdictions.toyland.corrections import DESK
from tests.jurisdictions.toyland.exchange import EXCHANGE
from tests.jurisdictions.toyland.rules import LAW, THE_EDITION
from tests.jurisdictions.toyland.seal import SEAL
from tests.jurisdictions.toyland.simulator import SIMULATOR

ABOUT = About(
    code=CODE,
    name="Toyland",
    sources=("Toyland, Act 1",),
    editions=(THE_EDITION,),
    kinds=(Kind.INVOICE, Kind.CREDIT_NOTE),
    credentials=(
        CredentialSpec(
            name="office", scope=Scope.ISSUER, kind="secret", fields=("password",), purpose="The account at the office."
        ),
    ),
    endpoints=(EndpointSpec(name="office", live="https://office.toyland.example"),),
    maturity="A toy.",
    obligations=(Obligation(who="everyone", valid_from=date(2020, 1, 1), law="Toyland, Act 1"),),
    deployment_type=Deployment,
)

JURISDICTION = Jurisdiction(
    about=ABOUT,
    law=LAW,
    seal=SEAL,
    exchange=EXCHANGE,
    desk=DESK,
    simulator=SIMULATOR,
    attestations=ATTESTATIONS,
)
