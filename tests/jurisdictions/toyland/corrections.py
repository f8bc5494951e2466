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
    if invoice.is_correction:
        return ()
    again = CorrectionOption(
        option="record_again",
        title="Say it again",
        reason="The record is about the same invoice.",
        instruction=InstructionKind.CORRECT,
    )
    note = CorrectionOption(
        option="credit_note",
        title="Credit note",
        reason="Money is given back.",
        instruction=InstructionKind.ISSUE,
        kind=Kind.CREDIT_NOTE,
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
    return (plain, replaced)


def deliverable(state: SubmissionState) -> bool:
    return True


def render(invoice: Invoice, facts: Mapping[str, str]) -> Mapping[str, str]:
    return {}


DESK = Desk(classify=classify, corrections=corrections, deadlines=deadlines, deliverable=deliverable, render=render)
