"""Printed rows always add up, computing again changes nothing, and routes that disagree are found."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.document import Invoice
from schemas.invoice import InvoiceInput
from schemas.money import HUNDRED, ZERO, round_half_up, scale_of
from tests.validators.drafts import (
    PER_GROUP,
    PER_LINE,
    POLICIES,
    SIX_DECIMALS,
    composed,
    draft,
    line,
    rules,
    sound,
    sound_drafts,
)
from validators.arithmetic import RoundingPolicy, recompute, reconcile_rounding

policies = st.sampled_from(POLICIES)


def assert_adds_up(invoice: Invoice) -> None:
    """EN 16931-1, BR-CO-10 to BR-CO-16, to the last decimal, and every amount at the currency's scale."""
    totals, groups = invoice.totals, invoice.tax_breakdown
    assert sum((row.net for row in invoice.lines), ZERO) == totals.lines
    assert sum((row.amount for row in invoice.allowances), ZERO) == totals.allowances
    assert sum((row.amount for row in invoice.charges), ZERO) == totals.charges
    assert totals.lines - totals.allowances + totals.charges == totals.net
    assert sum((group.base for group in groups if not group.withheld), ZERO) == totals.net
    assert sum((g.amount + g.surcharge_amount for g in groups if not g.withheld), ZERO) == totals.tax
    assert sum((group.amount for group in groups if group.withheld), ZERO) == totals.withheld
    assert totals.net + totals.tax == totals.gross
    assert totals.gross - totals.withheld - totals.prepaid + totals.rounding == totals.payable
    for row in invoice.lines:
        item = round_half_up(row.quantity * row.unit_price, scale_of(invoice.currency))
        adjustments = sum((c.amount for c in row.charges), ZERO) - sum((a.amount for a in row.allowances), ZERO)
        assert item + adjustments == row.net
    amounts = [*(getattr(totals, name) for name in totals.__struct_fields__), *(row.net for row in invoice.lines)]
    amounts += [amount for group in groups for amount in (group.base, group.amount, group.surcharge_amount)]
    assert {amount.as_tuple().exponent for amount in amounts} == {-scale_of(invoice.currency)}


@given(sound_drafts(), policies)
def test_the_rows_add_up(written: InvoiceInput, policy: RoundingPolicy) -> None:
    assert_adds_up(composed(written, policy)[0])


@given(sound_drafts(prices_include_tax=True), policies)
def test_the_rows_add_up_where_prices_include_tax(written: InvoiceInput, policy: RoundingPolicy) -> None:
    assert_adds_up(composed(written, policy)[0])


@given(sound_drafts(), policies)
def test_without_included_tax_there_is_nothing_to_round(written: InvoiceInput, policy: RoundingPolicy) -> None:
    assert composed(written, policy)[0].totals.rounding == 0


@given(sound_drafts() | sound_drafts(prices_include_tax=True), policies)
def test_computing_again_changes_nothing(written: InvoiceInput, policy: RoundingPolicy) -> None:
    invoice = composed(written, policy)[0]
    again = recompute(invoice, policy)
    assert again == invoice
    assert str(again) == str(invoice)  # not even a trailing zero


@given(sound_drafts() | sound_drafts(prices_include_tax=True), policies, policies)
def test_computing_for_another_route_is_composing_for_it(
    written: InvoiceInput, first: RoundingPolicy, second: RoundingPolicy
) -> None:
    assert recompute(composed(written, first)[0], second) == composed(written, second)[0]


@given(sound_drafts())
def test_each_groups_tax_is_that_of_its_base(written: InvoiceInput) -> None:
    """BR-CO-17, which holds for the rounding per group."""
    for group in composed(written)[0].tax_breakdown:
        exact = group.base * (group.percent or ZERO) / HUNDRED
        assert group.amount == round_half_up(exact, scale_of(written.currency.upper()))


@given(sound_drafts(), st.sampled_from([PER_LINE, SIX_DECIMALS]))
def test_no_policy_strays_further_than_its_rows_allow(written: InvoiceInput, policy: RoundingPolicy) -> None:
    ours, reference = composed(written, policy)[0], composed(written)[0]
    rows = len(ours.lines) + len(ours.allowances) + len(ours.charges)
    unit = Decimal(1).scaleb(-scale_of(ours.currency))
    # Each row strays by half a unit at most, in the rate and again in the surcharge; so does the group.
    assert abs(ours.totals.tax - reference.totals.tax) <= (rows + len(ours.tax_breakdown)) * unit


def test_halves_are_rounded_up() -> None:
    """1 at 69.965, which rounding to even makes 69.96."""
    invoice = sound(draft(line("69.965", percent="4")))
    assert invoice.lines[0].net == Decimal("69.97")
    assert sound(draft(line("69.965", quantity="-1"), kind="corrective")).lines[0].net == Decimal("-69.97")


def test_printed_lines_sum_to_the_printed_total() -> None:
    """invopop/gobl issue 463: three lines of a third, whose unrounded sum is not that of the printed nets."""
    invoice = sound(draft(*(line("10.333333", quantity="1") for _ in range(3))))
    assert [str(row.net) for row in invoice.lines] == ["10.33"] * 3
    assert str(invoice.totals.net) == "30.99"
    assert str(invoice.totals.tax) == "6.51"


def test_three_policies_and_what_they_make_of_the_same_lines() -> None:
    """0.10 at 5 % is half a cent: three of them are 0.015 together and 0.03 line by line."""
    written = draft(*(line("0.10", percent="5") for _ in range(3)))
    assert str(sound(written, PER_GROUP).totals.tax) == "0.02"
    assert str(sound(written, PER_LINE).totals.tax) == "0.03"
    assert str(sound(written, SIX_DECIMALS).totals.tax) == "0.02"
    assert str(sound(written, PER_GROUP).lines[0].taxes[0].amount) == "0.01"
    assert str(sound(written, SIX_DECIMALS).lines[0].taxes[0].amount) == "0.005000"


def test_equal_percentages_are_one_group() -> None:
    invoice = sound(draft(line(percent="21"), line(percent="21.00"), line(percent="10")))
    assert [(str(group.percent), str(group.base)) for group in invoice.tax_breakdown] == [
        ("21", "200.00"),
        ("10", "100.00"),
    ]


def test_the_equivalence_surcharge_is_part_of_the_tax() -> None:
    """Recargo de equivalencia of 5.2 % beside VAT of 21 %."""
    invoice = sound(draft(line("100", taxes=[{"percent": "21", "surcharge": "5.2"}])))
    (group,) = invoice.tax_breakdown
    assert (str(group.amount), str(group.surcharge_amount)) == ("21.00", "5.20")
    assert (str(invoice.totals.tax), str(invoice.totals.payable)) == ("26.20", "126.20")
    assert str(invoice.lines[0].taxes[0].surcharge_amount) == "5.20"


def test_withheld_income_tax_is_taken_off_what_is_payable() -> None:
    """IRPF of 15 % on a professional's fee."""
    taxes = [{"percent": "21"}, {"tax": "IRPF", "percent": "15", "withheld": True}]
    totals = sound(draft(line("1000", taxes=taxes))).totals
    assert (str(totals.tax), str(totals.gross)) == ("210.00", "1210.00")
    assert (str(totals.withheld), str(totals.payable)) == ("150.00", "1060.00")


@pytest.mark.parametrize(
    ("currency", "price", "net", "tax"),
    [("JPY", "1235", "1235", "124"), ("BHD", "12.3455", "12.346", "1.235"), ("EUR", "12.345", "12.35", "1.24")],
)
def test_amounts_have_their_currencys_decimals(currency: str, price: str, net: str, tax: str) -> None:
    totals = sound(draft(line(price, percent="10"), currency=currency)).totals
    assert (str(totals.net), str(totals.tax)) == (net, tax)


def test_allowances_and_charges_of_lines_and_of_the_document() -> None:
    taxes = [{"percent": "21"}]
    invoice = sound(
        draft(
            line("100", quantity="3", allowances=[{"percent": "10"}], charges=[{"amount": "5.00"}]),
            line("50", percent="10"),
            allowances=[{"percent": "10", "taxes": taxes}],
            charges=[{"amount": "7.5", "taxes": [{"percent": "10"}]}],
        )
    )
    assert str(invoice.lines[0].net) == "275.00"  # 300 - 30 + 5
    assert invoice.allowances[0].base == 325
    assert str(invoice.allowances[0].amount) == "32.50"
    assert [str(group.base) for group in invoice.tax_breakdown] == ["242.50", "57.50"]
    assert str(invoice.totals.net) == "300.00"


def test_stated_nets_are_what_is_added_up_and_taxed() -> None:
    written = draft(
        line("4.9715", quantity="486", percent="25", net="2416.16"),
        line("100", percent="25"),
        allowances=[{"percent": "10"}],
    )
    for policy in POLICIES:
        invoice = sound(written, policy)
        assert str(invoice.totals.lines) == "2516.16"
        assert str(invoice.allowances[0].base) == "2516.16"
        assert [str(group.base) for group in invoice.tax_breakdown] == ["2264.54"]
        assert str(invoice.lines[0].taxes[0].base) == "2416.16"
        assert recompute(invoice, policy) == invoice


def test_routes_that_agree_have_nothing_to_reconcile() -> None:
    written = draft(line("100"))
    assert reconcile_rounding({"a": sound(written), "b": sound(written, PER_LINE)}) is None
    assert reconcile_rounding({"a": sound(written)}) is None
    assert reconcile_rounding({}) is None


def test_routes_that_disagree_are_named_with_the_difference() -> None:
    written = draft(*(line("0.10", percent="5") for _ in range(3)))
    finding = reconcile_rounding({"one": sound(written), "two": sound(written, PER_LINE)})
    assert finding is not None
    assert finding.rule == "GW-ROUNDING"
    assert finding.found is not None
    assert finding.found.startswith("two: tax 0.03 (0.01 against one)")
    assert finding.expected == "one: tax 0.02, withheld 0.00, payable 0.32"


IEPS = {"tax": "IEPS", "percent": "25"}
QUOTA = {"tax": "IEPS", "per_unit": "1.00", "units": "0.4"}
IVA = {"tax": "IVA", "percent": "16"}


def _soda(*taxes: dict[str, str], **more: object) -> dict[str, object]:
    return {"description": "Soda", "unit_price": "30.00", "taxes": [*taxes], **more}


def test_value_added_tax_is_levied_on_the_price_with_its_excise() -> None:
    """Directive 2006/112/EC art. 78(a); LIVA art. 12."""
    invoice = sound(draft(_soda(IVA, IEPS, QUOTA), currency="MXN"), SIX_DECIMALS)
    assert [(str(row.base), str(row.amount)) for row in invoice.lines[0].taxes] == [
        ("37.900000", "6.064000"),
        ("30.00", "7.500000"),
        ("0.4", "0.400000"),
    ]
    assert (str(invoice.totals.tax), str(invoice.totals.gross)) == ("13.96", "43.96")


def test_taxes_per_unit_are_groups_of_their_own() -> None:
    other = {"tax": "IEPS", "per_unit": "1.00", "units": "0.5"}
    rows = (_soda(IVA, IEPS, QUOTA), _soda(IVA, IEPS, other, unit_price="34.00"))
    invoice = sound(draft(*rows, currency="MXN"), SIX_DECIMALS)
    assert [(group.per_unit, str(group.base), str(group.amount)) for group in invoice.tax_breakdown] == [
        (None, "80.90", "12.94"),
        (None, "64.00", "16.00"),
        (Decimal("1.00"), "0.9", "0.90"),
    ]


def test_computing_taxes_per_unit_again_changes_nothing() -> None:
    for policy in POLICIES:
        invoice = sound(draft(_soda(IVA, IEPS, QUOTA), _soda(IVA, IEPS), allowances=[{"amount": "3.33"}]), policy)
        assert str(recompute(invoice, policy)) == str(invoice)


def test_units_left_out_are_the_quantity() -> None:
    row = {"description": "Diesel", "quantity": "40", "unit_price": "22", "taxes": [{"tax": "IEPS", "per_unit": "0.5"}]}
    assert str(sound(draft(row)).totals.tax) == "20.00"


def test_what_all_lines_owe_by_the_unit_is_no_part_of_an_allowance() -> None:
    invoice = sound(draft(_soda(IVA, QUOTA), allowances=[{"amount": "10"}]), SIX_DECIMALS)
    assert [(str(group.base), str(group.amount)) for group in invoice.tax_breakdown] == [
        ("20.40", "3.26"),
        ("0.4", "0.40"),
    ]


def test_an_inclusive_price_contains_the_tax_on_its_excise() -> None:
    invoice = sound(draft(_soda(IVA, IEPS, unit_price="145.00"), prices_include_tax=True))
    assert (str(invoice.totals.net), str(invoice.totals.tax), str(invoice.totals.gross)) == (
        "100.00",
        "45.00",
        "145.00",
    )


@pytest.mark.parametrize(
    ("tax", "rule"),
    [
        ({"tax": "IVA", "per_unit": "1"}, "GW-PER-UNIT-UNDUE"),
        ({"tax": "IEPS", "per_unit": "1", "category": "E"}, "GW-PER-UNIT-UNDUE"),
        ({"tax": "IEPS", "per_unit": "1", "percent": "8"}, "GW-PER-UNIT-TWICE"),
        ({"tax": "IEPS", "percent": "8", "units": "2"}, "GW-UNITS-UNDUE"),
    ],
)
def test_what_is_odd_about_a_tax_per_unit(tax: dict[str, str], rule: str) -> None:
    assert rule in rules(draft(_soda(tax)))


def test_a_tax_per_unit_has_no_place_on_the_document_or_in_an_inclusive_price() -> None:
    shared = [{"amount": "1", "taxes": [QUOTA]}]
    assert rules(draft(_soda(IVA), charges=shared)) == {"GW-PER-UNIT-UNDUE": "/charges/0/taxes/0/per_unit"}
    assert rules(draft(_soda(IVA, QUOTA), prices_include_tax=True)) == {
        "GW-PER-UNIT-INCLUSIVE": "/lines/0/taxes/1/per_unit"
    }
