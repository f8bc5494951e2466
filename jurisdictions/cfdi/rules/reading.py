"""A CFDI as its rules look at it: the parsed document, its currency's decimals, its day, and places to point to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal
from functools import cache

from lxml import etree

from jurisdictions.cfdi.codelists import CURRENCY_DECIMALS
from jurisdictions.cfdi.rules.sentences import finding
from jurisdictions.cfdi.xsd import CFDI, PAGOS
from schemas.findings import Finding, Severity

EXACT = Context(prec=120)
"""Products of the longest amounts, quantities and rates fit; Python's own 28 digits would raise."""
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,24})?")
EPOCH = date(2022, 1, 1)
"""CFDI 4.0 began on this day: documents that say an earlier one are read as of it."""
Rule = Callable[["Reading"], Iterator[Finding]]


@dataclass(frozen=True)
class Reading:
    """One document under judgement. `kind` is its TipoDeComprobante; `day` the date of Fecha, else the day given."""

    root: etree._Element
    kind: str
    currency: str
    decimals: int
    day: date
    concepts: tuple[etree._Element, ...]
    complements: frozenset[str]
    payments: tuple[etree._Element, ...] = ()
    """Every pago20:Pago of the complement Pagos 2.0."""

    def one(self, path: str) -> etree._Element | None:
        return self.root.find(_clark(path))

    def all(self, path: str) -> list[etree._Element]:
        return self.root.findall(_clark(path))

    def value(self, path: str, name: str) -> str | None:
        """An attribute of the first element at the path (the document itself for an empty path)."""
        found = self.root if not path else self.one(path)
        return None if found is None else found.get(name)


def read(root: etree._Element, day: date) -> Reading:
    """The reading of a `cfdi:Comprobante`; `day` serves where Fecha is no date."""
    with suppress(ValueError):
        day = datetime.fromisoformat(root.get("Fecha", "")).date()
    currency = root.get("Moneda", "")
    return Reading(
        root=root,
        kind=root.get("TipoDeComprobante", ""),
        currency=currency,
        decimals=CURRENCY_DECIMALS.get(currency, 2),
        day=max(day, EPOCH),
        concepts=tuple(root.findall(_clark("Conceptos/Concepto"))),
        complements=frozenset(etree.QName(child).localname for child in root.iterfind(_clark("Complemento") + "/*")),
        payments=tuple(root.iterfind(f"{_clark('Complemento')}/{{{PAGOS}}}Pagos/{{{PAGOS}}}Pago")),
    )


def run(rules: Iterable[Rule], reading: Reading) -> list[Finding]:
    return [found for rule in rules for found in rule(reading)]


def child(element: etree._Element, path: str, namespace: str = CFDI) -> list[etree._Element]:
    """The elements at a path of local names below this one, all in one namespace."""
    return element.findall(_clark(path, namespace))


def number(element: etree._Element, name: str) -> Decimal | None:
    """An attribute as a plain decimal, or None (absent, or no number: the schema speaks of that)."""
    text = element.get(name, "").strip(" \t\r\n")
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def decimals_written(element: etree._Element, name: str) -> int:
    """How many decimals the attribute is written with: SAT's tolerances follow it."""
    return len(element.get(name, "").strip().partition(".")[2])


def broken(
    code: str,
    element: etree._Element | None,
    name: str | None = None,
    *,
    expected: str | None = None,
    found: str | None = None,
    severity: Severity = Severity.FATAL,
) -> Finding:
    """The finding of a rule at an attribute of an element; without an element it has no place."""
    if element is None:
        return finding(code, term=name, found=found, expected=expected, severity=severity)
    path = str(element.getroottree().getpath(element))
    return finding(
        code,
        location=f"{path}/@{name}" if name else path,
        term=name,
        found=found if found is not None else (element.get(name) if name else None),
        expected=expected,
        severity=severity,
    )


@cache
def _clark(path: str, namespace: str = CFDI) -> str:
    return "/".join(f"{{{namespace}}}{step}" for step in path.split("/"))
