"""Participants of the network: who sends, who receives, and how each of them is known to the tax office.

Sources: Peppol code list of participant identifier schemes 9.7; EN 16931-1 BT-29 to BT-34 and BT-46 to BT-49.
"""

from __future__ import annotations

from collections.abc import Iterable

from jurisdictions.contract import Issuer
from jurisdictions.peppol.codelists import COUNTRIES, EAS
from jurisdictions.peppol.extension import Extension, settings_of
from schemas.document import Invoice
from schemas.party import Endpoint, Party

_VAT_PREFIX = {"GR": "EL"}
_SEPARATORS = str.maketrans("", "", " .-/")
_DOMESTIC_VAT = {"ES": ("NIF",)}
"""Tax ids that are the VAT number once the country stands before them (Spain: Ley 37/1992, RD 1624/1992 art. 25)."""


def usable(endpoints: Iterable[Endpoint]) -> Endpoint | None:
    """The first endpoint whose scheme is a Peppol one."""
    return next((endpoint for endpoint in endpoints if endpoint.scheme in EAS), None)


def sender(invoice: Invoice, issuer: Issuer) -> Endpoint | None:
    """The seller's address: the issuer's setting, else its first usable endpoint. It sends, unless self-billed."""
    chosen = settings_of(issuer.settings).participant
    return chosen or usable(invoice.issuer.endpoints) or usable(issuer.party.endpoints)


def receiver(invoice: Invoice, extension: Extension) -> Endpoint | None:
    """The buyer's address: the invoice's own choice, else the customer's first usable endpoint. It receives, unless
    self-billed."""
    return extension.participant or usable(invoice.customer.endpoints)


def participant(endpoint: Endpoint) -> str:
    """`0208:0999000129`, as the network names it. Participants are compared without regard to case."""
    return f"{endpoint.scheme}:{endpoint.value.strip()}"


def vat_number(party: Party) -> str | None:
    """The VAT identifier (BT-31, BT-48) with its country before it (BR-CO-09), without spaces and points."""
    for tax_id in party.tax_ids:
        if tax_id.kind == "VAT" or tax_id.kind in _DOMESTIC_VAT.get(tax_id.country, ()):
            value = tax_id.value.translate(_SEPARATORS).upper()
            prefix = _VAT_PREFIX.get(tax_id.country, tax_id.country)
            return value if value.startswith((prefix, tax_id.country)) else prefix + value
    return None


def other_tax_number(party: Party) -> str | None:
    """A tax number that is no VAT identifier: BT-32 of a seller, BT-46 of a buyer."""
    for tax_id in party.tax_ids:
        if tax_id.kind != "VAT" and tax_id.kind not in _DOMESTIC_VAT.get(tax_id.country, ()):
            return tax_id.value
    return None


def registration_scheme(party: Party) -> str | None:
    """The ISO 6523 scheme of the registration number (BT-30, BT-47): as stated, else where an endpoint tells it."""
    if party.registration_scheme is not None:
        return party.registration_scheme or None
    return next(
        (
            endpoint.scheme
            for endpoint in party.endpoints
            if endpoint.value == party.registration and endpoint.scheme.startswith("0") and endpoint.scheme in EAS
        ),
        None,
    )


def country(party: Party) -> str | None:
    """The country of the party's address, as ISO 3166-1 knows it."""
    found = party.address.country if party.address else None
    return found if found in COUNTRIES else None
