"""Toyland's record: one JSON object, closed by a link over the former link and everything in it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from jurisdictions.contract import Instruction, Issuer, Sealing
from tests.jurisdictions.toyland.receipts import told

Record = dict[str, object]


def content(instruction: Instruction, issuer: Issuer) -> Record:
    """What the record says, whenever and wherever it is sealed."""
    invoice, payment = instruction.invoice, instruction.payment
    paid = {} if payment is None else {"payment": told(payment)}
    return (
        paid
        | {
            "instruction": str(instruction.kind),
            "issuer": issuer.party.name,
            "customer": invoice.customer.name,
            "number": invoice.number,
            "date": invoice.issue_date.isoformat(),
            "currency": invoice.currency,
            "payable": format(invoice.totals.payable, "f"),
            "note": invoice.note,
            "ask_for": getattr(instruction.extension, "ask_for", None),
        }
        | _cancelled(instruction)
    )


def _cancelled(instruction: Instruction) -> Record:
    """What only a cancellation says: which receipt it takes back, and what stands in its place."""
    wish = instruction.cancellation
    if wish is None:
        return {}
    other = wish.replacement.external_id if wish.replacement else None
    return {"cancels": wish.external_id, "replaced_by": other, "why": wish.reason, "confirmed": list(wish.confirmed)}


def written(record: Mapping[str, object]) -> bytes:
    return msgspec.json.encode(record, order="sorted")


def linked(record: Mapping[str, object]) -> bytes:
    """The link: SHA-256 over the record without it."""
    return hashlib.sha256(written({name: value for name, value in record.items() if name != "link"})).digest()


def sealed_record(sealing: Sealing) -> Record:
    previous = sealing.position.previous if sealing.position else None
    record = content(sealing.instruction, sealing.issuer) | {
        "number": sealing.number,
        "at": sealing.at.isoformat(),
        "submission": sealing.submission,
        "sequence": sealing.position.sequence if sealing.position else 0,
        "previous": previous.hex() if previous else None,
    }
    return record | {"link": linked(record).hex()}


def read(body: bytes) -> Record | None:
    """The record, or None where the bytes are none."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) and written(found) == body else None
