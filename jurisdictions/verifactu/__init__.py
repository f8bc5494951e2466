"""Spain: VERI*FACTU, invoice records chained by huella and sent to the AEAT as they are made (RD 1007/2023)."""

from __future__ import annotations

from datetime import date

from jurisdictions.contract import (
    About,
    Attestations,
    CredentialSpec,
    Desk,
    Edition,
    Exchange,
    Jurisdiction,
    Law,
    Scope,
    Seal,
)
from jurisdictions.verifactu import (
    advice,
    corrections,
    deadlines,
    exchange,
    judgement,
    printed,
    renewal,
    seal,
    verifying,
)
from jurisdictions.verifactu.obligado import declaration, representation, retention, review
from jurisdictions.verifactu.remission import consultation, hosts, messages
from jurisdictions.verifactu.rules import law, table
from jurisdictions.verifactu.settings import Deployment, Extension, LineExtension, Settings
from jurisdictions.verifactu.simulator import SIMULATOR
from schemas.invoice import Kind
from schemas.states import SubmissionState

ABOUT = About(
    code="verifactu",
    name="Spain: VERI*FACTU",
    sources=(
        "RD 1007/2023 (consolidated to 2025-12-03)",
        "Order HAC/1177/2024",
        "RD 1619/2012 (invoicing)",
        "AEAT, Validaciones y errores 1.2.2 (2026-04-08)",
        "AEAT, Descripción del servicio web 1.0.3 (2025-07-28)",
        "AEAT, huella document 0.1.2 (2024-08-27)",
        "AEAT, QR document 0.5.0 (2025-12-10)",
        "AEAT, FAQ for developers 1.3 (2025-12-04)",
    ),
    editions=(Edition(code=law.EDITION, valid_from=date(2024, 10, 28)),),
    kinds=(Kind.INVOICE, Kind.CREDIT_NOTE, Kind.DEBIT_NOTE, Kind.CORRECTIVE),
    credentials=(
        CredentialSpec(
            name=messages.CREDENTIAL,
            scope=Scope.ISSUER,
            kind="pkcs12",
            fields=("p12", "password"),
            purpose="Qualified certificate of the issuer, its representative or a colaborador social, for mutual TLS.",
        ),
    ),
    endpoints=hosts.ENDPOINTS,
    maturity=(
        "Records, huella, chain, messages and answers are tested against the AEAT's published schemas, vectors and"
        " samples; the talk with the AEAT is simulated, as no certificate was at hand."
    ),
    obligations=deadlines.OBLIGATIONS,
    provides=("verification_url", "verification_phrase"),
    slots=4,
    longest_pause_seconds=int(deadlines.LONGEST_PAUSE.total_seconds()),
    deployment_type=Deployment,
    retention=retention.RETENTION,
)


def deliverable(state: SubmissionState) -> bool:
    """Once sealed, always: the invoice may be handed over before the AEAT has answered (RD 1007/2023 art. 9)."""
    return True


JURISDICTION = Jurisdiction(
    about=ABOUT,
    law=Law(
        route=law.route,
        check=law.check,
        judge=judgement.judge,
        published=table.published,
        settings_type=Settings,
        extension_type=Extension,
        line_extension_type=LineExtension,
        aside=law.aside,
        review=review.review,
    ),
    seal=Seal(
        seal=seal.seal,
        preview=seal.preview,
        chain=seal.chain,
        verify=verifying.verify,
        link=verifying.link,
        proof=verifying.proof,
        renew=renewal.renew,
    ),
    exchange=Exchange(
        flow=exchange.flow,
        batch=exchange.batch,
        begin=exchange.begin,
        resume=exchange.resume,
        inquire=exchange.inquire,
    ),
    desk=Desk(
        classify=advice.classify,
        corrections=corrections.corrections,
        deadlines=deadlines.deadlines,
        deliverable=deliverable,
        render=printed.render,
        picture=printed.PICTURE,
    ),
    simulator=SIMULATOR,
    attestations=Attestations(specs=(*declaration.SPECS, *representation.SPECS), draft=declaration.draft),
    books=consultation.BOOKS,
)
