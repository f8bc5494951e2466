"""From an element of a document that we built back to what the caller wrote: an XPath becomes a JSON pointer.

The issuer's own data are not in the invoice: whatever a rule says of the seller points to `/issuer`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from jurisdictions.peppol import taxes
from jurisdictions.peppol.document_types import is_credit
from jurisdictions.peppol.extension import extension_of
from jurisdictions.peppol.participants import usable
from jurisdictions.peppol.trading_parties import text
from schemas.document import Allowance, Invoice, Tax

_HERE = Path(__file__).parent
_STEP = re.compile(r"([^/\[]+)(?:\[(\d+)\])?")
_TAX = re.compile(r"^(?:/lines/(\d+))?(?:/(allowances|charges)/(\d+))?/taxes(?=/0)")
_LINES = ("cac:InvoiceLine", "cac:CreditNoteLine")
_ALLOWANCE = "cac:AllowanceCharge"
_REFERENCE = "cac:AdditionalDocumentReference"
_Steps = tuple[tuple[str, int], ...]


def pointer(rule: str, location: str, invoice: Invoice) -> str:
    """Where in the neutral invoice the caller mends what `rule` found at `location`; empty: the invoice as a whole.

    What a rule misses has no element, so a table says which one it means. An element that nobody writes by hand
    stands for the nearest one around it that somebody does.
    """
    meant = _meant().get(rule, "")
    if meant.startswith("="):
        return meant[1:]
    steps = _steps(meant) if meant.startswith("/") else (*_steps(location)[1:], *_steps(meant))
    while steps:
        template = _places().get("/".join(_general(name) for name, _ in steps))
        if template is not None:
            return _settled(_filled(template, steps, invoice), invoice)
        steps = steps[:-1]
    return ""


def _steps(location: str) -> _Steps:
    return tuple((name, int(place or 1)) for name, place in _STEP.findall(location))


def _general(name: str) -> str:
    return "LINE" if name in _LINES else name


@lru_cache(maxsize=1)
def _places() -> dict[str, str]:
    """Path without positions, to a pointer whose `#` are filled by positions of steps."""
    return {path.replace("#", ""): template for path, template in rows("pointers.tsv")}


@lru_cache(maxsize=1)
def _meant() -> dict[str, str]:
    return dict(rows("meant.tsv"))


def rows(name: str) -> list[tuple[str, str]]:
    """The two columns of a table beside this module."""
    lines = (_HERE / name).read_text("utf-8").splitlines()
    told = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(path, template) for path, template in told]


@lru_cache(maxsize=1)
def _counted() -> frozenset[str]:
    """The names whose position is a position in the neutral invoice."""
    return frozenset(step[:-1] for path, _ in rows("pointers.tsv") for step in path.split("/") if step.endswith("#"))


def _filled(template: str, steps: _Steps, invoice: Invoice) -> str:
    line = next((place - 1 for name, place in steps if name in _LINES), None)
    for name, place in steps:
        if _general(name) not in _counted() or "#" not in template:
            continue
        index = place - 1
        if name == _ALLOWANCE:
            index, template = _allowance_or_charge(index, line, template, invoice)
        elif name == _REFERENCE:
            index, template = _reference(index, template, invoice)
        template = template.replace("#", str(index), 1)
    return template


def _allowance_or_charge(index: int, line: int | None, template: str, invoice: Invoice) -> tuple[int, str]:
    """UBL has one list of allowances and charges, and we write the allowances first."""
    if line is not None and line >= len(invoice.lines):
        return index, template
    first = len(invoice.allowances if line is None else invoice.lines[line].allowances)
    return (index, template) if index < first else (index - first, template.replace("/allowances/", "/charges/", 1))


def _reference(index: int, template: str, invoice: Invoice) -> tuple[int, str]:
    """One element for four things, in the order in which they are written: the object invoiced, what is attached, the
    tax office's verification address (which only a seal knows), and a credit note's project."""
    refers = invoice.references
    if refers.invoiced_object and text(refers.invoiced_object.value):
        if index == 0:
            return index, "/references/invoiced_object"
        index -= 1
    if index < len(invoice.attachments):
        return index, template
    return index, "/references/project" if is_credit(invoice) and text(refers.project) else "/attachments"


def _settled(told: str, invoice: Invoice) -> str:
    """The pointer to the field that the document's element was really written from."""
    for usual, other, differs in _ELSEWHERE:
        if told.startswith(usual) and differs(invoice):
            return other
    if told.startswith("/customer/endpoints/"):
        return _endpoint(told, invoice)
    if told.startswith("/lines/") and told.endswith("/name") and told.count("/") == 3:
        return told if _named(told, invoice) else told.removesuffix("name") + "description"
    return _taxed(told, invoice)


_ELSEWHERE: tuple[tuple[str, str, Callable[[Invoice], bool]], ...] = (
    ("/kind", "/type_code", lambda made: made.type_code is not None),
    ("/delivery/on", "/operation_date", lambda made: made.delivery_date is None and made.operation_date is not None),
    ("/customer/identifiers/", "/customer/tax_ids", lambda made: not made.customer.identifiers),
    ("/payee/identifier", "/payment_means", lambda made: made.payee is None or made.payee.identifier is None),
)
"""Fields that another one stands in for: usual field, other field, and when."""


def _endpoint(told: str, invoice: Invoice) -> str:
    """The buyer's electronic address: the invoice's own choice, else the customer's first usable endpoint."""
    field = told.rpartition("/")[2]
    if extension_of(invoice.extensions.get("peppol")).participant is not None:
        return f"/extensions/peppol/participant/{field}"
    endpoints = invoice.customer.endpoints
    chosen = usable(endpoints)
    return "/customer/endpoints" if chosen is None else f"/customer/endpoints/{endpoints.index(chosen)}/{field}"


def _named(told: str, invoice: Invoice) -> bool:
    line = int(told.split("/")[2])
    return line < len(invoice.lines) and bool(text(invoice.lines[line].name))


def _taxed(told: str, invoice: Invoice) -> str:
    """A line, an allowance or a charge shows the one tax of its own that the standard knows, wherever it stands."""
    found = _TAX.match(told)
    if found is None:
        return told
    stated = _taxes_at(found, invoice)
    known = taxes.value_added(stated)
    if not known:
        return told[: found.end()]
    return f"{told[: found.end()]}/{stated.index(known[0])}{told[found.end() + len('/0') :]}"


def _taxes_at(found: re.Match[str], invoice: Invoice) -> Sequence[Tax]:
    line, kind, place = found.groups()
    if line is not None and kind is None:
        return [row.tax for row in invoice.lines[int(line)].taxes] if int(line) < len(invoice.lines) else ()
    around = invoice if line is None else invoice.lines[int(line)]
    told: tuple[Allowance, ...] = around.charges if kind == "charges" else around.allowances
    return told[int(place)].taxes if place is not None and int(place) < len(told) else ()
