"""What the laws have to say of an issuer by itself, and of a change to it."""

from __future__ import annotations

from uuid import UUID

import msgspec

from gateway.errors import Refused
from gateway.intake.instructions import Known, issuer_for, settings_of
from gateway.wiring import Wiring
from jurisdictions.contract import Environment, Jurisdiction
from schemas.answers import IssuerInput
from schemas.findings import Finding, Findings, Severity


def review(
    wiring: Wiring,
    environment: str,
    issuer_id: UUID,
    body: IssuerInput,
    known: Known,
    former: IssuerInput | None = None,
) -> Findings:
    """Every law's review of the issuer as it is, and as it comes from `former`; a law that it does not concern says
    nothing."""
    place: Environment = "live" if environment == "live" else "test"
    found: Findings = ()
    for code, jurisdiction in wiring.jurisdictions.items():
        if jurisdiction.law.review is None:
            continue
        try:
            issuer = issuer_for(jurisdiction, issuer_id, body, place, known)
        except msgspec.ValidationError as why:
            message = f"The issuer's settings for {code} cannot be read: {why}"
            found += (Finding(rule="GW-SETTINGS", message=message, pointer=f"/settings/{code}"),)
            continue
        found += jurisdiction.law.review(issuer, _settings(jurisdiction, former), wiring.clock())
    return tuple(dict.fromkeys(found))


def _settings(jurisdiction: Jurisdiction, former: IssuerInput | None) -> object | None:
    """What the settings were; None where they cannot be read any more."""
    try:
        return settings_of(jurisdiction.law, former.settings.get(jurisdiction.about.code)) if former else None
    except msgspec.ValidationError:
        return None


def demand(
    wiring: Wiring,
    environment: str,
    issuer_id: UUID,
    body: IssuerInput,
    known: Known,
    former: IssuerInput | None = None,
) -> Findings:
    """The review of what an issuer is to become. Raises Refused where it brings about anything fatal: what was wrong
    before keeps nobody from changing something else."""
    found = review(wiring, environment, issuer_id, body, known, former)
    fatal = {one for one in found if one.severity is Severity.FATAL}
    if fatal and former is not None:
        fatal -= set(review(wiring, environment, issuer_id, former, known))
    if fatal:
        raise Refused(
            "The law does not allow this of the issuer; nothing was changed.", code="issuer_refused", findings=found
        )
    return found
