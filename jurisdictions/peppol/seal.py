"""The seal: the UBL document under its number. Peppol has no chain and no signature of the sender in the document."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from jurisdictions.contract import Instruction, Issuer, Keys, Seal, Sealed, Sealing
from jurisdictions.peppol.document import PREVIEW_NUMBER, document_number, ubl
from jurisdictions.peppol.document_types import document_identifier, process_identifier
from jurisdictions.peppol.extension import extension_of
from jurisdictions.peppol.participants import country, participant, receiver, sender


def seal(sealing: Sealing, keys: Keys) -> Sealed:
    """The UBL document, and what its transmission and the monthly reports need to know of it.

    `attributes`: `sender`, `receiver` (`scheme:value`), `document_type`, `process` (with their schemes), `country_c1`,
    `country_c4`, `end_user` (the issuer's id; reports count it and never name it). No key is used: whoever carries the
    message signs it.
    """
    instruction = sealing.instruction
    invoice, extension = instruction.invoice, extension_of(instruction.extension)
    number = document_number(invoice, extension, sealing.number)
    body = ubl(invoice, extension, sealing.issuer, number, sealing.facts)
    attributes = attributes_of(instruction, sealing.issuer) | {"number": sealing.number}
    return Sealed(
        name="invoice.xml",
        media_type="application/xml",
        body=body,
        digest=sha256(body).hexdigest(),
        fingerprint=_fingerprint(body, attributes),
        attributes=attributes,
    )


def preview(instruction: Instruction, issuer: Issuer, at: datetime) -> bytes:
    """The document as it would be, without its number."""
    invoice, extension = instruction.invoice, extension_of(instruction.extension)
    return ubl(invoice, extension, issuer, document_number(invoice, extension, PREVIEW_NUMBER), {})


def attributes_of(instruction: Instruction, issuer: Issuer) -> dict[str, str]:
    """Who sends what to whom, in the network's words. Missing endpoints were found by `check`.

    A self-billed invoice is sent by the buyer, who wrote it, to the seller.
    """
    invoice, extension = instruction.invoice, extension_of(instruction.extension)
    seller, buyer = (sender(invoice, issuer), invoice.issuer), (receiver(invoice, extension), invoice.customer)
    (by, first), (to, last) = (buyer, seller) if invoice.self_billed else (seller, buyer)
    known = {"sender": by, "receiver": to}
    return {name: participant(endpoint) for name, endpoint in known.items() if endpoint} | {
        "document_type": document_identifier(invoice),
        "process": process_identifier(invoice, extension),
        "country_c1": country(first) or "ZZ",
        "country_c4": country(last) or "ZZ",
        "end_user": issuer.id,
    }


def _fingerprint(body: bytes, attributes: dict[str, str]) -> str:
    """Of document and addressing; neither knows the time of sealing or the submission."""
    routing = "\n".join(f"{name}={value}" for name, value in sorted(attributes.items()))
    return sha256(body + b"\n" + routing.encode()).hexdigest()


SEAL = Seal(seal=seal, preview=preview)
