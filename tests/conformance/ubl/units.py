"""The official unit tests, read in place: small documents with the rules that must fire on them, or must not.

Two sets: EN 16931's own (judged by the rule set "en") and those of Peppol BIS Billing 3.0 ("peppol"). Both are in the
format of the VEFA validator: a `testSet` of `test`s, each with an `assert` (success, error and warning of rule ids)
and one document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lxml import etree

from .official import RuleSetName

Expectation = Literal["success", "error", "warning"]
NOW_FATAL = frozenset({"DK-R-003"})
"""Rules that the tests of 3.0.19 still know as warnings: they became fatal in 3.0.21."""
FOLDERS: tuple[tuple[RuleSetName, str, str], ...] = (
    ("en", "en16931-1.3.16/test", "*-unit-UBL/*.xml"),
    ("peppol", "peppol-bis-3.0.19/rules", "unit-*/*"),
)


@dataclass(frozen=True)
class Unit:
    """One expectation of one official test."""

    name: str
    document: bytes
    rules: RuleSetName
    rule: str
    expects: Expectation

    @property
    def flag(self) -> str | None:
        """The flag with which the rule must fire; None where it must not fire."""
        if self.expects == "success":
            return None
        return "fatal" if self.expects == "error" or self.rule in NOW_FATAL else "warning"


def expectations(root: Path) -> Iterator[Unit]:
    """Every expectation under the folder of the official Peppol artefacts, in a fixed order."""
    for rules, folder, pattern in FOLDERS:
        for path in sorted((root / folder).glob(pattern)):
            yield from of_file(path, rules)


def of_file(path: Path, rules: RuleSetName) -> Iterator[Unit]:
    """The expectations of one file."""
    top = etree.parse(path).getroot()
    for number, test in enumerate(top.iter("{*}test"), 1):
        document = subject(test)
        for stated in test.iterfind("{*}assert/*"):
            expects = etree.QName(stated).localname
            if expects in ("success", "error", "warning") and stated.text:
                name = f"{path.parent.name}/{path.stem}-{number}"
                yield Unit(name, document, rules, stated.text.strip(), expects)  # type: ignore[arg-type]


def subject(test: etree._Element) -> bytes:
    """The document of a test, as a document of its own."""
    inner = next(child for child in test.iterchildren("{*}*") if etree.QName(child).localname != "assert")
    alone = etree.fromstring(etree.tostring(inner, with_tail=False))
    return etree.tostring(alone, encoding="UTF-8", xml_declaration=True)
