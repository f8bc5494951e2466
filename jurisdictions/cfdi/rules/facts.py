"""What SAT's rules look at in a CFDI, as plain records: amounts as numbers, codes as texts, places only where known.

The same rules run over records taken from a parsed document (a stranger's, or our own for its findings) and over
records taken from the model that it is written from, which spares writing and reading it. The latter have no
`element`: whatever is found there is found again, with its place, in the document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import msgspec
from lxml import etree

from schemas.findings import Finding
from schemas.money import plain


class _Record(msgspec.Struct, frozen=True, gc=False):
    pass


class Tax(_Record, frozen=True, gc=False):
    """One tax of a concept, or one row of the document's own cfdi:Impuestos. None: absent, or no number."""

    code: str | None
    factor: str | None
    rate: Decimal | None
    base: Decimal | None
    amount: Decimal | None
    element: etree._Element | None = None

    @property
    def key(self) -> tuple[str | None, str | None, Decimal | None]:
        """What rows are told apart by: the rate by its number, never by how it is written."""
        return self.code, self.factor, self.rate


class Concept(_Record, frozen=True, gc=False):
    """One cfdi:Concepto. `taxed`: it has a node of taxes, be it empty."""

    product: str
    unit: str
    quantity: Decimal | None
    price: Decimal | None
    amount: Decimal | None
    discount: Decimal | None
    tax_object: str | None
    taxed: bool
    transferred: tuple[Tax, ...]
    withheld: tuple[Tax, ...]
    element: etree._Element | None = None


class Sums(_Record, frozen=True, gc=False):
    """The document's own cfdi:Impuestos."""

    total_withheld: Decimal | None
    total_transferred: Decimal | None
    withheld: tuple[Tax, ...]
    transferred: tuple[Tax, ...]
    element: etree._Element | None = None


class Issuer(_Record, frozen=True, gc=False):
    """cfdi:Emisor."""

    rfc: str
    regime: str
    buyer_operation: str | None = None
    element: etree._Element | None = None


class Buyer(_Record, frozen=True, gc=False):
    """cfdi:Receptor."""

    rfc: str
    name: str | None
    postal_code: str | None
    country: str | None
    tax_id: str | None
    regime: str
    use: str
    element: etree._Element | None = None


class Period(_Record, frozen=True, gc=False):
    """cfdi:InformacionGlobal."""

    cycle: str | None
    months: str
    year: str | None
    element: etree._Element | None = None


class Relation(_Record, frozen=True, gc=False):
    """One cfdi:CfdiRelacionados."""

    code: str | None
    element: etree._Element | None = None


class Facts(_Record, frozen=True, gc=False, kw_only=True):
    """One CFDI. `decimals` are those of its currency by `c_Moneda`, `local` its local taxes, transferred less
    withheld; `day` is the date of Fecha. `rate` is TipoCambio as written."""

    kind: str
    day: date
    issued: str
    currency: str
    decimals: int
    form: str | None
    method: str | None
    rate: str | None
    subtotal: Decimal | None
    discount: Decimal | None
    total: Decimal | None
    local: Decimal
    export: str | None
    place: str | None
    issuer: Issuer | None
    buyer: Buyer | None
    period: Period | None
    relations: tuple[Relation, ...]
    concepts: tuple[Concept, ...]
    sums: Sums | None
    complements: frozenset[str]
    element: etree._Element | None = None


_UNITS = tuple(Decimal(1).scaleb(-decimals) for decimals in range(7))
FactRule = Callable[[Facts], Iterator[Finding]]


def decimals_of(element: etree._Element | None, name: str, value: Decimal | None, least: int = 0) -> int:
    """How many decimals a number is written with: SAT's tolerances follow it. Our own are written without trailing
    zeros, but with `least` decimals."""
    if element is not None:
        return len(element.get(name, "").strip().partition(".")[2])
    if value is None:
        return 0
    return max(len(plain(value).partition(".")[2].rstrip("0")), least)


def is_finer(element: etree._Element | None, name: str, value: Decimal | None, decimals: int) -> bool:
    """Whether a number is written with more decimals than so many."""
    if element is None:
        return value is not None and bool(value % _UNITS[decimals])
    return decimals_of(element, name, value) > decimals
