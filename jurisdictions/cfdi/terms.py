"""How and when it is paid, in what currency, and to which CFDI it belongs: what the caller says, else what one expects.

Defaults: nothing due later is PUE by transfer (03), anything later PPD with FormaPago 99; Exportacion 01; a credit
note relates to its invoice with 01, an invoice that corrects one takes its place (04). Source: Anexo 20, filling guide
of CFDI 4.0; rule CFDI40105 (PPD asks for 99).
"""

from __future__ import annotations

import re
from decimal import Decimal

import msgspec

from jurisdictions.cfdi.codelists import PAYMENT_FORM_OF_MEANS, UUID_PATTERN
from jurisdictions.cfdi.settings import Extension
from schemas.document import Invoice, Preceding
from schemas.invoice import Kind
from schemas.money import round_half_up

MXN = "MXN"


class Terms(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    method: str | None
    form: str | None
    export: str
    conditions: str | None
    rate: Decimal | None


class Relations(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """cfdi:CfdiRelacionados: the relation, and the UUIDs that it names."""

    relation: str
    uuids: tuple[str, ...]


NOTHING_TO_PAY = Terms(method=None, form=None, export="01", conditions=None, rate=None)
"""What a CFDI of traslado says of payment."""


def terms(invoice: Invoice, words: Extension) -> Terms:
    method = words.metodo_pago or ("PPD" if _due_later(invoice) else "PUE")
    means = invoice.payment_means[0].code if invoice.payment_means else "30"
    form = "99" if method == "PPD" else PAYMENT_FORM_OF_MEANS.get(means, "03")
    note = invoice.payment_terms.note if invoice.payment_terms else None
    return Terms(
        method=method,
        form=words.forma_pago or form,
        export=words.exportacion or "01",
        conditions=words.condiciones_de_pago or note,
        rate=exchange_rate(invoice),
    )


def exchange_rate(invoice: Invoice) -> Decimal | None:
    """Pesos for one unit of the invoice's currency, six decimals HALF_UP; None for pesos, or where none was given."""
    for row in invoice.exchange_rates:
        if (row.from_currency, row.to_currency) == (invoice.currency, MXN):
            return round_half_up(row.rate, 6)
        if (row.from_currency, row.to_currency) == (MXN, invoice.currency) and row.rate:
            return round_half_up(1 / row.rate, 6)
    return None


def relations(invoice: Invoice, words: Extension) -> tuple[Relations, ...]:
    """The related CFDIs: those of the invoices that this one corrects, then those that the caller names by UUID.

    Each relation is written once; a UUID that stands under it twice, once.
    """
    if not invoice.references.preceding and not words.relacionados:
        return ()
    usual = "01" if invoice.kind is Kind.CREDIT_NOTE else "04"
    corrected = tuple(uuid for row in invoice.references.preceding if (uuid := uuid_of(row)))
    rows: dict[str, dict[str, None]] = {}
    for relation, uuids in ((words.tipo_relacion or usual, corrected), *_named(words)):
        for uuid in uuids:
            rows.setdefault(relation, {})[uuid] = None
    return tuple(Relations(relation=relation, uuids=tuple(uuids)) for relation, uuids in rows.items())


def uuid_of(former: Preceding) -> str | None:
    """The UUID under which SAT knows an earlier invoice: ours, or another system's as the caller names it."""
    elsewhere = former.external_ids.get("external", "")
    return former.external_ids.get("cfdi") or (elsewhere if re.fullmatch(UUID_PATTERN, elsewhere) else None)


def _named(words: Extension) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((row.tipo_relacion, row.uuids) for row in words.relacionados)


def _due_later(invoice: Invoice) -> bool:
    if invoice.kind is not Kind.INVOICE or invoice.payment_terms is None:
        return False
    due = invoice.payment_terms.due_date
    return due is not None and due > invoice.issue_date
