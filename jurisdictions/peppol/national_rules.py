"""Rules of BIS Billing 3.0 that hold for sellers of one country only.

Here are Germany, the Netherlands, Sweden (rates) and Greece; the warnings, and what a neutral invoice cannot break, are
left to the network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from jurisdictions.peppol import taxes
from jurisdictions.peppol.participants import registration_scheme, vat_number
from jurisdictions.peppol.rulebook import RULES
from jurisdictions.peppol.trading_parties import text
from schemas.document import Invoice
from schemas.findings import Finding
from schemas.invoice import Kind
from schemas.money import plain
from schemas.party import Party

_DUTCH_REGISTERS = ("0106", "0190")
_DUTCH_MEANS = frozenset("30 48 49 57 58 59".split())
_SWEDISH_RATES = (6, 12, 25)


def national(invoice: Invoice) -> Iterator[Finding]:
    """The rules of the seller's country."""
    rules = _COUNTRIES.get(_country(invoice, invoice.issuer) or "")
    if rules is not None:
        yield from rules(invoice)


def _country(invoice: Invoice, party: Party) -> str | None:
    """As the rules reckon it: the country of the VAT number where one is shown, else that of the address."""
    number = None if taxes.outside_scope(invoice) else vat_number(party)
    if number:
        return "GR" if number.startswith("EL") else number[:2]
    return party.address.country if party.address else None


def _missing(told: Iterable[tuple[str, str, str | None]]) -> Iterator[Finding]:
    """A finding for each rule whose text is not there: (rule, pointer, text)."""
    for rule, pointer, value in told:
        if not text(value):
            yield RULES[rule].at(pointer)


def _german(invoice: Invoice) -> Iterator[Finding]:
    if _country(invoice, invoice.customer) != "DE":
        return
    if not invoice.payment_means:
        yield RULES["DE-R-001"].at("/payment_means")
    seller, buyer, contact = invoice.issuer.address, invoice.customer.address, invoice.issuer.contact
    if contact is None:
        yield RULES["DE-R-002"].at("/issuer")
    else:
        yield from _missing(
            (
                ("DE-R-005", "/issuer", contact.name),
                ("DE-R-006", "/issuer", contact.telephone),
                ("DE-R-007", "/issuer", contact.email),
            )
        )
    yield from _missing(
        (
            ("DE-R-003", "/issuer", seller.city if seller else None),
            ("DE-R-004", "/issuer", seller.postal_code if seller else None),
            ("DE-R-008", "/customer/address/city", buyer.city if buyer else None),
            ("DE-R-009", "/customer/address/postal_code", buyer.postal_code if buyer else None),
            ("DE-R-015", "/references/buyer_reference", invoice.references.buyer_reference),
        )
    )


def _dutch(invoice: Invoice) -> Iterator[Finding]:
    if invoice.kind is Kind.CREDIT_NOTE and not invoice.references.preceding:
        yield RULES["NL-R-001"].at("/references/preceding")
    if invoice.kind is Kind.INVOICE and not invoice.payment_means and invoice.totals.payable > 0:
        yield RULES["NL-R-007"].at("/payment_means")
    yield from _dutch_party(invoice.issuer, "/issuer", "NL-R-002", "NL-R-003")
    if _country(invoice, invoice.customer) != "NL":
        return
    yield from _dutch_party(invoice.customer, "/customer", "NL-R-004", "NL-R-005")
    for index, means in enumerate(invoice.payment_means):
        if means.code not in _DUTCH_MEANS:
            yield RULES["NL-R-008"].at(f"/payment_means/{index}/code", found=means.code)


def _dutch_party(party: Party, at: str, addressed: str, registered: str) -> Iterator[Finding]:
    address = party.address
    if not (address and any(map(text, address.lines)) and text(address.city) and text(address.postal_code)):
        yield RULES[addressed].at(f"{at}/address" if at == "/customer" else at)
    if text(party.registration) and registration_scheme(party) not in _DUTCH_REGISTERS:
        yield RULES[registered].at(
            f"{at}/registration" if at == "/customer" else at,
            found=party.registration,
            fix="Add an endpoint of scheme 0106 or 0190 with the same number.",
        )


def _swedish(invoice: Invoice) -> Iterator[Finding]:
    for row in taxes.breakdown(invoice):
        if row.rate.category.value == "S" and row.rate.percent not in _SWEDISH_RATES:
            found = None if row.rate.percent is None else plain(row.rate.percent)
            yield RULES["SE-R-006"].at("/lines", found=found, expected="6, 12, 25")


def _greek(invoice: Invoice) -> Iterator[Finding]:
    yield RULES["PEPPOL-GW-GREECE"].at("/issuer")


_COUNTRIES: Mapping[str, Callable[[Invoice], Iterator[Finding]]] = {
    "DE": _german,
    "NL": _dutch,
    "SE": _swedish,
    "GR": _greek,
}
