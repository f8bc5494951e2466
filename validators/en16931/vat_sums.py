"""Amounts per VAT category and rate: what lines, charges and allowances add up to, in one pass over them.

The artefacts add them up again for each row of the breakdown; here a row is a look-up. Where their XPath would meet a
faulty element, so does the look-up: `CannotJudge`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import TypeVar

from validators.en16931.indicators import indicated
from validators.en16931.rulebook import CannotJudge
from validators.en16931.tree import Document, Node
from validators.en16931.values import ZERO, collapsed, decimal, read_decimal
from validators.en16931.vat_facts import category

Amount = Decimal | CannotJudge
_Key = tuple[str, Decimal | None]


class Settled:
    """Which values a search found before it met a fault, if it met one: of any other value there is no answer."""

    __slots__ = ("fault", "values")

    def __init__(self) -> None:
        self.values: set[object] | None = None
        self.fault: CannotJudge | None = None

    def narrow(self, values: Iterable[object], fault: CannotJudge) -> None:
        self.values = set(values) if self.values is None else self.values.intersection(values)
        self.fault = self.fault or fault

    def knows(self, value: object) -> bool:
        return self.values is None or value in self.values

    def ask(self, value: object) -> None:
        if not self.knows(value) and self.fault is not None:
            raise self.fault


class Tally:
    """The amounts of some elements by their categories and rates.

    An element counts under each category that it names, and under each rate, once. `of(category)` and `of(category,
    rate)` are sums, `has(category, rate)` whether there is one at all.
    """

    def __init__(self) -> None:
        self._sums: dict[_Key, Amount] = {}
        self._found: set[_Key] = set()
        self._categories = Settled()
        self._rates: dict[str, Settled] = {}

    def add(self, categories: list[Node], amounts: list[Node]) -> None:
        """One element: its categories, and its amount (none, or one; of more there is no sum)."""
        names, fault = _until_a_fault(categories, category)
        rates, halt = _until_a_fault(categories, _rate)
        amount = _amount(amounts)
        for name in names:
            settled = self._rates.get(name) or self._rates.setdefault(name, Settled())
            self._put((name, None), amount)
            for rate in rates:
                if rate is not None:
                    if self._categories.knows(name) and settled.knows(rate):
                        self._found.add((name, rate))
                    self._put((name, rate), amount)
            if halt:
                settled.narrow(rates, halt)
        if fault:
            self._categories.narrow(names, fault)

    def count(self, name: str, rate: Decimal, amount: Decimal) -> None:
        """Elements without a fault, all of one category and rate."""
        self._rates.setdefault(name, Settled())
        self._found.add((name, rate))
        self._put((name, None), amount)
        self._put((name, rate), amount)

    def refuse(self, fault: CannotJudge) -> None:
        """An element that cannot even be told to belong here."""
        self._categories.narrow((), fault)

    def of(self, name: str, rate: Decimal | None = None) -> Decimal:
        if not self._rates and self._categories.fault is None:
            return ZERO
        self._categories.ask(name)
        if rate is not None and name in self._rates:
            self._rates[name].ask(rate)
        told = self._sums.get((name, rate), ZERO)
        if isinstance(told, CannotJudge):
            raise told
        return told

    def has(self, name: str, rate: Decimal) -> bool:
        if (name, rate) in self._found:
            return True
        self._categories.ask(name)
        if name in self._rates:
            self._rates[name].ask(rate)
        return False

    def _put(self, key: _Key, amount: Amount) -> None:
        known = self._sums.get(key, ZERO)
        if isinstance(known, Decimal):
            self._sums[key] = known + amount if isinstance(amount, Decimal) else amount


Found = TypeVar("Found", str, Decimal | None)


def _until_a_fault(
    nodes: list[Node], question: Callable[[Node], Found]
) -> tuple[dict[Found, None], CannotJudge | None]:
    """The distinct answers, in order, and what ended them early."""
    found: dict[Found, None] = {}
    for node in nodes:
        try:
            found[question(node)] = None
        except CannotJudge as fault:
            return found, fault
    return found, None


def _rate(node: Node) -> Decimal | None:
    return decimal(node.all("cbc:Percent"))


def _amount(nodes: list[Node]) -> Amount:
    try:
        return decimal(nodes) or ZERO
    except CannotJudge as fault:
        return fault


def _of_plain_lines(lines: Iterable[Node]) -> Tally | None:
    """Lines without a fault: each with one category, one code and rate of it, one amount. None where one is not so."""
    sums: dict[tuple[str, str], Decimal] = {}
    for line in lines:
        items, amounts = line.children.get("cac:Item", ()), line.children.get("cbc:LineExtensionAmount", ())
        if len(items) != 1 or len(amounts) != 1:
            return None
        categories = items[0].children.get("cac:ClassifiedTaxCategory", ())
        if len(categories) != 1:
            return None
        named = categories[0].children
        codes, rates = named.get("cbc:ID", ()), named.get("cbc:Percent", ())
        amount = read_decimal(amounts[0].text)
        if len(codes) != 1 or len(rates) != 1 or amount is None:
            return None
        key = codes[0].text, rates[0].text
        sums[key] = sums.get(key, ZERO) + amount
    tally = Tally()
    for (code, written), amount in sums.items():
        rate = read_decimal(written)
        if rate is None:
            return None
        tally.count(collapsed(code), rate, amount)
    return tally


def _of_lines(lines: Sequence[Node]) -> Tally:
    plain = _of_plain_lines(lines)
    if plain is not None:
        return plain
    tally = Tally()
    for line in lines:
        tally.add(line.all("cac:Item", "cac:ClassifiedTaxCategory"), line.all("cbc:LineExtensionAmount"))
    return tally


NOTHING = Tally()
"""Of no elements: every sum is 0."""


def _of_charges(charges: Sequence[Node], said: bool | None) -> Tally:
    """Charges (true), allowances (false), or both together (None)."""
    if not charges:
        return NOTHING
    tally = Tally()
    for one in charges:
        try:
            if said is not None and not indicated(one, said):
                continue
        except CannotJudge as fault:
            tally.refuse(fault)
            continue
        tally.add(one.all("cac:TaxCategory"), one.all("cbc:Amount"))
    return tally


def invoiced(document: Document) -> Tally:
    """`/*/cac:InvoiceLine`"""
    return _of_lines(document.root.all("cac:InvoiceLine"))


def credited(document: Document) -> Tally:
    """`/*/cac:CreditNoteLine`"""
    return _of_lines(document.root.all("cac:CreditNoteLine"))


def invoiced_anywhere(document: Document) -> Tally:
    """`//cac:InvoiceLine`"""
    return _anywhere(document, "cac:InvoiceLine", invoiced)


def credited_anywhere(document: Document) -> Tally:
    """`//cac:CreditNoteLine`"""
    return _anywhere(document, "cac:CreditNoteLine", credited)


def _anywhere(document: Document, name: str, below_root: Callable[[Document], Tally]) -> Tally:
    lines = document.everywhere(name)
    if len(lines) == len(document.root.all(name)):
        return document.once(below_root)
    return _of_lines(lines)


def charged(document: Document) -> Tally:
    """`/*/cac:AllowanceCharge[cbc:ChargeIndicator = true()]`"""
    return _of_charges(document.root.all("cac:AllowanceCharge"), True)


def allowed(document: Document) -> Tally:
    """`/*/cac:AllowanceCharge[cbc:ChargeIndicator = false()]`"""
    return _of_charges(document.root.all("cac:AllowanceCharge"), False)


def charged_anywhere(document: Document) -> Tally:
    """`//cac:AllowanceCharge`, of either kind and at any depth."""
    return _of_charges(document.everywhere("cac:AllowanceCharge"), None)
