"""Which rules of the catalogue the documents have fired, and which held while a sibling broke them."""

from __future__ import annotations

import textwrap
from collections import Counter
from dataclasses import dataclass, field

from .catalogue import catalogue
from .official import RuleSetName, Told

CANNOT_FIRE: dict[str, str] = {
    "BR-CO-05": "its test is true()",
    "BR-CO-06": "its test is true()",
    "BR-CO-07": "its test is true()",
    "BR-CO-08": "its test is true()",
    "UBL-SR-09": "a second name makes BR-06 a dynamic error: the document cannot be judged",
    "UBL-SR-15": "a second name makes BR-07 a dynamic error: the document cannot be judged",
    "UBL-SR-22": "a second name makes BR-18 a dynamic error: the document cannot be judged",
    "UBL-SR-27": "a second code makes BR-61 a dynamic error: the document cannot be judged",
}
"""Rules that no document can break, with the reason; the official verdict was tried on documents for each."""
CONTEXT_ONLY = "its test is false(): the context is the rule, and a near miss is a document without a match"
NO_NEAR_MISS: dict[str, str] = dict.fromkeys(
    ("PEPPOL-EN16931-R008", "PEPPOL-EN16931-R041", "PEPPOL-EN16931-R042", "SE-R-011", "SE-R-012"), CONTEXT_ONLY
)
"""Rules that cannot hold where they are asked, with the reason."""


@dataclass
class Coverage:
    """Counts of one rule set."""

    which: RuleSetName
    fired: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    documents: int = 0
    errors: int = 0

    def count(self, told: Told) -> None:
        """Count one official verdict."""
        self.documents += 1
        self.errors += told.error is not None
        self.fired.update(told.rules)

    def never(self, counts: Counter[str]) -> list[str]:
        """The rules of the catalogue that are not counted, in its order."""
        return list(dict.fromkeys(rule.id for rule in catalogue(self.which) if not counts[rule.id]))

    def report(self) -> str:
        """Lines for people."""
        lines = [f"{self.which}: {self.documents} documents, {self.errors} that the official rules could not judge"]
        lines += self.part("fired at least once", self.fired, CANNOT_FIRE)
        if self.held:
            lines += self.part("asked, and held at least once (near miss)", self.held, NO_NEAR_MISS)
        return "\n".join(lines)

    def part(self, title: str, counts: Counter[str], reasons: dict[str, str]) -> list[str]:
        """One count with the rules that it lacks, the explained ones with their reason."""
        rules = len({rule.id for rule in catalogue(self.which)})
        missing = self.never(counts)
        plain = [rule for rule in missing if rule not in reasons]
        lines = [f"{title}: {rules - len(missing)} of {rules} rules"]
        lines += [f"  never {rule}: {reasons[rule]}" for rule in missing if rule in reasons]
        lines += textwrap.wrap(
            ", ".join(plain), 110, initial_indent="  never, in these documents: ", subsequent_indent="    "
        )
        return lines
