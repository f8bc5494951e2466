"""The whole table of Subsanacion, RechazoPrevio and SinRegistroPrevio, as data.

`OPERATIONS` are the ten operations of the AEAT with the answer that each gets; `ROWS` say which of them an instruction
is, by what the AEAT holds under number and date and by what it has refused before.

Sources: "Validaciones y errores" 1.2.2 of 2026-04-08 §6.1 and §6.2; DsRegistro 1.0, sheets A and B; for rows about
another system's record, answers of the AEAT's test environment (first without a former record, then with one).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal, NamedTuple

from jurisdictions.contract import Earlier, Instruction, InstructionKind
from jurisdictions.verifactu import codelists as lists
from schemas.states import ACCEPTED, Standing, SubmissionState


class Flags(NamedTuple):
    """Subsanacion, RechazoPrevio and SinRegistroPrevio; None is an element that is not written."""

    subsanacion: Literal["S"] | None = None
    rechazo_previo: Literal["S", "X"] | None = None
    sin_registro_previo: Literal["S"] | None = None


class Held(StrEnum):
    """What the AEAT holds of an invoice, whichever system sent it."""

    NOTHING = "nothing"
    ALTA = "alta"
    ANULACION = "anulacion"


class Refused(StrEnum):
    """What it has refused since it last accepted something of the invoice: nothing or another operation, the initial
    alta, or the very operation that is wanted now."""

    NO = "no"
    ALTA = "alta"
    SAME = "same"


class Operation(NamedTuple):
    """One operation of the AEAT's table: its name and flags, and the code of its refusal (None: accepted) where the
    AEAT holds nothing, an alta, or an anulación."""

    name: str
    record: Literal["RegistroAlta", "RegistroAnulacion"]
    flags: Flags
    nothing: str | None
    alta: str | None
    anulacion: str | None

    def answer(self, held: Held) -> str | None:
        return {Held.NOTHING: self.nothing, Held.ALTA: self.alta, Held.ANULACION: self.anulacion}[held]


class Row(NamedTuple):
    """Whoever gives the instruction while the AEAT `holds` and has `refused` that, sends this operation."""

    instruction: InstructionKind
    holds: frozenset[Held]
    refused: frozenset[Refused]
    operation: Operation


_EXISTS, _UNKNOWN = "3000", "3002"

INITIAL = Operation("alta", "RegistroAlta", Flags(), None, _EXISTS, _EXISTS)
AFTER_REFUSAL = Operation("alta por rechazo", "RegistroAlta", Flags("S", "X"), None, _EXISTS, _EXISTS)
SUBSANACION = Operation("alta de subsanación", "RegistroAlta", Flags("S"), _UNKNOWN, None, None)
SUBSANACION_AGAIN = Operation("alta por rechazo de subsanación", "RegistroAlta", Flags("S", "S"), _UNKNOWN, None, None)
SUBSANACION_UNHELD = Operation(
    "alta de subsanación sin registro previo", "RegistroAlta", Flags("S", "X"), None, _EXISTS, _EXISTS
)
SUBSANACION_UNHELD_AGAIN = Operation(
    "alta por rechazo de subsanación sin registro previo", "RegistroAlta", Flags("S", "X"), None, _EXISTS, _EXISTS
)
ANULACION = Operation("anulación", "RegistroAnulacion", Flags(), _UNKNOWN, None, None)
ANULACION_AGAIN = Operation("anulación por rechazo", "RegistroAnulacion", Flags(None, "S"), _UNKNOWN, None, None)
ANULACION_UNHELD = Operation(
    "anulación sin registro previo", "RegistroAnulacion", Flags(None, None, "S"), None, _EXISTS, _EXISTS
)
ANULACION_UNHELD_AGAIN = Operation(
    "anulación por rechazo sin registro previo", "RegistroAnulacion", Flags(None, "S", "S"), None, _EXISTS, _EXISTS
)

OPERATIONS = (
    INITIAL,
    AFTER_REFUSAL,
    SUBSANACION,
    SUBSANACION_AGAIN,
    SUBSANACION_UNHELD,
    SUBSANACION_UNHELD_AGAIN,
    ANULACION,
    ANULACION_AGAIN,
    ANULACION_UNHELD,
    ANULACION_UNHELD_AGAIN,
)

_ISSUE, _CORRECT, _CANCEL = InstructionKind.ISSUE, InstructionKind.CORRECT, InstructionKind.CANCEL
_NOTHING, _SOMETHING, _ANY = frozenset({Held.NOTHING}), frozenset({Held.ALTA, Held.ANULACION}), frozenset(Held)
_NO, _ALTA, _SAME = frozenset({Refused.NO}), frozenset({Refused.ALTA}), frozenset({Refused.SAME})

ROWS = (
    Row(_ISSUE, _ANY, frozenset(Refused), INITIAL),
    Row(_CORRECT, _NOTHING, _ALTA, AFTER_REFUSAL),
    Row(_CORRECT, _NOTHING, _NO, SUBSANACION_UNHELD),
    Row(_CORRECT, _NOTHING, _SAME, SUBSANACION_UNHELD_AGAIN),
    Row(_CORRECT, _SOMETHING, _NO | _ALTA, SUBSANACION),
    Row(_CORRECT, _SOMETHING, _SAME, SUBSANACION_AGAIN),
    Row(_CANCEL, _NOTHING, _NO | _ALTA, ANULACION_UNHELD),
    Row(_CANCEL, _NOTHING, _SAME, ANULACION_UNHELD_AGAIN),
    Row(_CANCEL, _SOMETHING, _NO | _ALTA, ANULACION),
    Row(_CANCEL, _SOMETHING, _SAME, ANULACION_AGAIN),
)
"""Every situation is in exactly one row. An invoice is issued once, under a number of its own."""

TOLD = {"3000": Held.ALTA, "3001": Held.ANULACION, "3002": Held.NOTHING, "3004": Held.ALTA}
"""What a refusal tells of the AEAT's book, where no record of ours is in it: another system's may be."""

_BY_STANDING = {
    Standing.NONE: Held.NOTHING,
    Standing.REGISTERED: Held.ALTA,
    Standing.REGISTERED_WITH_ERRORS: Held.ALTA,
    Standing.CANCEL_PENDING: Held.ALTA,
    Standing.CANCELLED: Held.ANULACION,
}
_OPERATION = {
    (row.instruction, held, refused): row.operation for row in ROWS for held in row.holds for refused in row.refused
}


def operation(instruction: Instruction) -> Operation:
    """The operation that the instruction is, here and now. What the AEAT has no operation for (a receipt) is judged as
    an alta; no route brings one here."""
    earlier = instruction.earlier
    situation = (
        instruction.kind,
        held_by(instruction.standing, earlier),
        _refused(instruction.kind, earlier),
    )
    return _OPERATION.get(situation, INITIAL)


def held_by(standing: Standing, earlier: Iterable[Earlier]) -> Held:
    """What the AEAT holds: what it accepted of ours, else what its newest refusals tell of another system's record."""
    held = _BY_STANDING[standing]
    if held is not Held.NOTHING:
        return held
    told = [TOLD[code] for one in since_accepted(earlier) if (code := one.authority_code or "") in TOLD]
    return told[-1] if told else Held.NOTHING


def _refused(kind: InstructionKind, earlier: Iterable[Earlier]) -> Refused:
    kinds = {one.instruction for one in since_accepted(earlier)}
    if kind in kinds:
        return Refused.SAME
    return Refused.ALTA if InstructionKind.ISSUE in kinds else Refused.NO


def since_accepted(earlier: Iterable[Earlier]) -> list[Earlier]:
    """The refusals since the last acceptance, also those that were superseded since; what never left us is none."""
    refusals: list[Earlier] = []
    for one in earlier:
        if was_refused(one):
            refusals.append(one)
        elif was_accepted(one):
            refusals.clear()
    return refusals


def was_refused(one: Earlier) -> bool:
    """The AEAT refused this record; a superseded one tells by the family of its code."""
    superseded = one.state is SubmissionState.SUPERSEDED and lists.is_record_code(one.authority_code or "")
    return one.state is SubmissionState.REJECTED or superseded


def was_accepted(one: Earlier) -> bool:
    """The AEAT took this record; a superseded one was taken with errors."""
    superseded = one.state is SubmissionState.SUPERSEDED and lists.is_warning_code(one.authority_code or "")
    return one.state in ACCEPTED or superseded
