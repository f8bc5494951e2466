"""One invoice for every market: another country changes routes and findings, never what the invoice is."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import msgspec
from hypothesis import given, settings
from msgspec.structs import replace

from gateway.intake.drafting import Draft, Ground, draft_invoice
from gateway.presentation import breakdown, totals
from schemas.answers import IssuerInput
from schemas.invoice import InvoiceInput
from schemas.party import Party
from tests.jurisdictions.toy import with_toyland
from tests.validators.drafts import sound_drafts

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
NAME = UUID(int=7)
JURISDICTIONS = with_toyland()
IDENTITIES = {
    "AQ": ("AQ:TIN", "1000", "toyland"),
    "ES": ("ES:NIF", "B00000018", "verifactu"),
    "MX": ("MX:RFC", "EKU9003173C9", "cfdi"),
    "DK": ("DK:CVR", "10000009", None),
}
BODY = {
    "issuer": "iss_" + "0" * 32,
    "source_ref": "project:1",
    "series": "A",
    "customer": {"name": "Customer", "address": {"country": "FR"}},
    "currency": "EUR",
    "lines": [
        {"description": "Plan", "quantity": "3", "unit_price": "33.335", "taxes": [{"percent": "21"}]},
        {"description": "Book", "unit_price": "9.99", "taxes": [{"percent": "4"}]},
    ],
    "due_in_days": 14,
}


def _drafted(country: str, written: InvoiceInput) -> Draft:
    scheme, value, _ = IDENTITIES[country]
    issuer = msgspec.convert(
        {"name": "Seller", "tax_ids": [{"scheme": scheme, "value": value}], "address": {"country": country}},
        IssuerInput,
    )
    customer = written.customer if isinstance(written.customer, Party) else Party(name="Customer")
    ground = Ground(issuer_id=UUID(int=0), issuer=issuer, environment="test", customer=customer)
    return draft_invoice(JURISDICTIONS, NAME, written, ground, AT)


def test_another_country_is_another_route() -> None:
    written = msgspec.convert(BODY, InvoiceInput)
    drafts = {country: _drafted(country, written) for country in IDENTITIES}
    for country, (_, _, code) in IDENTITIES.items():
        assert [route.jurisdiction for route in drafts[country].routes] == ([code] if code else [])
    assert len({drafts[country].findings for country in IDENTITIES}) > 1
    first, *others = drafts.values()
    for other in others:
        assert totals(other.invoice) == totals(first.invoice)
        assert breakdown(other.invoice) == breakdown(first.invoice)
        # A line's own tax is kept as finely as its route wants it; nothing else differs.
        like = replace(other.invoice, issuer=first.invoice.issuer, lines=first.invoice.lines)
        assert like == first.invoice


@settings(max_examples=60)
@given(sound_drafts())
def test_the_country_never_changes_what_the_invoice_is(written: InvoiceInput) -> None:
    first, *others = (_drafted(country, written) for country in IDENTITIES)
    for other in others:
        mine, theirs = first.invoice, other.invoice
        assert (theirs.id, theirs.number, theirs.kind, theirs.currency) == (
            mine.id,
            mine.number,
            mine.kind,
            mine.currency,
        )
        assert [line.net for line in theirs.lines] == [line.net for line in mine.lines]
        assert theirs.totals.net == mine.totals.net
        assert [_account(group) for group in theirs.tax_breakdown] == [_account(group) for group in mine.tax_breakdown]


def _account(group: object) -> tuple[object, ...]:
    """What a ledger books by: the tax, its category and rate, and the base (amounts round as the route says)."""
    fields = ("tax", "category", "percent", "surcharge", "withheld", "exemption_code", "base")
    return tuple(getattr(group, name) for name in fields)


@settings(max_examples=40)
@given(sound_drafts())
def test_judging_again_changes_nothing(written: InvoiceInput) -> None:
    for country in IDENTITIES:
        assert _drafted(country, written) == _drafted(country, written)
