"""Prices that include tax: what the caller asks for is what is payable, and the rows still add up."""

from decimal import ROUND_FLOOR, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.invoice import InvoiceInput
from schemas.money import ZERO, round_half_up, scale_of
from tests.validators.drafts import POLICIES, composed, draft, line, sound, sound_drafts
from validators.arithmetic import RoundingPolicy
from validators.inclusive import apportion


@given(sound_drafts(prices_include_tax=True), st.sampled_from(POLICIES))
def test_what_is_payable_is_what_the_prices_say(written: InvoiceInput, policy: RoundingPolicy) -> None:
    invoice = composed(written, policy)[0]
    scale = scale_of(invoice.currency)
    asked = ZERO
    for row, one in zip(invoice.lines, written.lines, strict=True):
        assert row.gross_price is not None
        item = round_half_up(row.quantity * row.gross_price, scale)
        asked += item - _stated(one.allowances, item, scale) + _stated(one.charges, item, scale)
    base = asked
    asked += _stated(written.charges, base, scale) - _stated(written.allowances, base, scale)
    totals = invoice.totals
    assert totals.gross + totals.rounding == asked
    assert totals.payable == asked - totals.withheld - totals.prepaid


def _stated(rows: tuple[object, ...], base: Decimal, scale: int) -> Decimal:
    amounts = (
        Decimal(row.amount) if row.amount is not None else round_half_up(base * Decimal(row.percent) / 100, scale)  # type: ignore[attr-defined]
        for row in rows
    )
    return sum(amounts, ZERO)


def test_one_line_of_a_round_price() -> None:
    invoice = sound(draft(line("121.00"), prices_include_tax=True))
    assert (str(invoice.lines[0].unit_price), str(invoice.lines[0].gross_price)) == ("100.00", "121.00")
    assert (str(invoice.totals.net), str(invoice.totals.tax), str(invoice.totals.rounding)) == (
        "100.00",
        "21.00",
        "0.00",
    )


def test_two_lines_share_the_net_of_their_group() -> None:
    invoice = sound(draft(line("10.00"), line("10.00"), prices_include_tax=True))
    assert [str(row.net) for row in invoice.lines] == ["8.27", "8.26"]
    assert (str(invoice.totals.net), str(invoice.totals.tax), str(invoice.totals.payable)) == ("16.53", "3.47", "20.00")


def test_what_no_net_amount_can_make_becomes_rounding() -> None:
    """At 25 % a net of 0.01 costs 0.01 and one of 0.02 costs 0.03: none costs 0.02."""
    totals = sound(draft(line("0.02", percent="25"), prices_include_tax=True)).totals
    assert (str(totals.net), str(totals.tax), str(totals.gross)) == ("0.02", "0.01", "0.03")
    assert (str(totals.rounding), str(totals.payable)) == ("-0.01", "0.02")


def test_withheld_taxes_are_not_in_the_price() -> None:
    taxes = [{"percent": "21"}, {"tax": "IRPF", "percent": "15", "withheld": True}]
    totals = sound(draft(line("121", taxes=taxes), prices_include_tax=True)).totals
    assert (str(totals.net), str(totals.withheld), str(totals.payable)) == ("100.00", "15.00", "106.00")


def test_surcharges_are_in_the_price() -> None:
    taxes = [{"percent": "21", "surcharge": "5.2"}]
    totals = sound(draft(line("126.20", taxes=taxes), prices_include_tax=True)).totals
    assert (str(totals.net), str(totals.tax)) == ("100.00", "26.20")


def test_a_large_quantity_gets_a_price_that_is_fine_enough() -> None:
    row = sound(draft(line("0.000013", quantity="999999999"), prices_include_tax=True)).lines[0]
    assert round_half_up(row.quantity * row.unit_price, 2) == row.net == Decimal("10743.80")


@pytest.mark.parametrize("currency", ["JPY", "BHD"])
def test_currencies_with_other_decimals(currency: str) -> None:
    totals = sound(draft(line("1100", percent="10"), currency=currency, prices_include_tax=True)).totals
    assert (totals.net, totals.tax, totals.payable) == (1000, 100, 1100)
    assert totals.net.as_tuple().exponent == -scale_of(currency)


@given(st.lists(st.decimals(-1000, 1000, places=5), max_size=8), st.integers(0, 3))
def test_shares_add_up_and_stray_less_than_a_unit(parts: list[Decimal], scale: int) -> None:
    whole = round_half_up(sum(parts, ZERO), scale)
    shares = apportion(whole, parts, scale)
    unit = Decimal(1).scaleb(-scale)
    assert sum(shares, ZERO) == whole
    assert all(abs(share - part) < unit for share, part in zip(shares, parts, strict=True))
    even = [part for part in parts if part == part.quantize(unit, ROUND_FLOOR)]
    assert all(part in shares for part in even)
