"""The desk: what a refusal means, how it goes out again, and how a stamped CFDI is corrected or cancelled.

A CFDI that was never stamped is no legal document: the same number is sealed again with another Fecha. A stamped one
stays; a credit note (type E, TipoRelacion 01) takes back what it said, another invoice (TipoRelacion 04) takes its
place, and SAT cancels it for one of four motives. Source: CFF arts. 29 and 29-A; RMF 2.7.1.34, 2.7.1.35; Anexo 20.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from jurisdictions.cfdi.cancelling import sentences as cancel_sentences
from jurisdictions.cfdi.cancelling.options import cancellations, kind_of
from jurisdictions.cfdi.deadlines import deadlines
from jurisdictions.cfdi.pacs.answers import UNCONTROLLED
from jurisdictions.cfdi.pacs.courses import EXPIRED
from jurisdictions.cfdi.printed import render
from jurisdictions.cfdi.rules.sentence import Sentence
from jurisdictions.cfdi.rules.sentences import SENTENCES
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
from schemas.states import ACCEPTED, Standing, SubmissionState

_ALL = ("",)
_UNKNOWN = Sentence("SAT did not take the cancellation; its own words say why.", None, None)
_EXPIRED = Diagnosis(
    case_class=CaseClass.RETRYABLE_TRANSPORT,
    sentence="It was not stamped within 72 hours of its Fecha, and no PAC has a stamp of it: it is sealed again now.",
    path=Path.RESEAL,
    actions=("resubmit",),
    editable=_ALL,
    automatic=True,
)
_REGISTERED = frozenset({Standing.REGISTERED, Standing.REGISTERED_WITH_ERRORS})
_ACTIONS: Mapping[CaseClass, tuple[str, ...]] = {
    CaseClass.DATA_CORRECTION: ("edit", "resubmit"),
    CaseClass.CONFIGURATION: ("mend_credential", "resubmit"),
    CaseClass.DUPLICATE: ("compare", "resubmit"),
    CaseClass.DEFECT: ("report", "resubmit"),
}


_ACCOUNT = frozenset({"CFDI-PAC-ACCOUNT", "300", "702", "703"})
"""What either PAC says of an account: unknown, closed, without the right to stamp for this issuer."""
_UNCONTROLLED = UNCONTROLLED | {"CFDI-STAMP-08"}
_WITHHELD = frozenset({"CFDI-STAMP-06", "CFDI-STAMP-07"})


def classify(kind: InstructionKind, code: str, message: str | None) -> Diagnosis:
    """A refusal by its code. What we do not know is the customer's data by SAT's numbering, else a person reads it."""
    if kind is InstructionKind.CANCEL:
        return _of_cancellation(code, message)
    if code == EXPIRED:
        return _EXPIRED
    sentence = SENTENCES.get(code)
    if sentence is not None:
        return Diagnosis(
            case_class=sentence.case_class,
            sentence=sentence.text,
            path=_path(code, sentence.case_class),
            pointer=sentence.pointer,
            fix=sentence.fix,
            actions=_ACTIONS.get(sentence.case_class, ("resubmit",)),
            editable=() if _path(code, sentence.case_class) is Path.RESEND else _ALL,
        )
    if code in _ACCOUNT or code.startswith("AU"):
        return _resend(CaseClass.CONFIGURATION, "The PAC does not accept the account.")
    if code in _UNCONTROLLED:
        return _resend(
            CaseClass.RETRYABLE_TRANSPORT, "The PAC had an error of its own; whether it stamped is not known."
        )
    if code in _WITHHELD:
        return _resend(CaseClass.DEFECT, "The PAC has stamped the document and does not show the stamp.")
    if code.startswith("CFDI-STAMP"):
        return _resend(CaseClass.DEFECT, "The PAC's stamp does not fit the document that was sent.")
    if re.match(r"^(CFDI|CRP|CO|CC)\d", code):
        return Diagnosis(
            case_class=CaseClass.DATA_CORRECTION,
            sentence="SAT's rules refuse this document; its own words say why.",
            path=Path.RESEAL,
            fix=message,
            actions=_ACTIONS[CaseClass.DATA_CORRECTION],
            editable=_ALL,
        )
    return _resend(CaseClass.RETRYABLE_TRANSPORT, "The PAC's answer could not be understood.")


def _of_cancellation(code: str, message: str | None) -> Diagnosis:
    """The CFDI stays as it was: once the cause is mended, its cancellation is asked for anew."""
    sentence = cancel_sentences.sentence_of(code) or _UNKNOWN
    return Diagnosis(
        case_class=sentence.case_class,
        sentence=sentence.text,
        path=Path.NEW_DOCUMENT,
        pointer=sentence.pointer,
        fix=sentence.fix or message,
        actions=("cancel",),
    )


def _path(code: str, case_class: CaseClass) -> Path:
    """Nothing that was refused has been stamped, so it is sealed anew; only what lies outside the bytes is sent
    again."""
    if code.startswith("AU") or case_class is CaseClass.DUPLICATE:
        return Path.RESEND
    return Path.RESEAL


def _resend(case_class: CaseClass, sentence: str) -> Diagnosis:
    return Diagnosis(case_class=case_class, sentence=sentence, path=Path.RESEND, actions=("resubmit",))


def corrections(
    invoice: Invoice, standing: Standing, earlier: tuple[Earlier, ...], at: datetime
) -> tuple[CorrectionOption, ...]:
    """What is legal now. Nothing is while SAT decides about a cancellation, or after it."""
    if standing not in _REGISTERED:
        return ()
    return (*_documents(invoice), *cancellations(invoice, earlier, at))


def _documents(invoice: Invoice) -> tuple[CorrectionOption, ...]:
    if invoice.kind is not Kind.INVOICE:
        return ()
    return _SUBSTITUTE if kind_of(invoice) == "T" else (_CREDIT_NOTE, *_SUBSTITUTE)


_CREDIT_NOTE = CorrectionOption(
    option="credit_note",
    title="Credit note (CFDI de egreso)",
    reason="Takes back the invoice or a part of it: returns, discounts, errors in the amounts.",
    instruction=InstructionKind.ISSUE,
    kind=Kind.CREDIT_NOTE,
    fields=("lines", "correction_reason", "extensions.cfdi.uso_cfdi", "extensions.cfdi.forma_pago"),
)
_SUBSTITUTE = (
    CorrectionOption(
        option="substitute",
        title="Another invoice in its place (TipoRelacion 04)",
        reason="Repeats the invoice with its errors mended; once it is stamped, this one is cancelled with motive 01.",
        instruction=InstructionKind.ISSUE,
        kind=Kind.INVOICE,
        fields=("customer", "lines", "payment_terms", "payment_means", "extensions.cfdi"),
    ),
)


def deliverable(state: SubmissionState) -> bool:
    """A CFDI may be handed over once it is stamped."""
    return state in ACCEPTED


DESK = Desk(classify=classify, corrections=corrections, deadlines=deadlines, deliverable=deliverable, render=render)
