"""What the rules of EN 16931 say of an edited invoice."""

from __future__ import annotations

from tests.validators.en16931.documents import INVOICE, Edit, edited
from validators.en16931 import EN16931, Verdict, read


def verdict(*edits: Edit, of: str = INVOICE) -> Verdict:
    return EN16931.judge(read(edited(of, *edits)))


def fired(*edits: Edit, of: str = INVOICE) -> list[str]:
    """The rules that the edited document breaks, each as often as it does."""
    told = verdict(*edits, of=of)
    assert told.undecided is None, told.undecided
    return [one.rule for one in told.broken]
