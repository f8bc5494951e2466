"""The code lists of EN 16931, one file each with its edition and source; codes are read once, when first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class CodeList:
    """One list. `codes` in the order of the publication (or sorted), `title`, `edition` and `source` from its file."""

    title: str
    edition: str
    source: str
    codes: tuple[str, ...]
    members: frozenset[str]

    def __contains__(self, code: str) -> bool:
        return code in self.members


@cache
def codelist(name: str) -> CodeList:
    """The list in `<name>.txt`. Raises FileNotFoundError for a list that we do not have."""
    lines = (_FOLDER / f"{name}.txt").read_text("utf-8").splitlines()
    title, edition, source = (line.removeprefix("# ") for line in lines[:3])
    codes = tuple(" ".join(lines[3:]).split())
    return CodeList(title, edition.removeprefix("Edition: "), source.removeprefix("Source: "), codes, frozenset(codes))
