"""What a code of SAT's or of a PAC's means to a person."""

from __future__ import annotations

from dataclasses import dataclass

from jurisdictions.contract import CaseClass


@dataclass(frozen=True)
class Sentence:
    """What a code means, where to mend it, how, and the class of a case that it opens."""

    text: str
    pointer: str | None = None
    fix: str | None = None
    case_class: CaseClass = CaseClass.DATA_CORRECTION


COMPUTED = "The amounts are computed by the gateway: report this as a defect."
"""The remedy where nothing that a caller wrote can be the cause."""
