"""What people at the desk may do: refusals in plain words, and the corrections that are legal now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from jurisdictions.contract import (
    CaseClass,
    CorrectionOption,
    Desk,
    Diagnosis,
    Earlier,
    InstructionKind,
    Path,
)
from jurisdictions.peppol.deadlines import deadlines
from jurisdictions.peppol.document_types import between_germans, customization, type_code
from jurisdictions.peppol.extension import extension_of
from jurisdictions.peppol.participants import participant, receiver
from schemas.document import Invoice
from schemas.invoice import Kind
from schemas.states import ACCEPTED, Standing, SubmissionState

_ADDRESSING = ("/customer/endpoints", "/extensions/peppol")
_MENDABLE = (
    *_ADDRESSING,
    "/customer/address",
    "/customer/contact",
    "/delivery",
    "/note",
    "/payment_means",
    "/payment_terms",
    "/references",
)
"""What may change while the number and every amount stay as they were issued."""

_DIAGNOSES: Mapping[str, Diagnosis] = {
    "RECEIVER_NOT_REGISTERED": Diagnosis(
        case_class=CaseClass.RECIPIENT,
        sentence="The receiver is not registered on the Peppol network under this identifier.",
        path=Path.RESEAL,
        pointer="/customer/endpoints/0/value",
        fix="Ask the customer for its Peppol identifier, or deliver the invoice in another way.",
        actions=("change_endpoint", "deliver_otherwise"),
        editable=_ADDRESSING,
    ),
    "DOCUMENT_TYPE_NOT_SUPPORTED": Diagnosis(
        case_class=CaseClass.RECIPIENT,
        sentence="The receiver is registered, but does not take this kind of document.",
        path=Path.RESEAL,
        pointer="/customer/endpoints/0/value",
        fix="Ask the customer to register for Peppol BIS Billing 3.0, or for another identifier of its own.",
        actions=("change_endpoint", "deliver_otherwise"),
        editable=_ADDRESSING,
    ),
    "NOT_SERVICED": Diagnosis(
        case_class=CaseClass.RECIPIENT,
        sentence="The receiver's access point says that it does not serve this receiver.",
        path=Path.RESEND,
        pointer="/customer/endpoints/0/value",
        fix="Tell the customer: its registration points to an access point that no longer serves it.",
        actions=("resend", "deliver_otherwise"),
    ),
    "INVALID_DOCUMENT": Diagnosis(
        case_class=CaseClass.DATA_CORRECTION,
        sentence="The access point found that the document breaks a rule; its findings say which.",
        path=Path.RESEAL,
        fix="Mend what the findings name; where an amount is wrong, issue a credit note instead.",
        actions=("edit", "credit_note"),
        editable=_MENDABLE,
    ),
    "INVALID_SBDH": Diagnosis(
        case_class=CaseClass.DEFECT,
        sentence="The access point cannot read the envelope that we put around the document.",
        path=Path.RESEND,
        fix="Report it: no field of the invoice can mend this.",
        actions=("resend",),
    ),
    "DUPLICATE_INSTANCE": Diagnosis(
        case_class=CaseClass.DUPLICATE,
        sentence="The access point already has another document under the identifier of this submission.",
        path=Path.RESEAL,
        fix="Submit it anew: it gets an identifier of its own.",
        actions=("resubmit",),
    ),
    "NO_ROUTING": Diagnosis(
        case_class=CaseClass.DATA_CORRECTION,
        sentence="The document does not say who sends it or who receives it.",
        path=Path.RESEAL,
        pointer="/customer/endpoints",
        editable=_ADDRESSING,
    ),
    "AP_UNAUTHORIZED": Diagnosis(
        case_class=CaseClass.CONFIGURATION,
        sentence="The access point does not accept our token.",
        path=Path.RESEND,
        fix="Store a valid token for the credential access_point.",
        actions=("replace_credential",),
    ),
    "AP_ADDRESS": Diagnosis(
        case_class=CaseClass.CONFIGURATION,
        sentence="There is no access point at the configured address.",
        path=Path.RESEND,
        fix="Mend the address of the endpoint access_point.",
        actions=("configure_endpoint",),
    ),
    "LOOKUP_FAILED": Diagnosis(
        case_class=CaseClass.AUTHORITY_BUSY,
        sentence="The network's directory could not be asked who receives this document.",
        path=Path.RESEND,
    ),
    "AP_BUSY": Diagnosis(
        case_class=CaseClass.AUTHORITY_BUSY,
        sentence="The access point is busy or out of order.",
        path=Path.RESEND,
    ),
    "AP_UNREACHABLE": Diagnosis(
        case_class=CaseClass.RETRYABLE_TRANSPORT,
        sentence="The access point could not be reached; nothing was sent.",
        path=Path.RESEND,
    ),
    "AP_NEVER_RECEIVED": Diagnosis(
        case_class=CaseClass.RETRYABLE_TRANSPORT,
        sentence="The access point never received the document; it goes out again.",
        path=Path.RESEND,
    ),
}
_UNKNOWN = frozenset({"AP_NOT_ANSWERING", "AP_UNREADABLE"})


def classify(kind: InstructionKind, code: str, message: str | None) -> Diagnosis:
    """What a code of the access point, or one of ours, means to a person."""
    found = _DIAGNOSES.get(code)
    if found is not None:
        return found
    if code in _UNKNOWN:
        return Diagnosis(
            case_class=CaseClass.OUTCOME_UNKNOWN,
            sentence="It is not known whether the document was transmitted.",
            path=Path.RESEND,
        )
    return Diagnosis(
        case_class=CaseClass.DEFECT,
        sentence=f"The access point answered with {code}, which is not among the codes of its protocol.",
        path=Path.RESEND,
        fix=message,
        actions=("resend",),
    )


def corrections(
    invoice: Invoice, standing: Standing, earlier: tuple[Earlier, ...], at: datetime
) -> tuple[CorrectionOption, ...]:
    """A delivered invoice is corrected by another document that names it (BG-3); nothing can be called back.

    Everywhere that is a credit note, with a new invoice where something is still due. A corrective invoice (384) may
    stand in their place between German parties only (PEPPOL-EN16931-P0112), and never in self-billing.
    """
    delivered = standing is not Standing.NONE or any(one.state in ACCEPTED for one in earlier)
    if not delivered or invoice.kind is Kind.CREDIT_NOTE:
        return ()
    if between_germans(invoice) and not invoice.self_billed:
        return (_CREDIT_NOTE, _NEW_INVOICE, _CORRECTIVE)
    return (_CREDIT_NOTE, _NEW_INVOICE)


_CREDIT_NOTE = CorrectionOption(
    option="credit_note",
    title="Credit note",
    reason="A document that the buyer has received is corrected by another one that refers to it (BG-3).",
    instruction=InstructionKind.ISSUE,
    kind=Kind.CREDIT_NOTE,
    fields=("lines", "correction_reason", "references.preceding"),
)
_NEW_INVOICE = CorrectionOption(
    option="new_invoice",
    title="New invoice beside the credit note",
    reason="Once a credit note has taken the wrong invoice back, a new one says what is really due (BG-3).",
    instruction=InstructionKind.ISSUE,
    kind=Kind.INVOICE,
    fields=("lines", "correction_reason", "references.preceding"),
)
_CORRECTIVE = CorrectionOption(
    option="corrective",
    title="Corrective invoice",
    reason="Between German parties a corrective invoice (384) takes the place of the one that it names (BG-3).",
    instruction=InstructionKind.ISSUE,
    kind=Kind.CORRECTIVE,
    fields=("lines", "correction_reason", "references.preceding"),
)


def deliverable(state: SubmissionState) -> bool:
    """The transmission is the delivery: before the receipt the buyer has nothing."""
    return state in ACCEPTED


def render(invoice: Invoice, attributes: Mapping[str, str]) -> Mapping[str, str]:
    """What a printed copy says beside the invoice itself."""
    to = attributes.get("receiver") or _receiver(invoice)
    said = {
        "document_type": type_code(invoice),
        "specification": customization(invoice),
        "sender": attributes.get("sender"),
        "receiver": to,
        "message_id": attributes.get("message_id"),
        "transmitted_at": attributes.get("transmitted_at"),
    }
    return {name: value for name, value in said.items() if value}


def _receiver(invoice: Invoice) -> str | None:
    endpoint = receiver(invoice, extension_of(invoice.extensions.get("peppol")))
    return participant(endpoint) if endpoint else None


DESK = Desk(classify=classify, corrections=corrections, deadlines=deadlines, deliverable=deliverable, render=render)
