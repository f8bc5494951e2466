"""Who is registered in the network, and for which documents: what a look-up in SML and SMP would tell.

Book: `participant/<identifier in lower case>`, JSON with `documents` (document type identifiers), `serviced` (its
access point takes messages for it) and `reachable` (its metadata can be asked for).
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_BILLING = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
BILLING_DOCUMENTS = (
    f"{_UBL}Invoice-2::Invoice##{_BILLING}::2.1",
    f"{_UBL}CreditNote-2::CreditNote##{_BILLING}::2.1",
)
_RESPONSE = (f"{_UBL}ApplicationResponse-2::ApplicationResponse##urn:fdc:peppol.eu:poacc:trns:invoice_response:3::2.1",)

UNREGISTERED = "0208:0999000426"
"""Reserved: a right enterprise number that nobody registered. Any other unknown number answers the same."""
WITHOUT_BILLING = "0208:0999000525"
"""Reserved: registered, but for invoice responses only."""
NOT_SERVICED = "0208:0999000624"
"""Reserved: registered, but its access point no longer serves it."""
UNREACHABLE = "0208:0999000723"
"""Reserved: its metadata can never be asked for."""


class Participant(msgspec.Struct, frozen=True):
    """What the network knows of a participant."""

    documents: tuple[str, ...] = BILLING_DOCUMENTS
    serviced: bool = True
    reachable: bool = True


_FIRST = dict.fromkeys(
    (
        "0208:0999000129",
        "0208:0999000228",
        "0208:0999000327",
        "0208:1999999052",
        "9920:ESB00000018",
        "9920:ESB00000026",
        "9920:ESB00000034",
    ),
    Participant(),
) | {
    WITHOUT_BILLING: Participant(documents=_RESPONSE),
    NOT_SERVICED: Participant(serviced=False),
    UNREACHABLE: Participant(reachable=False),
}

FOUNDING: Mapping[str, bytes] = {
    f"participant/{name.lower()}": msgspec.json.encode(entry) for name, entry in _FIRST.items()
}


def refusal(book: Mapping[str, bytes], receiver: str, document: str) -> tuple[str, str] | None:
    """The code and sentence for a receiver that cannot get this document; None where it can."""
    stored = book.get(f"participant/{receiver.lower()}")
    try:
        known = msgspec.json.decode(stored, type=Participant) if stored else None
    except msgspec.DecodeError:
        known = None
    if known is None:
        return "RECEIVER_NOT_REGISTERED", f"{receiver} is not registered in the network"
    if not known.reachable:
        return "LOOKUP_FAILED", f"the metadata of {receiver} could not be asked for"
    if document not in known.documents:
        return "DOCUMENT_TYPE_NOT_SUPPORTED", f"{receiver} does not take {document}"
    if not known.serviced:
        return "NOT_SERVICED", f"the access point of {receiver} does not serve it"
    return None
