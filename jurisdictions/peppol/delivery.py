"""The UBL block of the delivery (BG-13 to BG-15)."""

from __future__ import annotations

from jurisdictions.kit.xml import Markup, element, optional
from jurisdictions.peppol import taxes
from jurisdictions.peppol.extension import Extension
from jurisdictions.peppol.participants import country
from jurisdictions.peppol.trading_parties import address, joined, scheme, text
from schemas.codes import TaxCategory
from schemas.document import Delivery, Invoice
from schemas.party import Identifier


def delivery(invoice: Invoice, extension: Extension) -> Markup | None:
    """`cac:Delivery`: the day of supply (BT-72), place and party; for intra-community supplies at least the country.

    An intra-community supply that says no more went to the buyer's country (BR-IC-12).
    """
    told = invoice.delivery or Delivery()
    on = invoice.delivery_date or invoice.operation_date
    intra = any(row.rate.category is TaxCategory.INTRA_COMMUNITY for row in taxes.breakdown(invoice))
    to = extension.delivery_country or (country(invoice.customer) if intra else None)
    place = joined(_location(told.location), address("cac:Address", told.address, to))
    name = text(told.name)
    inside = joined(
        optional("cbc:ActualDeliveryDate", on.isoformat() if on else None),
        element("cac:DeliveryLocation", place) if place else None,
        element("cac:DeliveryParty", element("cac:PartyName", element("cbc:Name", name))) if name else None,
    )
    return element("cac:Delivery", inside) if inside else None


def _location(one: Identifier | None) -> Markup | None:
    value = text(one.value) if one else None
    return element("cbc:ID", value, attrs=scheme(one)) if one and value else None
