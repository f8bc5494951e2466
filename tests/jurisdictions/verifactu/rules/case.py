"""A rule's case: a sound document, an edit that breaks the rule, and a near miss that does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Edit = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Case:
    """`breaks` makes `code` fire on the sound `document`, `spares` does not; an edit replaces its first occurrence.

    Lists of cases are tuples named CASES in `cases*.py` of this folder; `test_table.py` finds them all.
    """

    code: str
    document: Callable[[], bytes]
    breaks: tuple[Edit, ...]
    spares: tuple[Edit, ...]

    def broken(self) -> bytes:
        return _edited(self.document(), self.breaks)

    def spared(self) -> bytes:
        return _edited(self.document(), self.spares)


def _edited(document: bytes, edits: tuple[Edit, ...]) -> bytes:
    text = document.decode()
    for old, new in edits:
        assert old in text, f"{old} is not in the document"
        text = text.replace(old, new, 1)
    return text.encode()
