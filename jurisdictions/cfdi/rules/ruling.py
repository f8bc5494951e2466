"""All of SAT's rules together, over a parsed document or over the facts of one that is still to be written."""

from __future__ import annotations

from decimal import localcontext
from itertools import islice

from jurisdictions.cfdi.rules import amounts, fields, payment_rules, sums, third_parties
from jurisdictions.cfdi.rules.facts import FactRule, Facts
from jurisdictions.cfdi.rules.facts_of_document import facts_of
from jurisdictions.cfdi.rules.reading import EXACT, Reading, Rule
from schemas.findings import Finding

FACT_RULES: tuple[FactRule, ...] = (*fields.RULES, *amounts.RULES, *sums.RULES)
"""Rules that look at the facts alone."""
DOCUMENT_RULES: tuple[Rule, ...] = (*third_parties.RULES, *payment_rules.RULES)
"""Rules about what few documents have: they look at the document itself."""

MOST_FINDINGS = 100
"""More of one kind help nobody, and a place is found by walking an element's siblings: thousands take minutes."""


def broken_rules(reading: Reading) -> list[Finding]:
    """Every rule that the document breaks, with its places, `MOST_FINDINGS` of each function of rules."""
    with localcontext(EXACT):
        facts = facts_of(reading)
        found = [one for rule in FACT_RULES for one in islice(rule(facts), MOST_FINDINGS)]
        return found + [one for rule in DOCUMENT_RULES for one in islice(rule(reading), MOST_FINDINGS)]


def is_sound(facts: Facts) -> bool:
    """Whether no rule about the facts has anything to say, not even a warning. To be asked under `EXACT`."""
    for rule in FACT_RULES:
        for _ in rule(facts):
            return False
    return True
