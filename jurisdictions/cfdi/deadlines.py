"""Until when something may be done with a CFDI.

Source: RMF 2.7.2.9 and the filling guide of Anexo 20 (a CFDI is stamped within 72 hours of its Fecha; PAC code 401).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from jurisdictions.contract import Deadline, Instruction, InstructionKind

STAMP_WITHIN = timedelta(hours=72)


def deadlines(instruction: Instruction, at: datetime) -> tuple[Deadline, ...]:
    """`at` is the moment of the seal, which Fecha tells."""
    if instruction.kind is not InstructionKind.ISSUE:
        return ()
    return (Deadline(name="stamp", at=at + STAMP_WITHIN, law="RMF 2.7.2.9; Anexo 20, Fecha (72 hours)"),)
