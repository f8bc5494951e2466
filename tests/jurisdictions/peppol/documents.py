"""Documents of every type, and with every business term, for the Peppol tests: written as a caller writes them."""

from base64 import b64encode
from functools import cache
from typing import Any

from jurisdictions.peppol.seal import seal
from schemas.document import Invoice
from schemas.findings import Finding, Findings, Severity
from tests.jurisdictions.peppol import shapes
from tests.jurisdictions.peppol.shapes import BELGIAN, BUYER, Json, line, vat

INVOICE_TYPES = "71 80 82 84 102 218 219 331 380 382 383 386 388 393 395 553 575 623 780 817 870 875 876 877".split()
GERMAN_TYPES = ("326", "384")
CREDIT_NOTE_TYPES = "381 396 81 83 532".split()
SELF_BILLED = {"389": "invoice", "527": "debit_note", "261": "credit_note"}

PDF = b64encode(b"%PDF-1.4 sample").decode()
MEDIA_TYPES = {
    "application/pdf": "timesheet.pdf",
    "image/png": "photo.png",
    "image/jpeg": "photo.jpg",
    "text/csv": "hours.csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "hours.xlsx",
    "application/vnd.oasis.opendocument.spreadsheet": "hours.ods",
}

EARLIER: Json = {
    "buyer_reference": "PO-77",
    "order": "O-1",
    "sales_order": "S-1",
    "contract": "C-1",
    "project": "PRJ-1",
    "despatch": "D-1",
    "receipt": "R-1",
    "tender": "T-2026/4",
    "invoiced_object": {"value": "+32 2 000 00 00", "scheme": "AWV"},
    "preceding": [{"number": "A-0", "issue_date": "2026-10-01"}, {"number": "A-9"}],
}
ADDRESS: Json = {
    "lines": ["Hovudgatan 32", "Po box 43", "Building F2"],
    "city": "Stockholm",
    "postal_code": "34567",
    "region": "Region A",
    "country": "SE",
}
FULL_SELLER: Json = BELGIAN | {
    "trading_name": "De Leverancier",
    "identifiers": [{"value": "7300010000001", "scheme": "0088"}, {"value": "SUP-4711"}],
    "tax_registration": "Registered for group taxation",
    "registration_scheme": "0208",
    "legal_information": "Capital 61 500 EUR",
    "address": {
        "lines": ["Wetstraat 1", "Bus 4", "Gebouw C"],
        "city": "Brussel",
        "postal_code": "1000",
        "region": "Brussel",
        "country": "BE",
    },
}
FULL_BUYER: Json = BUYER | {
    "identifiers": [{"value": "7300010000018", "scheme": "0088"}],
    "registration_scheme": "0208",
    "contact": {"name": "Comptabilité", "telephone": "+32 2 111 11 11", "email": "factures@example.org"},
}
FULL_LINE: Json = line(
    "12.345678",
    quantity="250",
    unit="KGM",
    id="L-7",
    name="Coffee",
    description="Coffee beans, roasted, in bags of a kilogram",
    note="Second delivery\nof three",
    invoiced_object={"value": "METER-5", "scheme": "AVE"},
    order_line="3",
    accounting_reference="1287:65464",
    period={"start": "2026-11-02", "end": "2026-11-10"},
    list_price="15.00",
    price_discount="2.654322",
    base_quantity="100",
    seller_id="P-1",
    buyer_id="X-9",
    standard_id={"value": "10986700", "scheme": "0160"},
    classifications=[{"code": "50201706", "list": "TST", "version": "26.0801"}, {"code": "0901", "list": "HS"}],
    origin_country="BR",
    attributes=[{"name": "Roast", "value": "Dark & slow"}, {"name": "Bag", "value": "1 kg"}],
    allowances=[{"percent": "10", "base": "20.00", "reason": "Loyal customer", "reason_code": "95"}],
    charges=[{"amount": "1.01", "percent": "5", "base": "20.00", "reason": "Packing", "reason_code": "PC"}],
)
FULL: Json = {
    "seller": FULL_SELLER,
    "buyer": FULL_BUYER,
    "lines": [
        FULL_LINE,
        line("100", vat("S", "6")),
        line("10", vat("E", None, **{"exemption_reason": "Exempt by article 44", "exemption_code": "VATEX-EU-132-1I"})),
    ],
    "note": "Thank you <again> & again.",
    "tax_point_date": "2026-11-19",
    "tax_currency": "SEK",
    "tax_in_tax_currency": "135.41",
    "accounting_reference": "4217:2323:2323",
    "period": {"start": "2026-11-01", "end": "2026-11-30"},
    "references": EARLIER,
    "attachments": [
        {
            "id": "TS-1",
            "description": "Timesheet",
            "url": "https://example.org/timesheet.pdf?a=1&b=2",
            "file": {"name": "timesheet.pdf", "media_type": "application/pdf", "content": PDF},
        },
        {"id": "PH-2", "url": "https://example.org/photo"},
        {"id": "NOTE-3"},
    ],
    "payee": {
        "name": "Factor SA",
        "identifier": {"value": "5790000435968", "scheme": "0088"},
        "registration": {"value": "0999000327", "scheme": "0208"},
    },
    "tax_representative": {
        "name": "Fiscaal Vertegenwoordiger NV",
        "tax_id": {"scheme": "BE:VAT", "value": "0999.000.327"},
        "address": ADDRESS | {"country": "BE"},
    },
    "delivery": {
        "on": "2026-11-18",
        "name": "Warehouse North",
        "location": {"value": "7300010000001", "scheme": "0088"},
        "address": ADDRESS,
    },
    "payment_means": [
        {
            "code": "58",
            "text": "SEPA credit transfer",
            "account": "BE71096123456769",
            "account_name": "Factor SA",
            "bank": "GKCCBEBB",
            "reference": "+++090/9337/55493+++",
        },
        {"code": "58", "account": "BE68539007547034", "reference": "+++090/9337/55493+++"},
    ],
    "payment_terms": {"due_date": "2026-12-20", "note": "2 % within 8 days,\nnet thereafter"},
    "allowances": [
        {"percent": "2.5", "base": "40.00", "reason": "Season", "reason_code": "95", "taxes": [vat("S", "21")]},
        {"amount": "3.00", "reason": "Goodwill", "taxes": [vat("S", "6")]},
    ],
    "charges": [
        {"amount": "12.00", "reason_code": "FC", "taxes": [vat("S", "6")]},
        {"percent": "10", "base": "30.00", "reason": "Freight", "reason_code": "FC", "taxes": [vat("S", "21")]},
    ],
    "prepaid": "20.00",
    "rounding": "0.03",
}
CARD: Json = {"code": "48", "card": {"number": "1234", "holder": "Jane Doe", "network": "VISA"}}
DEBIT: Json = {
    "code": "59",
    "direct_debit": {"mandate": "M-1", "creditor_id": "BE69ZZZ0999000129", "account": "BE71096123456769"},
}


def national(country: str, scheme: str, value: str, vat_number: str, **more: Any) -> Json:
    return {
        "name": "Seller",
        "tax_ids": [{"scheme": f"{country}:VAT", "value": vat_number}],
        "registration": value,
        "address": {"lines": ["Street 1"], "city": "City", "postal_code": "10000", "country": country},
        "endpoints": [{"scheme": scheme, "value": value}],
        "contact": {"name": "Someone", "telephone": "+49 30 000", "email": "someone@example.org"},
        **more,
    }


GERMAN = national(
    "DE", "9930", "DE123456788", "DE123456788", registration="HRB 12345", identifiers=[{"value": "SUP-1"}]
)
TRANSFER = [{"code": "58", "account": "DE02120300000000202051"}]
GERMANS: Json = {"seller": GERMAN, "buyer": GERMAN | {"name": "Buyer"}, "payment_means": TRANSFER}
GREEK = national("GR", "9933", "061828591", "EL061828591", trading_name="Πωλητής", name="Πωλητής ΑΕ")
GREEK_BUYER = national("GR", "9933", "801399030", "EL801399030", trading_name="Αγοραστής", name="Αγοραστής ΑΕ")
ITALIAN = national(
    "IT", "0211", "IT00743110157", "IT00743110157", registration="00743110157", tax_registration="00743110157"
)
NORWEGIAN = national(
    "NO", "0192", "991825827", "NO991825827MVA", registration_scheme="0192", tax_registration="Foretaksregisteret"
)
DANISH = national("DK", "0184", "16356706", "DK16356706", registration_scheme="0184")
SWEDISH = national("SE", "0007", "5560360793", "SE556036079301", tax_registration="Godkänd för F-skatt")
ICELANDIC = national("IS", "0196", "5501692829", "IS12345", registration_scheme="0196")
DUTCH = national("NL", "0106", "12345678", "NL123456789B12", registration_scheme="0106")

DRAFTS: dict[str, Json] = {
    **{f"type_{code}": {"type_code": code} for code in INVOICE_TYPES},
    **{f"type_{code}": GERMANS | {"type_code": code, "references": EARLIER} for code in GERMAN_TYPES},
    **{f"type_{code}": {"kind": "credit_note", "type_code": code} for code in CREDIT_NOTE_TYPES},
    **{f"self_billed_{code}": {"kind": kind, "self_billed": True} for code, kind in SELF_BILLED.items()},
    "full": FULL,
    "full_credit": FULL | {"kind": "credit_note"},
    "full_self_billed": FULL | {"self_billed": True},
    "debit_note": {"kind": "debit_note", "references": EARLIER},
    "corrective": GERMANS | {"kind": "corrective", "references": EARLIER},
    "with_response": {"extensions": {"peppol": {"business_process": "urn:peppol:bis:billing_with_response"}}},
    "card": {"payment_means": [CARD]},
    "direct_debit": {"payment_means": [DEBIT], "payee": {"name": "Factor SA"}},
    "direct_debit_seller": {"payment_means": [DEBIT]},
    "card_credit": {"kind": "credit_note", "payment_means": [CARD]},
    "direct_debit_credit": {"kind": "credit_note", "payment_means": [DEBIT]},
    "tax_point_code": {"tax_point_code": "432", "period": {"start": "2026-11-01"}},
    "tax_point_alone": {"kind": "credit_note", "tax_point_code": "35"},
    "tax_currency_by_rate": {
        "currency": "SEK",
        "tax_currency": "eur",
        "exchange_rates": [
            {"from_currency": "SEK", "to_currency": "EUR", "rate": "0.0913", "source": "ECB", "on": "2026-11-19"}
        ],
    },
    "every_media_type": {
        "attachments": [
            {"id": name, "file": {"name": name, "media_type": media_type, "content": PDF}}
            for media_type, name in MEDIA_TYPES.items()
        ]
    },
    "price_of_thousand": {"lines": [line("0.00101", quantity="123457", base_quantity="1000")]},
    "price_of_three": {"lines": [line("0.01", quantity="1.5", base_quantity="3", list_price="0.02")]},
    "list_price_with_tax": {
        "lines": [line("9.99", list_price="12.34", base_quantity="2", quantity="7")],
        "prices_include_tax": True,
        "rounding": "-0.03",
    },
    "negative": {"lines": [line("500", quantity="-7")], "references": EARLIER},
    "split_payment": {
        "seller": ITALIAN,
        "buyer": ITALIAN | {"name": "Ente"},
        "lines": [line("100", vat("B", "22"))],
    },
    "german": GERMANS
    | {
        "lines": [line("100", vat("S", "19"))],
        "note": "First note",
        "extensions": {"peppol": {"notes": ["Second note"]}},
        "payment_terms": {"due_date": "2026-12-20", "note": "#SKONTO#TAGE=7#PROZENT=2.00#\n"},
    },
    "german_debit": GERMANS | {"payment_means": [DEBIT], "lines": [line("100", vat("S", "19"))]},
    "german_card": GERMANS | {"payment_means": [CARD], "lines": [line("100", vat("S", "19"))]},
    "greek": {
        "seller": GREEK,
        "buyer": GREEK_BUYER,
        "series": "A",
        "lines": [line("100", vat("S", "24"))],
        "extensions": {"peppol": {"greek": {"type": "1.1"}}},
        "attachments": [
            {"id": "400001234567890", "description": "##M.AR.K##"},
            {"id": "1", "description": "##INVOICE|URL##", "url": "https://example.org/i/1"},
        ],
    },
    "italian": {"seller": ITALIAN, "lines": [line("100", vat("S", "22"))]},
    "norwegian": {"seller": NORWEGIAN, "buyer": NORWEGIAN, "currency": "NOK", "lines": [line("100", vat("S", "25"))]},
    "danish": {
        "seller": DANISH,
        "buyer": DANISH,
        "currency": "DKK",
        "lines": [line("100", vat("S", "25"))],
        "payment_means": [{"code": "50", "reference": "01#", "account": "12345678"}],
    },
    "swedish": {"seller": SWEDISH, "buyer": SWEDISH, "currency": "SEK", "lines": [line("100", vat("S", "25"))]},
    "icelandic": {
        "seller": ICELANDIC,
        "buyer": ICELANDIC,
        "currency": "ISK",
        "lines": [line("1000", vat("S", "24"))],
        "payment_terms": {"due_date": "2026-12-20"},
        "attachments": [{"id": "2026-12-31", "description": "EINDAGI"}],
    },
    "dutch": {
        "seller": DUTCH,
        "buyer": DUTCH,
        "lines": [line("100", vat("S", "21"), order_line="1")],
        "payment_means": [{"code": "58", "account": "NL91ABNA0417164300"}],
        "references": {"order": "O-1"},
    },
}
"""Every document by its name; all of them are sound."""

GOLDEN = ("full", "full_credit", "full_self_billed", "corrective", "direct_debit", "german", "greek", "price_of_three")


@cache
def _composed(name: str) -> tuple[Invoice, Findings]:
    draft = {key: value for key, value in DRAFTS[name].items() if key != "lines"}
    return shapes.composed(*DRAFTS[name].get("lines", ()), **draft)


def made(name: str) -> Invoice:
    """The composed invoice of that name."""
    return _composed(name)[0]


def fatal(name: str) -> list[Finding]:
    """What its draft complains of."""
    return [one for one in _composed(name)[1] if one.severity is Severity.FATAL]


def sealed(made: Invoice) -> bytes:
    """The document of any invoice as it is sent."""
    return seal(shapes.sealing(made), None).body  # type: ignore[arg-type]


def written(name: str) -> bytes:
    """The document of that name as it is sent."""
    return sealed(made(name))
