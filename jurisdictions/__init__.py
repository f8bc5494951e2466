"""The jurisdictions that this installation speaks for. Adding one is a folder and a word in `INSTALLED`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from importlib import import_module

from jurisdictions.contract import Jurisdiction

INSTALLED = ("verifactu", "cfdi", "peppol")


class UnsealableOrder(ValueError):
    """Two jurisdictions wait for each other's facts."""


def load(names: Iterable[str] = INSTALLED, package: str = "jurisdictions") -> Mapping[str, Jurisdiction]:
    """The named jurisdictions by code, in the order in which their seals may be made: who provides a fact comes
    first."""
    return seal_order(import_module(f"{package}.{name}").JURISDICTION for name in names)


def seal_order(jurisdictions: Iterable[Jurisdiction]) -> Mapping[str, Jurisdiction]:
    """Sort by provided and consumed facts; a cycle is refused."""
    found = {jurisdiction.about.code: jurisdiction for jurisdiction in jurisdictions}
    providers = {fact: code for code, one in found.items() for fact in one.about.provides}
    graph = {
        code: {providers[fact] for fact in one.about.consumes if fact in providers and providers[fact] != code}
        for code, one in found.items()
    }
    try:
        return {code: found[code] for code in TopologicalSorter(graph).static_order()}
    except CycleError as cycle:
        raise UnsealableOrder(f"facts go in a circle: {cycle.args[1]}") from cycle
