"""Blind mutations: one to three changes at random places of a random document, without regard for any rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from random import Random

from lxml import etree

from .edits import written
from .nodes import GROUPS, SIMPLE, Element, garble, lower, pad, spread, valued

COUNTRIES = ("DE", "DK", "NO", "SE", "IT", "NL", "GR", "EL", "IS", "BE", "de", "XX")
CURRENCIES = ("EUR", "SEK", "DKK", "NOK", "eur", "XXX", "CNH", "")
CODES = {
    "Country": COUNTRIES,
    "DocumentCurrencyCode": CURRENCIES, "TaxCurrencyCode": CURRENCIES,
    "InvoiceTypeCode": ("380", "381", "384", "326", "389", "386", "71", "527", "999"),
    "CreditNoteTypeCode": ("381", "396", "380", "261", "532", "83", "999"),
    "PaymentMeansCode": ("1", "9", "10", "30", "31", "42", "48", "49", "50", "54", "56", "57", "58", "59", "93", "ZZZ"),
    "ChargeIndicator": ("true", "false", "1", "0", " true ", "TRUE"),
    "ID": ("S", "Z", "E", "AE", "K", "G", "O", "L", "M", "B", "VAT", "GST", "vat", " VAT "),
    "Percent": ("0", "25", "12", "6", "20.00", "0.00", "-5", "25.0", " 25 "),
    "DescriptionCode": ("3", "35", "432", "5"),
    "DocumentTypeCode": ("130", "50", "916", "131"),
    "IdentificationCode": COUNTRIES,
}  # fmt: skip
SCHEMES = (
    "0007 0088 0096 0106 0151 0184 0190 0192 0196 0198 0201 0208 0210 0211 0217 9907 9933 9944 SEPA EUR SEK C62 KGM "
    "VT 9999"
).split()
ATTRIBUTES = ("schemeID", "listID", "name", "currencyID", "unitCode", "mimeCode", "filename", "format", "listVersionID")

Act = Callable[[Element, Random], None]


def elements(root: Element) -> list[Element]:
    """Every element below the root; of an empty document the root."""
    return list(root.iterdescendants("{*}*")) or [root]


def change_node(root: Element, chance: Random) -> None:
    """One change of one element."""
    node = chance.choice(elements(root))
    changes = GROUPS if len(node) else SIMPLE
    changes[chance.choice(sorted(changes))](node)


def change_number(root: Element, chance: Random) -> None:
    """A number, a little or much off."""
    numbers = [node for node in elements(root) if not len(node) and re.match(r"^\s*-?[\d.]+\s*$", node.text or "")]
    if numbers:
        SIMPLE[chance.choice(("cent", "less", "one", "ten", "negate", "zeros", "lengthen"))](chance.choice(numbers))


def change_code(root: Element, chance: Random) -> None:
    """Another code where a code stands."""
    coded = [node for node in elements(root) if etree.QName(node).localname in CODES and not len(node)]
    if coded:
        node = chance.choice(coded)
        valued(chance.choice(CODES[etree.QName(node).localname]))(node)


def change_country(root: Element, chance: Random) -> None:
    """One country everywhere, also at the beginning of VAT numbers."""
    code = chance.choice(COUNTRIES)
    for node in elements(root):
        name = etree.QName(node).localname
        if name == "IdentificationCode" and chance.random() < 0.8:
            node.text = code
        elif name == "CompanyID" and re.match(r"[A-Z]{2}", node.text or "") and chance.random() < 0.8:
            node.text = code + (node.text or "")[2:]


def change_attribute(root: Element, chance: Random) -> None:
    """An attribute less, more or other."""
    holders = [node for node in elements(root) if node.attrib]
    if not holders or chance.random() < 0.2:
        node = chance.choice(elements(root))
        node.set(chance.choice(ATTRIBUTES), chance.choice(SCHEMES))
        return
    node = chance.choice(holders)
    name = chance.choice(sorted(str(key) for key in node.attrib))
    act = chance.choice(("drop", "code", "garble", "blank", "pad", "lower", "spread", "respell"))
    value = node.attrib.pop(name)
    if act == "respell":
        node.set(f"{name}X", str(value))
    elif act != "drop":
        held = etree.Element("x")
        held.text = str(value)
        {"garble": garble, "pad": pad, "lower": lower, "spread": spread}.get(act, lambda _: None)(held)
        node.set(name, {"code": chance.choice(SCHEMES), "blank": ""}.get(act, held.text))


def swap(root: Element, chance: Random) -> None:
    """Exchange the values of two elements, or move one to another place."""
    nodes = elements(root)
    one, other = chance.choice(nodes), chance.choice(nodes)
    if not len(one) and not len(other):
        one.text, other.text = other.text, one.text
    elif one not in list(other.iterancestors()) and one is not other:
        other.append(one)


def graft(root: Element, chance: Random) -> None:
    """A copy of one element inside another."""
    nodes = elements(root)
    source, target = chance.choice(nodes), chance.choice([node for node in nodes if len(node)] or nodes)
    target.append(etree.fromstring(etree.tostring(source, with_tail=False)))


ACTS: tuple[tuple[Act, int], ...] = (
    (change_node, 8), (change_number, 4), (change_code, 4), (change_country, 2), (change_attribute, 4),
    (swap, 2), (graft, 2),
)  # fmt: skip


def reprefixed(document: bytes, chance: Random) -> bytes:
    """The same document with other prefixes, which mean the same (but for rules that look at the name as spelled)."""
    prefix = chance.choice((b"a", b"ns1", b"Amount"))
    return (
        document.replace(b"<cac:", b"<%b:" % prefix)
        .replace(b"</cac:", b"</%b:" % prefix)
        .replace(b"xmlns:cac=", b"xmlns:%b=" % prefix)
    )


def mutated(document: bytes, chance: Random) -> bytes:
    """One blind mutant of a document."""
    root = etree.fromstring(document)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3))):
        act = chance.choices([act for act, _ in ACTS], [weight for _, weight in ACTS])[0]
        act(root, chance)
    mutant = written(root)
    return reprefixed(mutant, chance) if chance.random() < 0.02 else mutant


def stream(seeds: dict[str, bytes], chance: Random) -> Iterator[tuple[str, bytes]]:
    """Blind mutants without end, each with the name of its seed."""
    names = list(seeds)
    while True:
        name = chance.choice(names)
        yield name, mutated(seeds[name], chance)
