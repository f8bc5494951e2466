"""The documents of the differential: directed at the rules of the catalogue, and as many blind ones.

Everything follows from the rule set and one number; nothing depends on hash seeds or on the order of a file system.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random

from lxml import etree

from tests.official import official

from . import blind, breakers, families, forbidden
from .catalogue import catalogue
from .edits import Edit, edited, written
from .nodes import ATTRIBUTE, GROUPS, SIMPLE
from .official import RuleSetName
from .seeds import seeds
from .units import expectations

KINDS = ("Invoice", "CreditNote")
Recipe = tuple[str, str, Callable[[bytes], bytes]]
"""Name, name of the seed, and what makes the mutant of the seed's bytes."""


@dataclass(frozen=True)
class Mutant:
    """One document to judge, how it was made and from which seed; directed or blind."""

    name: str
    seed: str
    document: bytes
    directed: bool = True


def base(which: RuleSetName) -> dict[str, bytes]:
    """The rich seed of both kinds that most directed mutations start from."""
    named = "selfbilled" if which == "sb" else "everything"
    held = seeds(which) if which == "sb" else seeds("peppol")
    return {kind: held[f"{named}-{kind}"] for kind in KINDS}


def by(*edits: Edit) -> Callable[[bytes], bytes]:
    """A recipe's maker from edits."""
    return lambda seed: edited(seed, edits)


def of_rules(which: RuleSetName) -> Iterator[Recipe]:
    """For each rule that forbids a node: what breaks it and what nearly does."""
    for rule in catalogue(which):
        made = forbidden.edits_of(rule)
        for name, edits in zip(("breaks", "nearly breaks"), made or (), strict=False):
            for number, edit in enumerate(edits):
                for kind in KINDS:
                    yield f"{name} {rule.id} ({number})", kind, by(edit)


def of_families() -> Iterator[Recipe]:
    """For each VAT category: the document wholly in it, and its variations."""
    for code in families.RATES:
        whole = families.taxed(code)
        for kind in KINDS:
            yield f"all {code}", kind, by(whole)
            for name, edit in families.variations(code):
                yield f"all {code}, {name}", kind, by(whole, edit)


def of_tables(which: RuleSetName) -> Iterator[Recipe]:
    """The tables of edits, on the rich seeds; the national ones also on the national seeds."""
    for table, rows in breakers.TABLES.items():
        for name, edit in rows():
            for kind in KINDS:
                yield f"{table}: {name}", kind, by(edit)
    if which == "peppol":
        national = [name for name in seeds(which) if len(name.split("-")[0]) == 2 and name.split("-")[1] in KINDS]
        for table in breakers.NATIONAL_TABLES:
            for number, (name, edit) in enumerate(breakers.TABLES[table]()):
                for place, seed in enumerate(national):
                    if seed.endswith("-Invoice") or (number + place) % 4 == 0:
                        yield f"{table}: {name}", seed, by(edit)


def at(number: int, change: str) -> Callable[[bytes], bytes]:
    """A recipe's maker: one change of the element of that number."""

    def make(seed: bytes) -> bytes:
        root = etree.fromstring(seed)
        (SIMPLE | GROUPS)[change](blind.elements(root)[number])
        return written(root)

    return make


def of_nodes(which: RuleSetName) -> Iterator[Recipe]:
    """Every change of every element and attribute of the rich seeds."""
    for kind, seed in base(which).items():
        for number, node in enumerate(blind.elements(etree.fromstring(seed))):
            name = f"{etree.QName(node).localname} ({number})"
            for change in GROUPS if len(node) else SIMPLE:
                yield f"{change} {name}", kind, at(number, change)
            for attribute in sorted(map(str, node.attrib)):
                for change in ATTRIBUTE:
                    yield f"{change} {attribute} of {name}", kind, attribute_at(number, attribute, change)


def attribute_at(number: int, name: str, change: str) -> Callable[[bytes], bytes]:
    """A recipe's maker: one change of an attribute of the element of that number."""

    def make(seed: bytes) -> bytes:
        root = etree.fromstring(seed)
        node = blind.elements(root)[number]
        node.set(name, ATTRIBUTE[change](str(node.attrib.pop(name))))
        if change == "remove":
            del node.attrib[name]
        return written(root)

    return make


def targeted(which: RuleSetName) -> list[Recipe]:
    """Every mutation that is written for rules: forbidden nodes, VAT families and tables, in a fixed order."""
    return [*of_rules(which), *of_families(), *of_tables(which)]


def chosen(which: RuleSetName, share: int, chance: Random) -> list[Recipe]:
    """So many directed mutations: those written for rules first, then changes of single nodes; samples where short."""
    aimed, single = targeted(which), list(of_nodes(which))
    first = sample(aimed, share, chance)
    return first + sample(single, share - len(first), chance)


def sample(every: list[Recipe], number: int, chance: Random) -> list[Recipe]:
    """At most so many of them, in their order."""
    if number >= len(every):
        return every
    return [every[place] for place in sorted(chance.sample(range(len(every)), number))]


def directed(which: RuleSetName, made: list[Recipe]) -> Iterator[Mutant]:
    """The mutants of recipes."""
    held = {**seeds(which), **base(which)}
    for name, seed, make in made:
        yield Mutant(name, seed, make(held[seed]))


def units(which: RuleSetName) -> dict[str, bytes]:
    """The documents of the official unit tests, which make good seeds: small, and close to one rule."""
    root = official("peppol")
    named = (
        (f"{unit.name} {unit.rule}", unit.document)
        for unit in expectations(root)
        if (unit.rules == "en") == (which == "en")
    )
    return dict(named)


def mutants(which: RuleSetName, number: int, seed: int) -> Iterator[Mutant]:
    """So many mutants: half directed (as far as recipes go), the rest blind."""
    chance = Random(f"{which} {seed}")
    made = chosen(which, number // 2, chance)
    yield from directed(which, made)
    sources = {**seeds(which), **base(which), **units(which)}
    for name, document in islice(blind.stream(sources, chance), number - len(made)):
        yield Mutant("blind", name, document, directed=False)
