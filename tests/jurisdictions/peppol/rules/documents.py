"""Small documents for one rule each, written briefly: `PaymentMeans[PaymentMeansCode=31;PaymentID=71#1]`.

Names stand without a prefix: what has brackets is a group (cac), what has not is a leaf (cbc). `@name:value` before the
`=` is an attribute. A text has no semicolon and no brackets; `\\n` is a line break.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from validators.en16931 import EN16931, RuleSet, Verdict
from validators.en16931.place import CREDIT_NOTE_NAMESPACE, INVOICE_NAMESPACE, PREFIXES

NAMESPACES = {prefix: uri for uri, prefix in PREFIXES.items()}
_TOKEN = re.compile(r"([A-Za-z]+)((?:@[A-Za-z]+:[^;\[\]=@]*)*)(=[^;\[\]]*)?(\[)?|([;\]])")


@dataclass(frozen=True)
class Case:
    """One rule: content that breaks it, and content that nearly does."""

    rule: str
    broken: str
    near: str
    credit_note: bool = False


def written(content: str, *, credit_note: bool = False) -> etree._Element:
    """The document of this content."""
    root = etree.Element(f"{{{CREDIT_NOTE_NAMESPACE if credit_note else INVOICE_NAMESPACE}}}"
                         f"{'CreditNote' if credit_note else 'Invoice'}")  # fmt: skip
    above = [root]
    for name, attributes, text, opens, ends in _tokens(content):
        if ends == "]":
            above.pop()
        if not name:
            continue
        element = etree.SubElement(above[-1], f"{{{NAMESPACES['cac' if opens else 'cbc']}}}{name}")
        for attribute in attributes.split("@")[1:]:
            element.set(*attribute.split(":", 1))
        element.text = text[1:].replace("\\n", "\n") or None
        if opens:
            above.append(element)
    assert above == [root], content
    return root


def _tokens(content: str) -> Iterator[tuple[str, ...]]:
    content = content.replace("\n", "").strip()
    at = 0
    while at < len(content):
        match = _TOKEN.match(content, at)
        assert match is not None, content[at:]
        at = match.end()
        yield tuple(part or "" for part in match.groups())


def judged(content: str, rules: RuleSet, *, credit_note: bool = False) -> Verdict:
    return own_half(rules).judge(written(content, credit_note=credit_note))


def own_half(rules: RuleSet) -> RuleSet:
    """What Peppol adds to EN 16931."""
    return RuleSet(
        name=rules.name,
        edition=rules.edition,
        valid_from=rules.valid_from,
        patterns=rules.patterns[len(EN16931.patterns) :],
        sweeps=rules.sweeps[len(EN16931.sweeps) :],
    )


def broken(content: str, rules: RuleSet, *, credit_note: bool = False) -> list[str]:
    """Ids of the broken rules; every rule must have been judged."""
    verdict = judged(content, rules, credit_note=credit_note)
    assert verdict.undecided is None, verdict.undecided
    return [one.rule for one in verdict.broken]


def address(country: str, *, more: str = "") -> str:
    return f"PostalAddress[{more}Country[IdentificationCode={country}]]"


def seller(country: str = "", content: str = "", *, street: str = "") -> str:
    """The seller with its country (and the rest of its address) and what else stands in its party."""
    there = address(country, more=street) + ";" if country else ""
    return f"AccountingSupplierParty[Party[{there}{content}]];"


def buyer(country: str = "", content: str = "", *, street: str = "") -> str:
    """The same for the buyer."""
    there = address(country, more=street) + ";" if country else ""
    return f"AccountingCustomerParty[Party[{there}{content}]];"


def vat(number: str, scheme: str = "VAT") -> str:
    return f"PartyTaxScheme[CompanyID={number};TaxScheme[ID={scheme}]];"


def registered(number: str, scheme: str = "") -> str:
    return f"PartyLegalEntity[CompanyID{f'@schemeID:{scheme}' if scheme else ''}={number}];"
