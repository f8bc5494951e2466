"""Germany: credit transfer, card and direct debit each with its own group and no other, and accounts that check."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jurisdictions.peppol.rules.countries import german_parties
from jurisdictions.peppol.rules.patterns import GERMANY as PATTERN
from jurisdictions.peppol.rules.values import is_filled
from schemas.findings import Severity
from validators.en16931.predicates import exists
from validators.en16931.rulebook import Concern, Condition, Difference, Predicate
from validators.en16931.tree import Document, Node
from validators.en16931.values import normalized, text

_SPACES = re.compile(r"[ \t\r\n]+")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{0,30}")
_SEPA_TRANSFER, _SEPA_DEBIT = "58", "59"


def _paid_by(*codes: str) -> Condition:
    def matches(means: Node, _document: Document) -> bool:
        return normalized(means.all("cbc:PaymentMeansCode")) in codes

    return matches


TRANSFER = PATTERN.context("/cac:PaymentMeans", where=_paid_by("30", _SEPA_TRANSFER), about=Concern(german_parties))
CARD = PATTERN.context("/cac:PaymentMeans", where=_paid_by("48", "54", "55"), about=Concern(german_parties))
DEBIT = PATTERN.context("/cac:PaymentMeans", where=_paid_by(_SEPA_DEBIT), about=Concern(german_parties))
SUBTOTAL = PATTERN.context("/cac:TaxTotal/cac:TaxSubtotal", about=Concern(german_parties))


def is_iban(account: str) -> bool:
    """ISO 13616 by its form and its check digits (ISO 7064); a small letter counts 32 more, as the rule has it."""
    if _IBAN.fullmatch(account) is None:
        return False
    turned = account[4:] + account[:4]
    return int("".join(str(ord(one) - 55 if one > "@" else int(one)) for one in turned)) % 97 == 1


def _checks(accounts: Sequence[Node]) -> bool | Difference:
    found = text(accounts)
    return is_iban(_SPACES.sub("", found)) or Difference(found=found or None, expected="an IBAN that checks")


@TRANSFER.rule("DE-R-019", Severity.WARNING)
def sepa_account_is_an_iban(means: Node, _document: Document) -> bool | Difference:
    if normalized(means.all("cbc:PaymentMeansCode")) != _SEPA_TRANSFER:
        return True
    return _checks(means.all("cac:PayeeFinancialAccount", "cbc:ID"))


@DEBIT.rule("DE-R-020", Severity.WARNING)
def debited_account_is_an_iban(means: Node, _document: Document) -> bool | Difference:
    return _checks(means.all("cac:PaymentMandate", "cac:PayerFinancialAccount", "cbc:ID"))


def _without(*groups: str) -> Predicate:
    def holds(means: Node, _document: Document) -> bool | Difference:
        found = [group for group in groups if means.has(group)]
        return not found or Difference(found=", ".join(found))

    return holds


TRANSFER.add("DE-R-023-1", exists("cac:PayeeFinancialAccount"))
TRANSFER.add("DE-R-023-2", _without("cac:CardAccount", "cac:PaymentMandate"))
CARD.add("DE-R-024-1", exists("cac:CardAccount"))
CARD.add("DE-R-024-2", _without("cac:PayeeFinancialAccount", "cac:PaymentMandate"))
DEBIT.add("DE-R-025-1", exists("cac:PaymentMandate"))
DEBIT.add("DE-R-025-2", _without("cac:PayeeFinancialAccount", "cac:CardAccount"))


@SUBTOTAL.rule("DE-R-014")
def rate_is_told(subtotal: Node, _document: Document) -> bool:
    return is_filled(subtotal.all("cac:TaxCategory", "cbc:Percent"))
