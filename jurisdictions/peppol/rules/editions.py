"""The published rule sets in their editions, and which of them holds on a day.

3.0.21 was published on 2026-05-20. Its successor is announced for 2026-11-23 and will be mandatory in February 2027:
then both stand here side by side, and the older one gets its last day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from jurisdictions.peppol.rules import (
    amounts,
    codes,
    denmark,
    german_payment,
    germany,
    greece,
    header,
    iceland,
    identifiers,
    italy,
    lines,
    netherlands,
    norway,
    parties,
    self_billing,
    sweden,
)
from jurisdictions.peppol.rules.patterns import CODES, GERMANY, PROJECT, TRANSACTION
from validators.en16931 import EN16931
from validators.en16931.predicates import always
from validators.en16931.rulebook import Rule
from validators.en16931.ruleset import RuleSet
from validators.en16931.tree import WHITESPACE, Document, Node

ROOMS = (amounts, codes, german_payment, germany, header, identifiers, lines, parties)
"""The modules that fill the shared patterns; a pattern is whole once they are all loaded."""

BILLING_NAME = "peppol-bis-billing"
SELF_BILLING_NAME = "peppol-bis-self-billing"
NATIONAL = (
    norway.PATTERN,
    denmark.PATTERN,
    italy.PATTERN,
    sweden.PATTERN,
    greece.SENDER,
    greece.BOTH,
    iceland.PATTERN,
    netherlands.PATTERN,
    GERMANY,
)


def _empty(document: Document) -> Iterable[Node]:
    """Elements with neither elements nor text in them; the root may be one."""
    root = document.root
    if not root.children and not (root.element.text or "").strip(WHITESPACE):
        return [root, *document.empty]
    return document.empty


NO_EMPTY_ELEMENT = (Rule("PEPPOL-EN16931-R008", always), _empty)

BILLING = RuleSet(
    name=BILLING_NAME,
    edition="3.0.21",
    valid_from=date(2026, 5, 20),
    patterns=(*EN16931.patterns, PROJECT, TRANSACTION, *NATIONAL, CODES),
    unused=EN16931.unused,
    sweeps=(*EN16931.sweeps, NO_EMPTY_ELEMENT),
)
SELF_BILLING = RuleSet(
    name=SELF_BILLING_NAME,
    edition="3.0.2",
    valid_from=date(2026, 5, 20),
    patterns=(*EN16931.patterns, *self_billing.PATTERNS),
    unused=EN16931.unused,
    sweeps=(*EN16931.sweeps, NO_EMPTY_ELEMENT),
)
RULE_SETS = (BILLING, SELF_BILLING)


def live_on(day: date, name: str = BILLING_NAME, among: Sequence[RuleSet] = RULE_SETS) -> tuple[RuleSet, ...]:
    """Every edition of this name that holds on the day, the newest first: while one replaces another, both do."""
    live = [one for one in among if one.name == name and one.is_valid_on(day)]
    return tuple(sorted(live, key=lambda one: one.valid_from, reverse=True))


def edition_for(day: date, name: str = BILLING_NAME, among: Sequence[RuleSet] = RULE_SETS) -> RuleSet:
    """The edition to judge by on a day: the newest that has begun, or the first that is known for a day before all.

    Raises LookupError where no edition of the name is known, or the last one has ended.
    """
    live = live_on(day, name, among)
    if live:
        return live[0]
    first = min((one for one in among if one.name == name), key=lambda one: one.valid_from, default=None)
    if first is None or day >= first.valid_from:
        raise LookupError(f"no edition of {name} for {day}")
    return first
