"""What the document could not carry is said before it is written."""

from typing import Any

import pytest

from jurisdictions.peppol.extension import Settings, extension_of
from jurisdictions.peppol.losses import losses
from schemas.document import Invoice
from schemas.findings import Finding, Severity
from tests.jurisdictions.peppol import documents, shapes
from tests.jurisdictions.peppol.shapes import invoice, line, vat

TWO = [vat("S", "21"), vat("S", "7", tax="IGIC")]
DEBITS = [
    {"code": "59", "direct_debit": {"mandate": "M", "creditor_id": creditor}} for creditor in ("BE1ZZZ1", "BE2ZZZ2")
]
WITHHELD = line("100", vat("S", "21"), {"tax": "IRPF", "percent": "15", "withheld": True})


def found(made: Invoice, **more: Any) -> list[Finding]:
    return list(losses(made, extension_of(made.extensions.get("peppol")), shapes.issuer(**more)))


@pytest.mark.parametrize(
    ("made", "rule", "pointer"),
    [
        (invoice(kind="corrective"), "PEPPOL-GW-CORRECTIVE", "/kind"),
        (invoice(type_code="326"), "PEPPOL-GW-CORRECTIVE", "/type_code"),
        (
            invoice(kind="corrective", seller=documents.GERMAN, buyer=documents.GERMAN, self_billed=True),
            "PEPPOL-GW-CORRECTIVE",
            "/kind",
        ),
        (invoice(WITHHELD), "PEPPOL-GW-WITHHELD", "/lines"),
        (invoice(WITHHELD, extensions={"peppol": {"withheld": "note"}}), "PEPPOL-GW-WITHHELD-NOTE", "/lines"),
        (invoice(line("100", vat("S", "21", surcharge="5.2"))), "PEPPOL-GW-TAXES", "/lines"),
        (invoice(line(), line("100", *TWO)), "PEPPOL-GW-ONE-TAX", "/lines/1/taxes"),
        (
            invoice(charges=[{"amount": "1", "reason": "Freight", "taxes": TWO}]),
            "PEPPOL-GW-ONE-TAX",
            "/charges/0/taxes",
        ),
        (invoice(payment_means=DEBITS), "PEPPOL-GW-CREDITOR", "/payment_means/1/direct_debit/creditor_id"),
        (
            invoice(kind="credit_note", payment_terms={"due_in_days": 14}),
            "PEPPOL-GW-DUE-DATE",
            "/payment_terms/due_date",
        ),
    ],
)
def test_a_loss_is_found_in_its_place(made: Invoice, rule: str, pointer: str) -> None:
    assert [(one.rule, one.pointer) for one in found(made)] == [(rule, pointer)]


def test_the_issuers_second_currency_needs_a_rate() -> None:
    of = Settings(tax_currency="SEK")
    assert [one.rule for one in found(invoice(), settings=of)] == ["PEPPOL-GW-TAX-CURRENCY"]
    assert found(invoice(currency="SEK"), settings=of) == []


def test_a_corrective_invoice_offers_what_may_stand_in_its_place() -> None:
    [one] = found(invoice(kind="corrective"))
    assert one.fix is not None
    assert "credit note" in one.fix
    assert "new invoice" in one.fix


@pytest.mark.parametrize("name", [*shapes.SHAPES, *documents.DRAFTS])
def test_sound_documents_lose_nothing(name: str) -> None:
    made = shapes.SHAPES[name] if name in shapes.SHAPES else documents.made(name)
    assert [one for one in found(made) if one.severity is Severity.FATAL] == []
