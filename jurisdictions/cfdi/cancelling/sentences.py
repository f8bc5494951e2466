"""SAT's and the PACs' answers to a request to cancel, in a person's words.

Source: SAT, servicio de cancelación (status of a folio 201-213, of the request 300-312), and the codes that PACs add
(Finkok 708, 711, 798, 799), put into words of our own. Their numbers mean other things where a CFDI is stamped, so they
are looked up here only for a cancellation.
"""

from __future__ import annotations

from jurisdictions.cfdi.rules.sentence import COMPUTED, Sentence
from jurisdictions.contract import CaseClass

REFUSED = "SAT-CANCEL-REFUSED"
_CONFIGURATION, _DEFECT, _DUPLICATE = CaseClass.CONFIGURATION, CaseClass.DEFECT, CaseClass.DUPLICATE
_BUSY, _TRANSPORT, _DISPUTE = CaseClass.AUTHORITY_BUSY, CaseClass.RETRYABLE_TRANSPORT, CaseClass.BUYER_DISPUTE
_CSD = "Upload the issuer's valid CSD again: PUT /v1/issuers/{id}/credentials/csd."
_LATER = "Nothing is lost: it is asked again later."

SENTENCES: dict[str, Sentence] = {
    "201": Sentence("SAT took the request in; the CFDI is not cancelled yet.", None, "Wait for SAT's decision."),
    "202": Sentence("The cancellation was requested before.", None, "Look at the CFDI's status.", _DUPLICATE),
    "203": Sentence("The CFDI was issued under another RFC than the one that asks.", None, None, _CONFIGURATION),
    "204": Sentence(
        "SAT does not let this CFDI be cancelled.",
        None,
        "Cancel the live CFDI that name it first (receipts, credit notes), or use a credit note.",
    ),
    "205": Sentence("SAT does not know the CFDI yet; after a stamp that may take up to two days.", None, _LATER, _BUSY),
    "206": Sentence("The CFDI does not belong to the primary sector.", None, None),
    "207": Sentence("The motive is missing or not one of 01 to 04.", "/option", "Choose one of the options."),
    "208": Sentence(
        "The CFDI that takes the place of this one is not valid.",
        "/replacement",
        "It has to be stamped, live, and name this one with TipoRelacion 04.",
    ),
    "209": Sentence("Only motive 01 names a CFDI that takes the place.", "/replacement", "Leave replacement out."),
    "210": Sentence("The date of the request lies after the declaration of the year.", None, "Use a credit note."),
    "211": Sentence(
        "The time for cancelling has passed: global invoices and their tickets.", None, "Use a credit note."
    ),
    "212": Sentence(
        "The CFDI that takes the place does not name this one with the right relation.",
        "/replacement",
        "Issue it as a substitution (TipoRelacion 04) of this one.",
    ),
    "213": Sentence("The request is one that SAT does not take for this CFDI.", None, None),
    "300": Sentence("The PAC's user is not accepted.", None, "Set the PAC's credential.", _CONFIGURATION),
    "301": Sentence("The request does not have the structure that SAT asks for.", None, COMPUTED, _DEFECT),
    "302": Sentence("The signature of the request does not fit.", None, _CSD, _CONFIGURATION),
    "303": Sentence("The CSD belongs to another RFC than the issuer's.", None, _CSD, _CONFIGURATION),
    "304": Sentence("The CSD is revoked or has expired.", None, _CSD, _CONFIGURATION),
    "305": Sentence("The date of the request lies outside the days of the CSD.", None, _CSD, _CONFIGURATION),
    "306": Sentence("The certificate is no CSD (an e.firma cannot cancel here).", None, _CSD, _CONFIGURATION),
    "307": Sentence("The request was made before.", None, "Look at the CFDI's status.", _DUPLICATE),
    "308": Sentence("The CSD was not issued by SAT.", None, _CSD, _CONFIGURATION),
    "309": Sentence("The CSD is not valid for cancelling.", None, _CSD, _CONFIGURATION),
    "310": Sentence("The certificate is no CSD.", None, _CSD, _CONFIGURATION),
    "311": Sentence("The motive is not valid.", "/option", "Choose one of the options."),
    "312": Sentence("The CFDI that takes the place is missing or not valid.", "/replacement", None),
    "708": Sentence("The PAC cannot reach SAT.", None, _LATER, _TRANSPORT),
    "711": Sentence("The PAC cannot read the certificate.", None, _CSD, _CONFIGURATION),
    "798": Sentence("The same request may be repeated only after 72 hours.", None, _LATER, _BUSY),
    "799": Sentence("The CFDI was asked about too often.", None, _LATER, _BUSY),
    REFUSED: Sentence(
        "The receiver refused the cancellation; the CFDI stays valid.",
        None,
        "Agree with the receiver and ask again (silence is then no consent), or use a credit note.",
        _DISPUTE,
    ),
}
"""By the code as SAT and the PACs give it."""


def sentence_of(code: str) -> Sentence | None:
    """The sentence of an answer to a cancellation, with or without our prefix."""
    return SENTENCES.get(code) or SENTENCES.get(code.removeprefix("SAT-CANCEL-"))
