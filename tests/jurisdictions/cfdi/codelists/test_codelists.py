"""The catalogues: days, places and their zones, pedimentos, banks, and that the data say what they were made of."""

import re
import tracemalloc
from datetime import date

import pytest

from jurisdictions.cfdi import codelists
from jurisdictions.cfdi.codelists import places, products, published
from jurisdictions.cfdi.codelists.entry import Entry

DAY = date(2026, 11, 20)


def test_a_product_is_one_of_the_catalogues_and_nothing_like_it() -> None:
    assert codelists.product("81112500", DAY) == Entry()
    assert codelists.product("01010101", DAY) is not None
    for wrong in ("81112599", "8111250", "811125000", "8111250x", "", "８１１１２５００", "-1112500", "99999999"):
        assert codelists.product(wrong, DAY) is None, wrong
    assert codelists.product("81112500", date(2021, 12, 31)) is None


def test_a_unit_keeps_its_capitals() -> None:
    assert codelists.unit("E48", DAY) is not None
    assert codelists.unit("Dx", DAY) is not None
    assert codelists.unit("DX", DAY) is None
    assert codelists.unit("", DAY) is None
    assert all(codelists.unit(code, DAY) for code in codelists.UNITS.values())


@pytest.mark.parametrize(
    ("code", "zone", "border", "state"),
    [
        ("06600", "America/Mexico_City", False, "CMX"),
        ("42501", "America/Mexico_City", False, "HID"),
        ("32000", "America/Matamoros", True, "CHH"),
        ("22000", "America/Tijuana", True, "BCN"),
        ("80000", "America/Mazatlan", False, "SIN"),
        ("83000", "America/Hermosillo", False, "SON"),
        ("77500", "America/Cancun", False, "ROO"),
    ],
)
def test_a_postal_code_knows_its_clock(code: str, zone: str, border: bool, state: str) -> None:
    place = codelists.postal_code(code)
    assert place == codelists.Place(zone=zone, border=border, state=state)
    assert codelists.zone_of(code) == zone


def test_what_is_no_postal_code_has_no_zone() -> None:
    for wrong in ("", "0660", "066000", "0660a", "17500", "19999x", "٠٦٦٠٠"):
        assert codelists.zone_of(wrong) is None, wrong


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("26  24  3420  6010123", None),
        ("16  24  3420  6010123", None),
        ("15  24  3420  6010123", "its year 15"),
        ("27  24  3420  6010123", "its year 27"),
        ("26  99  3420  6010123", "no customs office 99"),
        ("26  24  9998  6010123", "no patent 9998"),
        ("26 24 3420 6010123", "two spaces"),
        ("26  24  3420  601012", "two spaces"),
    ],
)
def test_a_pedimento_is_looked_up_in_its_parts(number: str, problem: str | None) -> None:
    found = codelists.customs_number_problem(number, DAY)
    assert (found is None) if problem is None else (found is not None and problem in found)


def test_a_customs_office_counts_from_its_first_day() -> None:
    assert codelists.customs_number_problem("22  85  3420  2010123", date(2022, 12, 1)) is not None
    assert codelists.customs_number_problem("22  85  3420  2010123", date(2023, 2, 1)) is None


def test_a_way_to_pay_says_what_its_banks_may_tell() -> None:
    transfer, cash = codelists.bank_form("03"), codelists.bank_form("01")
    assert transfer is not None and cash is not None
    assert transfer.banked and transfer.chain and transfer.payer_fits("0" * 18) and not transfer.payer_fits("12345")
    assert not cash.banked and not cash.payer_bank and cash.payer_pattern is None
    assert codelists.bank_form("98") is None
    for code in codelists.PAYMENT_FORMS:
        form = codelists.bank_form(code)
        assert form is not None
        for pattern in (form.payer_pattern, form.payee_pattern):
            assert pattern is None or re.compile(pattern)


def test_an_ended_code_is_valid_until_its_last_day() -> None:
    entry = published.period("2022-01-01/2024-06-30")
    assert entry.valid_on(date(2024, 6, 30)) and not entry.valid_on(date(2024, 7, 1))
    assert codelists.valid({"x": entry}, "x", date(2023, 1, 1))
    assert not codelists.valid({"x": entry}, None, date(2023, 1, 1))


def test_runs_are_read_as_they_are_written() -> None:
    assert published.run("10101500-02") == (10101500, 10101502)
    assert published.run("10101500") == (10101500, 10101500)
    assert published.run("01000-16999") == (1000, 16999)


def test_the_big_catalogues_cost_little_memory() -> None:
    """52,514 products and 95,749 postal codes: a bit for each of the first, a run for many of the others."""
    tracemalloc.start()
    try:
        kept = [products._products.__wrapped__(), places._runs.__wrapped__(), products.unit_codes.__wrapped__()]
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(kept) == 3
    assert used < 2_000_000, used


def test_the_digests_are_those_of_the_data() -> None:
    """A data file that was changed by hand, or lost a line, is noticed."""
    products = (published.dated(code, entry) for code, entry in codelists.product_codes())
    places = (f"{code} {place.state} {incentive} {place.zone}" for code, place, incentive in codelists.postal_codes())
    made = {
        "c_ClaveProdServ": published.digest(products),
        "c_ClaveUnidad": published.digest(published.dated(*row) for row in codelists.unit_codes().items()),
        "c_PatenteAduanal": published.digest(published.dated(*row) for row in codelists.patents().items()),
        "c_CodigoPostal": published.digest(places),
    } | {
        name: published.digest(published.dated(code, entry) for code, (entry, _) in rows.items())
        for name, rows in published.small().items()
    }
    assert made == dict(codelists.HASHES)
    assert codelists.CATALOGUE_DATE.isoformat() in codelists.EDITION
