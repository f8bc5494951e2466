"""Invoices of many shapes for the Peppol tests: written as a caller writes them, composed by the house's own sums."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec

from jurisdictions.contract import Instruction, InstructionKind, Issuer, Sealing
from jurisdictions.peppol.extension import Extension
from schemas.document import Invoice, Period
from schemas.findings import Findings
from schemas.invoice import InvoiceInput
from schemas.party import Party
from validators.arithmetic import RoundingPolicy
from validators.composition import compose

DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SUBMISSION = "01935e2a-7c3e-7d52-9a55-0d9b6b1c2f10"
FACTS = {
    "verification_url": "https://prewww2.aeat.es/wlpl/TIKE-CONT/ValidarQR?nif=B00000018&numserie=A-1&fecha=20-11-2026",
    "verification_phrase": "Factura verificable en la sede electrónica de la AEAT",
}

Json = dict[str, Any]

BELGIAN: Json = {
    "name": "Leverancier NV",
    "tax_ids": [{"scheme": "BE:VAT", "value": "BE0999000129"}],
    "registration": "0999000129",
    "address": {"lines": ["Wetstraat 1"], "city": "Brussel", "postal_code": "1000", "country": "BE"},
    "endpoints": [{"scheme": "0208", "value": "0999000129"}],
    "contact": {"name": "Facturen", "telephone": "+32 2 000 00 00", "email": "facturen@leverancier.example"},
}
BUYER: Json = {
    "name": "Example BV",
    "trading_name": "Example",
    "tax_ids": [{"scheme": "BE:VAT", "value": "BE 0999.000.228"}],
    "registration": "0999000228",
    "address": {
        "lines": ["Rue de la Loi 1", "Boîte 4", "3e étage"],
        "city": "Bruxelles",
        "postal_code": "1000",
        "region": "Bruxelles",
        "country": "BE",
    },
    "endpoints": [{"scheme": "EM", "value": "inbox@example.org"}, {"scheme": "0208", "value": "0999000228"}],
}
SPANISH: Json = {
    "name": "Ejemplo Uno, S.L.",
    "tax_ids": [{"scheme": "ES:NIF", "value": "B00000018"}],
    "address": {"lines": ["Calle Mayor 1"], "city": "Madrid", "postal_code": "28013", "country": "ES"},
    "endpoints": [{"scheme": "9920", "value": "ESB00000018"}],
}
SPANISH_BUYER: Json = {
    "name": "Ejemplo Dos & Cía <S.A.>",
    "tax_ids": [{"scheme": "ES:NIF", "value": "B00000026"}],
    "address": {"lines": ["Gran Vía 2"], "city": "Madrid", "postal_code": "28013", "country": "ES"},
    "endpoints": [{"scheme": "9920", "value": "ESB00000026"}],
}


def vat(category: str, percent: str | None = None, **more: Any) -> Json:
    return {"tax": more.pop("tax", "VAT"), "category": category, "percent": percent, **more}


def line(price: str = "49.00", *taxes: Json, **more: Any) -> Json:
    return {"description": "Pro plan, June", "unit_price": price, "taxes": list(taxes or [vat("S", "21")]), **more}


def party(json: Json) -> Party:
    return msgspec.convert(json, Party)


def issuer(seller: Json = BELGIAN, **more: Any) -> Issuer:
    return Issuer(id="iss_1", party=party(seller), time_zone="Europe/Brussels", environment="test", **more)


def invoice(
    *lines: Json, seller: Json = BELGIAN, buyer: Json = BUYER, number: str | None = None, **more: Any
) -> Invoice:
    """The composed invoice; whatever the draft itself would complain of is not looked at here."""
    made, _ = composed(*lines, seller=seller, buyer=buyer, **more)
    return msgspec.structs.replace(made, number=number)


def composed(*lines: Json, seller: Json = BELGIAN, buyer: Json = BUYER, **more: Any) -> tuple[Invoice, Findings]:
    """The composed invoice, and what its draft complains of."""
    body: Json = {
        "issuer": "iss_1",
        "customer": buyer,
        "currency": "EUR",
        "lines": lines or [line()],
        "payment_terms": {"due_in_days": 14},
        "references": {"buyer_reference": "PO-77"},
        **more,
    }
    written = msgspec.json.decode(msgspec.json.encode(body), type=InvoiceInput)
    return compose(
        written,
        id="inv_1",
        issuer=party(seller),
        customer=party(buyer),
        issue_date=written.issue_date or DAY,
        rounding=RoundingPolicy(tax_per="group"),
    )


def instruction(made: Invoice) -> Instruction:
    raw = made.extensions.get("peppol")
    return Instruction(
        kind=InstructionKind.ISSUE,
        invoice=made,
        extension=msgspec.convert(raw, Extension) if raw else None,
    )


def sealing(made: Invoice, of: Issuer | None = None, facts: Json | None = None, number: str = "A-1") -> Sealing:
    return Sealing(
        instruction=instruction(made),
        issuer=of or issuer(msgspec.to_builtins(made.issuer)),
        number=number,
        submission=SUBMISSION,
        at=AT,
        edition="3.0.21",
        facts=facts or {},
    )


def backwards() -> Period:
    """A period that ends before it starts."""
    return Period(start=date(2026, 11, 30), end=date(2026, 11, 1))


def _preceding(**more: Any) -> Json:
    return {
        "references": {"buyer_reference": "PO-77", "preceding": [{"number": "A-0", "issue_date": "2026-10-01"}]},
        **more,
    }


EXEMPT = vat("E", None, exemption_reason="Artículo 20.Uno.9.º Ley 37/1992", exemption_code="VATEX-EU-132-1I")
FOREIGN_BUYER = SPANISH_BUYER | {"tax_ids": [{"scheme": "ES:VAT", "value": "ESB00000026"}]}

SHAPES: dict[str, Invoice] = {
    "plain": invoice(),
    "named_line": invoice(line(name="Plan", note="June", seller_id="P-1", buyer_id="X-9", quantity="2.5", unit="HUR")),
    "many_rates": invoice(
        line("10.01"), line("0.33", vat("S", "6"), quantity="3"), line("5", vat("S", "12")), line("7", vat("Z", "0"))
    ),
    "allowances_and_charges": invoice(
        line(
            "33.333333",
            quantity="7",
            allowances=[{"percent": "10", "reason": "Loyal customer"}, {"amount": "1.50", "reason_code": "95"}],
            charges=[{"amount": "4.00", "reason": "Packing", "reason_code": "PC"}],
        ),
        line("100", vat("S", "6")),
        allowances=[{"percent": "2.5", "reason": "Season", "taxes": [vat("S", "21")]}],
        charges=[{"amount": "12.00", "reason_code": "FC", "taxes": [vat("S", "6")]}],
    ),
    "prepaid": invoice(line("100"), prepaid="50.00"),
    "overpaid": invoice(line("100"), prepaid="200.00"),
    "exempt": invoice(line("100", EXEMPT), line("50")),
    "two_exemptions": invoice(line("100", EXEMPT), line("50", vat("E", None, exemption_reason="Artículo 25"))),
    "reverse_charge": invoice(line("100", vat("AE"))),
    "intra_community": invoice(line("100", vat("K")), buyer=FOREIGN_BUYER, delivery={"on": "2026-11-18"}),
    "export": invoice(line("100", vat("G"))),
    "outside_scope": invoice(line("100", vat("O"))),
    "zero": invoice(line("100", vat("Z", "0"))),
    "nothing_due": invoice(line("0")),
    "canaries": invoice(line("100", vat("S", "7", tax="IGIC")), seller=SPANISH, buyer=SPANISH_BUYER),
    "ceuta": invoice(line("100", vat("M", "10", tax="IPSI")), seller=SPANISH, buyer=SPANISH_BUYER),
    "tax_included": invoice(
        line("9.99"), line("0.10", vat("S", "6"), quantity="7"), line("1.01", quantity="3"), prices_include_tax=True
    ),
    "yen": invoice(line("1050"), currency="JPY"),
    "credit": invoice(line("49.00"), kind="credit_note", correction_reason="Returned", **_preceding()),
    "credit_in_full": invoice(
        line("10", allowances=[{"amount": "1", "reason": "Discount"}]),
        line("3.33", vat("S", "6"), quantity="3"),
        kind="credit_note",
        allowances=[{"amount": "2", "reason_code": "95", "taxes": [vat("S", "21")]}],
        references={
            "order": "O-1",
            "project": "PRJ-1",
            "contract": "C-1",
            "preceding": [{"number": "A-0"}, {"number": "A-9", "issue_date": "2026-09-01"}],
        },
        payment_means=[{"code": "30", "account": "BE71096123456769"}],
    ),
    "references": invoice(
        references={
            "order": "O-1",
            "sales_order": "S-1",
            "contract": "C-1",
            "project": "PRJ-1",
            "despatch": "D-1",
            "receipt": "R-1",
            "preceding": [{"number": "A-0"}],
        }
    ),
    "sales_order_only": invoice(references={"sales_order": "S-1"}),
    "periods": invoice(
        line(period={"start": "2026-11-02", "end": "2026-11-10"}),
        line(period={"end": "2026-11-30"}),
        period={"start": "2026-11-01", "end": "2026-11-30"},
    ),
    "payment": invoice(
        payment_means=[
            {
                "code": "58",
                "account": "BE71096123456769",
                "account_name": "Leverancier NV",
                "bank": "GKCCBEBB",
                "reference": "+++090/9337/55493+++",
            },
            {"code": "58", "account": "BE68539007547034", "reference": "+++090/9337/55493+++"},
        ],
        payment_terms={"due_date": "2026-12-20", "note": "2 % within 8 days"},
    ),
    "direct_debit": invoice(
        payment_means=[{"code": "59", "account": "BE71096123456769"}],
        extensions={"peppol": {"mandate_reference": "M-1"}},
    ),
    "extension": invoice(
        note="Thank you.\nSee you again.",
        extensions={
            "peppol": {
                "participant": {"scheme": "0208", "value": "0999000327"},
                "notes": ["Second note"],
                "accounting_cost": "4025:123",
                "delivery_country": "NL",
            }
        },
    ),
    "withheld_noted": invoice(
        line("100", vat("S", "21"), {"tax": "IRPF", "percent": "15", "withheld": True}),
        seller=SPANISH,
        buyer=SPANISH_BUYER,
        extensions={"peppol": {"withheld": "note"}},
    ),
    "spanish": invoice(line("100", vat("S", "21")), line("10", vat("S", "10")), seller=SPANISH, buyer=SPANISH_BUYER),
}
