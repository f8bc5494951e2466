"""Self-billing, where the buyer writes the invoice: the rules of billing without a country's, four of them restated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from jurisdictions.peppol.codelists import (
    SELF_BILLED_CREDIT_NOTE_TYPES,
    SELF_BILLED_INVOICE_TYPES,
    SELF_BILLING_CUSTOMIZATION,
)
from jurisdictions.peppol.rules import codes, header
from jurisdictions.peppol.rules.amounts import SUBTOTAL_CURRENCY
from jurisdictions.peppol.rules.patterns import CODES, PROJECT, TRANSACTION
from jurisdictions.peppol.rules.processes import ORDINARY, self_billing_process
from validators.en16931.rulebook import Context, Pattern, Predicate, Rule

RESTATED: Mapping[str, Predicate] = {
    "PEPPOL-EN16931-R007": header.process_is_approved(self_billing_process),
    "PEPPOL-EN16931-R004": header.specification_is(SELF_BILLING_CUSTOMIZATION),
    "PEPPOL-EN16931-P0100": codes.type_is_of(self_billing_process, (ORDINARY,), SELF_BILLED_INVOICE_TYPES),
    "PEPPOL-EN16931-P0101": codes.type_is_of(self_billing_process, (ORDINARY,), SELF_BILLED_CREDIT_NOTE_TYPES),
}
LEFT_OUT = frozenset({"PEPPOL-EN16931-P0112"})
LEFT_OUT_CONTEXTS = (SUBTOTAL_CURRENCY,)
"""The currency of a subtotal's tax has no rule in self-billing."""


def _restated(pattern: Pattern) -> Pattern:
    contexts = [_context(one) for one in pattern.contexts if one not in LEFT_OUT_CONTEXTS]
    return Pattern(f"{pattern.name} (self-billing)", contexts, pattern.about)


def _context(context: Context) -> Context:
    kept = (rule for rule in context.rules if rule.id not in LEFT_OUT)
    return replace(context, rules=[_rule(rule) for rule in kept])


def _rule(rule: Rule) -> Rule:
    restated = RESTATED.get(rule.id)
    return rule if restated is None else Rule(rule.id, restated, rule.flag)


PATTERNS = (PROJECT, _restated(TRANSACTION), _restated(CODES))
