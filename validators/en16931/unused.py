"""What UBL 2.1 can say and the core invoice does not use: one table of paths in place of 670 rules (UBL-CR)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from schemas.findings import Severity
from validators.en16931.place import CREDIT_NOTE, INVOICE, Place

TABLE = Path(__file__).with_name("unused.tsv")
_LINES = ("cac:InvoiceLine", "cac:CreditNoteLine")
_Found = tuple[tuple[str, ...], dict[str, tuple[str, ...]]]


class Unused:
    """Paths that draw a warning: relative to the document, or `//…` at any depth; a path may end in `@attribute`, and
    `//@attribute` is that of any element."""

    def __init__(self, paths: Iterable[tuple[str, str]] = ()) -> None:
        self.paths: Mapping[str, str] = dict(paths)
        self._rooted: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        self._anywhere: dict[str, list[tuple[tuple[str, ...], str, str]]] = {}
        self._on_any: list[tuple[str, str]] = []
        for rule, path in self.paths.items():
            for steps, attribute in _variants(path):
                if not steps:
                    self._on_any.append((attribute, rule))
                elif path.startswith("//"):
                    self._anywhere.setdefault(steps[-1], []).append((steps, attribute, rule))
                else:
                    self._rooted.setdefault(steps, []).append((attribute, rule))

    def flags(self) -> dict[str, Severity]:
        return dict.fromkeys(self.paths, Severity.WARNING)

    def at(self, place: Place) -> _Found:
        """The rules that an element at this place breaks, and those that an attribute of it breaks."""
        names = tuple(place.upwards())[::-1]
        if names[0] not in (INVOICE, CREDIT_NOTE):
            return (), {}
        told = [*self._on_any, *self._rooted.get(names[1:], ())]
        for steps, attribute, rule in self._anywhere.get(place.name, ()):
            if names[-len(steps) :] == steps:
                told.append((attribute, rule))
        attributes: dict[str, tuple[str, ...]] = {}
        for attribute, rule in told:
            if attribute:
                attributes[attribute] = (*attributes.get(attribute, ()), rule)
        return tuple(rule for attribute, rule in told if not attribute), attributes


def _variants(path: str) -> Iterable[tuple[tuple[str, ...], str]]:
    """Steps and attribute of a path, once for each kind of line."""
    elements, _, attribute = path.removeprefix("//").partition("@")
    steps = tuple(step for step in elements.split("/") if step)
    if steps[:1] != ("LINE",):
        return [(steps, attribute)]
    return [((line, *steps[1:]), attribute) for line in _LINES]


@lru_cache(maxsize=1)
def read_table() -> Unused:
    """The table of EN 16931."""
    rows = (line.split("\t") for line in TABLE.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return Unused((rule, path) for rule, path in rows)
