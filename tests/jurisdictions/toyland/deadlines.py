"""Toyland is in no hurry, but for a week; a customer has four days to answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from jurisdictions.contract import CaseClass, Deadline, Diagnosis, Instruction, InstructionKind, Path

LAW = "Toyland, Act 1"


def deadlines(instruction: Instruction, at: datetime) -> tuple[Deadline, ...]:
    if instruction.kind is InstructionKind.CANCEL:
        return (_watched("answer", at + timedelta(days=4), "decided", "The customer's time to answer is over."),)
    return (
        _watched("report", at + timedelta(days=7), "accepted", "The office has not registered it in a week."),
        Deadline(name="keep", at=at + timedelta(days=3650), law=LAW),
    )


def _watched(name: str, at: datetime, unless: str, sentence: str) -> Deadline:
    return Deadline(
        name=name,
        at=at,
        law=LAW,
        warn_at=at - timedelta(days=1),
        unless=unless,  # type: ignore[arg-type]  # one of its literals
        case=Diagnosis(case_class=CaseClass.DATA_CORRECTION, sentence=sentence, path=Path.NEW_DOCUMENT),
    )
