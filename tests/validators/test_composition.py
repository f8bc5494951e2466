"""What is wrong with a draft is found, all of it at once, with a pointer into what was sent; nothing raises."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codes import TaxCategory, TaxKind
from schemas.document import Preceding
from schemas.findings import Severity
from schemas.invoice import InvoiceInput, TaxInput
from schemas.party import Address, Party, TaxId
from tests.validators.drafts import DAY, POLICIES, any_drafts, composed, draft, line, rules, sound
from validators.arithmetic import RoundingPolicy, recompute
from validators.draft_rules import RULES

KNOWN = {"inv_0": Preceding(number="A-1", issue_date=DAY, invoice_id="inv_0", external_ids={"x": "1"})}


@given(any_drafts(), st.sampled_from(POLICIES), st.dates())
def test_whatever_the_schema_accepts_is_composed(written: InvoiceInput, policy: RoundingPolicy, day: date) -> None:
    invoice, findings = composed(written, policy, issue_date=day, preceding=KNOWN)
    assert recompute(invoice, policy) == invoice
    assert len(set(findings)) == len(findings)
    for finding in findings:
        assert finding.rule in RULES
        assert finding.message
        assert finding.pointer is not None
        assert finding.pointer.startswith("/")


def tax(**more: Any) -> dict[str, Any]:
    return line(taxes=[{"percent": "21"} | more])


@pytest.mark.parametrize(
    ("written", "rule", "pointer"),
    [
        (draft(currency="ZZZ"), "GW-CURRENCY", "/currency"),
        (draft({"description": "x", "taxes": []}), "GW-PRICE-MISSING", "/lines/0/unit_price"),
        (draft(line(amount_minor=1)), "GW-PRICE-TWICE", "/lines/0/amount_minor"),
        (
            draft({"description": "x", "amount_minor": 5, "quantity": "2", "taxes": []}),
            "GW-MINOR-QUANTITY",
            "/lines/0/quantity",
        ),
        (draft(line(), line(allowances=[{}])), "GW-ALLOWANCE-MISSING", "/lines/1/allowances/0"),
        (draft(charges=[{"amount": "1", "percent": "1"}]), "GW-ALLOWANCE-TWICE", "/charges/0"),
        (draft(line(charges=[{"amount": "-1"}])), "GW-ALLOWANCE-NEGATIVE", "/lines/0/charges/0/amount"),
        (
            draft(line(allowances=[{"amount": "1", "taxes": [{"percent": "21"}]}])),
            "GW-ALLOWANCE-TAXES",
            "/lines/0/allowances/0/taxes",
        ),
        (
            draft(line(), line(percent="10"), allowances=[{"amount": "1"}]),
            "GW-ALLOWANCE-TAX-MISSING",
            "/allowances/0/taxes",
        ),
        (draft(prepaid="1.005"), "GW-AMOUNT-SCALE", "/prepaid"),
        (
            draft(line(allowances=[{"amount": "0.5"}]), currency="JPY"),
            "GW-AMOUNT-SCALE",
            "/lines/0/allowances/0/amount",
        ),
        (draft({"description": "x", "unit_price": "1"}), "GW-TAX-MISSING", "/lines/0/taxes"),
        (draft(tax(tax="XYZ")), "GW-TAX-UNKNOWN", "/lines/0/taxes/0/tax"),
        (draft(line(taxes=[{"percent": "21"}, {"tax": "IVA", "percent": "10"}])), "GW-TAX-TWICE", "/lines/0/taxes/1"),
        (draft(tax(percent=None)), "GW-PERCENT-MISSING", "/lines/0/taxes/0/percent"),
        (draft(tax(category="E")), "GW-PERCENT-UNDUE", "/lines/0/taxes/0/percent"),
        (draft(tax(category="O")), "GW-PERCENT-UNDUE", "/lines/0/taxes/0/percent"),
        (draft(tax(category="Z")), "GW-PERCENT-UNDUE", "/lines/0/taxes/0/percent"),
        (draft(tax(percent="0.00")), "GW-PERCENT-ZERO", "/lines/0/taxes/0/percent"),
        (draft(tax(tax="IGIC", withheld=True)), "GW-WITHHELD-UNDUE", "/lines/0/taxes/0/withheld"),
        (draft(tax(tax="IRPF")), "GW-INCOME-NOT-WITHHELD", "/lines/0/taxes/0/withheld"),
        (draft(tax(tax="IGIC", surcharge="1")), "GW-SURCHARGE-UNDUE", "/lines/0/taxes/0/surcharge"),
        (draft(payment_terms={"due_date": "2026-11-19"}), "GW-DUE-DATE", "/payment_terms/due_date"),
        (
            draft(payment_terms={"due_in_days": 14}, due_in_days=30),
            "GW-DUE-AMBIGUOUS",
            "/payment_terms/due_in_days",
        ),
        (draft(period={"start": "2026-02-01", "end": "2026-01-31"}), "GW-PERIOD", "/period/end"),
        (
            draft(line(period={"start": "2026-02-01", "end": "2026-01-31"})),
            "GW-PERIOD",
            "/lines/0/period/end",
        ),
        (draft(references={"preceding": [{}]}), "GW-PRECEDING-EMPTY", "/references/preceding/0"),
        (
            draft(references={"preceding": [{"invoice": "inv_9"}]}),
            "GW-PRECEDING-UNKNOWN",
            "/references/preceding/0/invoice",
        ),
        (
            draft(references={"preceding": [{"number": "A"}, {"number": "B"}, {"number": "A"}]}),
            "GW-PRECEDING-TWICE",
            "/references/preceding/2",
        ),
        (draft(line("999999999999", quantity="999999999999")), "GW-TOTAL-SIZE", "/lines"),
        (draft(line(quantity="-1")), "GW-TOTAL-NEGATIVE", "/kind"),
        (draft(customer={"name": "X", "address": {"country": "ZZ"}}), "GW-COUNTRY", "/customer/address/country"),
        (
            draft(customer={"name": "X", "tax_ids": [{"scheme": "ZZ:VAT", "value": "1"}]}),
            "GW-COUNTRY",
            "/customer/tax_ids/0/scheme",
        ),
    ],
)
def test_what_does_not_hold_is_found_in_its_place(written: InvoiceInput, rule: str, pointer: str) -> None:
    assert rules(written) == {rule: pointer}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [({"rate": "0"}, "rate"), ({"rate": "0.000"}, "rate"), ({"to_currency": "ZZZ"}, "to_currency")],
)
def test_exchange_rates(change: dict[str, str], pointer: str) -> None:
    rate = {"from_currency": "eur", "to_currency": "MXN", "rate": "20.1", "source": "Banxico", "on": "2026-11-19"}
    assert sound(draft(exchange_rates=[rate])).exchange_rates[0].from_currency == "EUR"
    assert rules(draft(exchange_rates=[rate | change])) == {"GW-RATE": f"/exchange_rates/0/{pointer}"}


def test_all_findings_come_at_once() -> None:
    found = rules(draft(tax(percent=None), {"description": "x", "taxes": []}, currency="ZZZ", prepaid="0.001"))
    assert set(found) == {"GW-CURRENCY", "GW-PERCENT-MISSING", "GW-PRICE-MISSING", "GW-AMOUNT-SCALE"}


def test_some_findings_are_only_warnings() -> None:
    warnings = {rule.id for rule in RULES if rule.severity is Severity.WARNING}
    assert warnings == {"GW-ALLOWANCE-NEGATIVE", "GW-PERCENT-ZERO", "GW-TOTAL-NEGATIVE"}


def test_a_corrective_may_be_negative() -> None:
    assert rules(draft(line(quantity="-1"), kind="corrective")) == {}


def test_trailing_zeros_are_no_decimals() -> None:
    assert str(sound(draft(prepaid="1.000")).totals.prepaid) == "1.00"


MINIMAL = draft({"description": "Pro plan, June", "amount_minor": 4900}, currency="usd", due_in_days=14)


def test_the_minimal_body_with_the_issuers_default_tax() -> None:
    invoice = sound(MINIMAL, default_taxes=(TaxInput(percent="21"),))
    (row,) = invoice.lines
    assert (invoice.currency, str(row.quantity), str(row.unit_price), row.unit) == ("USD", "1", "49.00", "C62")
    assert str(invoice.totals.payable) == "59.29"
    assert invoice.payment_terms is not None
    assert invoice.payment_terms.due_date == date(2026, 12, 4)


def test_the_minimal_body_without_a_default_says_what_is_missing() -> None:
    ((finding,)) = composed(MINIMAL)[1]
    assert (finding.rule, finding.pointer) == ("GW-TAX-MISSING", "/lines/0/taxes")
    assert "taxes" in (finding.fix or "")


@pytest.mark.parametrize(("currency", "price"), [("JPY", "4900"), ("BHD", "4.900"), ("EUR", "49.00")])
def test_minor_units_are_the_currencys(currency: str, price: str) -> None:
    one = {"description": "x", "amount_minor": 4900, "taxes": []}
    assert str(sound(draft(one, currency=currency)).lines[0].unit_price) == price


def test_a_faulty_default_is_the_issuers_fault_and_told_once() -> None:
    written = draft(*({"description": "x", "unit_price": "1"} for _ in range(3)))
    ((finding,)) = composed(written, default_taxes=(TaxInput(tax="XYZ", percent="1"),))[1]
    assert (finding.rule, finding.pointer) == ("GW-TAX-UNKNOWN", "/issuer")


def test_an_empty_list_means_no_taxes() -> None:
    invoice = sound(draft(line(taxes=[])), default_taxes=(TaxInput(percent="21"),))
    assert (invoice.tax_breakdown, invoice.totals.tax) == ((), 0)


def test_a_document_allowance_bears_what_all_lines_bear() -> None:
    (group,) = sound(draft(line(), line(percent="21.0"), allowances=[{"amount": "50"}])).tax_breakdown
    assert (str(group.base), str(group.amount)) == ("150.00", "31.50")


@pytest.mark.parametrize("category", ["E", "AE", "K", "G", "O"])
def test_zero_percent_of_what_has_none_is_none(category: str) -> None:
    (group,) = sound(draft(tax(category=category, percent="0.00"))).tax_breakdown
    assert (group.category, group.percent, group.amount) == (TaxCategory(category), None, 0)


def test_category_z_has_zero_percent() -> None:
    (group,) = sound(draft(tax(category="Z", percent=None))).tax_breakdown
    assert group.percent == Decimal(0)


def test_percentages_are_kept_in_their_shortest_form() -> None:
    written = draft(tax(percent="100.00"), tax(percent="05.2500"), tax(percent="10"))
    assert [str(row.taxes[0].tax.percent) for row in sound(written).lines] == ["100", "5.25", "10"]


def test_names_of_taxes_are_neutral() -> None:
    names = [{"tax": "IVA", "percent": "16"}, {"tax": "IEPS", "percent": "8"}]
    withheld = [{"tax": "ISR", "percent": "1.25", "withheld": True}]
    (row,) = sound(draft(line(taxes=names + withheld))).lines
    assert [one.tax.tax for one in row.taxes] == [TaxKind.VAT, TaxKind.EXCISE, TaxKind.INCOME]


def test_earlier_invoices_are_taken_in_full() -> None:
    stated = [{"invoice": "inv_0"}, {"number": "B-7", "issue_date": "2026-01-02", "external_id": "UUID"}]
    written = draft(kind="credit_note", references={"order": "PO", "preceding": stated})
    ours, other = sound(written, preceding=KNOWN).references.preceding
    assert ours == KNOWN["inv_0"]
    assert (other.number, other.issue_date, other.external_ids) == ("B-7", date(2026, 1, 2), {"external": "UUID"})


def test_due_dates_stated_alike_are_one() -> None:
    invoice = sound(draft(payment_terms={"due_date": "2026-12-04", "note": "n"}, due_in_days=14))
    assert invoice.payment_terms is not None
    assert (invoice.payment_terms.due_date, invoice.payment_terms.note) == (date(2026, 12, 4), "n")


def test_a_due_date_stays_in_the_calendar() -> None:
    assert rules(draft(due_in_days=3650), issue_date=date.max) == {}


def test_the_issuers_own_faults_point_at_the_issuer() -> None:
    issuer = Party(name="X", address=Address(country="ZZ"), tax_ids=(TaxId(scheme="EL:VAT", value="1"),))
    assert rules(draft(), issuer=issuer) == {"GW-COUNTRY": "/issuer"}
