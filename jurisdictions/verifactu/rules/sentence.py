"""What a code of the AEAT's means to a person."""

from __future__ import annotations

from dataclasses import dataclass

from jurisdictions.contract import CaseClass, Path


@dataclass(frozen=True)
class Sentence:
    """What is wrong, what to do then, the class of a case that it opens, and how the law lets the matter go on."""

    text: str
    fix: str
    case_class: CaseClass = CaseClass.DATA_CORRECTION
    path: Path = Path.CORRECT
