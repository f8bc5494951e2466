"""Toyland's seal: a chain for each issuer, and no signature."""

from __future__ import annotations

import hashlib
from datetime import datetime

from jurisdictions.contract import Instruction, InstructionKind, Issuer, Keys, Seal, Sealed, Sealing
from schemas.findings import Finding, Findings
from tests.jurisdictions.toyland.document import content, linked, read, sealed_record, written
from tests.jurisdictions.toyland.receipts import INSTALMENTS


def chain(instruction: Instruction, issuer: Issuer) -> str:
    return f"{issuer.environment}:{issuer.id}"


def seal(sealing: Sealing, keys: Keys) -> Sealed:
    record = sealed_record(sealing)
    body = written(record)
    asked = getattr(sealing.instruction.extension, INSTALMENTS, False)
    stable = content(sealing.instruction, sealing.issuer) | {"number": sealing.number}
    if sealing.instruction.kind is InstructionKind.CORRECT:
        stable["instruction"] = str(InstructionKind.ISSUE)  # it says the same of the invoice
    return Sealed(
        name="record.json",
        media_type="application/json",
        body=body,
        digest=hashlib.sha256(body).hexdigest(),
        fingerprint=hashlib.sha256(written(stable)).hexdigest(),
        link=linked(record),
        attributes={"number": sealing.number, INSTALMENTS: "yes" if asked else "no"},
        facts={
            "verification_url": f"https://office.toyland.example/see?number={sealing.number}",
            "verification_phrase": "See it at the office of Toyland & its isles",
        },
    )


def preview(instruction: Instruction, issuer: Issuer, at: datetime) -> bytes:
    return written(content(instruction, issuer) | {"at": at.isoformat()})


def verify(body: bytes, previous: bytes | None) -> Findings:
    record = read(body)
    if record is None:
        return (Finding(rule="TOY-SHAPE", source="toyland", message="These bytes are no record."),)
    if record.get("link") != linked(record).hex():
        return (Finding(rule="TOY-LINK", source="toyland", message="The record was changed after its seal."),)
    if record.get("previous") != (previous.hex() if previous else None):
        return (Finding(rule="TOY-CHAIN", source="toyland", message="The record follows another one."),)
    return ()


def link(body: bytes) -> bytes:
    record = read(body)
    if record is None:
        raise ValueError("these bytes are no record")
    return linked(record)


SEAL = Seal(seal=seal, preview=preview, chain=chain, verify=verify, link=link)
