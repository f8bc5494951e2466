"""From an element of a document that we built back to what the caller wrote: an XPath becomes a JSON pointer."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from schemas.document import Invoice

_HERE = Path(__file__).parent
_STEP = re.compile(r"([^/\[]+)(?:\[(\d+)\])?")
_LINES = ("cac:InvoiceLine", "cac:CreditNoteLine")
_ALLOWANCE = "cac:AllowanceCharge"
_Steps = tuple[tuple[str, int], ...]


def pointer(rule: str, location: str, invoice: Invoice) -> str:
    """Where in the neutral invoice the caller mends what `rule` found at `location`; empty: the invoice as a whole.

    What a rule misses has no element, so a table says which one it means. An element that nobody writes by hand
    stands for the nearest one around it that somebody does.
    """
    steps = _steps(location)[1:]
    meant = _meant().get(rule, "")
    steps = _steps(meant) if meant.startswith("/") else (*steps, *_steps(meant))
    while steps:
        template = _places().get("/".join(_general(name) for name, _ in steps))
        if template is not None:
            return _filled(template, steps, invoice)
        steps = steps[:-1]
    return ""


def _steps(location: str) -> _Steps:
    return tuple((name, int(place or 1)) for name, place in _STEP.findall(location))


def _general(name: str) -> str:
    return "LINE" if name in _LINES else name


@lru_cache(maxsize=1)
def _places() -> dict[str, str]:
    """Path without positions, to a pointer whose `#` are filled by positions of steps."""
    return {path.replace("#", ""): template for path, template in _rows("pointers.tsv")}


@lru_cache(maxsize=1)
def _meant() -> dict[str, str]:
    return dict(_rows("meant.tsv"))


def _rows(name: str) -> list[tuple[str, str]]:
    lines = (_HERE / name).read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(path, told) for path, told in rows]


@lru_cache(maxsize=1)
def _counted() -> frozenset[str]:
    """The names whose position is a position in the neutral invoice."""
    return frozenset(step[:-1] for path, _ in _rows("pointers.tsv") for step in path.split("/") if step.endswith("#"))


def _filled(template: str, steps: _Steps, invoice: Invoice) -> str:
    line = next((place - 1 for name, place in steps if name in _LINES), None)
    for name, place in steps:
        if _general(name) not in _counted() or "#" not in template:
            continue
        index = place - 1
        if name == _ALLOWANCE:
            index, template = _allowance_or_charge(index, line, template, invoice)
        template = template.replace("#", str(index), 1)
    if line is not None and template == f"/lines/{line}/name" and not _line_has_name(invoice, line):
        return f"/lines/{line}/description"
    return template


def _allowance_or_charge(index: int, line: int | None, template: str, invoice: Invoice) -> tuple[int, str]:
    """UBL has one list of allowances and charges, and we write the allowances first."""
    if line is not None and line >= len(invoice.lines):
        return index, template
    first = len(invoice.allowances if line is None else invoice.lines[line].allowances)
    return (index, template) if index < first else (index - first, template.replace("/allowances/", "/charges/", 1))


def _line_has_name(invoice: Invoice, line: int) -> bool:
    return line < len(invoice.lines) and bool((invoice.lines[line].name or "").strip())
