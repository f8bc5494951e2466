"""Rules about seller and buyer: names, addresses, electronic addresses and tax numbers.

The seller's data is the issuer's, so that findings about it point to `/issuer`.
"""

from __future__ import annotations

from collections.abc import Iterator

from jurisdictions.contract import Issuer
from jurisdictions.peppol import taxes
from jurisdictions.peppol.codelists import COUNTRIES, EAS
from jurisdictions.peppol.extension import Extension
from jurisdictions.peppol.participants import (
    country,
    other_tax_number,
    receiver,
    sender,
    vat_number,
)
from jurisdictions.peppol.rulebook import RULES, of_category
from jurisdictions.peppol.schemes import broken_rule
from jurisdictions.peppol.trading_parties import text
from schemas.document import Invoice
from schemas.findings import Finding
from schemas.party import Endpoint, Party


def parties(invoice: Invoice, extension: Extension, issuer: Issuer) -> Iterator[Finding]:
    yield from _named(invoice.issuer, "/issuer", "BR-06", "BR-08", "BR-09")
    yield from _named(invoice.customer, "/customer", "BR-07", "BR-10", "BR-11")
    yield from _endpoint(sender(invoice, issuer), "/issuer", "PEPPOL-EN16931-R020")
    yield from _endpoint(receiver(invoice, extension), _receiver_pointer(invoice, extension), "PEPPOL-EN16931-R010")
    yield from _prefixes(invoice)
    if vat_number(invoice.issuer) is None and not text(invoice.issuer.registration):
        yield RULES["BR-CO-26"].at("/issuer", fix="Give the issuer a tax id or a registration number.")
    yield from _numbers_of_categories(invoice)


def _named(party: Party, at: str, name: str, address: str, state: str) -> Iterator[Finding]:
    if not text(party.name):
        yield RULES[name].at(f"{at}/name" if at == "/customer" else at)
    if party.address is None:
        yield RULES[address].at(f"{at}/address" if at == "/customer" else at)
    elif country(party) is None:
        where = f"{at}/address/country" if at == "/customer" else at
        yield RULES[state].at(where, found=party.address.country)


def _receiver_pointer(invoice: Invoice, extension: Extension) -> str:
    if extension.participant is not None:
        return "/extensions/peppol/participant"
    for index, endpoint in enumerate(invoice.customer.endpoints):
        if endpoint.scheme in EAS:
            return f"/customer/endpoints/{index}"
    return "/customer/endpoints"


def _endpoint(endpoint: Endpoint | None, at: str, missing: str) -> Iterator[Finding]:
    if endpoint is None or not text(endpoint.value):
        yield RULES[missing].at(at, fix="Add an endpoint with a scheme of the Peppol code list, such as 0208.")
        return
    own = at == "/issuer"
    if endpoint.scheme not in EAS:
        yield RULES["PEPPOL-EN16931-CL008"].at(at if own else f"{at}/scheme", found=endpoint.scheme)
    broken = broken_rule(endpoint.scheme, endpoint.value.strip())
    if broken:
        yield RULES[broken].at(at if own else f"{at}/value", found=endpoint.value)


def _prefixes(invoice: Invoice) -> Iterator[Finding]:
    for party, at in ((invoice.issuer, "/issuer"), (invoice.customer, "/customer/tax_ids")):
        number = vat_number(party)
        if number and number[:2] not in COUNTRIES and number[:2] != "EL":
            yield RULES["BR-CO-09"].at(at, found=number)


def _numbers_of_categories(invoice: Invoice) -> Iterator[Finding]:
    """Which tax numbers each VAT category asks for (BR-S-02, BR-AE-02, BR-IC-02 and their like)."""
    seller, buyer = vat_number(invoice.issuer), vat_number(invoice.customer)
    seller_at_all = seller or other_tax_number(invoice.issuer)
    buyer_at_all = buyer or text(invoice.customer.registration)
    for category in dict.fromkeys(row.rate.category.value for row in taxes.breakdown(invoice)):
        if category == "O":
            continue
        rule = of_category(category, "02")
        if not (seller if category in ("K", "G") else seller_at_all):
            yield rule.at("/issuer", fix="Give the issuer its VAT number.")
        if (category == "K" and not buyer) or (category == "AE" and not buyer_at_all):
            yield rule.at("/customer/tax_ids", fix="Give the customer's VAT number.")
