"""A signed paper as it is handed in: whether the law knows it, its facts in the law's own type, its file."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from gateway.deployments import Deployments
from gateway.errors import Refused
from gateway.intake.instructions import deployment_of
from gateway.intake.pointers import pointer_of
from gateway.store.attestations import NewAttestation
from gateway.store.pool import to_json
from jurisdictions.contract import AttestationSpec, Draft, Environment, Jurisdiction, Scope
from schemas.answers import LARGEST_DOCUMENT
from schemas.findings import Finding, Findings

UNNAMED = "1"
"""The edition of a paper of which there is only one text."""
_REGISTERED = {
    Scope.PLATFORM: "the operator registers it, with `gateway attestations register`",
    Scope.TENANT: "it is the tenant's",
    Scope.ISSUER: "it is an issuer's, and registered with POST /v1/issuers/{id}/attestations",
}


class HandedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A paper before it is read; `document` is the signed file's bytes."""

    name: str
    valid_from: date
    valid_until: date | None = None
    edition: str | None = None
    body: Mapping[str, Any] = {}
    document: bytes | None = None
    media_type: str | None = None


def spec_of(jurisdictions: Mapping[str, Jurisdiction], code: str, name: str, scope: Scope) -> AttestationSpec:
    """The paper of that name, which belongs to `scope`. Raises Refused with what there is."""
    specs = {one.name: one for one in specs_of(jurisdictions.get(code))}
    if name in specs and specs[name].scope == scope:
        return specs[name]
    known = [
        f"{one}: {spec.name}" for one, law in jurisdictions.items() for spec in specs_of(law) if spec.scope == scope
    ]
    whose = _REGISTERED[specs[name].scope] if name in specs else "there is no such paper"
    raise Refused(
        f"{code[:40]!r} takes no paper {name[:40]!r} here.",
        code="attestation_unknown",
        findings=(
            Finding(
                rule="GW-ATTESTATION",
                message=f"This paper cannot be registered here: {whose}.",
                pointer="/name",
                found=name[:80],
                expected="; ".join(known) or "none",
            ),
        ),
    )


def specs_of(jurisdiction: Jurisdiction | None) -> tuple[AttestationSpec, ...]:
    return jurisdiction.attestations.specs if jurisdiction is not None and jurisdiction.attestations else ()


def draft_of(jurisdiction: Jurisdiction, name: str, environment: Environment, deployments: Deployments) -> Draft | None:
    """What somebody has to sign here; None where the gateway can draft nothing."""
    if jurisdiction.attestations is None:
        return None
    return jurisdiction.attestations.draft(name, deployment_of(jurisdiction, environment, deployments))


def read_paper(spec: AttestationSpec, code: str, given: HandedIn, paper: UUID, draft: Draft | None) -> NewAttestation:
    """The paper as it is kept; an edition that is not named is the draft's. Raises Refused with every finding."""
    body, wrong = _body(spec, given.body)
    wrong += _days(given) + _file(spec, given.document)
    if wrong:
        raise Refused("The paper cannot be registered.", code="attestation_invalid", findings=wrong)
    return NewAttestation(
        id=paper,
        jurisdiction=code,
        name=spec.name,
        edition=given.edition or (draft.edition if draft else UNNAMED),
        body=to_json(body),
        document=given.document,
        media_type=given.media_type if given.document is not None else None,
        sha256=None if given.document is None else hashlib.sha256(given.document).hexdigest(),
        valid_from=given.valid_from,
        valid_until=given.valid_until,
    )


def decoded(document: str | None) -> bytes | None:
    """The bytes of a file in base64. Raises Refused."""
    if document is None:
        return None
    try:
        return base64.b64decode("".join(document.split()), validate=True)
    except (binascii.Error, ValueError) as why:
        found = Finding(rule="GW-ATTESTATION", message="The file is not base64.", pointer="/document")
        raise Refused("The paper cannot be registered.", code="attestation_invalid", findings=(found,)) from why


def _body(spec: AttestationSpec, body: Mapping[str, Any]) -> tuple[object, Findings]:
    try:
        return msgspec.convert(dict(body), spec.body_type), ()
    except msgspec.ValidationError as why:
        pointer, message = pointer_of(str(why))
        return None, (Finding(rule="GW-ATTESTATION", message=message, pointer=f"/body{pointer}"),)


def _days(given: HandedIn) -> Findings:
    if given.valid_until is None or given.valid_until >= given.valid_from:
        return ()
    return (
        Finding(
            rule="GW-ATTESTATION",
            message="It ends before it begins.",
            pointer="/valid_until",
            found=given.valid_until.isoformat(),
            expected=f"{given.valid_from.isoformat()} or later",
        ),
    )


def _file(spec: AttestationSpec, document: bytes | None) -> Findings:
    if document is None:
        message = "The signed document goes along." if spec.document else ""
    elif not document:
        message = "The signed document is empty."
    else:
        message = f"A document has at most {LARGEST_DOCUMENT:,} bytes." if len(document) > LARGEST_DOCUMENT else ""
    return (Finding(rule="GW-ATTESTATION", message=message, pointer="/document"),) if message else ()
