"""Prefixed ids at the edge, UUIDs inside: `inv_0199…` is an invoice whatever table it is looked up in."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID


class Prefix(StrEnum):
    ISSUER = "iss"
    CUSTOMER = "cus"
    INVOICE = "inv"
    SUBMISSION = "sub"
    DOCUMENT = "doc"
    CASE = "case"
    EVENT = "evt"
    KEY = "key"
    TENANT = "ten"
    EXCHANGE = "exc"
    PAYMENT = "pay"
    ATTESTATION = "att"
    INCIDENT = "inc"


def written(prefix: Prefix, value: UUID) -> str:
    return f"{prefix}_{value.hex}"


def read(prefix: Prefix, text: str) -> UUID | None:
    """The UUID of an id of that kind, or None where it is not one."""
    head, separator, tail = text.partition("_")
    if head != prefix or not separator or len(tail) != 32:
        return None
    try:
        return UUID(hex=tail)
    except ValueError:
        return None
