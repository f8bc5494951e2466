"""What a draft says beside its lines: the second currency, rounding, allowances with a base, files and places."""

from base64 import b64encode
from decimal import Decimal

import pytest

from schemas.attachment import MAX_CONTENT
from schemas.invoice import InvoiceInput
from tests.validators.drafts import POLICIES, Json, composed, draft, line, rules, sound
from validators.arithmetic import RoundingPolicy, recompute

D = Decimal
ADDRESS: Json = {"lines": ["Street 1"], "city": "City", "country": "ZZ"}


def file(size: int) -> Json:
    content = b64encode(bytes(size)).decode()
    return {"id": "F", "file": {"name": "f.pdf", "media_type": "application/pdf", "content": content}}


@pytest.mark.parametrize(
    ("written", "rule", "pointer"),
    [
        (draft(tax_currency="ZZZ"), "GW-TAX-CURRENCY", "/tax_currency"),
        (draft(tax_in_tax_currency="1"), "GW-TAX-CURRENCY", "/tax_currency"),
        (draft(tax_currency="JPY", tax_in_tax_currency="1.5"), "GW-AMOUNT-SCALE", "/tax_in_tax_currency"),
        (draft(rounding="0.001"), "GW-AMOUNT-SCALE", "/rounding"),
        (draft(allowances=[{"percent": "10", "base": "0.001"}]), "GW-AMOUNT-SCALE", "/allowances/0/base"),
        (draft(delivery={"address": ADDRESS}), "GW-COUNTRY", "/delivery/address/country"),
        (
            draft(
                tax_representative={
                    "name": "X",
                    "tax_id": {"scheme": "BE:VAT", "value": "BE1"},
                    "address": ADDRESS,
                }
            ),
            "GW-COUNTRY",
            "/tax_representative/address/country",
        ),
        (draft(attachments=[file(MAX_CONTENT), file(1)]), "GW-ATTACHMENT-SIZE", "/attachments"),
    ],
)
def test_what_does_not_hold_is_found_in_its_place(written: InvoiceInput, rule: str, pointer: str) -> None:
    assert rules(written) == {rule: pointer}


def test_files_up_to_the_limit_are_carried_over() -> None:
    invoice = sound(draft(attachments=[file(MAX_CONTENT - 1), file(1), {"id": "U", "url": "https://example.org/a"}]))
    assert [one.id for one in invoice.attachments] == ["F", "F", "U"]


def test_rounding_moves_what_is_payable_and_nothing_else() -> None:
    totals = sound(draft(rounding="-0.04", prepaid="1.00")).totals
    assert (totals.gross, totals.rounding, totals.payable) == (D("121.00"), D("-0.04"), D("119.96"))


@pytest.mark.parametrize("policy", POLICIES)
def test_rounding_comes_on_top_of_prices_with_tax(policy: RoundingPolicy) -> None:
    invoice = composed(draft(line("0.02", percent="25"), prices_include_tax=True, rounding="0.03"), policy)[0]
    assert invoice.totals.payable == D("0.05")
    assert recompute(invoice, policy) == invoice


@pytest.mark.parametrize(
    ("row", "amount", "base", "percent"),
    [
        ({"percent": "10"}, "10.00", "100.00", "10"),
        ({"percent": "10", "base": "50"}, "5.00", "50.00", "10"),
        ({"percent": "10", "base": "50", "amount": "5.01"}, "5.01", "50.00", "10"),
        ({"amount": "5.01"}, "5.01", None, None),
        ({"amount": "5.01", "base": "50"}, "5.01", "50.00", None),
    ],
)
def test_a_percentage_is_taken_of_its_base(row: Json, amount: str, base: str | None, percent: str | None) -> None:
    [one] = sound(draft(line(), allowances=[row])).allowances
    assert one.amount == D(amount)
    assert one.base == (None if base is None else D(base))
    assert one.percent == (None if percent is None else D(percent))


def test_everything_else_is_carried_over() -> None:
    told: Json = {
        "type_code": "326",
        "tax_point_date": "2026-11-19",
        "tax_point_code": "35",
        "tax_currency": "sek",
        "tax_in_tax_currency": "12.30",
        "accounting_reference": "4711",
        "payee": {"name": "Factor"},
        "delivery": {"on": "2026-11-18", "name": "Warehouse"},
        "references": {"tender": "T-1", "invoiced_object": {"value": "O"}},
        "payment_means": [{"code": "48", "text": "Card", "card": {"number": "1234"}}],
    }
    invoice = sound(draft(**told))
    assert (invoice.type_code, str(invoice.tax_point_date), invoice.tax_point_code) == ("326", "2026-11-19", "35")
    assert (invoice.tax_currency, invoice.tax_in_tax_currency) == ("SEK", D("12.30"))
    assert invoice.accounting_reference == "4711"
    assert invoice.payee is not None
    assert invoice.delivery is not None
    assert (invoice.delivery.name, str(invoice.delivery_date)) == ("Warehouse", "2026-11-18")
    assert invoice.references.tender == "T-1"
    assert invoice.payment_means[0].text == "Card"
    assert sound(draft(delivery={"on": "2026-11-18"})).delivery is None
