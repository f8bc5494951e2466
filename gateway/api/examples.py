"""Requests that work as they stand, shown in the OpenAPI document and sent by a test."""

from typing import Any

from litestar.enums import RequestEncodingType
from litestar.openapi.spec import Example
from litestar.params import BodyKwarg

Json = dict[str, Any]

ISSUER: Json = {
    "name": "Example Services BV",
    "tax_ids": [{"scheme": "BE:VAT", "value": "BE0999000129"}],
    "registration": "0999000129",
    "address": {"lines": ["Rue de la Loi 1"], "city": "Bruxelles", "postal_code": "1000", "country": "BE"},
    "endpoints": [{"scheme": "0208", "value": "0999000129"}],
    "contact": {"name": "Billing", "telephone": "+32 2 000 00 00", "email": "billing@example.com"},
    "time_zone": "Europe/Brussels",
    "default_series": "A",
    "default_taxes": [{"tax": "VAT", "category": "S", "percent": "21"}],
}
CUSTOMER: Json = {
    "name": "Example BV",
    "tax_ids": [{"scheme": "BE:VAT", "value": "BE0999000228"}],
    "registration": "0999000228",
    "address": {"lines": ["Meir 10"], "city": "Antwerpen", "postal_code": "2000", "country": "BE"},
    "endpoints": [{"scheme": "0208", "value": "0999000228"}],
}
INVOICE: Json = {
    "kind": "invoice",
    "issuer": "iss_01a1fc1ac7b873f1bc170d4c084248f6",
    "source_ref": "invoice:project_4821:milestone_3",
    "series": "A",
    "currency": "EUR",
    "prices_include_tax": False,
    "customer": CUSTOMER,
    "lines": [
        {
            "description": "Pro plan, June",
            "quantity": "1",
            "unit": "C62",
            "unit_price": "49.00",
            "taxes": [{"tax": "VAT", "category": "S", "percent": "21"}],
        }
    ],
    "payment_terms": {"due_in_days": 14},
    "references": {"buyer_reference": "PO-77"},
}
MINIMAL: Json = {
    "issuer": "iss_01a1fc1ac7b873f1bc170d4c084248f6",
    "customer": "cus_01a1fc1ac7bc7051b6e5e24f0c3b13a1",
    "currency": "usd",
    "lines": [{"description": "Pro plan, June", "amount_minor": 4900}],
    "due_in_days": 14,
}
PAYMENT: Json = {
    "issuer": "iss_01a1fc1ac7b873f1bc170d4c084248f6",
    "paid_at": "2026-11-20T12:00:00+01:00",
    "currency": "EUR",
    "amount": "59.29",
    "means": "30",
    "reference": "Transfer 4821",
    "allocations": [{"invoice": "inv_01a1fc1ac7bd7c2bb46c6f4c0d1e2f30", "amount": "59.29"}],
}


def shown(**examples: Json) -> BodyKwarg:
    """A JSON body with examples, by their ids."""
    found = [Example(id=name, summary=name.replace("_", " "), value=value) for name, value in examples.items()]
    return BodyKwarg(media_type=RequestEncodingType.JSON, examples=found)
