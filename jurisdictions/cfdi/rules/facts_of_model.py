"""The facts of a CFDI that is still to be written, and whether its texts and amounts fit the structure of Anexo 20.

Only the usual document is taken: an invoice or credit note with nothing beside its concepts and taxes. Of any other,
and of one whose texts may not fit, the written document is asked; so what is said here may err on one side only. The
tests hold these facts against those of the written document, and these shapes against the schema.
"""

from __future__ import annotations

import re
from decimal import Decimal

from jurisdictions.cfdi.codelists import CURRENCY_DECIMALS, RFC_PATTERN, UUID_PATTERN
from jurisdictions.cfdi.comprobante import Comprobante, Group
from jurisdictions.cfdi.concepts import Concept, ConceptTax
from jurisdictions.cfdi.rules import facts
from jurisdictions.cfdi.rules.reading import EPOCH
from jurisdictions.cfdi.terms import MXN
from schemas.money import ZERO, plain

_RFC = re.compile(RFC_PATTERN)
_UUID = re.compile(UUID_PATTERN)
_POSTAL_CODE = re.compile(r"[0-9]{5}")
_BEYOND = Decimal(10) ** 18
_MICRO = Decimal("0.000001")


def usual_facts(cfdi: Comprobante) -> facts.Facts | None:
    """The facts of a usual document that fits the structure; None: ask the document."""
    if not _is_usual(cfdi) or not _fits(cfdi):
        return None
    issued, rate = cfdi.issued, cfdi.terms.rate
    return facts.Facts(
        kind=cfdi.kind,
        day=max(issued.date(), EPOCH),
        issued=issued.isoformat(timespec="seconds")[:19],
        currency=cfdi.currency,
        decimals=cfdi.scale,
        form=cfdi.terms.form,
        method=cfdi.terms.method,
        rate=None if rate is None or cfdi.currency == MXN else plain(rate.normalize()),
        subtotal=cfdi.subtotal,
        discount=cfdi.discount,
        total=cfdi.total,
        local=ZERO,
        export=cfdi.terms.export,
        place=cfdi.sender.place,
        issuer=facts.Issuer(cfdi.sender.rfc or "", cfdi.sender.regime or ""),
        buyer=_buyer(cfdi),
        period=_period(cfdi),
        relations=tuple([facts.Relation(row.relation) for row in cfdi.related]),
        concepts=tuple([_concept(row) for row in cfdi.concepts]),
        sums=_sums(cfdi),
        complements=frozenset(),
    )


def _buyer(cfdi: Comprobante) -> facts.Buyer:
    who = cfdi.receiver
    return facts.Buyer(
        rfc=who.rfc or "",
        name=who.name,
        postal_code=who.postal_code,
        country=who.country,
        tax_id=who.tax_id,
        regime=who.regime or "",
        use=who.use,
    )


def _period(cfdi: Comprobante) -> facts.Period | None:
    row = cfdi.period
    return None if row is None else facts.Period(row.periodicidad, row.meses, str(row.anio))


def _concept(row: Concept) -> facts.Concept:
    taxes = row.taxes
    return facts.Concept(
        row.product,
        row.unit,
        row.quantity,
        row.price,
        row.amount,
        row.discount or None,
        row.tax_object,
        bool(taxes),
        tuple([_tax(tax) for tax in taxes if not tax.withheld]),
        tuple([_tax(tax) for tax in taxes if tax.withheld]),
    )


def _tax(tax: ConceptTax) -> facts.Tax:
    rate = tax.rate
    return facts.Tax(tax.code, tax.factor, rate, tax.base, None if rate is None else tax.amount)


def _sums(cfdi: Comprobante) -> facts.Sums | None:
    if not cfdi.withheld and not cfdi.transferred:
        return None
    rated = [row.amount for row in cfdi.transferred if row.rate is not None]
    return facts.Sums(
        total_withheld=sum([row.amount for row in cfdi.withheld], ZERO) if cfdi.withheld else None,
        total_transferred=sum(rated, ZERO) if rated else None,
        withheld=tuple([facts.Tax(row.code, None, None, None, row.amount) for row in cfdi.withheld]),
        transferred=tuple([_group(row) for row in cfdi.transferred]),
    )


def _group(row: Group) -> facts.Tax:
    return facts.Tax(row.code, row.factor, row.rate, row.base, None if row.rate is None else row.amount)


def _is_usual(cfdi: Comprobante) -> bool:
    """An invoice or credit note without complements, third parties, customs numbers, land or parts."""
    if cfdi.kind not in ("I", "E") or cfdi.local is not None or cfdi.legends:
        return False
    if cfdi.sender.acquirer is not None or cfdi.confirmation is not None:
        return False
    if CURRENCY_DECIMALS.get(cfdi.currency) != cfdi.scale:
        return False
    return not any([row.third_party or row.customs or row.land or row.parts for row in cfdi.concepts])


def _fits(cfdi: Comprobante) -> bool:
    """Whether no text or amount can offend the slim schema where the rules about codes and sums are kept."""
    sender, buyer = cfdi.sender, cfdi.receiver
    return (
        _RFC.fullmatch(sender.rfc or "") is not None
        and _RFC.fullmatch(buyer.rfc or "") is not None
        and _POSTAL_CODE.fullmatch(buyer.postal_code or "") is not None
        and _is_text(sender.name, 300)
        and _is_text(buyer.name, 300)
        and (buyer.tax_id is None or _is_text(buyer.tax_id, 40))
        and (cfdi.series is None or _is_text(cfdi.series, 25))
        and (cfdi.folio is None or _is_text(cfdi.folio, 40))
        and (cfdi.terms.conditions is None or _is_text(cfdi.terms.conditions, 1000))
        and all([_UUID.fullmatch(uuid) for row in cfdi.related for uuid in row.uuids])
        and all([_concept_fits(row) for row in cfdi.concepts])
        and ZERO <= cfdi.total < _BEYOND
        and ZERO <= cfdi.subtotal < _BEYOND
        and all([_group_fits(row) for row in (*cfdi.transferred, *cfdi.withheld)])
    )


def _group_fits(row: Group) -> bool:
    return ZERO <= row.base < _BEYOND and ZERO <= row.amount < _BEYOND


def _concept_fits(row: Concept) -> bool:
    return (
        row.quantity > ZERO
        and row.quantity.quantize(_MICRO) == row.quantity
        and ZERO <= row.price < _BEYOND
        and row.discount >= ZERO
        and row.amount >= ZERO
        and _is_text(row.description, 1000)
        and (row.identification is None or _is_text(row.identification, 100))
        and (row.unit_name is None or _is_text(row.unit_name, 20))
    )


def _is_text(text: str, length: int) -> bool:
    """Printable letters without a bar and without space at its ends, which the schema would take away."""
    return 0 < len(text) <= length and text.isprintable() and "|" not in text and text[0] != " "
