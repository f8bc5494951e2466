"""A CFDI before its seal: what it will say, with its amounts at the currency's scale.

Source: Anexo 20, CFDI 4.0; the rules CFDI40108, 40119, 40203-40221 say how the totals come about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from jurisdictions.cfdi.concepts import Concept, ConceptTax, concepts
from jurisdictions.cfdi.parties import Receiver, Sender, receiver, sender
from jurisdictions.cfdi.settings import NO_EXTENSION, Extension, InformacionGlobal
from jurisdictions.cfdi.terms import Relations, Terms, relations, terms
from jurisdictions.contract import Instruction, Issuer
from schemas.invoice import Kind
from schemas.money import ZERO, round_half_up, scale_of


@dataclass(frozen=True, kw_only=True)
class Group:
    """One row of cfdi:Impuestos of the document."""

    code: str
    rate: Decimal | None
    base: Decimal
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Comprobante:
    """A CFDI before its seal: everything that it will say, and its amounts at the currency's scale."""

    kind: str
    series: str | None
    folio: str | None
    issued: datetime
    currency: str
    scale: int
    terms: Terms
    related: Relations | None
    period: InformacionGlobal | None
    sender: Sender
    receiver: Receiver
    concepts: tuple[Concept, ...]
    withheld: tuple[Group, ...]
    transferred: tuple[Group, ...]

    @property
    def subtotal(self) -> Decimal:
        return round_half_up(sum((c.amount for c in self.concepts), ZERO), self.scale)

    @property
    def discount(self) -> Decimal:
        return round_half_up(sum((c.discount for c in self.concepts), ZERO), self.scale)

    @property
    def total(self) -> Decimal:
        """Rule CFDI40119, with the rounded groups."""
        tax = sum((g.amount for g in self.transferred), ZERO) - sum((g.amount for g in self.withheld), ZERO)
        return self.subtotal - self.discount + tax


def comprobante(instruction: Instruction, issuer: Issuer, at: datetime, number: str | None) -> Comprobante:
    """The CFDI of an instruction. `at` becomes Fecha, in the issuer's own time zone and without one written."""
    invoice = instruction.invoice
    words = instruction.extension if isinstance(instruction.extension, Extension) else NO_EXTENSION
    scale = scale_of(invoice.currency)
    issuing = sender(issuer)
    rows = concepts(invoice, instruction.line_extensions)
    taxes = [tax for concept in rows for tax in concept.taxes]
    series, folio = series_and_folio(number, invoice.series)
    return Comprobante(
        kind="E" if invoice.kind is Kind.CREDIT_NOTE else "I",
        series=series,
        folio=folio,
        issued=at.astimezone(ZoneInfo(issuer.time_zone)),
        currency=invoice.currency,
        scale=scale,
        terms=terms(invoice, words),
        related=relations(invoice, words),
        period=words.informacion_global,
        sender=issuing,
        receiver=receiver(invoice, words, issuing.place),
        concepts=rows,
        withheld=_withheld(taxes, scale),
        transferred=_transferred(taxes, scale),
    )


def series_and_folio(number: str | None, series: str | None) -> tuple[str | None, str | None]:
    """Serie and Folio of an invoice number: `A-12` of series `A` is Serie A, Folio 12."""
    if number is None:
        return series, None
    if series and number.startswith(series) and len(number) > len(series):
        return series, number[len(series) :].removeprefix("-") or None
    return None, number


def _transferred(taxes: list[ConceptTax], scale: int) -> tuple[Group, ...]:
    """One row per tax, factor and rate (CFDI40218): base and amount are the rounded sums of the concepts'."""
    rows: dict[tuple[str, Decimal | None], list[ConceptTax]] = {}
    for tax in taxes:
        if not tax.withheld:
            rows.setdefault((tax.code, tax.rate), []).append(tax)
    return tuple(_summed(code, rate, found, scale) for (code, rate), found in rows.items())


def _withheld(taxes: list[ConceptTax], scale: int) -> tuple[Group, ...]:
    """One row per tax whatever its rates (CFDI40208)."""
    rows: dict[str, list[ConceptTax]] = {}
    for tax in taxes:
        if tax.withheld:
            rows.setdefault(tax.code, []).append(tax)
    return tuple(_summed(code, None, found, scale) for code, found in rows.items())


def _summed(code: str, rate: Decimal | None, found: list[ConceptTax], scale: int) -> Group:
    base = round_half_up(sum((tax.base for tax in found), ZERO), scale)
    amount = round_half_up(sum((tax.amount for tax in found), ZERO), scale)
    return Group(code=code, rate=rate, base=base, amount=amount)
