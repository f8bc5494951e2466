"""Which corrections of an invoice are legal now, and why.

A record is mended by a subsanación where the invoice itself was right; a wrong invoice is set right by another
document (`rectificativas`), and its record stays as it is; what never happened is cancelled, once its issuer has
confirmed that, and an invoice that was cancelled by mistake comes back by a subsanación.

Sources: RD 1619/2012 art. 15; RD 1007/2023 art. 11.1; FAQ for developers 1.3 §17 and §27; "Validaciones y errores"
1.2.2 §4.3.1 and §6.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from jurisdictions.contract import CorrectionOption, Earlier, Instruction, InstructionKind, Path
from jurisdictions.verifactu import advice, rectificativas, state_table
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.rectificativas import Options
from jurisdictions.verifactu.state_table import Flags, Held
from schemas.document import Invoice
from schemas.states import SETTLED, Standing, SubmissionState

__all__ = ["Flags", "corrections", "flags"]

QUARANTINED = "SCHEMA"
"""Our own code of a record that was kept back because it does not fit the schema."""
_NUMBER_CODES = frozenset({"1104", "1130", "1287"})
_FORM = "3004"
"""The invoice was registered through the AEAT's own form: it takes no record of ours."""
NEVER_HAPPENED = "operation_never_happened"
"""What the caller confirms before an anulación: a real operation is corrected, never cancelled."""


def flags(instruction: Instruction) -> Flags:
    """Subsanacion, RechazoPrevio and SinRegistroPrevio by the state table."""
    return state_table.operation(instruction).flags


def corrections(invoice: Invoice, standing: Standing, earlier: tuple[Earlier, ...], at: datetime) -> Options:
    """What the law allows now. No deadline exists; all of it is due "as soon as possible" (FAQ §17)."""
    cancelling = _newest(earlier, InstructionKind.CANCEL)
    if (not earlier and standing is Standing.NONE) or (cancelling and _word_of(cancelling) is Word.PENDING):
        return ()
    said = _said(earlier)
    tipo = _tipo(invoice, earlier)
    held = state_table.held_by(standing, earlier)
    refusals = state_table.since_accepted(earlier)
    if held is Held.ANULACION:
        return _reactivation(said, [one for one in refusals if one.instruction is not InstructionKind.CANCEL])
    if said.word is Word.NUMBER and standing is Standing.NONE:
        return rectificativas.anew(invoice, said.code, said.sentence)
    documents = rectificativas.documents(invoice, tipo, held)
    if _FORM in {one.authority_code for one in refusals}:
        return documents
    cancel = _cancellation(held, said, [one for one in refusals if one.instruction is InstructionKind.CANCEL])
    if said.word in {Word.PENDING, Word.WAITS, Word.WRONG, Word.NUMBER}:
        return (*documents, *cancel)
    if said.word is Word.ACCEPTED:
        return (*documents, _subsanacion(_reason(held, said, tipo), advice.INNER_FIELDS), *cancel)
    return (_subsanacion(_reason(held, said, tipo), advice.RECORD_FIELDS), *documents, *cancel)


# ------------------------------------------------------------------------------------------------ what the AEAT said


class Word(StrEnum):
    """The AEAT's newest word on the invoice's record.

    `flawed`: accepted with an error that wants a subsanación; `right`, `wrong` and `number` are refusals, by what was
    at fault: the record alone, the invoice, or its number, which no record can use; `waits`: it goes again unchanged.
    """

    PENDING = "pending"
    ACCEPTED = "accepted"
    FLAWED = "flawed"
    RIGHT = "right"
    WRONG = "wrong"
    NUMBER = "number"
    WAITS = "waits"


class Said(NamedTuple):
    """Its newest word, the code that came with it, and that code in a person's words."""

    word: Word
    code: str | None = None
    sentence: str = ""


def _newest(earlier: tuple[Earlier, ...], *kinds: InstructionKind) -> Earlier | None:
    return next((one for one in reversed(earlier) if one.instruction in kinds), None)


def _said(earlier: tuple[Earlier, ...]) -> Said:
    newest = _newest(earlier, InstructionKind.ISSUE, InstructionKind.CORRECT)
    if newest is None:
        return Said(Word.ACCEPTED)
    code = newest.authority_code
    sentence = "" if code is None else advice.classify(newest.instruction, code, None).sentence
    return Said(_word_of(newest), code, sentence)


def _word_of(one: Earlier) -> Word:
    code = one.authority_code or ""
    if state_table.was_accepted(one):
        wanting = lists.is_warning_code(code) and code not in lists.NO_CORRECTION_NEEDED
        return Word.FLAWED if wanting else Word.ACCEPTED
    quarantined = code == QUARANTINED and one.state in {SubmissionState.HELD, SubmissionState.SUPERSEDED}
    if quarantined or state_table.was_refused(one):
        return _word_of_refusal(one.instruction, code)
    return Word.ACCEPTED if one.state in SETTLED else Word.PENDING


def _word_of_refusal(kind: InstructionKind, code: str) -> Word:
    if code in _NUMBER_CODES or (code == lists.DUPLICATE and kind is InstructionKind.ISSUE):
        return Word.NUMBER
    path = advice.classify(kind, code, None).path
    return {Path.NEW_DOCUMENT: Word.WRONG, Path.RESEND: Word.WAITS}.get(path, Word.RIGHT)


def _tipo(invoice: Invoice, earlier: tuple[Earlier, ...]) -> str:
    """TipoFactura of the newest record, else as the invoice has it."""
    recorded = [one.attributes["tipo_factura"] for one in earlier if "tipo_factura" in one.attributes]
    written = invoice.extensions.get("verifactu", {}).get("tipo_factura")
    if recorded or written:
        return recorded[-1] if recorded else str(written)
    if invoice.is_correction:
        return "R5" if invoice.simplified else "R4"
    return "F2" if invoice.simplified else "F1"


# ------------------------------------------------------------------------------------------------ reasons

_FLAWED = "The record stands with the error {code} and wants a correction. {sentence}"
_SECOND = "The last correction of the record was refused with {code}; the record before it stands. {sentence}"
_REFUSED = "The record was refused with {code}, and the invoice itself was right. {sentence}"
_KEPT_BACK = "The record was kept back before it was sent, and the invoice itself was right. {sentence}"
_INNER = "Only data of the record were wrong, none that the invoice shows."
_TOLERATED = "The record stands with the error {code}, which wants no correction: only other data of it may be wrong."
_CANJE = " Where the F3 itself is wrong, a negative F3 and a new one set it right (FAQ §27)."


def _reason(held: Held, said: Said, tipo: str) -> str:
    """Why a subsanación is offered."""
    if said.word is Word.FLAWED:
        text = _FLAWED
    elif said.word is Word.RIGHT and held is Held.ALTA:
        text = _SECOND
    elif said.word is Word.RIGHT:
        text = _KEPT_BACK if said.code == QUARANTINED else _REFUSED
    else:
        text = _TOLERATED if said.code in lists.NO_CORRECTION_NEEDED else _INNER
    spoken = text.format(code=said.code, sentence=said.sentence).strip()
    return spoken + (_CANJE if tipo == "F3" else "")


def _reactivation(said: Said, refusals: list[Earlier]) -> Options:
    """A refusal that is older than the anulación does not matter any more."""
    if said.word is Word.PENDING or (refusals and said.word is not Word.RIGHT):
        return ()
    text = "A record of correction brings the cancelled invoice back to life."
    if not refusals:
        return (_subsanacion(text, advice.INNER_FIELDS),)
    text += f" The last one was refused with {said.code}. {said.sentence}"
    return (_subsanacion(text, advice.RECORD_FIELDS),)


def _cancellation(held: Held, said: Said, refusals: list[Earlier]) -> Options:
    """Of what the AEAT holds, or of a right invoice whose record it refused; a refused one may be asked for again."""
    refusal = refusals[-1] if refusals else None
    if refusal is None and held is Held.NOTHING and said.word is not Word.RIGHT:
        return ()
    reason = "The invoice should never have existed. A real operation is corrected, never cancelled."
    if refusal is not None:
        code = refusal.authority_code or ""
        if _word_of(refusal) is not Word.RIGHT:
            return ()
        sentence = advice.classify(refusal.instruction, code, None).sentence
        reason += f" The last anulación was refused with {code}. {sentence}"
    elif held is Held.NOTHING:
        reason += " The AEAT holds no record of it: the anulación says so."
    return (
        CorrectionOption(
            option="anulacion",
            title="Anulación of the record",
            reason=reason,
            instruction=InstructionKind.CANCEL,
            confirm=(NEVER_HAPPENED,),
        ),
    )


def _subsanacion(reason: str, fields: tuple[str, ...]) -> CorrectionOption:
    return CorrectionOption(
        option="subsanacion",
        title="Registro de subsanación",
        reason=reason,
        instruction=InstructionKind.CORRECT,
        fields=fields,
    )
