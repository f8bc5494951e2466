"""Judging files without a database: which jurisdiction's law a document falls under, and what it says of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from jurisdictions.contract import Judgement, Jurisdiction
from schemas.findings import Finding, Severity

STANDARD_INPUT = "-"
SUFFIX = ".xml"


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One file. `jurisdiction` None: no installed one knows such a document."""

    file: str
    judgement: Judgement
    jurisdiction: str | None = None

    def shown(self) -> dict[str, Any]:
        """As `validate --format json` prints it: severity and location are always there."""
        return {
            "file": self.file,
            "jurisdiction": self.jurisdiction,
            "verdict": self.judgement.verdict,
            "rule_set": self.judgement.rule_set,
            "layers": msgspec.to_builtins(self.judgement.layers),
            "findings": [
                {"rule": one.rule, "severity": str(one.severity), "location": one.location} | msgspec.to_builtins(one)
                for one in self.judgement.findings
            ],
        }


def judge(document: bytes, law: Mapping[str, Jurisdiction], chosen: str | None = None) -> tuple[str | None, Judgement]:
    """By the chosen jurisdiction, else by the first that knows such a document; then its code and its judgement."""
    if chosen is not None:
        return chosen, law[chosen].law.judge(document)
    for code, one in law.items():
        judgement = one.law.judge(document)
        if not _is_strange(judgement):
            return code, judgement
    finding = Finding(
        rule="GW-DOCUMENT-UNKNOWN",
        severity=Severity.WARNING,
        message="No installed jurisdiction knows such a document; it was not judged.",
        location="/",
        expected=" | ".join(law),
    )
    return None, Judgement(verdict="undecided", rule_set="none", layers=(), findings=(finding,))


def _is_strange(judgement: Judgement) -> bool:
    """Undecided because of what kind of document it is: a layer had nothing to say."""
    return judgement.verdict == "undecided" and any(layer.verdict == "skipped" for layer in judgement.layers)


def documents(names: Iterable[str]) -> Iterator[Path | str]:
    """The files that are meant: folders stand for the XML files below them, `-` for the standard input.

    Raises FileNotFoundError for a name that leads nowhere.
    """
    for name in names:
        path = Path(name)
        if name == STANDARD_INPUT:
            yield name
        elif path.is_dir():
            yield from sorted(found for found in path.rglob("*") if found.suffix.lower() == SUFFIX and found.is_file())
        elif path.exists():
            yield path
        else:
            raise FileNotFoundError(f"there is no file {name}")
