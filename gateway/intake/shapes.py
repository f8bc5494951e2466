"""Stored JSON with a merge patch on it, read again in its type."""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.errors import Malformed
from gateway.intake.patching import merged
from gateway.intake.pointers import pointer_of
from schemas.findings import Finding
from schemas.invoice import InvoiceInput


def read_patched(stored: str, changes: dict[str, Any]) -> InvoiceInput:
    """The draft with `changes` applied. Raises Malformed with a pointer into `changes`."""
    try:
        return msgspec.convert(merged(msgspec.json.decode(stored), changes), InvoiceInput)
    except msgspec.ValidationError as why:
        pointer, message = pointer_of(str(why))
        raise Malformed(
            "The changes do not make an invoice.",
            findings=(Finding(rule="GW-SHAPE", message=message, pointer=f"/changes{pointer}"),),
        ) from why
