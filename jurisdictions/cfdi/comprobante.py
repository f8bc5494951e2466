"""A CFDI before its seal: what it will say, with its amounts at the currency's scale.

Type I is an invoice, E a credit note, T goods that are only moved: that one is worth nothing, in no currency, and tells
nothing of payment. Source: Anexo 20, CFDI 4.0; the rules CFDI40108, 40119, 40203-40221 say how the totals come about.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from jurisdictions.cfdi.codelists import zone_of
from jurisdictions.cfdi.complements import LocalTaxes, local_taxes
from jurisdictions.cfdi.concepts import Concept, ConceptTax, concepts, factor_of, moved
from jurisdictions.cfdi.parties import Receiver, Sender, receiver, sender
from jurisdictions.cfdi.settings import NO_EXTENSION, Extension, InformacionGlobal, Leyenda
from jurisdictions.cfdi.terms import NOTHING_TO_PAY, Relations, Terms, relations, terms
from jurisdictions.contract import Instruction, Issuer
from schemas.invoice import Kind
from schemas.money import ZERO, round_half_up, scale_of

MOVEMENT = "T"
"""TipoDeComprobante of a traslado: goods are moved, nothing is sold."""
NO_CURRENCY = "XXX"
_NEVER = datetime.max.replace(tzinfo=UTC)


class Group(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One row of cfdi:Impuestos of the document."""

    code: str
    rate: Decimal | None
    base: Decimal
    amount: Decimal
    quota: bool = False

    @property
    def factor(self) -> str:
        return factor_of(self.rate, quota=self.quota)


class Comprobante(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A CFDI before its seal: everything that it will say, and its amounts at the currency's scale; `summed` makes the
    last three of the rest.

    `issued` is Fecha, in `zone`, the time zone of the place of issue.
    """

    kind: str
    series: str | None
    folio: str | None
    issued: datetime
    zone: str
    currency: str
    scale: int
    terms: Terms
    related: tuple[Relations, ...]
    period: InformacionGlobal | None
    sender: Sender
    receiver: Receiver
    concepts: tuple[Concept, ...]
    withheld: tuple[Group, ...]
    transferred: tuple[Group, ...]
    local: LocalTaxes | None = None
    legends: tuple[Leyenda, ...] = ()
    confirmation: str | None = None
    subtotal: Decimal = ZERO
    discount: Decimal | None = None
    total: Decimal = ZERO


def summed(cfdi: Comprobante) -> Comprobante:
    """The same with its totals; without a `discount` where no concept has one. Rule CFDI40119: the total is made of
    the rounded groups, and of the local taxes."""
    rows, local = cfdi.concepts, cfdi.local
    subtotal = ZERO if cfdi.kind == MOVEMENT else round_half_up(sum([row.amount for row in rows], ZERO), cfdi.scale)
    discounts = [row.discount for row in rows if row.discount]
    discount = round_half_up(sum(discounts, ZERO), cfdi.scale) if discounts else None
    total = sum([group.amount for group in cfdi.transferred], subtotal - (discount or ZERO))
    total -= sum([group.amount for group in cfdi.withheld], ZERO)
    if local is not None:
        total += local.transferred - local.withheld
    return replace(cfdi, subtotal=subtotal, discount=discount, total=total)


class _Content:
    """What a CFDI says but for its number and its time, as the key of a cache: check and seal of an invoice come one
    after the other, and between them it gets no more than a number. Found by the identity of the lines, which are the
    same all along, and told from others by value.
    """

    __slots__ = ("instruction", "issuer", "told")

    def __init__(self, instruction: Instruction, issuer: Issuer) -> None:
        self.instruction, self.issuer = instruction, issuer
        bare = replace(instruction.invoice, number=None, series=None)
        self.told = (bare, instruction.extension, instruction.line_extensions, issuer)

    def __hash__(self) -> int:
        return id(self.instruction.invoice.lines)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Content) and self.told == other.told


def comprobante(instruction: Instruction, issuer: Issuer, at: datetime, number: str | None) -> Comprobante:
    """The CFDI of an instruction. `at` becomes Fecha: local time of the place of issue, its zone not written. To be
    asked under `EXACT`."""
    draft = _draft(_Content(instruction, issuer))
    series, folio = series_and_folio(number, instruction.invoice.series)
    return replace(draft, series=series, folio=folio, issued=at.astimezone(ZoneInfo(draft.zone)))


@lru_cache(maxsize=32)
def _draft(content: _Content) -> Comprobante:
    """The CFDI without number and time."""
    instruction, issuer, invoice = content.instruction, content.issuer, content.instruction.invoice
    words = words_of(instruction)
    kind = words.tipo or ("E" if invoice.kind is Kind.CREDIT_NOTE else "I")
    currency = NO_CURRENCY if kind == MOVEMENT else invoice.currency
    scale = scale_of(currency)
    issuing = sender(issuer, words)
    rows = concepts(invoice, instruction.line_extensions, unit="ACT" if words.informacion_global else None)
    if kind == MOVEMENT:
        rows = moved(rows)
    taxes = [tax for concept in rows for tax in concept.taxes]
    return summed(
        Comprobante(
            kind=kind,
            series=None,
            folio=None,
            issued=_NEVER,
            zone=zone_of(issuing.place or "") or issuer.time_zone,
            currency=currency,
            scale=scale,
            terms=NOTHING_TO_PAY if kind == MOVEMENT else terms(invoice, words),
            related=relations(invoice, words),
            period=words.informacion_global,
            sender=issuing,
            receiver=receiver(invoice, words, issuing.place),
            concepts=rows,
            withheld=_withheld(taxes, scale),
            transferred=_transferred(taxes, scale),
            local=local_taxes(words.impuestos_locales),
            legends=words.leyendas_fiscales,
            confirmation=words.confirmacion,
        )
    )


def words_of(instruction: Instruction) -> Extension:
    """What the caller says in `extensions.cfdi`."""
    return instruction.extension if isinstance(instruction.extension, Extension) else NO_EXTENSION


def series_and_folio(number: str | None, series: str | None) -> tuple[str | None, str | None]:
    """Serie and Folio of an invoice number: `A-12` of series `A` is Serie A, Folio 12."""
    if number is None:
        return series, None
    if series and number.startswith(series) and len(number) > len(series):
        return series, number[len(series) :].removeprefix("-") or None
    return None, number


def _transferred(taxes: list[ConceptTax], scale: int) -> tuple[Group, ...]:
    """One row per tax, factor and rate (CFDI40218): base and amount are the rounded sums of the concepts'."""
    rows: dict[tuple[str, Decimal | None, bool], list[ConceptTax]] = {}
    for tax in taxes:
        if not tax.withheld:
            rows.setdefault((tax.code, tax.rate, tax.quota), []).append(tax)
    return tuple(_summed(code, rate, found, scale, quota=quota) for (code, rate, quota), found in rows.items())


def _withheld(taxes: list[ConceptTax], scale: int) -> tuple[Group, ...]:
    """One row per tax whatever its rates (CFDI40208)."""
    rows: dict[str, list[ConceptTax]] = {}
    for tax in taxes:
        if tax.withheld:
            rows.setdefault(tax.code, []).append(tax)
    return tuple(_summed(code, None, found, scale) for code, found in rows.items())


def _summed(code: str, rate: Decimal | None, found: list[ConceptTax], scale: int, *, quota: bool = False) -> Group:
    base = round_half_up(sum([tax.base for tax in found], ZERO), scale)
    amount = round_half_up(sum([tax.amount for tax in found], ZERO), scale)
    return Group(code=code, rate=rate, base=base, amount=amount, quota=quota)
