"""Who issues and who receives, as CFDI names them: RFC, name, regime, postal code, and the generic RFCs.

Source: Anexo 20, nodes Emisor and Receptor; RMF 2.7.1.23 (generic RFCs).
"""

from __future__ import annotations

import msgspec

from jurisdictions.cfdi.codelists import (
    COUNTRIES,
    PUBLICO_EN_GENERAL,
    RFC_FOREIGN,
    RFC_GENERIC,
    RFC_NATIONAL,
    is_public,
)
from jurisdictions.cfdi.settings import NO_EXTENSION, Extension, Settings, customer_extension
from jurisdictions.contract import Issuer
from schemas.document import Invoice
from schemas.invoice import Kind
from schemas.party import Party

RFC = "MX:RFC"


class Sender(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """cfdi:Emisor and the place of issue. None where the issuer's data do not tell.

    `acquirer` is FacAtrAdquirente: the number of the service by which a buyer issues in the seller's name.
    """

    rfc: str | None
    name: str
    regime: str | None
    place: str | None
    acquirer: str | None = None


class Receiver(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """cfdi:Receptor. None where the customer's data do not tell."""

    rfc: str | None
    name: str
    postal_code: str | None
    regime: str | None
    use: str
    country: str | None = None
    tax_id: str | None = None


def rfc_of(party: Party) -> str | None:
    """The party's RFC in capitals without spaces or hyphens, or None."""
    value = party.tax_id(RFC)
    if value is None or value.isalnum():
        return value and value.upper()
    return "".join(c for c in value.upper() if c not in " -./")


def sender(issuer: Issuer, words: Extension = NO_EXTENSION) -> Sender:
    settings = issuer.settings if isinstance(issuer.settings, Settings) else None
    address = issuer.party.address
    return Sender(
        rfc=rfc_of(issuer.party),
        name=_name(issuer.party),
        regime=settings.regimen_fiscal if settings else None,
        place=(settings.lugar_expedicion if settings else None) or (address.postal_code if address else None),
        acquirer=words.fac_atr_adquirente,
    )


def receiver(invoice: Invoice, words: Extension, place: str | None) -> Receiver:
    """The customer: with an own RFC, as a buyer abroad (XEXX…), or, on a simplified invoice, as anyone (XAXX…)."""
    customer = invoice.customer
    facts, _ = customer_extension(customer.extensions)
    rfc = rfc_of(customer)
    abroad = rfc is None and customer.country not in (None, "MX")
    if rfc is None and (abroad or invoice.simplified):
        rfc = RFC_FOREIGN if abroad else RFC_NATIONAL
    generic = rfc in RFC_GENERIC
    address = customer.address
    own_code = facts.domicilio_fiscal or (address.postal_code if address and address.country == "MX" else None)
    tax_id = words.num_reg_id_trib or (_foreign_tax_id(customer) if rfc == RFC_FOREIGN else None)
    return Receiver(
        rfc=rfc,
        name=PUBLICO_EN_GENERAL if rfc == RFC_NATIONAL and is_public(customer.name) else _name(customer),
        postal_code=words.domicilio_fiscal_receptor or (place if generic else own_code),
        regime=words.regimen_fiscal_receptor or ("616" if generic else facts.regimen_fiscal),
        use=words.uso_cfdi or _use(invoice, facts.uso_cfdi, generic or words.tipo == "T"),
        country=words.residencia_fiscal or (COUNTRIES.get(customer.country or "") if tax_id else None),
        tax_id=tax_id,
    )


def _use(invoice: Invoice, preferred: str | None, without: bool) -> str:
    """S01 for generic RFCs and where nothing is sold, G02 for a credit note, else the customer's own use, else G03."""
    if without:
        return "S01"
    if invoice.kind is Kind.CREDIT_NOTE:
        return "G02"
    return preferred or "G03"


def _foreign_tax_id(customer: Party) -> str | None:
    return next((tax_id.value for tax_id in customer.tax_ids if tax_id.country != "MX"), None)


def _name(party: Party) -> str:
    return " ".join(party.name.split())
