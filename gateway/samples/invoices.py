"""The invoices of the demo: customers that the simulators know, and what they are billed for."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

SPANISH_CUSTOMER: Json = {
    "name": "Cliente de Pruebas, S.L.",
    "tax_ids": [{"scheme": "ES:NIF", "value": "B00000026"}],
    "address": {"lines": ["Gran Vía 2"], "city": "Bilbao", "postal_code": "48001", "country": "ES"},
}
SPANISH_CUSTOMER_ON_PEPPOL = SPANISH_CUSTOMER | {"endpoints": [{"scheme": "9920", "value": "ESB00000026"}]}
BELGIAN_CUSTOMER: Json = {
    "name": "Example BV",
    "tax_ids": [{"scheme": "BE:VAT", "value": "BE0999000228"}],
    "registration": "0999000228",
    "address": {"lines": ["Meir 10"], "city": "Antwerpen", "postal_code": "2000", "country": "BE"},
    "endpoints": [{"scheme": "0208", "value": "0999000228"}],
}
MISTYPED_CUSTOMER = BELGIAN_CUSTOMER | {
    "tax_ids": [{"scheme": "BE:VAT", "value": "BE0999000229"}],
    "endpoints": [{"scheme": "0208", "value": "0999000229"}],
}
MEXICAN_CUSTOMER: Json = {
    "name": "UNIVERSIDAD ROBOTICA ESPAÑOLA",
    "tax_ids": [{"scheme": "MX:RFC", "value": "URE180429TM6"}],
    "address": {"lines": ["Avenida 1"], "city": "Villahermosa", "postal_code": "86991", "country": "MX"},
    "extensions": {"cfdi": {"regimen_fiscal": "601", "uso_cfdi": "G03"}},
}
MISNAMED_CUSTOMER = MEXICAN_CUSTOMER | {"name": "UNIVERSIDAD ROBOTICA"}
LOST = "[sim:lost]"
"""Asks a simulator to take the document and to drop the line before its answer."""


def line(description: str, price: str, quantity: str = "1", **more: Any) -> Json:
    return {"description": description, "quantity": quantity, "unit_price": price} | more


def spanish(issuer: str, *lines: Json, customer: Json = SPANISH_CUSTOMER) -> Json:
    return {
        "issuer": issuer,
        "customer": customer,
        "currency": "EUR",
        "lines": list(lines),
        "payment_terms": {"due_in_days": 30},
        "payment_means": [{"code": "30", "account": "ES9121000418450200051332"}],
        "references": {"buyer_reference": "PO-77"},
    }


def belgian(issuer: str, *lines: Json, customer: Json = BELGIAN_CUSTOMER) -> Json:
    return {
        "issuer": issuer,
        "customer": customer,
        "currency": "EUR",
        "lines": list(lines),
        "payment_terms": {"due_in_days": 14},
        "payment_means": [{"code": "30", "account": "BE68539007547034"}],
        "references": {"buyer_reference": "PO-4821"},
    }


def mexican(issuer: str, *lines: Json, customer: Json = MEXICAN_CUSTOMER) -> Json:
    coded = [one | {"extensions": {"cfdi": {"clave_prod_serv": "81112500", "clave_unidad": "E48"}}} for one in lines]
    return {"issuer": issuer, "customer": customer, "currency": "MXN", "lines": coded}
