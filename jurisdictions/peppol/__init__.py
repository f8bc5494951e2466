"""Peppol: invoices and credit notes of BIS Billing and Self-Billing 3.0, handed over through an access point."""

from __future__ import annotations

from jurisdictions.contract import About, CredentialSpec, EndpointSpec, Jurisdiction, Scope
from jurisdictions.peppol.corrections import DESK
from jurisdictions.peppol.exchange import CREDENTIAL, ENDPOINT, EXCHANGE
from jurisdictions.peppol.mandates import MANDATES
from jurisdictions.peppol.receivers import DIRECTORIES
from jurisdictions.peppol.rules import CODE, EDITION, LAW
from jurisdictions.peppol.seal import SEAL
from jurisdictions.peppol.simulator import SIMULATOR
from schemas.invoice import Kind

ABOUT = About(
    code=CODE,
    name="Peppol BIS Billing 3.0",
    sources=(
        "Peppol BIS Billing 3.0.21 (May 2026 release)",
        "EN 16931-1:2017 and its validation artefacts 1.3.16",
        "OASIS UBL 2.1",
        "Peppol business message envelope (SBDH) 2.0.2",
        "Peppol code lists 9.7",
        "SML 1.3.0, SMP 1.4.0 and identifier policy 4.4.0",
    ),
    editions=(EDITION,),
    kinds=(Kind.INVOICE, Kind.CREDIT_NOTE, Kind.DEBIT_NOTE, Kind.CORRECTIVE),
    credentials=(
        CredentialSpec(
            name=CREDENTIAL,
            scope=Scope.PLATFORM,
            kind="secret",
            fields=("token",),
            purpose="The token that the access point gave to this platform.",
        ),
    ),
    endpoints=tuple(EndpointSpec(name=name, live="") for name in (ENDPOINT, *sorted(DIRECTORIES))),
    maturity=(
        "Every document is judged by the UBL 2.1 schema and all rules of EN 16931 and of Peppol BIS Billing and "
        "Self-Billing 3.0 before it is sealed; the rules agree with the official artefacts. Corrective invoices (384) "
        "and partial ones (326) are for German parties only; CII, PINT, XRechnung and Factur-X are out of scope. "
        "Transmission goes through an access point that "
        "the operator configures, which looks the receiver up by itself; in test it is simulated, together with the "
        "network's directory and registries, and receivers are looked up before anything is sent."
    ),
    obligations=tuple(mandate.obligation() for mandate in MANDATES),
    consumes=("verification_url", "verification_phrase"),
)

JURISDICTION = Jurisdiction(about=ABOUT, law=LAW, seal=SEAL, exchange=EXCHANGE, desk=DESK, simulator=SIMULATOR)
