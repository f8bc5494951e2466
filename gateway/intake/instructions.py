"""The issuer as the jurisdictions are shown it, and typed extensions: one place that turns JSON bags into their
types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from gateway.identity import Prefix, written
from gateway.intake.pointers import pointer_of
from jurisdictions.contract import (
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


def settings_of(law: Law, bag: Mapping[str, Any] | None) -> object:
    """The jurisdiction's own settings from the issuer's bag; None where the issuer has none. Raises ValidationError."""
    if law.settings_type is None or bag is None:
        return None
    return msgspec.convert(bag, law.settings_type)


def issuer_for(
    jurisdiction: Jurisdiction, issuer_id: Any, body: IssuerInput, environment: Environment, credentials: Credentials
) -> Issuer:
    """What one jurisdiction is shown of an issuer: its own settings, and facts of its own credentials."""
    code = jurisdiction.about.code
    prefix = code + ":"
    return Issuer(
        id=written(Prefix.ISSUER, issuer_id),
        party=body.party(),
        time_zone=body.time_zone,
        environment=environment,
        settings=settings_of(jurisdiction.law, body.settings.get(code)),
        credentials={
            name.removeprefix(prefix): facts for name, facts in credentials.items() if name.startswith(prefix)
        },
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
