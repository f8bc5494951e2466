"""The issuer as the jurisdictions are shown it, and typed extensions: one place that turns JSON bags into their
types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from gateway.deployments import Deployments
from gateway.identity import Prefix, written
from gateway.intake.pointers import pointer_of
from jurisdictions.contract import (
    Attestation,
    Cancellation,
    Environment,
    Instruction,
    InstructionKind,
    Issuer,
    Jurisdiction,
    Law,
    Payment,
)
from schemas.answers import IssuerInput
from schemas.document import Invoice
from schemas.findings import Finding, Findings
from schemas.invoice import Kind
from schemas.states import Standing

Credentials = Mapping[str, Mapping[str, str]]
"""Facts of stored credentials by `jurisdiction:name`."""


class StoredAttestation(msgspec.Struct, frozen=True, kw_only=True):
    """A registered paper as its row says it; `body` is still in the caller's own shape."""

    jurisdiction: str
    id: UUID
    name: str
    edition: str
    body: Mapping[str, Any]
    sha256: str | None
    valid_from: date
    valid_until: date | None
    revoked_at: datetime | None
    registered_at: datetime


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the gateway knows of an issuer beside the issuer's own words.

    `credentials` are facts by `jurisdiction:name`, `attestations` come newest first, `flows` are by jurisdiction.
    """

    credentials: Credentials = {}
    attestations: tuple[StoredAttestation, ...] = ()
    flows: Mapping[str, tuple[str, ...]] = {}
    deployments: Deployments = {}


def settings_of(law: Law, bag: Mapping[str, Any] | None) -> object:
    """The jurisdiction's own settings from the issuer's bag; None where the issuer has none. Raises ValidationError."""
    if law.settings_type is None or bag is None:
        return None
    return msgspec.convert(bag, law.settings_type)


def issuer_for(
    jurisdiction: Jurisdiction, issuer_id: Any, body: IssuerInput, environment: Environment, known: Known
) -> Issuer:
    """What one jurisdiction is shown of an issuer: its settings, papers and flows, and facts of its credentials.

    Raises msgspec.ValidationError where the settings cannot be read.
    """
    code = jurisdiction.about.code
    prefix = code + ":"
    return Issuer(
        id=written(Prefix.ISSUER, issuer_id),
        party=body.party(),
        time_zone=body.time_zone,
        environment=environment,
        settings=settings_of(jurisdiction.law, body.settings.get(code)),
        credentials={
            name.removeprefix(prefix): facts for name, facts in known.credentials.items() if name.startswith(prefix)
        },
        deployment=deployment_of(jurisdiction, environment, known.deployments),
        attestations=tuple(_attestations(jurisdiction, known.attestations)),
        flows=known.flows.get(code, ()),
    )


def deployment_of(jurisdiction: Jurisdiction, environment: Environment, deployments: Deployments) -> object:
    """What the operator says of this installation there, in the jurisdiction's own type; None where it asks nothing."""
    wanted = jurisdiction.about.deployment_type
    if wanted is None:
        return None
    return deployments.get((environment, jurisdiction.about.code)) or wanted()


def _attestations(jurisdiction: Jurisdiction, stored: tuple[StoredAttestation, ...]) -> Iterator[Attestation]:
    """Those of the jurisdiction, in its own types; what it does not understand any more counts for nothing."""
    if jurisdiction.attestations is None:
        return
    types = {spec.name: spec.body_type for spec in jurisdiction.attestations.specs}
    for one in stored:
        if one.jurisdiction != jurisdiction.about.code or one.name not in types:
            continue
        try:
            body: object = msgspec.convert(one.body, types[one.name])
        except msgspec.ValidationError:
            continue
        yield Attestation(
            id=written(Prefix.ATTESTATION, one.id),
            name=one.name,
            edition=one.edition,
            body=body,
            sha256=one.sha256,
            valid_from=one.valid_from,
            valid_until=one.valid_until,
            revoked_at=one.revoked_at,
            registered_at=one.registered_at,
        )


def _typed(kind: type[msgspec.Struct] | None, bag: Mapping[str, Any] | None, at: str) -> tuple[object, Findings]:
    if kind is None:
        return None, ()
    try:
        return msgspec.convert(bag or {}, kind), ()
    except msgspec.ValidationError as why:
        pointer, message = pointer_of(str(why))
        finding = Finding(
            rule="GW-EXTENSION",
            message=message,
            pointer=at + pointer,
            fix="Use the fields named by GET /v1/jurisdictions.",
        )
        return None, (finding,)


def instruct(
    jurisdiction: Jurisdiction,
    invoice: Invoice,
    *,
    kind: InstructionKind = InstructionKind.ISSUE,
    standing: Standing = Standing.NONE,
    earlier: tuple[Any, ...] = (),
    payment: Payment | None = None,
    cancellation: Cancellation | None = None,
) -> tuple[Instruction, Findings]:
    """The instruction in the jurisdiction's own types; an extension that cannot be read is a finding.

    A receipt's extension is its payment's.
    """
    code, law = jurisdiction.about.code, jurisdiction.law
    wanted = law.payment_extension_type if invoice.kind is Kind.RECEIPT else law.extension_type
    extension, findings = _typed(wanted, invoice.extensions.get(code), f"/extensions/{code}")
    if payment is not None:
        payment = replace(payment, extension=extension)
    lines: list[object] = []
    for index, line in enumerate(invoice.lines):
        typed, wrong = _typed(law.line_extension_type, line.extensions.get(code), f"/lines/{index}/extensions/{code}")
        lines.append(typed)
        findings += wrong
    instruction = Instruction(
        kind=kind,
        invoice=invoice,
        extension=extension,
        line_extensions=tuple(lines),
        standing=standing,
        earlier=earlier,
        payment=payment,
        cancellation=cancellation,
    )
    return instruction, findings


def unknown_extensions(jurisdictions: Mapping[str, Jurisdiction], invoice: Invoice) -> Findings:
    """Extensions of jurisdictions that are not installed: most often a slip of the pen."""
    bags = [("", invoice.extensions), *((f"/lines/{n}", line.extensions) for n, line in enumerate(invoice.lines))]
    return tuple(
        Finding(
            rule="GW-UNKNOWN-EXTENSION",
            message=f"There is no jurisdiction called {name!r} here.",
            pointer=f"{at}/extensions/{name}",
            found=name,
            expected=" | ".join(jurisdictions),
        )
        for at, bag in bags
        for name in bag
        if name not in jurisdictions
    )
