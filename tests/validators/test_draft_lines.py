"""Prices of a line: list price, discount and base quantity come to the price of one unit and to the same net."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.document import Price
from schemas.money import round_half_up
from tests.validators.drafts import Json, composed, draft, line, rules, sound

D = Decimal


def priced(**more: object) -> Json:
    return {"description": "Work", "taxes": [{"percent": "21"}]} | more


def test_a_plain_price_has_no_particulars() -> None:
    assert sound(draft(line("9.99"))).lines[0].price is None


@pytest.mark.parametrize(
    ("written", "unit_price", "price"),
    [
        (priced(list_price="10.00"), "10.00", Price(amount=D("10.00"), list_price=D("10.00"), discount=D("0.00"))),
        (
            priced(list_price="10.00", price_discount="1.50"),
            "8.50",
            Price(amount=D("8.50"), list_price=D("10.00"), discount=D("1.50")),
        ),
        (
            priced(list_price="10.00", unit_price="8.50"),
            "8.50",
            Price(amount=D("8.50"), list_price=D("10.00"), discount=D("1.50")),
        ),
        (priced(unit_price="8.50", price_discount="1.50"), "8.50", Price(amount=D("8.50"), discount=D("1.50"))),
        (
            priced(unit_price="12.00", base_quantity="100", quantity="250"),
            "0.12",
            Price(amount=D("12.00"), base_quantity=D(100)),
        ),
        (priced(unit_price="12.00", base_quantity="1"), "12.00", Price(amount=D("12.00"), base_quantity=D(1))),
    ],
)
def test_any_two_make_the_third(written: Json, unit_price: str, price: Price) -> None:
    [one] = sound(draft(written)).lines
    assert one.unit_price == D(unit_price)
    assert one.price == price


@pytest.mark.parametrize(
    ("written", "rule", "pointer"),
    [
        (
            priced(list_price="10", unit_price="8", price_discount="1"),
            "GW-PRICE-DISCOUNT",
            "/lines/0/price_discount",
        ),
        (priced(unit_price="8", base_quantity="0"), "GW-BASE-QUANTITY", "/lines/0/base_quantity"),
        (priced(unit_price="8", base_quantity="-1"), "GW-BASE-QUANTITY", "/lines/0/base_quantity"),
        (priced(price_discount="1"), "GW-PRICE-MISSING", "/lines/0/unit_price"),
        (priced(unit_price="8", net="8.03"), "GW-NET", "/lines/0/net"),
        (priced(unit_price="8", net="7.99", allowances=[{"amount": "0.04"}]), "GW-NET", "/lines/0/net"),
        (priced(unit_price="8.004", net="7.98"), "GW-NET", "/lines/0/net"),
        (priced(unit_price="8", net="8.001"), "GW-AMOUNT-SCALE", "/lines/0/net"),
    ],
)
def test_what_does_not_fit_is_found(written: Json, rule: str, pointer: str) -> None:
    assert rules(draft(written)) == {rule: pointer}


_amounts = st.decimals("0.000001", "9999", places=6)
_bases = st.decimals("0.001", "9999", places=3)
_quantities = st.decimals("-999", "999", places=3)


@given(_amounts, _bases, _quantities)
def test_the_price_of_one_unit_always_comes_to_the_same_net(amount: Decimal, base: Decimal, quantity: Decimal) -> None:
    written = priced(unit_price=f"{amount:f}", base_quantity=f"{base:f}", quantity=f"{quantity:f}")
    [one] = sound(draft(written, kind="corrective")).lines
    exact = quantity * amount / base
    assert abs(one.net - exact) <= D("0.005")
    assert round_half_up(one.quantity * one.unit_price, 2) == one.net


def test_a_half_that_the_quotient_cannot_hold_is_still_rounded_up() -> None:
    """1.5 pieces at 0.01 for three are 0.005 exactly, of which 0.00333... would lose the half."""
    [one] = sound(draft(priced(unit_price="0.01", base_quantity="3", quantity="1.5"))).lines
    assert one.net == D("0.01")


@pytest.mark.parametrize(
    ("written", "net"),
    [
        (priced(unit_price="4.9715", quantity="486", net="2416.16"), "2416.16"),
        (priced(unit_price="8.005", net="8.00"), "8.00"),
        (priced(unit_price="8", net="7.98"), "7.98"),
        (priced(unit_price="8", net="8.02"), "8.02"),
        (priced(unit_price="10", base_quantity="3", quantity="-1", net="-3.34"), "-3.34"),
        (priced(unit_price="8", net="8.54", allowances=[{"percent": "10"}], charges=[{"amount": "1.33"}]), "8.54"),
    ],
)
def test_a_net_within_the_slack_stands_as_it_is_stated(written: Json, net: str) -> None:
    [one] = sound(draft(written, kind="corrective")).lines
    assert one.net == one.stated_net == one.taxes[0].base == D(net)


def test_a_net_that_is_the_computed_one_says_nothing() -> None:
    assert sound(draft(line("8.005", net="8.01"))) == sound(draft(line("8.005")))
    assert sound(draft(line("100.4", net="100"), currency="JPY")) == sound(draft(line("100.4"), currency="JPY"))


def test_a_net_beyond_the_slack_is_told_with_the_computed_one() -> None:
    made, [found] = composed(draft(line("8", net="8.1"), line("5", net="5.01")))
    assert (found.pointer, found.found, found.expected) == ("/lines/0/net", "8.1", "8.00")
    assert [one.net for one in made.lines] == [D("8.00"), D("5.01")]


def test_no_net_is_stated_where_prices_include_tax() -> None:
    written = draft(line("121", net="100"), prices_include_tax=True)
    assert rules(written) == {"GW-NET-INCLUSIVE": "/lines/0/net"}
    assert composed(written)[0].lines[0].net == D("100.00")


def test_lines_keep_their_own_ids_and_particulars() -> None:
    told = {
        "id": "L-1",
        "invoiced_object": {"value": "M-5", "scheme": "AVE"},
        "order_line": "3",
        "accounting_reference": "4711",
        "standard_id": {"value": "10986700", "scheme": "0160"},
        "classifications": [{"code": "09", "list": "HS", "version": "2022"}],
        "origin_country": "BR",
        "attributes": [{"name": "Roast", "value": "Dark"}],
    }
    first, second = sound(draft(line() | told, line())).lines
    assert (first.id, second.id) == ("L-1", "2")
    assert first.invoiced_object is not None
    assert (first.invoiced_object.scheme, first.order_line, first.accounting_reference) == ("AVE", "3", "4711")
    assert first.classifications[0].version == "2022"
    assert (first.origin_country, first.attributes[0].value) == ("BR", "Dark")
    assert rules(draft(line() | {"origin_country": "ZZ"})) == {"GW-COUNTRY": "/lines/0/origin_country"}
