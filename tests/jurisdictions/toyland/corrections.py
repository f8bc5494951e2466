"""What may be done in Toyland about a refusal, and about an invoice that was issued wrongly."""

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
    Picture,
)
from schemas.document import Invoice
from schemas.invoice import Kind
from schemas.states import Standing, SubmissionState
from tests.jurisdictions.toyland.codelists import REASONS
from tests.jurisdictions.toyland.deadlines import deadlines

CLASSES = {
    "T-DATA": (CaseClass.DATA_CORRECTION, Path.RESEAL, ("/customer", "/note", "/extensions/toyland")),
    "T-CORRECT": (CaseClass.DATA_CORRECTION, Path.CORRECT, ("/note", "/extensions/toyland")),
    "T-OUTSIDE": (CaseClass.CONFIGURATION, Path.RESEND, ()),
    "T-401": (CaseClass.CONFIGURATION, Path.RESEND, ()),
    "T-OATH": (CaseClass.CONFIGURATION, Path.RESEND, ()),
    "T-NEW": (CaseClass.DATA_CORRECTION, Path.NEW_DOCUMENT, ()),
    "T-LATE": (CaseClass.RETRYABLE_TRANSPORT, Path.RESEAL, ()),
    "T-BUYER": (CaseClass.BUYER_DISPUTE, Path.NEW_DOCUMENT, ()),
}
_HELD = frozenset({Standing.REGISTERED, Standing.REGISTERED_WITH_ERRORS})


def classify(kind: InstructionKind, code: str, message: str | None) -> Diagnosis:
    case_class, path, editable = CLASSES.get(code, (CaseClass.DEFECT, Path.RESEND, ()))
    sentence = REASONS.get(code, "The office gave a reason that nobody here knows.")
    late = code == "T-LATE"
    return Diagnosis(case_class=case_class, sentence=sentence, path=path, editable=editable, automatic=late)


def corrections(
    invoice: Invoice, standing: Standing, earlier: tuple[Earlier, ...], at: datetime
) -> tuple[CorrectionOption, ...]:
    again = CorrectionOption(
        option="record_again",
        title="Say it again",
        reason="The record is about the same invoice.",
        instruction=InstructionKind.CORRECT,
        fields=("/note", "/extensions/toyland"),
    )
    if standing is Standing.CANCELLED:
        return (again,)
    if invoice.is_correction:
        anew = CorrectionOption(
            option="note_anew",
            title="Another credit note",
            reason="The credit note was wrong; another one names what it named.",
            instruction=InstructionKind.ISSUE,
            kind=Kind.CREDIT_NOTE,
            refers="its_preceding",
            presets={"note": "In place of the one before"},
            confirm=("sent_back",),
        )
        return (anew,)
    note = CorrectionOption(
        option="credit_note",
        title="Credit note",
        reason="Money is given back.",
        instruction=InstructionKind.ISSUE,
        kind=Kind.CREDIT_NOTE,
        presets={"note": "Given back"},
    )
    return (again, note, *_cancellations(standing))


def _cancellations(standing: Standing) -> tuple[CorrectionOption, ...]:
    if standing not in _HELD:
        return ()
    plain = CorrectionOption(
        option="cancel",
        title="Take it back",
        reason="It should not have been issued; the customer may say no.",
        instruction=InstructionKind.CANCEL,
        consent="silence",
    )
    replaced = CorrectionOption(
        option="cancel_replaced",
        title="Take it back for another one",
        reason="Another invoice stands in its place.",
        instruction=InstructionKind.CANCEL,
        needs=("replacement",),
        consent="silence",
    )
    never = CorrectionOption(
        option="cancel_never",
        title="Take back what never was",
        reason="Nothing was ever sold.",
        instruction=InstructionKind.CANCEL,
        consent="silence",
        confirm=("never_happened",),
    )
    return (plain, replaced, never)


def deliverable(state: SubmissionState) -> bool:
    return True


def render(invoice: Invoice, facts: Mapping[str, str]) -> Mapping[str, str]:
    return {}


DESK = Desk(
    classify=classify,
    corrections=corrections,
    deadlines=deadlines,
    deliverable=deliverable,
    render=render,
    picture=Picture(
        fact="verification_url",
        title="Toyland knows it:",
        legend_fact="verification_phrase",
        millimetres=30,
        quiet_millimetres=5,
        mark="A toy of a toy",
    ),
)
