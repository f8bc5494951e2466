"""Who is registered in the network, and for which documents: what a look-up in SML and SMP would tell.

Book: `participant/<identifier in lower case>`, JSON with `documents` (document type identifiers), `serviced` (its
access point takes messages for it), `reachable` (its metadata can be asked for), and how its entry in the directory and
its registry misbehave (`directory`, `registry`; see there).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_BILLING = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
BILLING_DOCUMENTS = (
    f"{_UBL}Invoice-2::Invoice##{_BILLING}::2.1",
    f"{_UBL}CreditNote-2::CreditNote##{_BILLING}::2.1",
)
_SELF_BILLING = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:selfbilling:3.0"
SELF_BILLING_DOCUMENTS = (
    f"{_UBL}Invoice-2::Invoice##{_SELF_BILLING}::2.1",
    f"{_UBL}CreditNote-2::CreditNote##{_SELF_BILLING}::2.1",
)
XRECHNUNG = f"{_UBL}Invoice-2::Invoice##urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0::2.1"
PINT = f"{_UBL}Invoice-2::Invoice##urn:peppol:pint:billing-1@jp-1::2.1"
CII = (
    "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100::CrossIndustryInvoice##"
    "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0::D16B"
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
FOREIGN_ONLY = "0208:0999000822"
"""Reserved: registered for XRechnung, PINT (Japan) and CII only."""
DIRECTORY_FAILS = "0208:0999000921"
"""Reserved: the directory fails when it is asked for it (SERVFAIL)."""
ALIASED = "0208:0999001020"
"""Reserved: the directory answers with a CNAME, as it once did."""
PAGED = "0208:0999001119"
"""Reserved: its registry answers 200 with a web page."""
FORGED = "0208:0999001218"
"""Reserved: its registry's metadata was changed after it was signed."""
REDIRECTED = "0208:0999001317"
"""Reserved: its registry redirects to another one, which answers rightly."""
ENDLESS = "0208:0999001416"
"""Reserved: its registry redirects, and the other one redirects again."""
EXPIRED = "0208:0999001515"
"""Reserved: its registration ended yesterday."""
FORGOTTEN = "0208:0999001614"
"""Reserved: the directory has it, and the registry that it names does not."""
SILENT = "0208:0999001713"
"""Reserved: the line drops when its registry is asked."""
PAGED_DIRECTORY = "0208:0999001812"
"""Reserved: a web page comes where the directory should answer."""
OTHER_PROCESS = "0208:0999001911"
"""Reserved: registered for billing documents in another process only."""


class Participant(msgspec.Struct, frozen=True):
    """What the network knows of a participant. Empty `directory` and `registry`: they do their work."""

    documents: tuple[str, ...] = (*BILLING_DOCUMENTS, *SELF_BILLING_DOCUMENTS)
    serviced: bool = True
    reachable: bool = True
    directory: str = ""
    registry: str = ""


_FIRST = dict.fromkeys(
    (
        "0208:0999000129",
        "0208:0999000228",
        "0208:0999000327",
        "0208:1999999052",
        "9920:ESB00000018",
        "9920:ESB00000026",
        "9920:ESB00000034",
        "9930:DE123456788",
    ),
    Participant(),
) | {
    WITHOUT_BILLING: Participant(documents=_RESPONSE),
    NOT_SERVICED: Participant(serviced=False),
    UNREACHABLE: Participant(reachable=False),
    FOREIGN_ONLY: Participant(documents=(XRECHNUNG, PINT, CII)),
    DIRECTORY_FAILS: Participant(directory="servfail"),
    ALIASED: Participant(directory="alias"),
    PAGED_DIRECTORY: Participant(directory="page"),
    PAGED: Participant(registry="page"),
    FORGED: Participant(registry="forged"),
    REDIRECTED: Participant(registry="redirect"),
    ENDLESS: Participant(registry="endless"),
    EXPIRED: Participant(registry="expired"),
    FORGOTTEN: Participant(registry="unknown"),
    SILENT: Participant(registry="silent"),
    OTHER_PROCESS: Participant(registry="other_process"),
}

FOUNDING: Mapping[str, bytes] = {
    f"participant/{name.lower()}": msgspec.json.encode(entry) for name, entry in _FIRST.items()
}


def refusal(book: Mapping[str, bytes], receiver: str, document: str) -> tuple[str, str] | None:
    """The code and sentence for a receiver that cannot get this document; None where it can."""
    found = known(book, receiver)
    if found is None or found.registry == "unknown":
        return "RECEIVER_NOT_REGISTERED", f"{receiver} is not registered in the network"
    if not found.reachable or found.directory or found.registry in _NO_ANSWER:
        return "LOOKUP_FAILED", f"the metadata of {receiver} could not be asked for"
    if document not in found.documents or found.registry in _NOT_IN_FORCE:
        return "DOCUMENT_TYPE_NOT_SUPPORTED", f"{receiver} does not take {document}"
    if not found.serviced:
        return "NOT_SERVICED", f"the access point of {receiver} does not serve it"
    return None


_NO_ANSWER = frozenset({"page", "lost_page", "silent", "hang", "forged", "endless", "other_participant"})
_NOT_IN_FORCE = frozenset({"expired", "other_process", "withdrawn_transport"})


def participants(book: Mapping[str, bytes]) -> Iterator[str]:
    """Every registered identifier, in lower case."""
    return (name.removeprefix("participant/") for name in book if name.startswith("participant/"))


def known(book: Mapping[str, bytes], identifier: str) -> Participant | None:
    """What the book says of a participant; None where it is not registered, or its page cannot be read."""
    stored = book.get(f"participant/{identifier.lower()}")
    try:
        return msgspec.json.decode(stored, type=Participant) if stored else None
    except msgspec.DecodeError:
        return None
