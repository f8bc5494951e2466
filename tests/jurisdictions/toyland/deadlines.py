"""Toyland is in no hurry, but for a week."""

from __future__ import annotations

from datetime import datetime, timedelta

from jurisdictions.contract import Deadline, Instruction


def deadlines(instruction: Instruction, at: datetime) -> tuple[Deadline, ...]:
    return (Deadline(name="report", at=at + timedelta(days=7), law="Toyland, Act 1"),)
