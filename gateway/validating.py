"""Judging documents without a database: which law or standard a document falls under, and what it says of it.

A standard is a rule set that belongs to no jurisdiction. It judges where it is asked for by name, and what no
jurisdiction recognises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import msgspec

from jurisdictions.contract import Judgement, Jurisdiction
from schemas.findings import Finding, Severity
from validators import door
from validators.en16931 import EN16931
from validators.en16931.judgement import judge as judge_core

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


def _by_core(document: bytes) -> Judgement:
    """The European core invoice alone, in UBL."""
    report = judge_core(document, EN16931)
    return Judgement.of(report, recognised=report.layers[1].verdict != "skipped")


STANDARDS: Mapping[str, Callable[[bytes], Judgement]] = {"en16931": _by_core}


def choices(law: Mapping[str, Jurisdiction]) -> tuple[str, ...]:
    """Whose rules may be asked for by name."""
    return (*law, *STANDARDS)


def judge(document: bytes, law: Mapping[str, Jurisdiction], chosen: str | None = None) -> tuple[str | None, Judgement]:
    """By what is chosen, else by the first jurisdiction, then the first standard, that recognises such a document.

    Answers with the code of the jurisdiction, None where none judged. Raises KeyError for a choice that there is not.
    """
    if chosen is not None:
        standard = STANDARDS.get(chosen)
        return (None, standard(document)) if standard else (chosen, law[chosen].law.judge(document))
    perhaps: tuple[str | None, Judgement] | None = None
    for code, one in law.items():
        judgement = one.law.judge(document)
        if judgement.recognised:
            return code, judgement
        if perhaps is None and not _is_strange(judgement):
            perhaps = code, judgement
    if perhaps is not None and not _is_unreadable(perhaps[1]):
        return perhaps
    for standard in STANDARDS.values():
        judgement = standard(document)
        if _is_unreadable(judgement) or not _is_strange(judgement):
            return None, judgement
    if perhaps is not None:
        return perhaps
    finding = Finding(
        rule="GW-DOCUMENT-UNKNOWN",
        severity=Severity.WARNING,
        message="No installed jurisdiction knows such a document; it was not judged.",
        location="/",
        expected=" | ".join(choices(law)),
    )
    return None, unjudged(finding)


def unjudged(finding: Finding) -> Judgement:
    """A document that nobody judged, and why."""
    return Judgement(verdict="undecided", rule_set="none", layers=(), findings=(finding,))


def _is_strange(judgement: Judgement) -> bool:
    """The document is no concern of who judged it: that was said, or a layer had nothing to say."""
    if judgement.recognised is not None:
        return not judgement.recognised
    return judgement.verdict == "undecided" and any(layer.verdict == "skipped" for layer in judgement.layers)


def _is_unreadable(judgement: Judgement) -> bool:
    """The first layer failed: what cannot be read is nobody's document."""
    return bool(judgement.layers) and judgement.layers[0].verdict == "failed"


def judge_file(
    file: Path | str, standard_input: IO[bytes], law: Mapping[str, Jurisdiction], chosen: str | None = None
) -> Judged:
    """One file, or the standard input. What is larger than the door admits is not read whole. Raises OSError."""
    if isinstance(file, Path):
        with file.open("rb") as stream:
            document = stream.read(door.MAX_BYTES + 1)
    else:
        document = standard_input.read(door.MAX_BYTES + 1)
    if len(document) > door.MAX_BYTES:
        return Judged(file=str(file), judgement=_too_large())
    code, judgement = judge(document, law, chosen)
    return Judged(file=str(file), jurisdiction=code, judgement=judgement)


def _too_large() -> Judgement:
    """Refused at the door, whoever was to judge it."""
    finding = Finding(
        rule="GW-DOCUMENT-LARGE",
        message=f"The document has more than {door.MAX_BYTES:,} bytes and was not read to its end.",
        location="/",
        expected=f"at most {door.MAX_BYTES:,} bytes",
        fix="Send large attachments by a link (BT-124) in place of embedding them.",
    )
    return Judgement(verdict="invalid", rule_set="none", layers=(), findings=(finding,))


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
