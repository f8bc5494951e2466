"""Deadlines: Peppol itself sets none for issuing or for correcting an invoice; the national laws behind it do."""

from __future__ import annotations

from datetime import datetime

from jurisdictions.contract import Deadline, Instruction


def deadlines(instruction: Instruction, at: datetime) -> tuple[Deadline, ...]:
    """None: what is due when (Directive 2006/112/EC art. 222) belongs to the seller's country."""
    return ()
