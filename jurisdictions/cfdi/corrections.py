"""The desk: what a refusal means, how it goes out again, what may be corrected, and what is printed.

A CFDI that was never stamped is no legal document: the same number is sealed again with another Fecha. A stamped one
stays; a credit note (type E, TipoRelacion 01) takes back what it said. Source: CFF arts. 29 and 29-A; RMF 2.7.1.7;
Anexo 20.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from jurisdictions.cfdi.deadlines import deadlines
from jurisdictions.cfdi.sentences import SENTENCES
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

LEGEND = "Este documento es una representación impresa de un CFDI"
_ALL = ("",)
_REGISTERED = frozenset({Standing.REGISTERED, Standing.REGISTERED_WITH_ERRORS})
_ACTIONS: Mapping[CaseClass, tuple[str, ...]] = {
    CaseClass.DATA_CORRECTION: ("edit", "resubmit"),
    CaseClass.CONFIGURATION: ("mend_credential", "resubmit"),
    CaseClass.DUPLICATE: ("compare", "resubmit"),
    CaseClass.DEFECT: ("report", "resubmit"),
}
_PRINTED = (
    *("uuid", "serie", "folio", "fecha", "fecha_timbrado", "no_certificado", "no_certificado_sat"),
    *("rfc_prov_certif", "sello_cfd", "sello_sat", "cadena_tfd", "verification_url"),
)


def classify(kind: InstructionKind, code: str, message: str | None) -> Diagnosis:
    """A refusal by its code. What we do not know is the customer's data by SAT's numbering, else a person reads it."""
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
    if code.startswith("AU"):
        return _resend(CaseClass.CONFIGURATION, "The PAC does not accept the account.")
    return _resend(CaseClass.RETRYABLE_TRANSPORT, "The PAC's answer could not be understood.")


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
    if invoice.kind is not Kind.INVOICE or standing not in _REGISTERED:
        return ()
    return (
        CorrectionOption(
            option="credit_note",
            title="Credit note (CFDI de egreso)",
            reason="Takes back the invoice or a part of it: returns, discounts, errors in the amounts.",
            instruction=InstructionKind.ISSUE,
            kind=Kind.CREDIT_NOTE,
            fields=("lines", "correction_reason", "extensions.cfdi.uso_cfdi", "extensions.cfdi.forma_pago"),
        ),
    )


def deliverable(state: SubmissionState) -> bool:
    """A CFDI may be handed over once it is stamped."""
    return state in ACCEPTED


def render(invoice: Invoice, attributes: Mapping[str, str]) -> Mapping[str, str]:
    """What the printed form must show beside the invoice itself (RMF 2.7.1.7)."""
    return {"legend": LEGEND} | {name: attributes[name] for name in _PRINTED if attributes.get(name)}


DESK = Desk(classify=classify, corrections=corrections, deadlines=deadlines, deliverable=deliverable, render=render)
