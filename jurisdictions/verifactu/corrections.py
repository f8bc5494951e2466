"""Which flags a record carries, and which corrections are legal now.

Sources: "Validaciones y errores" 1.2.2 §6 and DsRegistro sheets A and B (flags); RD 1619/2012 art. 15 (facturas
rectificativas); FAQ for developers 1.3 §17 (rectificativa, subsanación or anulación).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from jurisdictions.contract import (
    CorrectionOption,
    Earlier,
    Instruction,
    InstructionKind,
)
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.advice import RECORD_FIELDS
from schemas.document import Invoice
from schemas.invoice import Kind
from schemas.states import ACCEPTED, Standing, SubmissionState

_HELD_BY_AEAT = frozenset(
    {Standing.REGISTERED, Standing.REGISTERED_WITH_ERRORS, Standing.CANCEL_PENDING, Standing.CANCELLED}
)


class Flags(NamedTuple):
    """Subsanacion, RechazoPrevio and SinRegistroPrevio; None is an element that is not written."""

    subsanacion: Literal["S"] | None = None
    rechazo_previo: Literal["S", "X"] | None = None
    sin_registro_previo: Literal["S"] | None = None


def flags(instruction: Instruction) -> Flags:
    """The row of the state table that the instruction is in.

    Subsanación: X where the AEAT holds no record, S where it holds one and refused the last subsanación of it, and
    nothing where it holds one. A refusal as duplicate (3000) says that it holds one, from whatever system.
    """
    refused = _refused_last(instruction.earlier)
    held = instruction.standing in _HELD_BY_AEAT or (refused is not None and refused.authority_code == lists.DUPLICATE)
    if instruction.kind is InstructionKind.CORRECT:
        if not held:
            return Flags("S", "X")
        again = refused is not None and refused.instruction is InstructionKind.CORRECT
        return Flags("S", "S" if again else None)
    if instruction.kind is InstructionKind.CANCEL:
        again = refused is not None and refused.instruction is InstructionKind.CANCEL
        return Flags(None, "S" if again else None, None if held else "S")
    return Flags()


def _refused_last(earlier: Iterable[Earlier]) -> Earlier | None:
    """The newest refusal since the last acceptance, also where it was superseded since; held records never left."""
    last: Earlier | None = None
    for one in earlier:
        if was_refused(one):
            last = one
        elif was_accepted(one):
            last = None
    return last


def was_refused(one: Earlier) -> bool:
    """The AEAT refused this record; a superseded one tells by the family of its code."""
    superseded = one.state is SubmissionState.SUPERSEDED and lists.is_record_code(one.authority_code or "")
    return one.state is SubmissionState.REJECTED or superseded


def was_accepted(one: Earlier) -> bool:
    superseded = one.state is SubmissionState.SUPERSEDED and lists.is_warning_code(one.authority_code or "")
    return one.state in ACCEPTED or superseded


def corrections(
    invoice: Invoice, standing: Standing, earlier: tuple[Earlier, ...], at: datetime
) -> tuple[CorrectionOption, ...]:
    """What the law allows now. No deadline exists; all of it is due "as soon as possible" (FAQ §17)."""
    if standing is Standing.CANCELLED:
        return (_subsanacion("A record of correction brings the cancelled invoice back to life."),)
    if standing is Standing.NONE:
        if _refused_last(earlier) is None:
            return ()
        return (_subsanacion("The record was refused, and the invoice itself was right."), _credit_note())
    return (
        _credit_note(),
        CorrectionOption(
            option="debit_note",
            title="Factura rectificativa, upwards",
            reason="The invoice said too little.",
            instruction=InstructionKind.ISSUE,
            kind=Kind.DEBIT_NOTE,
        ),
        _subsanacion("Only data of the record were wrong; the invoice itself was right."),
        CorrectionOption(
            option="anulacion",
            title="Anulación of the record",
            reason="The invoice should never have existed. A real operation is corrected, never cancelled.",
            instruction=InstructionKind.CANCEL,
        ),
    )


def _subsanacion(reason: str) -> CorrectionOption:
    return CorrectionOption(
        option="subsanacion",
        title="Registro de subsanación",
        reason=reason,
        instruction=InstructionKind.CORRECT,
        fields=RECORD_FIELDS,
    )


def _credit_note() -> CorrectionOption:
    return CorrectionOption(
        option="credit_note",
        title="Factura rectificativa por diferencias",
        reason="The invoice was wrong, returned or reduced (RD 1619/2012 art. 15).",
        instruction=InstructionKind.ISSUE,
        kind=Kind.CREDIT_NOTE,
    )
