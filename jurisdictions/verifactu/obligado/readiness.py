"""Whether an issuer is ready to bill and to send in earnest: its certificate, the system's producer, the signed papers.

None of it depends on an invoice. Missing papers and a producer whom nobody knows are fatal in live, where a record
could not be sent lawfully; a certificate that is missing or over lets records be made and wait (RD 1007/2023 art. 9).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from jurisdictions.contract import Issuer
from jurisdictions.verifactu.obligado import declaration, representation
from jurisdictions.verifactu.product import producer_of
from jurisdictions.verifactu.remission.messages import CREDENTIAL
from jurisdictions.verifactu.rules.subject import finding
from jurisdictions.verifactu.settings import SANDBOX_PRODUCER_NIF, deployment_of
from schemas.findings import Finding, Severity

WARNING_DAYS = (7, 30, 60)
"""A certificate that ends within so many days is spoken of."""
_PLACE = "/issuer"
_DAY = 86_400
_KEEP = "Store a new qualified certificate as the credential `certificate`."


def findings(issuer: Issuer, at: datetime) -> Iterator[Finding]:
    """What is said with every invoice; cheap where all is well."""
    yield from _certificate(issuer, at)
    yield from _producer(issuer)
    if issuer.environment == "live":
        yield from declaration.problems(issuer, at)
        yield from representation.problems(issuer, at)


def _certificate(issuer: Issuer, at: datetime) -> Iterator[Finding]:
    known = issuer.credentials.get(CREDENTIAL)
    if known is None:
        yield _of_certificate(
            "The issuer has no certificate yet: records are made and chained, and wait to be sent.",
            fix="Store the issuer's qualified certificate as the credential `certificate`.",
        )
        return
    ends = expiry(issuer)
    if ends is not None and ends <= at:
        yield _of_certificate("The certificate is over: records are made and chained, and wait to be sent.", ends)


def expiry(issuer: Issuer) -> datetime | None:
    """Until when the stored certificate is valid; None where that is not known."""
    try:
        ends = datetime.fromisoformat(issuer.credentials.get(CREDENTIAL, {}).get("not_after", ""))
    except ValueError:
        return None
    return ends if ends.tzinfo is not None else ends.replace(tzinfo=UTC)


def expiring(issuer: Issuer, at: datetime) -> Iterator[Finding]:
    """A word of warning within 60, 30 and 7 days of the certificate's end."""
    ends = expiry(issuer)
    if ends is None or ends <= at:
        return
    within = next((days for days in WARNING_DAYS if (ends - at).total_seconds() <= days * _DAY), None)
    if within is not None:
        yield _of_certificate(f"The certificate ends within {within} days.", ends)


def holder(issuer: Issuer, at: datetime) -> Iterator[Finding]:
    """4112 foreseen: the certificate is of somebody who neither is the issuer nor was shown to send for it."""
    by = representation.holder(issuer)
    if by is not None and representation.sender(issuer, at) is None and issuer.environment == "test":
        yield finding(
            "4112",
            "The certificate is not of the issuer, nor of somebody whom a signed paper entitles to send.",
            _PLACE,
            found=by,
            severity=Severity.WARNING,
            fix="Store a certificate of the issuer, or register the signed `representation` of who sends.",
        )


def _of_certificate(message: str, ends: datetime | None = None, fix: str = _KEEP) -> Finding:
    return Finding(
        rule="VERIFACTU-CERTIFICATE",
        message=message,
        severity=Severity.WARNING,
        pointer=_PLACE,
        found=None if ends is None else ends.isoformat(),
        fix=fix,
    )


def _producer(issuer: Issuer) -> Iterator[Finding]:
    producer = producer_of(deployment_of(issuer).producer)
    if not producer.well_formed:
        yield finding(
            "1176",
            "The producer's identification is not well formed, and every record would be refused.",
            _PLACE,
            found=producer.nif or producer.id,
            fix="Mend `producer` of the deployment, as its operator.",
        )
    if issuer.environment == "live" and producer.nif == SANDBOX_PRODUCER_NIF:
        yield Finding(
            rule="VERIFACTU-PRODUCER",
            message="The record would name the sandbox's producer, whom the tax office does not know: all are refused.",
            pointer=_PLACE,
            found=producer.nif,
            expected="the producer of the declaración responsable",
            fix="Name producer and system of your declaración responsable in the deployment, as its operator.",
        )
